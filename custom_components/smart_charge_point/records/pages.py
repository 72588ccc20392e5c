"""Which rows of a table are asked for, and which page of them: what sessions, events and decisions are listed by."""

from datetime import datetime
from typing import Any, Final

from .rows import moment, text

PAGE: Final = "LIMIT ? OFFSET ?"
"""The clause that `page` gives the values of."""


def where(
    charge_point: str | None,
    start: datetime | None,
    end: datetime | None,
    *,
    from_start: str,
    until_end: str,
) -> tuple[str, tuple[Any, ...]]:
    """Return the clause, and its values, for the rows of a charge point in [start, end); None leaves out the condition.

    `from_start` and `until_end` compare a column with a time, such as `at >= ?`. They are literals of whoever calls:
    whatever comes from outside is among the values.

    Raises:
        InvalidRecordError: a time bears no zone.
    """
    asked = {
        "charge_point = ?": None if charge_point is None else text(charge_point),
        from_start: None if start is None else moment(start),
        until_end: None if end is None else moment(end),
    }
    terms = {term: value for term, value in asked.items() if value is not None}
    return f"WHERE {' AND '.join(('TRUE', *terms))}", tuple(terms.values())


def page(limit: int, offset: int) -> tuple[int, int]:
    """Return the values of `PAGE`: SQLite takes a limit below 0 for none."""
    return max(limit, 0), max(offset, 0)
