"""A9.1, A9.3: the recorder's statistics are a copy of the ledger, whatever happens to either of them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from unittest.mock import patch

from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.statistics.book import (
    NoBookError,
    StatisticsBook,
)
from custom_components.smart_charge_point.control.statistics.names import Kind
from custom_components.smart_charge_point.model.transaction import CorrectedField
from custom_components.smart_charge_point.model.usage import (
    Correction,
    SessionFilter,
    UsageKey,
    WipeRequest,
)

from ..fourteen_months import UNTIL, charges, tell
from .kept import HOUR, KeptHome

STATISTICS = f"custom_components.{DOMAIN}.control.statistics"
MINUTE = timedelta(minutes=1)
GARAGE = UsageKey(charge_point="garage")


async def lose(home: KeptHome, *keys: UsageKey) -> None:
    """Let the recorder lose the series of some keys, as one that was rebuilt has lost all."""
    lost = [
        statistic_id
        for key in keys
        for statistic_id in (await home.keeper.statistic_ids(key)).values()
    ]
    done = asyncio.Event()

    def tell_done() -> None:
        home.hass.loop.call_soon_threadsafe(done.set)

    get_instance(home.hass).async_clear_statistics(lost, on_done=tell_done)
    await done.wait()


async def names(home: KeptHome) -> Mapping[str, str | None]:
    """Return the names of all our series by their ids."""
    found = await get_instance(home.hass).async_add_executor_job(
        partial(get_metadata, home.hass, statistic_source=DOMAIN)
    )
    return {each: about["name"] for each, (_, about) in found.items()}


async def test_a9_3_fourteen_months_agree_by_hour_day_and_month(home: KeptHome) -> None:
    """All that was charged in 14 months is in the recorder to the watt-hour, over changes of the clocks and month ends."""
    await home.ledger.keep_price(UNTIL - timedelta(days=500), 0.3)
    await home.ledger.keep_price(UNTIL - timedelta(days=100), -0.05)
    told = charges(wallboxes=("garage",))[::4]
    await tell(home.ledger, told, every=None)

    await home.looked(UNTIL + HOUR)

    assert await home.differences(UNTIL) == {}
    whole = sum(charge.energy for charge in told) / 1000
    days = await home.changes(UsageKey(), period="day")
    assert sum(days.values()) == pytest.approx(whole, abs=0.001)
    months = await home.changes(GARAGE, period="month")
    starts = [*months, UNTIL]
    zone = dt_util.get_default_time_zone()
    assert all(start.astimezone(zone).day == 1 for start in months)
    assert list(months.values()) == [
        pytest.approx(
            sum(
                each.energy / 1000
                for each in await home.ledger.hours(UsageKey(), start, end)
            ),
            abs=0.001,
        )
        for start, end in pairwise(starts)
    ]


async def test_what_is_right_is_not_written_again(home: KeptHome) -> None:
    """A second look, a restart and the rebuilding of what is right change no row."""
    await tell(home.ledger, charges(days=3), every=None)
    await home.looked(UNTIL + HOUR)
    before = await home.changes(GARAGE)

    with patch.object(
        StatisticsBook, "write", side_effect=AssertionError("something is written")
    ):
        for hours in range(2, 5):
            await home.looked(UNTIL + hours * HOUR)
        assert await home.ledger.due() == {}
        await home.restart()
        await home.looked(UNTIL + 6 * HOUR)
        await home.keeper.rebuild()

    assert await home.changes(GARAGE) == before


async def test_nothing_is_settled_before_the_recorder_has_it(home: KeptHome) -> None:
    """Rows that the recorder loses on the way remain due until they are there."""
    await tell(home.ledger, charges(days=2), every=None)

    with patch(f"{STATISTICS}.book.async_add_external_statistics"):
        for hours in range(1, 5):
            await home.looked(UNTIL + hours * HOUR)
        assert await home.ledger.due() != {}
    await home.looked(UNTIL + 5 * HOUR)

    assert await home.differences(UNTIL) == {}
    assert await home.ledger.due() == {}


async def test_a_recorder_that_lost_it_all_gets_it_again(home: KeptHome) -> None:
    """The database was rebuilt while Home Assistant was down: after the start everything is there again."""
    await tell(home.ledger, charges(days=8), every=None)
    for hours in range(1, 4):
        await home.looked(UNTIL + hours * HOUR)
    await lose(home, *await home.ledger.keys())
    assert await home.changes(GARAGE) == {}

    await home.restart()
    await home.looked(UNTIL + 5 * HOUR)

    assert await home.differences(UNTIL) == {}


async def test_a_daily_check_says_where_they_differ_and_rebuilding_mends_it(
    home: KeptHome,
) -> None:
    """Somebody changed the recorder's rows: a repair says so within a day, and goes when they are written again."""
    await tell(home.ledger, charges(days=8), every=None)
    for hours in range(1, 4):
        await home.looked(UNTIL + hours * HOUR)
    await home.looked(UNTIL + 27 * HOUR)
    assert not home.says_that_they_differ
    series = (await home.keeper.statistic_ids(GARAGE))[Kind.ENERGY]
    get_instance(home.hass).async_adjust_statistics(
        series, UNTIL - timedelta(days=5), 0.002, "kWh"
    )

    await home.looked(UNTIL + 52 * HOUR)
    assert home.says_that_they_differ
    assert await home.differences(UNTIL) != {}

    await home.keeper.rebuild()
    assert await home.differences(UNTIL) == {}
    assert not home.says_that_they_differ


