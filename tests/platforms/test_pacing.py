"""Tests of when a new value is worth writing, so that a message a second does not drown the recorder."""

from datetime import UTC, datetime, timedelta

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from custom_components.smart_charge_point.control.settings import hours_to_data
from custom_components.smart_charge_point.entity import (
    SmartChargePointEntityDescription,
    Value,
    seconds_until_write,
)
from custom_components.smart_charge_point.model.events import Metered
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.model.meter import (
    Measurand,
    MeterSample,
    Phase,
    SampleContext,
)
from custom_components.smart_charge_point.simulator import Car

from ..house import House

POWER = SmartChargePointEntityDescription(
    key="power", dead_band=50, dead_band_share=0.02, min_interval=30
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "value", "age", "wait"),
    [
        pytest.param(7000, 7000, 999, None, id="same"),
        pytest.param(0, 7000, 0, 0, id="starts"),
        pytest.param(7000, 0, 0, 0, id="stops"),
        pytest.param(None, 7000, 0, 0, id="becomes known"),
        pytest.param(7000, None, 0, 0, id="becomes unknown"),
        pytest.param("unavailable", 7000, 0, 0, id="becomes available"),
        pytest.param(1000, 1049, 999, None, id="within 50 W"),
        pytest.param(1000, 1050, 30, 0, id="50 W and due"),
        pytest.param(1000, 950, 12, 18, id="50 W and not due yet"),
        pytest.param(7000, 7139, 999, None, id="within 2 %"),
        pytest.param(7000, 7140, 12, 18, id="2 %"),
        pytest.param(7000, 6000, -5, 0, id="the clock was set back"),
        pytest.param("charging", "available", 0, 0, id="text"),
        pytest.param(False, True, 0, 0, id="on"),
        pytest.param(NOON, NOON + timedelta(seconds=1), 12, 18, id="time"),
        pytest.param(None, NOON, 12, 0, id="first time"),
    ],
)
def test_what_is_written_when(
    written: Value, value: Value, age: float, wait: float | None
) -> None:
    """What starts or stops is written at once, the rest when it is large enough and due."""
    assert seconds_until_write(POWER, written, value, age) == wait


async def test_a_message_a_second_makes_few_rows(house: House) -> None:
    """An hour of charging at 1 Hz writes 300 states at most, and the last ones are right."""
    house.add(hours=hours_to_data(ChargingHours.ALWAYS), hours_choice="removed")
    wallbox = await house.wallbox()
    wallbox.configuration.put_value("MeterValueSampleInterval", "1")
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=30))
    rows: list[str] = []

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        rows.append(event.data["entity_id"])

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    sent = len(wallbox.calls("MeterValues"))
    await house.advance(timedelta(minutes=6))

    assert len(wallbox.calls("MeterValues")) - sent >= 350
    assert len(rows) <= 30, rows

    await wallbox.unplug()
    await house.advance(timedelta(minutes=6))
    assert house.number("power") == 0
    assert house.number("energy") == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert house.number("session_energy") > 0.7
    assert house.number("connected_duration") == 0


async def test_figures_wait_and_news_does_not(house: House) -> None:
    """A hundred samples at once make one snapshot, a second later and with the last figure; more than a figure is told."""
    subentry_id = house.add(
        hours=hours_to_data(ChargingHours.ALWAYS), hours_choice="removed"
    )
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=30))
    controller = house.entry.runtime_data.site.controllers[subentry_id]
    told: list[float | None] = []
    controller.async_add_listener(
        lambda: told.append(controller.state.connectors[1].reading(Measurand.POWER))
    )

    async def measure(measurand: Measurand, value: float) -> None:
        sample = MeterSample(
            at=house.now,
            context=SampleContext.PERIODIC,
            values={(measurand, Phase.TOTAL): value},
        )
        await controller.handler.metered(
            Metered(connector=1, transaction_id=None, samples=(sample,))
        )

    await measure(Measurand.POWER, 7000)
    told.clear()
    for power in range(7001, 7101):
        await measure(Measurand.POWER, power)
    assert not told
    await house.advance(timedelta(seconds=1))
    assert told == [7100]

    await measure(Measurand.STATE_OF_CHARGE, 40)
    assert len(told) == 2
    await measure(Measurand.POWER, 0)
    assert told[2:] == [0]
    await measure(Measurand.POWER, 1)
    assert len(told) == 3
