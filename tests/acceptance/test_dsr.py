"""Demand-side response (D1 to D7), at the wire: what the wallbox was told and what its current did."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
IN_PEAK = pytest.mark.at(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
NO_MAXIMUM = Quirks(maximum_profile=Refusal.REJECTED)
ONLY_DEFAULT = Quirks(
    maximum_profile=Refusal.REJECTED, transaction_profile=Refusal.REJECTED
)


@pytest.fixture(autouse=True)
def same_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every draw be 240 s, which a test can get a hold of."""
    monkeypatch.setattr(
        "custom_components.smart_charge_point.control.dsr.secrets.randbelow",
        lambda _: 240,
    )


async def home(
    house: House,
    quirks: Quirks | None = None,
    settings: Mapping[str, str] = SELDOM,
) -> Wallbox:
    """Return a wallbox whose car charges, or waits in the peak, in a home that follows two providers."""
    wallbox = await house.wallbox(quirks=quirks or Quirks(), settings=settings)
    await house.set_options(dsr_providers=["octopus", "axle"])
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=300))
    return wallbox


async def ask(house: House, **fields: Any) -> None:
    """Start an event."""
    await house.action(
        "start_dsr_event",
        **{
            "provider": "octopus",
            "event_id": "1",
            "direction": "down",
            "limit_a": 6,
            **fields,
        },
    )


@WITHIN_HOURS
@pytest.mark.parametrize("quirks", [Quirks(), NO_MAXIMUM])
async def test_d1_a_response_acts_at_once_and_ends_by_itself(
    house: House, quirks: Quirks
) -> None:
    """Within 10 s of the command the limit is measured, without any delay; the full rate is back at its end."""
    wallbox = await home(house, quirks)
    assert wallbox.current(1) > 30
    end = house.now + timedelta(minutes=20)
    await ask(house, kind="response", end=end)
    await house.advance(timedelta(seconds=10))
    assert 0 < wallbox.current(1) <= 6.6
    assert house.state("dsr_active") == "on"
    assert house.state("charging_reason") == "demand_response_limited"
    assert house.moment("charging_reason_until") == end

    await house.advance_to(end - timedelta(seconds=2))
    assert wallbox.current(1) <= 6.6
    await house.advance_to(end + timedelta(seconds=10))
    assert wallbox.current(1) > 30
    assert house.state("dsr_active") == "off"
    assert house.state("charging_reason") == "charging"


@WITHIN_HOURS
async def test_d1_a_response_acts_in_a_session_that_is_older_than_a_day(
    house: House,
) -> None:
    """Where only a default profile can say so, which stands for a day at most, that day is not the session's first."""
    wallbox = await home(house, ONLY_DEFAULT)
    await house.advance(timedelta(hours=30))
    assert wallbox.current(1) > 30
    await ask(house, kind="response", end=house.now + timedelta(minutes=20))
    await house.advance(timedelta(seconds=10))
    assert 0 < wallbox.current(1) <= 6.6
    await house.advance(timedelta(minutes=21))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_d1_every_second_is_measured_from_a_minute_before_to_a_minute_after(
    house: House,
) -> None:
    """The wallbox is switched to a sample a second and back, and the report counts what really came (A9.4)."""
    wallbox = await home(house, settings={})
    start = house.now + timedelta(minutes=3)
    end = start + timedelta(minutes=2)
    await ask(house, kind="response", start=start, end=end)
    await house.advance_to(end + timedelta(minutes=2))

    changes = [
        request["value"]
        for request in wallbox.requests("ChangeConfiguration")
        if request["key"] == "MeterValueSampleInterval"
    ]
    assert changes[-2] == "1"
    assert changes[-1] != "1"
    answer = await house.action("export_dsr_report", provider="octopus", event_id="1")
    (report,) = answer["reports"]
    (measured,) = report["connectors"]
    assert measured["seconds_measured"] >= 0.95 * 120
    assert measured["every_second"]
    before = [
        sample
        for sample in measured["samples"]
        if datetime.fromisoformat(sample["at"]) < start
    ]
    after = [
        sample
        for sample in measured["samples"]
        if datetime.fromisoformat(sample["at"]) >= end
    ]
    assert len(before) >= 57
    assert len(after) >= 57
    assert measured["energy_wh"] == pytest.approx(6 * 230 * 120 / 3600, rel=0.1)
    assert report["outcome"] == "completed"

    answer = await house.action(
        "export_dsr_report", provider="octopus", event_id="1", format="csv"
    )
    assert answer["reports"][0]["csv"].count("\n") > 230


