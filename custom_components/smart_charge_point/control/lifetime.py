"""The lifetime register of a connector beside what the ledger knows of it: nothing is lost of it, or counted twice (A9.6)."""

from datetime import datetime, timedelta
from typing import Final

from ..model.transaction import Session
from ..records.ledger import Ledger
from ..rules.energy import advance
from .connector import Connector

_MOST_BESIDE: Final = 16
"""Sessions among which the latest of one connector is looked for."""


def catch_up(connector: Connector, session: Session) -> None:
    """Let the register be where a session knows it: what is measured in one is on the disk sooner."""
    for wh, at, begins in (
        (session.meter_start, session.started_at, True),
        (session.meter_last, session.meter_last_at, False),
        (session.meter_stop, session.stopped_at, False),
    ):
        known = connector.memory.register
        if (
            wh is not None
            and at is not None
            and known is not None
            and known.at is not None
            and at > known.at
        ):
            connector.memory.register, _ = advance(known, wh, at, begins_session=begins)


async def is_repeated(
    ledger: Ledger, identity: str, connector: Connector, register: float, at: datetime
) -> bool:
    """Return whether a reading (Wh) of the past was counted before: a session of then knows the register beyond it.

    It stands above the present one where the meter was reset since; else it says nothing new anyway.
    """
    known = connector.memory.register
    if (
        known is None
        or known.last is None
        or known.at is None
        or at >= known.at
        or register <= known.last
    ):
        return False
    then = await ledger.sessions(
        identity, end=at + timedelta.resolution, limit=_MOST_BESIDE
    )
    for session in then:
        if session.connector == connector.number:
            until = (
                session.meter_last_at
                if session.meter_stop is None
                else session.stopped_at
            )
            return until is not None and at <= until
    return False
