"""Results: what was seen once of an installation, kept as evidence of how it works. Nothing in them leads to a person."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self

SHORT_LIVED: Final = timedelta(days=40)
"""How long results are kept that come often: a little longer than evidence counts (requirements.md T1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Something that came out at `at` (UTC), of `charge_point`; None: of the home.

    The fields of each kind are what JSON can carry.
    """

    kind: ClassVar[str]
    kept_for: ClassVar[timedelta | None] = None
    """None: for good."""

    at: datetime
    charge_point: str | None = None

    def detail(self) -> dict[str, Any]:
        """Return the fields that are this kind's own."""
        own = {each.name for each in fields(self)} - _COMMON
        return {name: getattr(self, name) for name in sorted(own)}

    @classmethod
    def of(
        cls, at: datetime, charge_point: str | None, detail: Mapping[str, Any]
    ) -> Self:
        """Return the result whose `detail` this is."""
        return cls(at=at, charge_point=charge_point, **detail)


_COMMON: Final = frozenset({"at", "charge_point"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterCompared(Result):
    """The meter of a connector was held against another one, over so many `charges` (A9.5).

    `bias` is how much more it counted, as a share of the other; the true value lies within `margin` of that, with 95 %
    certainty. `systematic`: it is off to one side, and by more than chance or rounding would explain.
    """

    kind: ClassVar[str] = "meter_compared"

    connector: int
    charges: int
    bias: float
    margin: float
    systematic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDeleted(Result):
    """Personal data was deleted: so many `records`. `left_in_file`: the disk may still hold some of it."""

    kind: ClassVar[str] = "data_deleted"

    records: int
    left_in_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierChanged(Result):
    """Another tariff (`tariff`) or other sources of demand-side response (`dsr`) were chosen.

    `functions` is who saw to what before, in the words of the capability report.
    """

    kind: ClassVar[str] = "supplier_changed"

    tariff: bool
    dsr: bool
    functions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReturned(Result):
    """The link was back after so many `seconds` without one."""

    kind: ClassVar[str] = "link_returned"
    kept_for: ClassVar[timedelta | None] = SHORT_LIVED

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Result):
    """What was decided `seconds` before was acknowledged by the wallbox."""

    kept_for: ClassVar[timedelta | None] = SHORT_LIVED

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRaised(Acknowledged):
    """More may flow."""

    kind: ClassVar[str] = "rate_raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLowered(Acknowledged):
    """Less may flow."""

    kind: ClassVar[str] = "rate_lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShifted(Acknowledged):
    """It may flow at other times."""

    kind: ClassVar[str] = "time_shifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareMet(Result):
    """The wallbox said for the first time that it runs this `firmware`."""

    kind: ClassVar[str] = "firmware_met"

    firmware: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExported(Result):
    """The technical file was exported while the wallbox ran this `firmware`."""

    kind: ClassVar[str] = "file_exported"

    firmware: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRead(Result):
    """What a connector says it will apply was held against what it was sent.

    Compared were the `seconds` that begin `after` seconds from `at`; `agrees`: they are the same.
    """

    kind: ClassVar[str] = "schedule_read"
    kept_for: ClassVar[timedelta | None] = SHORT_LIVED

    connector: int
    after: float
    seconds: float
    agrees: bool
