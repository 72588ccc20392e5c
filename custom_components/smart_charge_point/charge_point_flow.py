"""The flow of one wallbox: added by hand, and changed."""

from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .confirmation import (
    CONF_HOURS,
    CONF_IDENTITY,
    HOURS_SELECTOR,
    decision,
    known,
    new_data,
)
from .const import DOMAIN
from .control.papers import CONF_PAPERS, CONF_SET_UP, set_up_by
from .control.settings import ChargePointSettings
from .form_fields import amperes, choice
from .hours_form import (
    HOURS_SCHEMA,
    NIGHTS,
    HoursFormError,
    hours_from_form,
    hours_to_form,
)
from .model.hours import HoursChoice, HoursDecision
from .model.limit import Limit
from .model.link_loss import LinkLoss
from .model.sleeping_car import SleepingCar
from .model.tamper import TamperReaction
from .papers_form import PAPERS_SCHEMA, papers_errors, papers_from_form

CONF_AWAKE_CURRENT: Final = "awake_current"
CONF_LINK_LOSS: Final = "link_loss"
CONF_LINK_LOSS_CURRENT: Final = "link_loss_current"
CONF_MAXIMUM_CURRENT: Final = "maximum_current"
CONF_PHASES: Final = "phases"
CONF_SLEEPING_CAR: Final = "sleeping_car"
CONF_START_ON_PLUG_IN: Final = "start_on_plug_in"
CONF_TAMPER_CURRENT: Final = "tamper_current"
CONF_TAMPER_REACTION: Final = "tamper_reaction"

SETTINGS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_MAXIMUM_CURRENT): amperes(6, 80),
        vol.Required(CONF_PHASES): choice(["1", "3"], "phases"),
        vol.Required(CONF_START_ON_PLUG_IN): BooleanSelector(),
    }
)


SLEEPING_CAR_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SLEEPING_CAR): choice(
            [each.value for each in SleepingCar], "sleeping_car"
        ),
        vol.Required(CONF_AWAKE_CURRENT): NumberSelector(
            NumberSelectorConfig(
                min=6,
                max=8,
                step=1,
                mode=NumberSelectorMode.SLIDER,
                unit_of_measurement="A",
            )
        ),
    }
)

LINK_LOSS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_LINK_LOSS): choice(
            [each.value for each in LinkLoss], "link_loss"
        ),
        vol.Required(CONF_LINK_LOSS_CURRENT): amperes(6, 80),
    }
)

TAMPERING_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_TAMPER_REACTION): choice(
            [each.value for each in TamperReaction], "tamper_reaction"
        ),
        vol.Required(CONF_TAMPER_CURRENT): amperes(6, 80),
    }
)


