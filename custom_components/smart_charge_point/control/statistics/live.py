"""The series of an energy sensor: what was charged out of Home Assistant's sight, moved to the hours it was charged in.

Home Assistant's recorder follows the sensor's state. While the wallbox is offline, or Home Assistant is down, that
stands still, and all that was charged meanwhile is added in the hour in which it is told. The ledger knows better.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Final

from ...model.usage import HourSum
from .series import SAME, Row, Stretch

_PACE: Final = timedelta(minutes=3)
"""How long the sensor may be behind the wallbox in the course of things: it samples and shows by the minute."""
_LEAST: Final = 0.01  # kWh


def smoothed(hours: Sequence[HourSum], has: Stretch) -> tuple[Row, ...]:
    """Return the rows (kWh) that must be written so that a sensor's series rises when the ledger says that it did.

    `has` ends with a row that the recorder made after everything was told. That row and all sums after it stay what
    the recorder made of them. What is written lies between the sum before `has` and that one's: no row is lowered,
    none is raised so far that less than the ledger's energy is left for a later hour, and no hour gets a row in which
    nothing was charged. Empty where the series follows the ledger as closely as a sensor can.
    """
    if not has.rows:
        return ()
    last = has.rows[-1]
    charged = {one.hour: one for one in hours if one.hour <= last.start}
    present = {row.start: row for row in has.rows}
    times = sorted(charged.keys() | present.keys())
    so_far = tuple(accumulate(_kwh(charged.get(hour)) for hour in times))

    first = has.rows[0]
    shown = has.base
    state = max(0.0, first.state - (first.sum - has.base))
    reached = shown
    behind = False
    changes = []
    for hour, by_then in zip(times[:-1], so_far[:-1], strict=True):
        if (row := present.get(hour)) is not None:
            shown, state = row.sum, row.state
        wanted = min(has.base + by_then, last.sum - (so_far[-1] - by_then))
        behind |= wanted - shown > _pace(charged.get(hour))
        total = max(shown, wanted)
        new = total - (reached if row is None else shown) > SAME
        reached = total
        if new:
            changes.append(Row(start=hour, state=state + total - shown, sum=total))
    return tuple(changes) if behind else ()


def _kwh(charged: HourSum | None) -> float:
    return 0.0 if charged is None else charged.energy / 1000


def _pace(charged: HourSum | None) -> float:
    """Return the kWh that a sensor may be behind at the end of an hour in which this was charged."""
    if charged is None or not charged.flow_time:
        return _LEAST
    return max(_LEAST, _kwh(charged) * min(1.0, _PACE / charged.flow_time))