@WITHIN_HOURS
@pytest.mark.parametrize("quirks", [Quirks(), NO_MAXIMUM])
async def test_d2_a_planned_event_ramps_outside_its_window(
    house: House, quirks: Quirks
) -> None:
    """At its start the limit holds already, since its own random delay before; it goes a random delay after its end."""
    wallbox = await home(house, quirks)
    start = house.now + timedelta(minutes=20)
    end = start + timedelta(minutes=10)
    await ask(house, start=start, end=end)
    assert house.state("dsr_active") == "off"

    # Drawn 240 s: counted from 600 s before the start, and after the end.
    falls = start - timedelta(seconds=600 - 240)
    await house.advance_to(falls - timedelta(seconds=10))
    assert wallbox.current(1) > 30
    await house.advance_to(falls + timedelta(seconds=10))
    assert wallbox.current(1) <= 6.6
    await house.advance_to(start)
    assert wallbox.current(1) <= 6.6
    assert house.state("dsr_active") == "on"
    await house.advance_to(end + timedelta(seconds=230))
    assert wallbox.current(1) <= 6.6
    assert house.state("dsr_active") == "off"
    await house.advance_to(end + timedelta(seconds=255))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
@pytest.mark.parametrize("quirks", [Quirks(), NO_MAXIMUM])
async def test_d3_an_override_restores_the_rate_and_is_recorded(
    house: House, quirks: Quirks
) -> None:
    """Within 10 s; another event stays, a later one is followed again, and the opt-out is on record."""
    wallbox = await home(house, quirks)
    end = house.now + timedelta(minutes=20)
    await ask(house, kind="response", end=end)
    later = house.now + timedelta(minutes=30)
    await ask(
        house,
        provider="axle",
        kind="response",
        start=later,
        end=later + timedelta(hours=1),
    )
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 6.6

    await house.press("override_dsr")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    answer = await house.action("export_dsr_report", provider="octopus", event_id="1")
    assert answer["reports"][0]["outcome"] == "overridden"
    assert answer["reports"][0]["opt_out"]["at"].endswith("Z")

    await house.advance_to(later + timedelta(seconds=15))
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
async def test_d3_an_override_for_the_day_lets_no_other_event_in(house: House) -> None:
    """Whoever asks today is told no, also after a restart; tomorrow is another day."""
    wallbox = await home(house)
    await house.action("override_dsr", scope="today")
    await house.restart()
    await house.advance(timedelta(seconds=30))
    await ask(house, kind="response", end=house.now + timedelta(hours=1))
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    answer = await house.action("export_dsr_report", provider="octopus", event_id="1")
    assert answer["reports"][0]["outcome"] == "overridden"

    await house.advance(timedelta(days=1))
    await ask(house, event_id="2", kind="response", end=house.now + timedelta(hours=1))
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 6.6


@WITHIN_HOURS
async def test_d4_of_two_events_the_lower_limit_rules(house: House) -> None:
    """Both stand; when the lower one ends, the other one still holds."""
    wallbox = await home(house)
    now = house.now
    await ask(house, kind="response", limit_a=16, end=now + timedelta(minutes=20))
    await ask(
        house,
        provider="axle",
        kind="response",
        limit_a=8,
        end=now + timedelta(minutes=10),
    )
    await house.advance(timedelta(seconds=15))
    assert 7 < wallbox.current(1) <= 8
    await house.advance_to(now + timedelta(minutes=10, seconds=15))
    assert 15 < wallbox.current(1) <= 16
    await house.advance_to(now + timedelta(minutes=20, seconds=15))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
