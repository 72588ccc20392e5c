"""What a kilowatt-hour costs: fixed rates by the clock, and the price that an entity shows.

Prices are in the home's currency per kWh. They may be negative: at times grids pay for what is taken.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from math import isfinite
from typing import Final

from ..model.tariff import FixedRate
from ..model.usage import PriceStep
from .civil_time import DAY, instant

LATE: Final = timedelta(minutes=5)
"""How long after its half hour has begun a price may still be told, and for how long an entity may say nothing."""
MOST: Final = 1000.0
"""Of the currency per kWh: beyond it a price is nonsense."""
_ROUND_ROBIN: Final = timedelta(days=8)
"""Within it every rate has begun at least once, on whatever days it begins."""
_WH: Final = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001, "gwh": 0.000001}
_HUNDREDTHS: Final = frozenset(
    {
        *("GBp", "GBX", "p", "pence", "penny"),
        *("c", "ct", "cent", "cents", "¢"),
        *("öre", "øre", "ore", "Öre", "Øre", "gr", "Rp", "Rp."),
    }
)


def fixed_steps(
    rates: Sequence[FixedRate], start: datetime, end: datetime, zone: tzinfo
) -> tuple[PriceStep, ...]:
    """Return the price in force at `start`, and each change of it in (`start`, `end`), by time (UTC).

    A rate holds from its civil time until the next one begins, over midnight too. A civil time that the clocks skip is
    the instant of the change, one that they show twice is the first of the two; of several rates that a change of the
    clocks lets begin at one instant, the last of them by the clock counts.

    Raises:
        ValueError: there is no rate.
    """
    if not rates:
        raise ValueError("a tariff without a rate has no price")
    begins: dict[datetime, float] = {}
    in_order = sorted(rates, key=lambda rate: rate.start)
    day = (start - _ROUND_ROBIN).astimezone(zone).date()
    last = end.astimezone(zone).date()
    while day <= last:
        for rate in in_order:
            if rate.days.includes(day.weekday()):
                begins[instant(day, rate.start, zone)] = rate.price
        day += DAY
    moments = sorted(moment for moment in begins if moment < end)
    before = [moment for moment in moments if moment <= start]
    steps = [PriceStep(at=start, value=begins[before[-1]])]
    for moment in moments[len(before) :]:
        if begins[moment] != steps[-1].value:
            steps.append(PriceStep(at=moment, value=begins[moment]))
    return tuple(steps)


def beside_shown(
    rates: Sequence[PriceStep], known: Sequence[PriceStep], until: datetime
) -> tuple[PriceStep, ...]:
    """Return the steps by time that hold from the first of `rates` on: theirs, but for what an entity showed.

    `known` are the steps so far, with the one in force at that moment, if any. What an entity showed last holds until
    another step or `until` (UTC), from where on there is nothing but `rates`. Told its own outcome, it returns it again.

    Raises:
        ValueError: there is no rate.
    """
    if not rates:
        raise ValueError("rates without a step have no price")
    start = rates[0].at
    moments = {start, max(start, until)}
    moments.update(step.at for step in rates)
    moments.update(step.at for step in known if start < step.at < until)
    steps: list[PriceStep] = []
    last: tuple[float | None, bool] | None = None
    passed = begun = 0
    for moment in sorted(moments):
        while passed < len(known) and known[passed].at <= moment:
            passed += 1
        while begun < len(rates) and rates[begun].at <= moment:
            begun += 1
        was = known[passed - 1] if passed and moment < until else None
        stays = was is not None and was.shown and was.value is not None
        value = was.value if was and stays else rates[begun - 1].value
        if (value, stays) != last:
            steps.append(PriceStep(at=moment, value=value, shown=stays))
            last = value, stays
    return tuple(steps)


def overlapping(rates: Sequence[FixedRate]) -> bool:
    """Return whether two rates begin at the same time of one day, so that none can say which one holds."""
    return any(
        rate.start == other.start and rate.days.meets(other.days)
        for index, rate in enumerate(rates)
        for other in rates[index + 1 :]
    )


def price_per_kwh(value: str, unit: str | None, currency: str) -> float | None:
    """Return the price that an entity shows, None where it shows none in `currency` (its code by ISO 4217).

    `unit` is money, a slash and a unit of energy: a currency's code or sign, or the name of its hundredth part. Without
    a unit the price is per kWh in the currency of the home.
    """
    factor = price_factor(unit, currency)
    if factor is None:
        return None
    try:
        price = float(value) * factor
    except ValueError:
        return None
    return sound_price(price)


def sound_price(price: float) -> float | None:
    """Return `price`, None where it cannot be one."""
    return price if isfinite(price) and abs(price) <= MOST else None


def price_factor(unit: str | None, currency: str) -> float | None:
    """Return what a figure in `unit` is to be multiplied by, None where that is no price in `currency`."""
    if unit is None or not unit.strip():
        return 1.0
    money, slash, energy = unit.partition("/")
    money = money.strip()
    per = _WH.get(energy.strip().lower())
    if not slash or not money or per is None:
        return None
    if money in _HUNDREDTHS:
        return per / 100
    code = len(money) == 3 and money.isascii() and money.isalpha() and money.isupper()
    return per if not code or money == currency else None


def holds_from(told: datetime) -> datetime:
    """Return from when a price counts that was told at `told` (UTC).

    What shows the price of a half hour hears of it a little after the half hour has begun: seconds, or a minute.
    """
    half_hour = told.replace(minute=told.minute // 30 * 30, second=0, microsecond=0)
    return half_hour if told - half_hour <= LATE else told
