"""What energy costs in the house, and what was charged for it by the half hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import Wallbox

from .house import House

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
PRICE = "sensor.price"
DAY_AND_NIGHT = [
    {"start": "00:30:00", "price": 0.08},
    {"start": "12:30:00", "price": 0.2},
    {"start": "13:00:00", "price": 0.5},
]


async def hang_up(house: House, **settings: str) -> Wallbox:
    """Return a wallbox that always may charge and measures each minute, in a home of pounds and London's clocks."""
    house.hass.config.currency = "GBP"
    await house.hass.config.async_set_time_zone("Europe/London")
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    return await house.wallbox(settings={"MeterValueSampleInterval": "60", **settings})


async def by_entity(house: House) -> None:
    """Let an entity say what energy costs."""
    await house.choose("cost", "price_entity", {"entity_id": PRICE})


async def by_the_clock(house: House, rates: list[dict[str, Any]], **since: str) -> None:
    """Let fixed rates say it."""
    await house.choose("cost", "fixed_rates", {"rates": rates, **since})


async def price(house: House, value: float | str, unit: str = "GBP/kWh") -> None:
    """Let the entity show a price."""
    house.hass.states.async_set(PRICE, str(value), {"unit_of_measurement": unit})
    await house.clock.settle()


class Counter:
    """Reads the wallbox's own meter at each half hour."""

    def __init__(self, house: House, wallbox: Wallbox) -> None:
        self.house, self.wallbox = house, wallbox
        self.counted: list[float] = []
        self.last = wallbox.energy()

    async def to(self, moment: datetime) -> None:
        """Let time pass up to the end of a half hour, and note what was charged since the last time."""
        await self.house.advance_to(moment)
        self.counted.append((self.wallbox.energy() - self.last) / 1000)
        self.last = self.wallbox.energy()

    def cost(self, *prices: float) -> float:
        """Return what was counted, at these prices."""
        return sum(kwh * each for kwh, each in zip(self.counted, prices, strict=True))


async def finished(house: House, wallbox: Wallbox) -> dict[str, Any]:
    """Let the car go, and return its session."""
    await wallbox.unplug()
    await house.advance(MINUTE)
    return dict((await house.sessions())[0])
