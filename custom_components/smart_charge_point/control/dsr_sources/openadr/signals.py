"""What an interval of an OpenADR 3 event asks of a charge point: its payloads, read one by one.

Source: OpenADR 3.0.1 and 3.1.0 Definitions, the event enumerations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import math
from typing import Any, Final

from ....model.dsr import DsrDirection
from ....model.limit import Limit
from .settings import OpenAdrSettings
from .times import UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one payload asks for. `direction` None asks for nothing, which outranks what a lesser event asks."""

    type: str
    direction: DsrDirection | None
    limit: Limit | None


def read_signal(
    payload: Mapping[str, Any], units: Mapping[str, str], settings: OpenAdrSettings
) -> Signal | None:
    """Return what a payload asks for, None for a type that asks nothing of a wallbox (prices, curves, alerts of fire).

    `units` are those that the event, or its program, names for each type of payload.

    Raises:
        UnreadableError: a wallbox is meant, but what it is asked cannot be read.
    """
    name = payload.get("type")
    if not isinstance(name, str) or (reader := _READERS.get(name)) is None:
        return None
    values = payload.get("values")
    value = values[0] if isinstance(values, list) and values else None
    direction, limit = reader(value, units.get(name, ""), settings)
    return Signal(type=name, direction=direction, limit=limit)


type _Asked = tuple[DsrDirection | None, Limit | None]


def _simple(value: object, _unit: str, settings: OpenAdrSettings) -> _Asked:
    """Levels 0 to 3: normal, moderate shed, high shed, emergency."""
    level = _number(value)
    if level not in {0, 1, 2, 3}:
        raise UnreadableError(f"there is no level {value!r}")
    if level == 0:
        return None, None
    limits = (*settings.simple_limits, Limit.PAUSED)
    return DsrDirection.DOWN, limits[int(level) - 1]


def _import_capacity_limit(
    value: object, unit: str, settings: OpenAdrSettings
) -> _Asked:
    """The most that the whole site may draw; so a wallbox alone must not draw more either."""
    return DsrDirection.DOWN, _current(value, unit, settings)


def _dispatch_setpoint(value: object, unit: str, settings: OpenAdrSettings) -> _Asked:
    """What the wallbox is to draw. To draw nothing is no setpoint but a pause, which may begin early and end late."""
    limit = _current(value, unit, settings)
    if limit == Limit.PAUSED:
        return DsrDirection.DOWN, limit
    return DsrDirection.SETPOINT, limit


def _charge_state_setpoint(
    value: object, _unit: str, _settings: OpenAdrSettings
) -> _Asked:
    """How full the car is to be. A wallbox does not know; it can charge, and the car ends that, or not charge."""
    if _number(value) > 0:
        return DsrDirection.UP, None
    return DsrDirection.DOWN, Limit.PAUSED


def _emergency(_value: object, _unit: str, _settings: OpenAdrSettings) -> _Asked:
    """The grid is about to fail, or comes back: draw as little as can be."""
    return DsrDirection.DOWN, Limit.PAUSED


_READERS: Final[Mapping[str, Callable[[object, str, OpenAdrSettings], _Asked]]] = {
    "SIMPLE": _simple,
    "IMPORT_CAPACITY_LIMIT": _import_capacity_limit,
    "DISPATCH_SETPOINT": _dispatch_setpoint,
    "CHARGE_STATE_SETPOINT": _charge_state_setpoint,
    "ALERT_GRID_EMERGENCY": _emergency,
    "ALERT_BLACK_START": _emergency,
}


def _number(value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value < math.inf
    ):
        raise UnreadableError(f"{value!r} is no number of 0 or more")
    return float(value)


def _current(value: object, unit: str, settings: OpenAdrSettings) -> Limit:
    """Return a power or a current as a limit. The only unit of power that is published is the kilowatt."""
    number = _number(value)
    match unit.upper():
        case "" | "KW" | "KVA":
            return Limit.from_watts(number * 1000, settings.phases)
        case "AMPS":
            return Limit(amperes=number)
    raise UnreadableError(f"{unit!r} is no unit of power or current")
