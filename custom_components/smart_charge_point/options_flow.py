"""Options: what holds for the home as a whole, what energy costs, and where demand-side response comes from."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .control.bank_holidays import AS_WEEKDAYS, CHOICES
from .control.dsr_sources.axle import DOMAIN as AXLE_DOMAIN
from .control.dsr_sources.configured import (
    CONF_ENTRY_ID,
    CONF_SOURCE,
    CONF_URL,
    SourceKind,
    openadr_settings,
    provider_of,
)
from .control.dsr_sources.openadr.client import (
    OpenAdrAuthError,
    OpenAdrError,
    OpenAdrRefusedError,
)
from .control.dsr_sources.openadr.source import check
from .control.energy_mix import CONF_CARBON
from .control.site_settings import (
    CONF_BANK_HOLIDAYS,
    CONF_DSR_PROVIDERS,
    CONF_DSR_SOURCES,
    CONF_HOUSE_FUSE,
    CONF_RULESET,
    RULESETS,
    SiteSettings,
)
from .control.tariff.settings import (
    CONF_ENTITY_ID,
    CONF_KIND,
    CONF_TARIFF,
    CONF_VALID_SINCE,
    TariffKind,
)
from .dsr_source_forms import NAMED_BY, from_form, missing, source_schema, to_form
from .form_fields import amperes, choice, several_texts
from .tariff_forms import (
    carbon_errors,
    carbon_schema,
    fixed_rates_schema,
    price_entity_errors,
    price_entity_schema,
    tariff_from_form,
)

RULES_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_RULESET): choice(RULESETS, "ruleset"),
        vol.Required(CONF_BANK_HOLIDAYS, default=AS_WEEKDAYS): choice(
            CHOICES, "bank_holidays"
        ),
        vol.Optional(CONF_HOUSE_FUSE): amperes(6, 200),
        vol.Optional(CONF_DSR_PROVIDERS): several_texts(),
    }
)


class SmartChargePointOptionsFlow(OptionsFlow):
    """Changes what holds for the home as a whole."""

    def __init__(self) -> None:
        """Change no source yet."""
        self._provider: str | None = None
        """The source that is being changed; None while one is added."""

    @property
    def _sources(self) -> Mapping[str, Mapping[str, Any]]:
        """What is kept of each source, by its provider."""
        sources: Mapping[str, Mapping[str, Any]] = self.config_entry.options.get(
            CONF_DSR_SOURCES, {}
        )
        return sources

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(
            step_id="init", menu_options=["home", "cost", "demand_response"]
        )

    async def async_step_home(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the rules, the house fuse and the providers that automations speak for."""
        options = self.config_entry.options
        errors: dict[str, str] = {}
        if user_input is not None:
            if self._sources.keys().isdisjoint(user_input.get(CONF_DSR_PROVIDERS, ())):
                shown = {marker.schema for marker in RULES_SCHEMA.schema}
                return self.async_create_entry(data=self._others(shown) | user_input)
            errors[CONF_DSR_PROVIDERS] = "provider_in_use"
        site = SiteSettings.of(self.hass, options, 1)
        return self.async_show_form(
            step_id="home",
            data_schema=self.add_suggested_values_to_schema(
                RULES_SCHEMA,
                user_input or {CONF_RULESET: site.ruleset.id.lower(), **options},
            ),
            errors=errors,
        )

    async def async_step_cost(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the price of a kilowatt-hour is known from."""
        known = CONF_TARIFF in self.config_entry.options
        return self.async_show_menu(
            step_id="cost",
            menu_options=[
                *(kind.value for kind in TariffKind),
                *(["no_tariff"] if known else []),
                "carbon",
            ],
        )

    async def async_step_price_entity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the entity that shows the price."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = price_entity_errors(self.hass, user_input[CONF_ENTITY_ID])
        return self._ask_tariff(
            TariffKind.PRICE_ENTITY, price_entity_schema(self._ours), user_input, errors
        )

    async def async_step_fixed_rates(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for rates by time of day."""
        return self._ask_tariff(
            TariffKind.FIXED_RATES,
            fixed_rates_schema(self.hass.config.currency),
            user_input,
            {},
        )

    def _ask_tariff(
        self,
        kind: TariffKind,
        schema: vol.Schema,
        user_input: dict[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Ask for a tariff, and keep it once there is nothing wrong with it."""
        if user_input is not None and not errors:
            tariff, errors = tariff_from_form(kind, user_input, dt_util.now().date())
            if not errors:
                return self.async_create_entry(
                    data=self._others({CONF_TARIFF}) | tariff
                )
        known = self.config_entry.options.get(CONF_TARIFF, {})
        shown = known if known.get(CONF_KIND) == kind else {}
        if kind is TariffKind.FIXED_RATES:
            # What was charged before costs what it did, unless the owner says otherwise each time.
            shown = {**shown, CONF_VALID_SINCE: dt_util.now().date().isoformat()}
        return self.async_show_form(
            step_id=kind.value,
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or shown
            ),
            description_placeholders={"currency": self.hass.config.currency},
            errors=errors,
        )

    async def async_step_no_tariff(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Forget the tariff; what was charged so far keeps its cost."""
        return self.async_create_entry(data=self._others({CONF_TARIFF}))

    async def async_step_carbon(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the entity that shows the CO₂ of the grid."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = carbon_errors(self.hass, user_input.get(CONF_CARBON))
            if not errors:
                return self.async_create_entry(
                    data=self._others({CONF_CARBON}) | user_input
                )
        return self.async_show_form(
            step_id="carbon",
            data_schema=self.add_suggested_values_to_schema(
                carbon_schema(self._ours),
                self.config_entry.options if user_input is None else user_input,
            ),
            errors=errors,
        )

    async def async_step_demand_response(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which source is to be added, or whether one is to be changed or removed."""
        return self.async_show_menu(
            step_id="demand_response",
            menu_options=[
                kind.value
                for kind in SourceKind
                # Its events bear no name of the home, so there is one at most.
                if kind is not SourceKind.AXLE or AXLE_DOMAIN not in self._sources
            ]
            + (["change", "remove"] if self._sources else []),
        )

    async def async_step_axle(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the events of Axle Energy."""
        return await self._ask(SourceKind.AXLE, user_input)

    async def async_step_octopus(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the sessions of Octopus Energy."""
        return await self._ask(SourceKind.OCTOPUS, user_input)

    async def async_step_calendar(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a calendar."""
        return await self._ask(SourceKind.CALENDAR, user_input)

    async def async_step_binary_sensor(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a sensor that is on while there is an event."""
        return await self._ask(SourceKind.BINARY_SENSOR, user_input)

    async def async_step_openadr(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a provider's server."""
        return await self._ask(SourceKind.OPENADR, user_input)

    async def async_step_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which source is to be changed."""
        if user_input is None:
            return self.async_show_form(
                step_id="change", data_schema=self._which_schema()
            )
        self._provider = user_input[CONF_SOURCE]
        return await self._ask(
            SourceKind(self._sources[self._provider][CONF_SOURCE]), None
        )

    async def async_step_remove(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which source is to be removed."""
        if user_input is None:
            return self.async_show_form(
                step_id="remove", data_schema=self._which_schema()
            )
        return self._keep(
            {
                provider: data
                for provider, data in self._sources.items()
                if provider != user_input[CONF_SOURCE]
            }
        )

    async def _ask(
        self, kind: SourceKind, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask for a source, and keep it once there is nothing wrong with it."""
        known = self._sources[self._provider] if self._provider is not None else {}
        errors: dict[str, str] = {}
        if user_input is not None:
            data = from_form(kind, user_input, known)
            errors = await self._errors(kind, data)
            if not errors:
                return self._keep(
                    {
                        provider: other
                        for provider, other in self._sources.items()
                        if provider != self._provider
                    }
                    | {provider_of(data): data}
                )
        return self.async_show_form(
            step_id=kind.value,
            data_schema=self.add_suggested_values_to_schema(
                source_schema(kind, self._ours),
                user_input or to_form(known),
            ),
            errors=errors,
        )

    async def _errors(
        self, kind: SourceKind, data: Mapping[str, Any]
    ) -> dict[str, str]:
        """Return what is wrong with a source, by field."""
        if errors := missing(kind, data):
            return errors
        if kind is SourceKind.AXLE:
            axle = self.hass.config_entries.async_get_entry(data[CONF_ENTRY_ID])
            if axle is None or axle.domain != AXLE_DOMAIN:
                return {CONF_ENTRY_ID: "dsr_not_axle"}
        provider = provider_of(data)
        taken = {*self._sources, *self.config_entry.options.get(CONF_DSR_PROVIDERS, ())}
        if provider in taken - {self._provider}:
            return {NAMED_BY[kind]: "provider_in_use"}
        if kind is SourceKind.OPENADR:
            return await self._server_errors(data)
        return {}

    async def _server_errors(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Ask a server whether address and credentials are right."""
        try:
            await check(self.hass, openadr_settings(data))
        except ValueError:
            return {CONF_URL: "https_required"}
        except OpenAdrAuthError:
            return {"base": "dsr_credentials_wrong"}
        except OpenAdrRefusedError:
            return {"base": "dsr_server_refused"}
        except OpenAdrError:
            return {"base": "dsr_server_unreachable"}
        return {}

    def _keep(self, sources: Mapping[str, Any]) -> ConfigFlowResult:
        """Keep these sources, and what else there is in the options."""
        kept = {CONF_DSR_SOURCES: dict(sources)} if sources else {}
        return self.async_create_entry(data=self._others({CONF_DSR_SOURCES}) | kept)

    def _others(self, replaced: Collection[str]) -> dict[str, Any]:
        """Return what there is in the options beside what is `replaced`."""
        return {
            key: value
            for key, value in self.config_entry.options.items()
            if key not in replaced
        }

    @property
    def _ours(self) -> list[str]:
        """Our own entities, which show nothing that could be chosen."""
        ours = er.async_entries_for_config_entry(
            er.async_get(self.hass), self.config_entry.entry_id
        )
        return [entity.entity_id for entity in ours]

    def _which_schema(self) -> vol.Schema:
        return vol.Schema(
            {
                vol.Required(CONF_SOURCE): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(
                                value=provider, label=self._label(provider)
                            )
                            for provider in self._sources
                        ],
                        mode=SelectSelectorMode.LIST,
                    )
                )
            }
        )

    def _label(self, provider: str) -> str:
        """Return what the owner knows a source by."""
        if provider == AXLE_DOMAIN:
            return "Axle Energy"
        state = self.hass.states.get(provider) if "." in provider else None
        return provider if state is None else state.name
