"""Tests of the sentences: why a car is charging or not, in the owner's words."""

from datetime import UTC, datetime, timedelta
from string import Formatter

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import (
    async_get_translations,
    async_load_integrations,
)
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.charge_point import (
    ChargingReason,
    ConnectorState,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.sentences import (
    async_load_sentences,
    reason_sentence,
)

MONDAY = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
AT_TEN = datetime(2026, 11, 23, 22, 3, 12, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 5, 52, 37, tzinfo=UTC)
TEN = Limit(amperes=10)


@pytest.fixture(autouse=True)
async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    enable_custom_integrations: None,
) -> None:
    """Live in London, on a Monday evening in winter."""
    freezer.move_to(MONDAY)
    await hass.config.async_set_time_zone("Europe/London")
    await async_load_integrations(hass, {DOMAIN})


def said(
    hass: HomeAssistant,
    reason: ChargingReason,
    until: datetime | None = None,
    limit: Limit | None = None,
) -> str:
    """Return the sentence of a connector."""
    return reason_sentence(
        hass,
        ConnectorState(number=1, reason=reason, reason_until=until, requested=limit),
    )


@pytest.mark.parametrize(
    ("reason", "until", "limit", "sentence"),
    [
        (
            ChargingReason.WAITING_FOR_HOURS,
            AT_TEN,
            Limit.PAUSED,
            "Waiting for charging hours until 22:04",
        ),
        (
            ChargingReason.WAITING_FOR_HOURS,
            AT_TEN.replace(second=0),
            Limit.PAUSED,
            "Waiting for charging hours until 22:03",
        ),
        (
            ChargingReason.WAITING_FOR_HOURS,
            None,
            Limit.PAUSED,
            "Waiting for charging hours",
        ),
        (
            ChargingReason.RANDOM_DELAY,
            AT_TEN,
            Limit.PAUSED,
            "Random delay until 22:03:12",
        ),
        (
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            None,
            TEN,
            "Limited to 10 A by the house fuse",
        ),
        (
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            TUESDAY,
            Limit(amperes=10.666),
            "Limited to 10.7 A by the house fuse until Tuesday 05:53",
        ),
        (
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            None,
            None,
            "Limited by the house fuse",
        ),
        (
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            AT_TEN,
            None,
            "Limited by the house fuse until 22:04",
        ),
        (ChargingReason.CHARGING, TUESDAY, TEN, "Charging until Tuesday 05:53"),
        (
            ChargingReason.DSR_LIMITED,
            AT_TEN,
            TEN,
            "Limited to 10 A for demand response until 22:04",
        ),
        (
            ChargingReason.PAUSED_BY_OWNER,
            datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC),
            Limit.PAUSED,
            "Paused by you until Tuesday 00:00",
        ),
        (ChargingReason.NO_CAR, AT_TEN, TEN, "No car is plugged in"),
    ],
)
async def test_a_sentence_says_what_is_known(
    hass: HomeAssistant,
    reason: ChargingReason,
    until: datetime | None,
    limit: Limit | None,
    sentence: str,
) -> None:
    """The limit where current flows, the end in the home's time, and its weekday where that is not today's."""
    assert said(hass, reason, until, limit) == sentence


@pytest.mark.parametrize("reason", ChargingReason)
@pytest.mark.parametrize("until", [None, AT_TEN])
@pytest.mark.parametrize("limit", [None, Limit.PAUSED, TEN])
async def test_every_reason_has_its_sentence(
    hass: HomeAssistant,
    reason: ChargingReason,
    until: datetime | None,
    limit: Limit | None,
) -> None:
    """Whatever is known or not, no reason is left without words, and no placeholder stands open."""
    sentence = said(hass, reason, until, limit)
    assert sentence != reason.value
    assert sentence[0].isupper()
    assert "{" not in sentence


async def test_a_text_asks_for_what_its_name_says(hass: HomeAssistant) -> None:
    """Each text belongs to a reason, and holds exactly the placeholders that its name promises."""
    texts = await async_get_translations(hass, "en", "common", [DOMAIN])
    start = f"component.{DOMAIN}.common.reason_"
    found = {
        key.removeprefix(start): text
        for key, text in texts.items()
        if key.startswith(start)
    }
    assert found
    for key, text in found.items():
        asked = {name for _, name, _, _ in Formatter().parse(text) if name}
        reason, rest = max(
            (
                (reason, key.removeprefix(reason))
                for reason in ChargingReason
                if key.startswith(reason)
            ),
            key=lambda split: len(split[0]),
        )
        assert rest in {"", "_limit", "_until", "_limit_until"}, key
        assert asked == set(rest.split("_")) - {""}, key
        assert reason in found


async def test_times_are_the_homes_own(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """In summer London is an hour ahead of UTC, and its day ends an hour sooner."""
    freezer.move_to(datetime(2026, 7, 6, 20, 0, tzinfo=UTC))
    until = datetime(2026, 7, 6, 21, 0, tzinfo=UTC)
    assert said(hass, ChargingReason.CHARGING, until) == "Charging until 22:00"
    until += timedelta(hours=2)
    assert said(hass, ChargingReason.CHARGING, until) == "Charging until Tuesday 00:00"


async def test_a_sentence_does_not_tick(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While its end comes nearer, it stays as it is."""
    sentences = set()
    for second in range(0, 7200, 61):
        freezer.move_to(MONDAY + timedelta(seconds=second))
        sentences.add(said(hass, ChargingReason.RANDOM_DELAY, AT_TEN))
    assert sentences == {"Random delay until 22:03:12"}


async def test_a_number_has_the_decimal_sign_of_the_language(
    hass: HomeAssistant,
) -> None:
    """In the home's language, and in that of whoever looks at the panel."""
    await async_load_sentences(hass, "de")
    connector = ConnectorState(
        number=1,
        reason=ChargingReason.LIMITED_BY_HOUSE_FUSE,
        requested=Limit(amperes=10.666),
    )
    assert " 10,7 A " in reason_sentence(hass, connector, "de")
    assert " 10.7 A " in reason_sentence(hass, connector)
    hass.config.language = "de"
    assert " 10,7 A " in reason_sentence(hass, connector)
