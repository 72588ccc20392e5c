"""Options: what holds for the home as a whole."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from .control.site_settings import (
    CONF_DSR_PROVIDERS,
    CONF_HOUSE_FUSE,
    CONF_RULESET,
    RULESETS,
    SiteSettings,
)

RULES_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_RULESET): SelectSelector(
            SelectSelectorConfig(
                options=list(RULESETS),
                mode=SelectSelectorMode.LIST,
                translation_key="ruleset",
            )
        ),
        vol.Optional(CONF_HOUSE_FUSE): NumberSelector(
            NumberSelectorConfig(
                min=6,
                max=200,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement="A",
            )
        ),
        vol.Optional(CONF_DSR_PROVIDERS): TextSelector(
            TextSelectorConfig(multiple=True)
        ),
    }
)


class SmartChargePointOptionsFlow(OptionsFlow):
    """Changes what holds for the home as a whole."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the rules and the house fuse."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        site = SiteSettings.of(self.hass, options, 1)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                RULES_SCHEMA, {CONF_RULESET: site.ruleset.id.lower(), **options}
            ),
        )
