"""Config flows: the central system, and its wallboxes."""

import asyncio
from collections.abc import Mapping
import errno
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.http import current_request
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.typing import DiscoveryInfoType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .address import async_ocpp_address
from .const import DEFAULT_PORT, DOMAIN, SUBENTRY_CHARGE_POINT
from .control.settings import ChargePointSettings
from .hours_form import (
    HOURS_SCHEMA,
    NIGHTS,
    HoursFormError,
    hours_from_form,
    hours_to_form,
)
from .model.hours import ChargingHours, HoursChoice, HoursDecision
from .model.limit import Limit
from .model.sleeping_car import SleepingCar
from .rules.ruleset import GB_2021

CONF_ADDRESS: Final = "address"
CONF_HOURS: Final = "hours"
CONF_IDENTITY: Final = "identity"
CONF_MAXIMUM_CURRENT: Final = "maximum_current"
CONF_PHASES: Final = "phases"
CONF_SLEEPING_CAR: Final = "sleeping_car"
CONF_AWAKE_CURRENT: Final = "awake_current"
CONF_START_ON_PLUG_IN: Final = "start_on_plug_in"

TITLE: Final = "Smart Charge Point"

PORT_SELECTOR: Final = vol.All(
    NumberSelector(
        NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
    ),
    vol.Coerce(int),
)

HOURS_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(
        options=[
            HoursChoice.ACCEPTED.value,
            HoursChoice.CHANGED.value,
            HoursChoice.REMOVED.value,
        ],
        mode=SelectSelectorMode.LIST,
        translation_key="hours_choice",
    )
)

SETTINGS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_MAXIMUM_CURRENT): NumberSelector(
            NumberSelectorConfig(
                min=6,
                max=80,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement="A",
            )
        ),
        vol.Required(CONF_PHASES): SelectSelector(
            SelectSelectorConfig(
                options=["1", "3"],
                mode=SelectSelectorMode.LIST,
                translation_key="phases",
            )
        ),
        vol.Required(CONF_START_ON_PLUG_IN): BooleanSelector(),
    }
)


