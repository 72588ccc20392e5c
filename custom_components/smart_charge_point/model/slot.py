"""Slots: what a session took in each half hour, which is how energy is priced and how months are told apart."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HALF_HOUR: Final = timedelta(minutes=30)
"""How long a slot lasts: the settlement period of the British market."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What one session took in the half hour from `start` (UTC, on the hour or half past).

    `energy` is Wh and `flow_time` how long current flowed; neither is negative, and over the slots of a session they
    come to its own. `estimated`: a part of it was spread over a stretch in which nothing was measured.

    `price` is the owner's currency per kWh at `start`, `cost` what the energy came to. `solar` and `battery` are the Wh
    that came from the roof and from the home's battery, `co2` is g for what came from the grid. None: not known.

    Source: SI 2021/1467 reg. 9; requirements.md A9.3.
    """

    start: datetime
    energy: float
    flow_time: timedelta
    estimated: bool = False
    price: float | None = None
    cost: float | None = None
    solar: float | None = None
    battery: float | None = None
    co2: float | None = None
