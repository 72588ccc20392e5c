"""Days, moments and numbers as an owner writes them: in the home's own time, and in the style of a language.

Home Assistant styles them in the browser, which sees nothing of what stands inside a text. The styles are those of the
exported files.
"""

from datetime import date, datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN

_DAY: Final = "export_day_style"
_DECIMAL: Final = "export_decimal_sign"


@callback
def day(hass: HomeAssistant, civil: date) -> str:
    """Return a civil day, in the home's language."""
    style = _style(hass, _DAY, "{year}-{month}-{day}", hass.config.language)
    return style.format(
        year=f"{civil.year:04}", month=f"{civil.month:02}", day=f"{civil.day:02}"
    )


@callback
def moment(hass: HomeAssistant, at: datetime) -> str:
    """Return a moment (UTC) by the clocks of the home to the minute, in the home's language."""
    local = dt_util.as_local(at)
    return f"{day(hass, local.date())} {local:%H:%M}"


@callback
def number(hass: HomeAssistant, value: float, language: str | None = None) -> str:
    """Return a number with one digit behind the decimal sign, or none where it is whole, in the home's language or another."""
    sign = _style(hass, _DECIMAL, ".", language or hass.config.language)
    return f"{round(value, 1):g}".replace(".", sign)


@callback
def _style(hass: HomeAssistant, key: str, otherwise: str, language: str) -> str:
    """Return a style of a language, or `otherwise` where its texts are not loaded."""
    texts = async_get_cached_translations(hass, language, "common", DOMAIN)
    return texts.get(f"component.{DOMAIN}.common.{key}", otherwise)
