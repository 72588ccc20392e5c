"""A wallbox that refuses one thing is held by another, and is told nothing twice."""

import asyncio
from datetime import UTC, datetime, timedelta

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    Link,
    Priority,
)
from custom_components.smart_charge_point.central_system.profiles import ChargingProfile
from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.sending import ProfileSender
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

pytestmark = pytest.mark.draws(412, 137, 555, 298, 476, 61)

PEAK_ENDS = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
BEFORE_PEAK_ENDS = pytest.mark.at(PEAK_ENDS - timedelta(minutes=20))
NOON = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


def issues(house: House) -> set[str]:
    """Return the kinds of repair issues that are shown."""
    return {
        issue.translation_key
        for (domain, _), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue.active and issue.translation_key
    }


def drawn_before(wallbox: Wallbox, moment: datetime) -> list[datetime]:
    """Return when current flowed before `moment`."""
    return [
        change.at
        for change in wallbox.switchings
        if change.amperes > 0 and change.at < moment
    ]


@BEFORE_PEAK_ENDS
@pytest.mark.parametrize(
    ("quirks", "said"),
    [
        pytest.param(
            Quirks(refused_kinds=frozenset({"Relative"})),
            {"delay_on_home_assistant"},
            id="relative",
        ),
        pytest.param(
            # Ten edges with draws of their own are no day, so the coming day is what is left.
            Quirks(refused_kinds=frozenset({"Weekly"})),
            None,
            id="weekly",
        ),
        pytest.param(
            Quirks(refused_kinds=frozenset({"Weekly", "Daily"})),
            {"hours_on_home_assistant"},
            id="recurring",
        ),
        pytest.param(
            Quirks(unanswered_kinds=frozenset({"Weekly", "Daily"})),
            None,
            id="recurring unanswered",
        ),
        pytest.param(
            Quirks(default_profile=Refusal.REJECTED),
            None,
            id="default",
        ),
        pytest.param(
            Quirks(transaction_profile=Refusal.NOT_SUPPORTED), set(), id="transaction"
        ),
        pytest.param(
            Quirks(maximum_profile=Refusal.NOT_SUPPORTED), set(), id="maximum"
        ),
        pytest.param(Quirks(composite=Refusal.REJECTED), set(), id="composite"),
    ],
)
async def test_a5_3_the_hours_hold_whatever_is_refused(
    house: House, quirks: Quirks, said: set[str] | None
) -> None:
    """No minute of the peak is charged in, current flows after it, and charge now works."""
    wallbox = await house.wallbox(quirks=quirks, settings=SELDOM)
    await house.advance(timedelta(minutes=5))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance_to(PEAK_ENDS + timedelta(minutes=11))
    assert drawn_before(wallbox, PEAK_ENDS) == []
    assert wallbox.current(1) > 30
    if said is not None:
        assert issues(house) == said

    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30


@BEFORE_PEAK_ENDS
@pytest.mark.parametrize("connectors", [1, 2])
@pytest.mark.draws(0)
async def test_a10_1_hours_that_are_not_answered_are_held_in_another_way_at_once(
    house: House, connectors: int
) -> None:
    """While the week is tried again and again, what the wallbox takes instead is in force, also with no delay drawn."""
    wallbox = await house.wallbox(
        quirks=Quirks(unanswered_kinds=frozenset({"Weekly", "Daily"})),
        settings=SELDOM,
        connectors=connectors,
    )
    await house.advance(timedelta(minutes=5))
    for number in range(1, connectors + 1):
        await wallbox.plug_in(Car(start_delay=timedelta()), number)
    await house.advance_to(PEAK_ENDS + timedelta(minutes=1))
    assert drawn_before(wallbox, PEAK_ENDS) == []
    assert all(wallbox.current(number) > 15 for number in range(1, connectors + 1))
    asked = [
        request["csChargingProfiles"].get("recurrencyKind")
        for request in wallbox.requests("SetChargingProfile")
        if request["connectorId"] == 1
    ]
    assert asked.count("Weekly") == asked.count("Daily") == 3