@pytest.mark.parametrize("quirks", [Quirks(), NO_MAXIMUM])
async def test_d5_an_event_ends_while_home_assistant_is_down(
    house: House, quirks: Quirks
) -> None:
    """The wallbox was told the end, so it charges at its full rate again alone; the record is right afterwards."""
    wallbox = await home(house, quirks)
    end = house.now + timedelta(minutes=12)
    await ask(house, kind="response", end=end)
    await house.advance(timedelta(seconds=15))
    await house.stop()
    await house.clock.advance_to(end - timedelta(seconds=5))
    assert wallbox.current(1) <= 6.6
    await house.clock.advance_to(end + timedelta(seconds=10))
    assert wallbox.current(1) > 30
    await house.start()
    await house.advance(timedelta(seconds=90))
    assert wallbox.current(1) > 30
    answer = await house.action("export_dsr_report", provider="octopus", event_id="1")
    assert answer["reports"][0]["outcome"] == "completed"


@WITHIN_HOURS
async def test_d5_a_running_event_is_taken_up_after_a_restart(house: House) -> None:
    """Nothing is told again, and the event ends when it was to end."""
    wallbox = await home(house)
    end = house.now + timedelta(minutes=12)
    await ask(house, kind="response", end=end)
    await house.advance(timedelta(seconds=15))
    sent = len(wallbox.requests("SetChargingProfile"))
    await house.restart(after=timedelta(minutes=5))
    await house.advance(timedelta(seconds=90))
    assert house.state("dsr_active") == "on"
    assert house.state("charging_reason") == "demand_response_limited"
    assert len(wallbox.requests("SetChargingProfile")) == sent
    await house.advance_to(end + timedelta(seconds=10))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_d6_what_makes_no_sense_is_refused(house: House) -> None:
    """An unknown provider, a past end, an end before the start, more than a day, no or a wrong limit."""
    wallbox = await home(house)
    sent = len(wallbox.received)
    now = house.now
    hour = timedelta(hours=1)
    for fields, complaint in (
        ({"provider": "nobody", "end": now + hour}, "not among the providers"),
        ({"start": now - 2 * hour, "end": now - hour}, "over already"),
        ({"start": now + 2 * hour, "end": now + hour}, "before it begins"),
        ({"end": now + 25 * hour}, "longer than 24 hours"),
        ({"limit_a": -1, "end": now + hour}, "below 0"),
        ({"limit_a": float("nan"), "end": now + hour}, "not a number"),
        ({"limit_w": 1000, "end": now + hour}, "both in amperes and in watts"),
    ):
        with pytest.raises(ServiceValidationError, match=complaint):
            await ask(house, **fields)
    assert house.state("dsr_active") == "off"
    assert [
        frame for frame in wallbox.received[sent:] if "SetChargingProfile" in str(frame)
    ] == []


@IN_PEAK
async def test_d7_an_event_upwards_keeps_to_the_owners_limit(house: House) -> None:
    """It charges in the peak because a provider asked, at the owner's limit, and stops when nobody asks any more."""
    wallbox = await home(house)
    assert wallbox.current(1) == 0
    await house.set_number("current_limit", 10)
    end = house.now + timedelta(minutes=12)
    await ask(house, kind="response", direction="up", limit_a=32, end=end)
    await house.advance(timedelta(seconds=15))
    assert 9 < wallbox.current(1) <= 10
    assert house.state("charging_reason") in {"demand_response_charging", "limited"}

    await house.advance_to(end + timedelta(seconds=10))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "waiting_for_hours"


@WITHIN_HOURS
async def test_events_are_not_followed_when_the_owner_does_not_want_it(
    house: House,
) -> None:
    """Switched off, a running event ends within seconds and none begins."""
    wallbox = await home(house)
    await ask(house, kind="response", end=house.now + timedelta(hours=1))
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 6.6
    await house.switch("follow_dsr", False)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    await ask(house, event_id="2", kind="response", end=house.now + timedelta(hours=1))
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    assert house.state("follow_dsr") == "off"


@WITHIN_HOURS
async def test_the_calendar_shows_what_was_asked(house: House) -> None:
    """Events to come, and past ones, with their reason."""
    await home(house)
    start = house.now + timedelta(hours=2)
    await ask(house, start=start, end=start + timedelta(hours=1), reason="cold evening")
    calendar = house.entity("dsr_events")
    assert calendar.attributes["message"] == "Demand response: charge less"
    assert calendar.attributes["description"] == "cold evening"
    await house.action("cancel_dsr_event", provider="octopus", event_id="1")
    assert "message" not in house.entity("dsr_events").attributes
