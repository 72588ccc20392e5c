"""Sentences: why a car is charging or not, and what a wallbox can do, in the owner's words and language."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .control.capability_report import Finding
from .control.in_words import number
from .model.capabilities import Capabilities
from .model.charge_point import ChargingReason, ConnectorState
from .model.limit import Limit

_TO_THE_SECOND: Final = {ChargingReason.RANDOM_DELAY, ChargingReason.WAKING_CAR}
"""What is over in minutes; all else is said to the minute."""


async def async_load_sentences(hass: HomeAssistant, language: str) -> None:
    """Load what sentences in `language` are made of."""
    for category in ("common", "selector"):
        await async_get_translations(hass, language, category, {DOMAIN})


@callback
def reason_sentence(
    hass: HomeAssistant, connector: ConnectorState, language: str | None = None
) -> str:
    """Return the sentence for the reason of `connector`, with its end and its limit where they are known.

    It is in `language`, whose texts `async_load_sentences` has loaded, or (None) in the home's. Times are the home's
    own, with the weekday where that is not today's. Nothing in it changes by time alone, so that whatever shows or
    keeps it needs no writing each second.
    """
    language = language or hass.config.language
    words: dict[str, str] = {}
    if connector.reason_until is not None:
        words["until"] = _moment(
            hass, connector.reason_until, connector.reason, language
        )
    if connector.requested is not None and connector.requested > Limit.PAUSED:
        words["limit"] = number(hass, connector.requested.amperes, language)
    texts = async_get_cached_translations(hass, language, "common", DOMAIN)
    for key in _keys(connector.reason, words):
        if (text := texts.get(f"component.{DOMAIN}.common.{key}")) is not None:
            return text.format_map(words)
    return connector.reason.value


@callback
def finding_sentence(
    hass: HomeAssistant, finding: Finding, capabilities: Capabilities
) -> str:
    """Return the sentence for what was found of a wallbox with `capabilities`."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    key = f"capability_{finding.ability}_{finding.found}"
    return texts.get(f"component.{DOMAIN}.common.{key}", key).format_map(
        {"seconds": str(capabilities.own_delay)}
    )


def _keys(reason: ChargingReason, known: dict[str, str]) -> Iterator[str]:
    """Yield the texts for `reason` that need no more than is known, the one that says most first."""
    key = f"reason_{reason}"
    if "limit" in known and "until" in known:
        yield f"{key}_limit_until"
    if "limit" in known:
        yield f"{key}_limit"
    if "until" in known:
        yield f"{key}_until"
    yield key


def _moment(
    hass: HomeAssistant, moment: datetime, reason: ChargingReason, language: str
) -> str:
    """Return a time of the home, to the minute that is not before it or to the second."""
    local, today = dt_util.as_local(moment), dt_util.now().date()
    if reason in _TO_THE_SECOND:
        clock = local.strftime("%H:%M:%S")
    else:
        if local.second or local.microsecond:
            # Nothing happens earlier than it says.
            whole = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
            local = dt_util.as_local(whole)
        clock = local.strftime("%H:%M")
    if local.date() == today:
        return clock
    days = async_get_cached_translations(hass, language, "selector", DOMAIN)
    day = WEEKDAYS[local.weekday()]
    name = days.get(f"component.{DOMAIN}.selector.weekdays.options.{day}", day)
    return f"{name} {clock}"
