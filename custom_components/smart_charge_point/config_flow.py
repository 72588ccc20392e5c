"""Config flows: the central system, and its wallboxes."""

import asyncio
from collections.abc import Mapping
import errno
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    TextSelector,
)
from homeassistant.helpers.typing import DiscoveryInfoType
import voluptuous as vol

from .address import async_ocpp_address
from .charge_point_flow import ChargePointSubentryFlow
from .confirmation import (
    CONF_HOURS,
    CONF_IDENTITY,
    HOURS_SELECTOR,
    decision,
    known,
    new_data,
)
from .const import (
    DEFAULT_PORT,
    DOMAIN,
    SUBENTRY_CHARGE_POINT,
    SUBENTRY_PERSON,
    SUBENTRY_VEHICLE,
)
from .hours_form import HOURS_SCHEMA, NIGHTS, HoursFormError, hours_from_form
from .model.hours import HoursChoice, HoursDecision
from .options_flow import SmartChargePointOptionsFlow
from .person_flow import PersonSubentryFlow
from .vehicle_flow import VehicleSubentryFlow

CONF_ADDRESS: Final = "address"

TITLE: Final = "Smart Charge Point"

PORT_SELECTOR: Final = vol.All(
    NumberSelector(
        NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
    ),
    vol.Coerce(int),
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


class SmartChargePointConfigFlow(ConfigFlow, domain=DOMAIN):
    """Sets up the central system, and lets the owner confirm a wallbox that has dialled in."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Know nothing yet."""
        self._port = DEFAULT_PORT
        self._discovered: Mapping[str, str] = {}
        self._name = ""
        self._inputs = 0

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the kinds of subentries."""
        return {
            SUBENTRY_CHARGE_POINT: ChargePointSubentryFlow,
            SUBENTRY_PERSON: PersonSubentryFlow,
            SUBENTRY_VEHICLE: VehicleSubentryFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that changes what holds for the home."""
        return SmartChargePointOptionsFlow()

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
        self._inputs = len(user_input)
        self._name = user_input[CONF_NAME]
        choice = HoursChoice(user_input[CONF_HOURS])
        if choice is HoursChoice.CHANGED:
            return await self.async_step_hours()
        return self._add(decision(self.hass, self._abort_if_added(), choice, None))

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
                self._inputs += len(user_input)
                return self._add(
                    decision(
                        self.hass, self._abort_if_added(), HoursChoice.CHANGED, hours
                    )
                )
        return self.async_show_form(
            step_id="hours",
            data_schema=self.add_suggested_values_to_schema(
                HOURS_SCHEMA, user_input or NIGHTS
            ),
            errors=errors,
        )

    @callback
    def _add(self, chosen: HoursDecision) -> ConfigFlowResult:
        """Add the wallbox to the central system's entry, which takes it in at once."""
        entry = self._abort_if_added()
        identity = self._discovered[CONF_IDENTITY]
        self.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(new_data(identity, chosen, self._inputs)),
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
        if known(entry, self._discovered[CONF_IDENTITY]):
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
