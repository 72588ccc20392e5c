"""A9.2, A9.3: what is told late is shown in the hours in which it was charged, by our series and by the sensor's."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.protocol import Call
from custom_components.smart_charge_point.simulator.quirks import Quirks

from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
"""At the weekend there is no peak, and current flows at once."""


@WITHIN_HOURS
async def test_an_hour_is_written_when_it_is_over(recorded: RecordedHouse) -> None:
    """Our series follows a running session hour by hour, and agrees with the wallbox's register."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance_to(SATURDAY + HOUR)
    first = wallbox.energy(1)
    await house.advance_to(SATURDAY + timedelta(minutes=90))

    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)

    assert shown == {SATURDAY: pytest.approx(first / 1000, abs=0.02)}
    await wallbox.unplug()
    await house.advance_to(SATURDAY + 2 * HOUR)
    await recorded.written()
    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)
    assert sum(shown.values()) == pytest.approx(wallbox.energy(1) / 1000, abs=0.001)
    assert shown.keys() == {SATURDAY, SATURDAY + HOUR}


async def charge_in_sight(recorded: RecordedHouse) -> None:
    """Let a wallbox charge for a quarter of the first hour, so that its register is known."""
    house = recorded.house
    (wallbox,) = house.wallboxes
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=15))
    await wallbox.unplug()
    await house.advance(timedelta(hours=2))


async def charge_out_of_sight(recorded: RecordedHouse) -> dict[datetime, float]:
    """Let the wallbox charge in the evening, and return what truly flowed by the hour (kWh), from the beginning on."""
    house = recorded.house
    (wallbox,) = house.wallboxes
    truth = {SATURDAY: wallbox.energy(1) / 1000}
    begins = house.now.replace(minute=0, second=0) + 5 * HOUR
    await recorded.quiet_until(begins + timedelta(minutes=20))
    await wallbox.plug_in(Car(battery_kwh=25, soc=0.1))
    for n in range(9):
        hour = begins + n * HOUR
        before = wallbox.energy(1)
        await recorded.quiet_until(hour + HOUR)
        if flowed := wallbox.energy(1) - before:
            truth[hour] = flowed / 1000
    await wallbox.unplug()
    assert len(truth) >= 3
    return truth


async def shown(
    recorded: RecordedHouse, statistic_id: str, start: datetime
) -> dict[datetime, float]:
    """Return what the dashboard shows, without the edges of what was measured only every 15 minutes."""
    hours = await recorded.hourly(statistic_id, start)
    return {hour: kwh for hour, kwh in hours.items() if kwh > 0.05}


@WITHIN_HOURS
@pytest.mark.parametrize("samples", ["60", "900"])
async def test_a9_2_two_days_offline_leave_no_spike(
    recorded: RecordedHouse, samples: str
) -> None:
    """The link is gone for two days; what was charged is shown in its hours, and nothing in the hour of reconnection."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": samples})
    await charge_in_sight(recorded)
    await wallbox.go_offline()
    truth = await charge_out_of_sight(recorded)
    await recorded.quiet_until(SATURDAY + timedelta(days=2, minutes=25))
    await wallbox.go_online()
    back = house.now.replace(minute=0, second=0)
    await house.advance(timedelta(minutes=5))

    # Our own series is right within minutes ...
    ours = await shown(recorded, recorded.wallbox_id(), SATURDAY)
    assert ours == {hour: pytest.approx(each, abs=0.05) for hour, each in truth.items()}
    # ... and the sensor's when the recorder has made its row of this hour.
    await house.advance_to(back + HOUR)
    await recorded.written()
    sensor = house.entity_id("energy")
    assert await shown(recorded, sensor, SATURDAY) == {
        hour: pytest.approx(each, abs=0.05) for hour, each in truth.items()
    }
    # What comes after is the recorder's own, from where it stood.
    await wallbox.plug_in(Car(battery_kwh=10, soc=0.5))
    await house.advance(timedelta(minutes=30))
    await wallbox.unplug()
    await house.advance_to(back + 4 * HOUR)
    await recorded.written()
    whole = wallbox.energy(1) / 1000
    for series in (sensor, recorded.wallbox_id()):
        hours = await recorded.hourly(series, SATURDAY)
        assert sum(hours.values()) == pytest.approx(whole, abs=0.001)
        hours = await shown(recorded, series, SATURDAY)
        assert hours.keys() == {*truth, back + HOUR}


@WITHIN_HOURS
@pytest.mark.parametrize("offline", [False, True])
async def test_a9_2_days_without_home_assistant_leave_no_spike(
    recorded: RecordedHouse, offline: bool
) -> None:
    """Home Assistant is down while the car charges, with and without the link being gone as well."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await charge_in_sight(recorded)
    if offline:
        await wallbox.go_offline()
        await house.advance(timedelta(minutes=10))
    await house.stop()
    truth = await charge_out_of_sight(recorded)
    await recorded.quiet_until(SATURDAY + timedelta(days=2, minutes=25))
    await house.start()
    if offline:
        await house.advance(timedelta(minutes=10))
        await wallbox.go_online()
    back = house.now.replace(minute=0, second=0)
    await house.advance_to(back + 4 * HOUR)
    await recorded.written()

    for series in (house.entity_id("energy"), recorded.wallbox_id()):
        assert await shown(recorded, series, SATURDAY) == {
            hour: pytest.approx(each, abs=0.05) for hour, each in truth.items()
        }


@WITHIN_HOURS
async def test_a9_3_what_is_told_after_our_conclusion_is_shown_in_its_hours(
    recorded: RecordedHouse,
) -> None:
    """The wallbox is back and says that the car is gone; then it tells what it measured, and a stop never (X11)."""
    house = recorded.house
    wallbox = await house.wallbox(
        quirks=Quirks(no_stop_on_unplug=True),
        settings={"MeterValueSampleInterval": "0"},
    )
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=5))
    (session,) = await house.sessions()
    await wallbox.go_offline()
    queue = []
    truth = {SATURDAY: wallbox.energy(1) / 1000}
    for quarter in range(12):
        before = wallbox.energy(1)
        moment = SATURDAY + (quarter + 1) * timedelta(minutes=15)
        await recorded.quiet_until(moment)
        hour = SATURDAY + quarter // 4 * HOUR
        truth[hour] = truth.get(hour, 0.0) + (wallbox.energy(1) - before) / 1000
        queue.append((moment, wallbox.energy(1)))
    await wallbox.unplug()
    await recorded.quiet_until(SATURDAY + timedelta(hours=6, minutes=20))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=5))
    (concluded,) = await house.sessions()
    assert concluded["end"] is not None

    for at, wh in queue:
        measurand = "Energy.Active.Import.Register"
        sampled = {"value": f"{wh:.0f}", "measurand": measurand, "unit": "Wh"}
        wallbox.protocol.put(
            Call(
                action="MeterValues",
                payload={
                    "connectorId": 1,
                    "transactionId": session["id"],
                    "meterValue": [
                        {"timestamp": at.isoformat(), "sampledValue": [sampled]}
                    ],
                },
                keep=True,
            )
        )
    await house.advance_to(SATURDAY + 10 * HOUR)
    await recorded.written()

    for series in (house.entity_id("energy"), recorded.wallbox_id()):
        assert await shown(recorded, series, SATURDAY) == {
            hour: pytest.approx(each, abs=0.05) for hour, each in truth.items()
        }