@BEFORE_PEAK_ENDS
@pytest.mark.draws(0)
async def test_a10_1_a_wallbox_that_tells_nothing_of_itself_has_its_hours_in_a_minute(
    house: House,
) -> None:
    """It is asked in vain for minutes; the hours do not wait for that, also with no delay drawn."""
    wallbox = await house.wallbox(
        quirks=Quirks(never_answers=frozenset({"GetConfiguration"})), settings=SELDOM
    )
    await house.advance(timedelta(seconds=30))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance_to(PEAK_ENDS + timedelta(minutes=1))
    assert drawn_before(wallbox, PEAK_ENDS) == []
    assert wallbox.current(1) == 32
    assert house.state("hours_held_by") == "weekly"
    hours = [
        request
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileId"] == 100
    ]
    assert len(hours) == 1


@NOON
async def test_a5_3_time_outs_count_as_a_refusal_the_third_time(house: House) -> None:
    """A wallbox that does not answer a week is asked three times, and then told a day."""
    wallbox = await house.wallbox(
        quirks=Quirks(unanswered_kinds=frozenset({"Weekly"})), settings=SELDOM
    )
    await house.advance(timedelta(minutes=6))
    kinds = [
        request["csChargingProfiles"].get("recurrencyKind")
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["stackLevel"] == 0
    ]
    assert kinds.count("Weekly") == 3
    assert kinds[-1] != "Weekly"


@NOON
async def test_a_day_on_which_nothing_changes_tells_the_wallbox_nothing(
    house: House,
) -> None:
    """A wallbox's flash is not written for the passing of time."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    told = len(wallbox.received)
    await house.clock.advance_to(
        house.now + timedelta(days=1), step=timedelta(minutes=10)
    )
    assert wallbox.requests("SetChargingProfile")
    assert [frame.action for frame in wallbox.received[told:] if frame.kind == 2].count(
        "SetChargingProfile"
    ) == 0


@NOON
async def test_a11_2_the_week_is_drawn_anew_once_a_week(house: House) -> None:
    """Eight days later the hours have been sent once more, with other seconds."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))

    def weeks() -> list[list[int]]:
        return [
            [
                period["startPeriod"]
                for period in request["csChargingProfiles"]["chargingSchedule"][
                    "chargingSchedulePeriod"
                ]
            ]
            for request in wallbox.requests("SetChargingProfile")
            if request["csChargingProfiles"].get("recurrencyKind") == "Weekly"
            and request["csChargingProfiles"]["stackLevel"] == 0
        ]

    assert len(weeks()) == 1
    await house.clock.advance_to(
        house.now + timedelta(days=8), step=timedelta(minutes=30)
    )
    assert len(weeks()) == 2
    assert weeks()[0] != weeks()[1]


@NOON
@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a11_3_killed_in_mid_exchange_the_same_draws_are_told(
    house: House, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Home Assistant goes after the n-th profile; started again it tells the rest, of the same draws."""
    send = ProfileSender.send
    sent: list[ChargingProfile] = []

    async def send_some(
        self: ProfileSender, link: Link, profile: ChargingProfile, priority: Priority
    ) -> Answer:
        sent.append(profile)
        if len(sent) > after:
            await asyncio.Event().wait()
        return await send(self, link, profile, priority)

    with monkeypatch.context() as killed:
        killed.setattr(ProfileSender, "send", send_some)
        wallbox = await house.wallbox(settings=SELDOM)
        await house.stop()
    await house.start()
    await house.advance(timedelta(minutes=2))
    told = [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["stackLevel"] in {0, 2}
    ]
    schedules = {
        profile["chargingProfileId"]: profile["chargingSchedule"] for profile in told
    }
    assert len(told) == len(schedules) == 2
    assert schedules[102]["duration"] in {412, 61, 298, 137, 555, 476}
    for profile in sent[: min(after + 1, 2)]:
        schedule = schedules[profile.profile_id]
        assert schedule.get("duration") == profile.duration
        assert [
            period["startPeriod"] for period in schedule["chargingSchedulePeriod"]
        ] == [period.start for period in profile.periods]