class ChargePointSubentryFlow(ConfigSubentryFlow):
    """Adds a wallbox by hand, and changes what the owner set for one."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._identity = ""
        self._name = ""
        self._inputs = 0

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a wallbox that has not dialled in yet, or whose card was overlooked."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._identity = user_input[CONF_IDENTITY].strip()
            self._name = user_input[CONF_NAME]
            self._inputs = len(user_input)
            choice = HoursChoice(user_input[CONF_HOURS])
            if error := self._identity_error():
                errors[CONF_IDENTITY] = error
            elif choice is HoursChoice.CHANGED:
                return await self.async_step_own_hours()
            else:
                return self._add(decision(self.hass, self._get_entry(), choice, None))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        vol.Required(CONF_IDENTITY): self._identity_selector(),
                        vol.Required(CONF_NAME): TextSelector(),
                        vol.Required(
                            CONF_HOURS, default=HoursChoice.ACCEPTED.value
                        ): HOURS_SELECTOR,
                    }
                ),
                user_input,
            ),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to change."""
        subentry = self._get_reconfigure_subentry()
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[
                "settings",
                "hours",
                "sleeping_car",
                "link_loss",
                "tampering",
                "papers",
                "replace",
            ],
            description_placeholders={"name": subentry.title},
        )

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the name and for what the installation can do."""
        subentry = self._get_reconfigure_subentry()
        if user_input is None:
            return self.async_show_form(
                step_id="settings",
                data_schema=self.add_suggested_values_to_schema(
                    SETTINGS_SCHEMA,
                    {
                        **subentry.data,
                        CONF_NAME: subentry.title,
                        CONF_PHASES: str(subentry.data[CONF_PHASES]),
                    },
                ),
            )
        return self.async_update_and_abort(
            self._get_entry(),
            subentry,
            title=user_input[CONF_NAME],
            data_updates={
                CONF_MAXIMUM_CURRENT: Limit(
                    amperes=user_input[CONF_MAXIMUM_CURRENT]
                ).amperes,
                CONF_PHASES: int(user_input[CONF_PHASES]),
                CONF_START_ON_PLUG_IN: user_input[CONF_START_ON_PLUG_IN],
            },
        )

    async def async_step_sleeping_car(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to do for a car that falls asleep while it waits."""
        return self._ask(
            step_id="sleeping_car", schema=SLEEPING_CAR_SCHEMA, user_input=user_input
        )

    async def async_step_link_loss(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the wallbox is to do while it is not connected."""
        return self._ask(
            step_id="link_loss", schema=LINK_LOSS_SCHEMA, user_input=user_input
        )

    async def async_step_tampering(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the wallbox is to do once somebody has interfered with it."""
        return self._ask(
            step_id="tampering", schema=TAMPERING_SCHEMA, user_input=user_input
        )

    async def async_step_papers(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the self-assessment of the wallbox is to say of its sale and its papers: all of it may stay blank."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = papers_errors(user_input, dt_util.now().date())
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    data_updates={
                        CONF_PAPERS: papers_from_form(user_input, dt_util.utcnow())
                    },
                )
        shown = subentry.data.get(CONF_PAPERS, {}) if user_input is None else user_input
        return self.async_show_form(
            step_id="papers",
            data_schema=self.add_suggested_values_to_schema(PAPERS_SCHEMA, shown),
            errors=errors,
        )

    @callback
    def _ask(
        self, *, step_id: str, schema: vol.Schema, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        """Ask for settings that are kept as they are typed."""
        subentry = self._get_reconfigure_subentry()
        if user_input is None:
            return self.async_show_form(
                step_id=step_id,
                data_schema=self.add_suggested_values_to_schema(schema, subentry.data),
            )
        return self.async_update_and_abort(
            self._get_entry(), subentry, data_updates=user_input
        )

    async def async_step_hours(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether the hours are to be the default ones, the owner's own, or none."""
        if user_input is None:
            current = self._settings.decision.choice
            return self.async_show_form(
                step_id="hours",
                data_schema=vol.Schema(
                    {
                        vol.Required(
                            CONF_HOURS,
                            default=HoursChoice.ACCEPTED.value
                            if current is HoursChoice.UNANSWERED
                            else current.value,
                        ): HOURS_SELECTOR
                    }
                ),
            )
        choice = HoursChoice(user_input[CONF_HOURS])
        if choice is HoursChoice.CHANGED:
            return await self.async_step_own_hours()
        return self._update_hours(decision(self.hass, self._get_entry(), choice, None))

    async def async_step_own_hours(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the owner's own hours."""
        errors: dict[str, str] = {}
        reconfigure = self.source == SOURCE_RECONFIGURE
        if user_input is not None:
            try:
                hours = hours_from_form(user_input)
            except HoursFormError as err:
                errors[err.field] = err.key
            else:
                chosen = decision(
                    self.hass, self._get_entry(), HoursChoice.CHANGED, hours
                )
                if reconfigure:
                    return self._update_hours(chosen)
                self._inputs += len(user_input)
                return self._add(chosen)
        shown = hours_to_form(self._settings.decision.hours) if reconfigure else NIGHTS
        return self.async_show_form(
            step_id="own_hours",
            data_schema=self.add_suggested_values_to_schema(
                HOURS_SCHEMA, user_input or shown
            ),
            errors=errors,
        )

    async def async_step_replace(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the new hardware, which takes over everything from the old one."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            self._identity = user_input[CONF_IDENTITY].strip()
            error = self._identity_error()
            if error is None:
                self._dismiss_card()
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    unique_id=self._identity,
                    # The papers are those of the hardware that goes.
                    data_updates={
                        CONF_IDENTITY: self._identity,
                        CONF_PAPERS: {},
                        CONF_SET_UP: set_up_by(len(user_input), dt_util.utcnow()),
                    },
                )
            errors[CONF_IDENTITY] = error
        return self.async_show_form(
            step_id="replace",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_IDENTITY): self._identity_selector()}),
                user_input,
            ),
            errors=errors,
            description_placeholders={
                "name": subentry.title,
                "identity": subentry.data[CONF_IDENTITY],
            },
        )

    @property
    def _settings(self) -> ChargePointSettings:
        return ChargePointSettings.from_data(self._get_reconfigure_subentry().data)

    def _identity_selector(self) -> SelectSelector:
        """Return a field for an identity that offers those that wait to be confirmed."""
        entry = self._get_entry()
        waiting = (
            entry.runtime_data.site.pending.values()
            if entry.state is ConfigEntryState.LOADED
            else ()
        )
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(
                        value=wallbox.identity,
                        label=" ".join(
                            filter(
                                None,
                                (
                                    wallbox.boot.vendor,
                                    wallbox.boot.model,
                                    f"({wallbox.identity})",
                                ),
                            )
                        ),
                    )
                    for wallbox in waiting
                ],
                custom_value=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )

    def _identity_error(self) -> str | None:
        if not self._identity:
            return "identity_missing"
        if known(self._get_entry(), self._identity):
            return "already_configured"
        return None

    @callback
    def _dismiss_card(self) -> None:
        """Take the card away that asks for the wallbox."""
        flows = self.hass.config_entries.flow
        for flow in flows.async_progress_by_handler(
            DOMAIN, match_context={"unique_id": self._identity}
        ):
            flows.async_abort(flow["flow_id"])

    @callback
    def _add(self, chosen: HoursDecision) -> SubentryFlowResult:
        if error := self._identity_error():
            return self.async_abort(reason=error)
        self._dismiss_card()
        return self.async_create_entry(
            title=self._name,
            data=new_data(self._identity, chosen, self._inputs),
            unique_id=self._identity,
        )

    @callback
    def _update_hours(self, chosen: HoursDecision) -> SubentryFlowResult:
        subentry = self._get_reconfigure_subentry()
        changed = ChargePointSettings(
            identity=subentry.data[CONF_IDENTITY], decision=chosen
        ).as_data()
        return self.async_update_and_abort(
            self._get_entry(),
            subentry,
            data_updates={
                key: value
                for key, value in changed.items()
                if key.startswith(CONF_HOURS)
            },
        )
