"""What a session looks like in a row: every value the model can bear has one form here, and comes back from it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import math
from typing import Any, Final

from ..model.transaction import CorrectedField, Doubt, Session, StopReason
from .errors import InvalidRecordError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LARGEST: Final = 2**63 - 1
_LONGEST: Final = (
    2**48
)  # µs, nearly nine years: sums of such durations stay within Python's timedelta
_MOST_ENERGY: Final = 1e9  # Wh: no car takes a GWh, but registers leap by four of them (requirements.md A9.6)

_LONGEST_NAME: Final = 255
_LONGEST_PASSAGE: Final = 1000

# Written into files: a bit never changes its meaning.
_BITS: Final[dict[Doubt, int]] = {
    Doubt.ADOPTED: 1,
    Doubt.START_METER: 2,
    Doubt.STOP_METER: 4,
    Doubt.REGISTER_JUMP: 8,
    Doubt.TIME: 16,
    Doubt.GAP: 32,
}
CORRECTED_BITS: Final[dict[CorrectedField, int]] = {
    CorrectedField.PERSON: 1,
    CorrectedField.VEHICLE: 2,
}

COLUMNS: Final = (
    "transaction_id, charge_point, connector, tag, started_at, stopped_at, meter_start, meter_stop, energy, flow_time, "
    "stop_reason, doubts, stop_doubts, wallbox_transaction_id, meter_last, meter_last_at, connected_at, disconnected_at, "
    "person, vehicle, odometer, exported, corrected, provisional"
)
"""The columns that `session_of` reads, in its order."""


def session_of(row: tuple[Any, ...]) -> Session:
    """Return the session of a row of `COLUMNS`."""
    return Session(
        transaction_id=row[0],
        charge_point=row[1],
        connector=row[2],
        tag=row[3],
        started_at=moment_of(row[4]),
        stopped_at=None if row[5] is None else moment_of(row[5]),
        meter_start=row[6],
        meter_stop=row[7],
        energy=row[8],
        flow_time=row[9] * _MICROSECOND,
        stop_reason=None if row[10] is None else _reason_of(row[10]),
        doubts=doubts_of(row[11] | row[12]),
        wallbox_transaction_id=row[13],
        meter_last=row[14],
        meter_last_at=None if row[15] is None else moment_of(row[15]),
        connected_at=None if row[16] is None else moment_of(row[16]),
        disconnected_at=None if row[17] is None else moment_of(row[17]),
        person=row[18],
        vehicle=row[19],
        odometer=row[20],
        exported=row[21],
        corrected=_corrected_of(row[22]),
        concluded_with=doubts_of(row[12] & ~row[11]) if row[23] else None,
    )


COLUMNS_COUNT: Final = COLUMNS.count(",") + 1


def moment(at: datetime) -> int:
    """Return `at` in microseconds since 1970.

    Raises:
        InvalidRecordError: `at` bears no zone.
    """
    if at.tzinfo is None:
        raise InvalidRecordError(f"A time without its zone: {at}")
    return (at - _EPOCH) // _MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """Return the moment (UTC) that many microseconds after 1970, within what Python's calendar can say."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _FIRST if microseconds < 0 else _LAST


def duration(span: timedelta) -> int:
    """Return a duration in microseconds, never negative, nine years at most."""
    return min(max(span // _MICROSECOND, 0), _LONGEST)


def figure(value: float | None) -> float | None:
    """Return a figure that a file can bear; what is not a number, or beyond all numbers, was not measured."""
    if value is None:
        return None
    try:
        known = float(value)
    except OverflowError:
        return None
    return known if math.isfinite(known) else None


def credible_energy(value: float) -> float | None:
    """Return the energy of a session, None where no session can have taken that."""
    known = figure(value)
    return known if known is not None and 0 <= known <= _MOST_ENERGY else None


def text(value: str) -> str:
    """Return a text that a file can bear: half a surrogate pair, which JSON can carry, becomes a question mark."""
    return value.encode("utf-8", "replace").decode("utf-8")


def name(value: str) -> str:
    """Return a text that names something.

    Raises:
        InvalidRecordError: it is empty or longer than 255 characters; one that was cut would name something else.
    """
    if not 0 < len(value) <= _LONGEST_NAME:
        raise InvalidRecordError(f"A name of {len(value)} characters")
    return text(value)


def passage(value: str) -> str:
    """Return a text that explains something, cut where it is longer than anybody reads."""
    return text(value[:_LONGEST_PASSAGE])


def number(value: int) -> int:
    """Return an id of a wallbox's own invention; one beyond 64 bits is kept as the nearest within."""
    return min(max(value, -_LARGEST), _LARGEST)


def doubt_bits(doubts: Iterable[Doubt]) -> int:
    """Return the doubts as bits."""
    bits = 0
    for doubt in doubts:
        bits |= _BITS[doubt]
    return bits


def doubts_of(bits: int) -> frozenset[Doubt]:
    """Return the doubts that the bits stand for."""
    return (
        _NO_DOUBTS if not bits else frozenset(d for d, b in _BITS.items() if bits & b)
    )


_NO_DOUBTS: Final[frozenset[Doubt]] = frozenset()
_NO_CORRECTIONS: Final[frozenset[CorrectedField]] = frozenset()


def _corrected_of(bits: int) -> frozenset[CorrectedField]:
    if not bits:
        return _NO_CORRECTIONS
    return frozenset(field for field, bit in CORRECTED_BITS.items() if bits & bit)


def _reason_of(told: str) -> StopReason:
    try:
        return StopReason(told)
    except ValueError:
        return StopReason.OTHER