async def test_each_day_is_looked_at_once_a_month(home: KeptHome) -> None:
    """What evens out in the totals is found as well, within thirty days."""
    await tell(home.ledger, charges(days=12, wallboxes=("garage",)), every=None)
    for hours in range(1, 4):
        await home.looked(UNTIL + hours * HOUR)
    series = (await home.keeper.statistic_ids(GARAGE))[Kind.ENERGY]
    for start, by in ((UNTIL - timedelta(days=9), 1), (UNTIL - timedelta(days=8), -1)):
        get_instance(home.hass).async_adjust_statistics(series, start, by, "kWh")

    for days in range(1, 31):
        await home.looked(UNTIL + timedelta(days=days, hours=4))
        if home.says_that_they_differ:
            break

    assert home.says_that_they_differ


async def test_a_ledger_that_was_lost_takes_no_history_along(home: KeptHome) -> None:
    """A new ledger goes on from where the recorder stands, and rebuilding keeps what is older."""
    told = charges(days=6, wallboxes=("garage",))
    await tell(home.ledger, told[:9], every=None)
    for hours in range(1, 4):
        await home.looked(UNTIL + hours * HOUR)
    before = await home.changes(GARAGE)
    await home.lose_ledger()

    await tell(home.ledger, told[9:], every=None)
    for hours in range(4, 8):
        await home.looked(UNTIL + hours * HOUR)
    await home.keeper.rebuild()

    after = await home.changes(GARAGE)
    assert after.keys() > before.keys()
    assert sum(after.values()) == pytest.approx(sum(c.energy for c in told) / 1000)
    assert not home.says_that_they_differ


async def test_corrections_and_deletions_move_what_is_shown(home: KeptHome) -> None:
    """A session that is given to somebody else leaves the one's hours for the other's; a forgotten person's series goes."""
    kept = await tell(home.ledger, charges(days=4), every=None)
    await home.looked(UNTIL + HOUR)
    ada, ben = UsageKey(person="ada"), UsageKey(person="ben")
    whole = sum((await home.changes(UsageKey())).values())

    for session in kept[:20]:
        await home.ledger.correct(
            Correction(
                transaction_id=session.transaction_id,
                field=CorrectedField.PERSON,
                value="ben",
                user_id=None,
                at=UNTIL,
            )
        )
    await home.looked(UNTIL + HOUR + MINUTE)
    assert await home.differences(UNTIL) == {}
    assert sum((await home.changes(UsageKey())).values()) == pytest.approx(whole)

    gone = (await home.keeper.statistic_ids(ada))[Kind.ENERGY]
    assert gone in await names(home)
    await home.ledger.wipe(
        WipeRequest(person="ada", tags=frozenset({"04A0"})), UNTIL + HOUR
    )
    await home.looked(UNTIL + HOUR + 2 * MINUTE)
    assert await home.differences(UNTIL) == {}
    assert gone not in await names(home)
    assert await home.changes(ben) != {}