SLEEPING_CAR_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SLEEPING_CAR): SelectSelector(
            SelectSelectorConfig(
                options=[choice.value for choice in SleepingCar],
                mode=SelectSelectorMode.LIST,
                translation_key="sleeping_car",
            )
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


async def _port_error(hass: HomeAssistant, port: int) -> str | None:
    """Return why the central system could not listen on `port`, None if it could."""
    try:
        server = await hass.loop.create_server(
            asyncio.Protocol, port=port, start_serving=False
        )
    except OSError as err:
        return "port_in_use" if err.errno == errno.EADDRINUSE else "port_not_bindable"
    server.close()
    return None


def _qr_code(address: str) -> QrCodeSelector:
    return QrCodeSelector(
        QrCodeSelectorConfig(
            data=address,
            scale=6,
            error_correction_level=QrErrorCorrectionLevel.QUARTILE,
        )
    )


def _decision(choice: HoursChoice, hours: ChargingHours | None) -> HoursDecision:
    """Return what the owner decided just now: `hours` of their own, the default ones or none (A10.1)."""
    request = current_request.get()
    user = None if request is None else request.get(KEY_HASS_USER)
    if hours is None:
        hours = (
            ChargingHours.ALWAYS
            if choice is HoursChoice.REMOVED
            else GB_2021.default_hours
        )
    return HoursDecision(
        hours=hours,
        choice=choice,
        decided_at=dt_util.utcnow(),
        user_id="" if user is None else user.id,
    )


def _new_data(identity: str, decision: HoursDecision) -> dict[str, Any]:
    """Return the data of a new charge point's subentry."""
    return ChargePointSettings(identity=identity, decision=decision).as_data()


def _known(entry: ConfigEntry, identity: str) -> bool:
    """Return whether a wallbox with this identity has been added."""
    return any(subentry.unique_id == identity for subentry in entry.subentries.values())


class SmartChargePointConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up the central system, and lets the owner confirm a wallbox that has dialled in."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Know nothing yet."""
        self._port = DEFAULT_PORT
        self._discovered: Mapping[str, str] = {}
        self._name = ""

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the kinds of subentries."""
        return {SUBENTRY_CHARGE_POINT: ChargePointSubentryFlow}

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for nothing but the port, which has a good default."""
        await self.async_set_unique_id(DOMAIN)
        self._abort_if_unique_id_configured()
        return await self._async_ask_port("user", DEFAULT_PORT, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address again, and let the owner change the port."""
        return await self._async_ask_port(
            "reconfigure", self._get_reconfigure_entry().data[CONF_PORT], user_input
        )

    async def _async_ask_port(
        self, step_id: str, port: int, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask for the port and see that it can be had."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._port = user_input[CONF_PORT]
            # The port that we listen on ourselves is in use, and rightly so.
            own = self.source == SOURCE_RECONFIGURE and self._port == port
            error = None if own else await _port_error(self.hass, self._port)
            if error is None:
                return await self.async_step_address()
            errors[CONF_PORT] = error
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_PORT, default=port): PORT_SELECTOR}),
                user_input,
            ),
            errors=errors,
        )

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address that the owner types into the wallbox, then finish."""
        if user_input is None:
            address = await async_ocpp_address(self.hass, self._port)
            return self.async_show_form(
                step_id="address",
                data_schema=vol.Schema({vol.Optional(CONF_ADDRESS): _qr_code(address)}),
                description_placeholders={"address": address},
                last_step=True,
            )
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_reconfigure_entry(), data_updates={CONF_PORT: self._port}
            )
        return self.async_create_entry(title=TITLE, data={CONF_PORT: self._port})

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Show the card of a wallbox that has dialled in and is not known."""
        self._discovered = discovery_info
        await self.async_set_unique_id(discovery_info[CONF_IDENTITY])
        self._abort_if_unique_id_configured()
        self._abort_if_added()
        self.context["title_placeholders"] = self._placeholders
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a name and for the owner's word on the charging hours."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema(
                    {
                        vol.Required(
                            CONF_NAME, default=self._placeholders["name"]
                        ): TextSelector(),
                        vol.Required(
                            CONF_HOURS, default=HoursChoice.ACCEPTED.value
                        ): HOURS_SELECTOR,
                    }
                ),
                description_placeholders=self._placeholders,
            )
        self._name = user_input[CONF_NAME]
        choice = HoursChoice(user_input[CONF_HOURS])
        if choice is HoursChoice.CHANGED:
            return await self.async_step_hours()
        return self._add(_decision(choice, None))

    async def async_step_hours(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the owner's own hours."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                hours = hours_from_form(user_input)
            except HoursFormError as err:
                errors[err.field] = err.key
            else:
                return self._add(_decision(HoursChoice.CHANGED, hours))
        return self.async_show_form(
            step_id="hours",
            data_schema=self.add_suggested_values_to_schema(
                HOURS_SCHEMA, user_input or NIGHTS
            ),
            errors=errors,
        )

    @callback
    def _add(self, decision: HoursDecision) -> ConfigFlowResult:
        """Add the wallbox to the central system's entry, which takes it in at once."""
        entry = self._abort_if_added()
        identity = self._discovered[CONF_IDENTITY]
        self.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(_new_data(identity, decision)),
                subentry_type=SUBENTRY_CHARGE_POINT,
                title=self._name,
                unique_id=identity,
            ),
        )
        return self.async_abort(
            reason="charge_point_added", description_placeholders={"name": self._name}
        )

    @callback
    def _abort_if_added(self) -> ConfigEntry:
        """Return the central system's entry, unless it is gone or has the wallbox already."""
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, DOMAIN
        )
        if entry is None:
            raise AbortFlow("not_set_up")
        if _known(entry, self._discovered[CONF_IDENTITY]):
            raise AbortFlow("already_configured")
        return entry

    @property
    def _placeholders(self) -> dict[str, str]:
        told = self._discovered
        name = " ".join(filter(None, (told.get("vendor"), told.get("model"))))
        return {
            "name": name or told[CONF_IDENTITY],
            "vendor": told.get("vendor") or "–",
            "model": told.get("model") or "–",
            "serial": told.get("serial") or told[CONF_IDENTITY],
            "identity": told[CONF_IDENTITY],
            "peer": told.get("peer") or "–",
        }


class ChargePointSubentryFlow(ConfigSubentryFlow):
    """Adds a wallbox by hand, and changes what the owner set for one."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._identity = ""
        self._name = ""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a wallbox that has not dialled in yet, or whose card was overlooked."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._identity = user_input[CONF_IDENTITY].strip()
            self._name = user_input[CONF_NAME]
            choice = HoursChoice(user_input[CONF_HOURS])
            if error := self._identity_error():
                errors[CONF_IDENTITY] = error
            elif choice is HoursChoice.CHANGED:
                return await self.async_step_own_hours()
            else:
                return self._add(_decision(choice, None))
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
            menu_options=["settings", "hours", "sleeping_car", "replace"],
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
        subentry = self._get_reconfigure_subentry()
        if user_input is None:
            return self.async_show_form(
                step_id="sleeping_car",
                data_schema=self.add_suggested_values_to_schema(
                    SLEEPING_CAR_SCHEMA, subentry.data
                ),
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
        return self._update_hours(_decision(choice, None))

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
                decision = _decision(HoursChoice.CHANGED, hours)
                if reconfigure:
                    return self._update_hours(decision)
                return self._add(decision)
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
                    data_updates={CONF_IDENTITY: self._identity},
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
        if _known(self._get_entry(), self._identity):
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
    def _add(self, decision: HoursDecision) -> SubentryFlowResult:
        if error := self._identity_error():
            return self.async_abort(reason=error)
        self._dismiss_card()
        return self.async_create_entry(
            title=self._name,
            data=_new_data(self._identity, decision),
            unique_id=self._identity,
        )

    @callback
    def _update_hours(self, decision: HoursDecision) -> SubentryFlowResult:
        subentry = self._get_reconfigure_subentry()
        changed = ChargePointSettings(
            identity=subentry.data[CONF_IDENTITY], decision=decision
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
