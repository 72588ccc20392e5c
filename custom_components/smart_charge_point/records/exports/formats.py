"""Formats: numbers and times as people read them on paper, in their own language's style."""

from datetime import date, datetime, timedelta, tzinfo

from .currency import digits
from .table import Cell, Kind, Part, Style, in_unit, value_of

UNKNOWN = "–"
PLACES = {
    Kind.ENERGY: 2,
    Kind.POWER: 1,
    Kind.PRICE: 4,
    Kind.MASS: 1,
    Kind.COUNT: 0,
    Kind.DISTANCE: 0,
}
"""Digits behind the decimal mark."""
MARK = "*"
"""Stands behind a figure that says only a part."""


def on_paper(
    cell: Cell, kind: Kind, *, style: Style, zone: tzinfo, currency: str
) -> str:
    """Return what stands in a cell, as it is printed."""
    value = value_of(cell)
    match value:
        case None:
            return UNKNOWN
        case str():
            return value
        case datetime():
            civil = value.astimezone(zone)
            return f"{day(civil.date(), style)} {civil:%H:%M}"
        case date():
            return month(value, style) if kind is Kind.MONTH else day(value, style)
        case timedelta():
            return duration(value)
    if kind is Kind.SHARE:
        return f"{round(value * 100)} %"
    places = digits(currency) if kind is Kind.MONEY else PLACES[kind]
    mark = MARK if isinstance(cell, Part) else ""
    return number(in_unit(value, kind), places, style) + mark


def number(value: float, places: int, style: Style) -> str:
    """Return a number with so many digits behind the decimal mark."""
    plain = f"{value:,.{places}f}"
    if not float(plain.replace(",", "")):
        plain = plain.removeprefix("-")
    return plain.translate({ord(","): style.group, ord("."): style.decimal})


def day(value: date, style: Style) -> str:
    """Return a civil day."""
    return style.day.format(
        year=f"{value.year:04}", month=f"{value.month:02}", day=f"{value.day:02}"
    )


def month(value: date, style: Style) -> str:
    """Return a civil month."""
    return style.month.format(year=f"{value.year:04}", month=f"{value.month:02}")


def duration(value: timedelta) -> str:
    """Return a duration as hours and minutes."""
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}"