@pytest.mark.parametrize(
    "deletion", [WipeRequest(charge_point="drive"), WipeRequest(everything=True)]
)
async def test_a_wallbox_whose_sessions_were_all_deleted_shows_none(
    home: KeptHome, deletion: WipeRequest
) -> None:
    """It is of the home still, and nothing is left of what it charged; what one charged that was removed stays."""
    drive = UsageKey(charge_point="drive")
    removed = (await home.keeper.statistic_ids(GARAGE))[Kind.ENERGY]
    await tell(home.ledger, charges(days=4), every=None)
    await home.looked(UNTIL + HOUR)
    assert await home.changes(drive) != {}
    history = await home.changes(GARAGE)
    home.remove("garage")

    await home.ledger.wipe(deletion, UNTIL + HOUR)
    await home.looked(UNTIL + HOUR + MINUTE)

    assert await home.changes(drive) == {}
    assert removed in await names(home)
    home.add("charge_point", "garage", "Garage")
    assert await home.changes(GARAGE) == history


async def test_names_are_the_owners_and_no_tag_is_told(home: KeptHome) -> None:
    """Series bear the names of the home, follow them, and keep their ids; what is on a card is nowhere."""
    await home.ledger.keep_price(UNTIL - timedelta(days=9), 0.25)
    await tell(home.ledger, charges(days=3), every=None)
    await home.looked(UNTIL + HOUR)
    before = await names(home)

    assert {
        "All wallboxes: energy charged",
        "Garage: energy charged",
        "Garage: cost of charging",
        "Ada: energy charged",
        "Ada, card 1: energy charged",
        "Ben, card 1: energy charged",
    } <= set(before.values())
    assert not any("04a" in f"{key}{name}".lower() for key, name in before.items())

    home.rename("garage", "Carport")
    await home.looked(UNTIL + HOUR + MINUTE)
    after = await names(home)
    assert after.keys() == before.keys()
    assert "Carport: energy charged" in after.values()
    assert "Garage: energy charged" not in after.values()


async def test_without_a_recorder_everything_waits(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    unrecorded_home: KeptHome,
) -> None:
    """The owner has no recorder, or it does not start: nothing fails, and what is due remains so."""
    home = unrecorded_home
    await tell(home.ledger, charges(days=2), every=None)
    for hours in range(1, 5):
        await home.looked(UNTIL + hours * HOUR)
    assert await home.ledger.due() != {}
    with pytest.raises(NoBookError):
        await home.keeper.rebuild()

    await async_setup_recorder_instance(home.hass)
    await home.looked(UNTIL + 5 * HOUR)

    assert await home.differences(UNTIL) == {}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_between_the_copy_is_right(
    home: KeptHome, seed: int
) -> None:
    """Late replays, restarts in the midst, lost recorders and corrections, in any order, end with statistics = ledger."""
    chance = Random(seed)
    # The clocks go back in the night of 25 October.
    until = datetime(2026, 10, 27, tzinfo=UTC)
    untold = charges(until, days=4, wallboxes=("garage", "drive"), seed=seed)
    now = UNTIL
    await home.ledger.keep_price(until - timedelta(days=3), 0.3)
    while untold:
        now += chance.choice([MINUTE, 20 * MINUTE, HOUR, 5 * HOUR])
        match chance.randrange(7):
            case 0 | 1 | 2:
                count = chance.randrange(1, 5)
                which = [
                    untold.pop(chance.randrange(len(untold)))
                    for _ in range(min(count, len(untold)))
                ]
                await tell(home.ledger, which, every=chance.choice([None, HOUR]))
            case 3:
                home.look(now)
                await asyncio.sleep(0)
                await home.restart()
            case 4:
                await lose(home, *(await home.ledger.keys())[: chance.randrange(9)])
            case 5:
                await home.ledger.keep_price(
                    until - chance.randrange(72) * HOUR,
                    chance.choice([None, -0.1, 0.4]),
                )
            case _:
                rows = await home.ledger.rows(SessionFilter())
                if rows:
                    await home.ledger.correct(
                        Correction(
                            transaction_id=chance.choice(rows).session.transaction_id,
                            field=CorrectedField.PERSON,
                            value=chance.choice(["ada", "ben", None]),
                            user_id=None,
                            at=now,
                        )
                    )
        if chance.random() < 0.5:
            await home.looked(now)
    for hours in range(2, 6):
        await home.looked(now + hours * HOUR)

    if await home.differences(until + HOUR):
        # Only what the recorder lost is missing, and the check of the day says so.
        await home.looked(now + 31 * HOUR)
        assert home.says_that_they_differ
        await home.keeper.rebuild()
    assert await home.differences(until + HOUR) == {}
    assert not home.says_that_they_differ
