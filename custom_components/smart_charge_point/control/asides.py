"""Sessions beside those that run: we concluded that they have ended, and the wallbox may yet tell more of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from ..model.meter import MeterSample
from ..model.transaction import Doubt, Session
from ..records.ledger import Ledger
from .open_session import OpenSession

MOST_ASIDE: Final = 16
"""How many are kept in sight; of the others only samples that bear an id are known."""

_MOST_LATER: Final = 1000


class Asides:
    """The sessions of one charge point that are no connector's present one, and whose end was not told yet.

    We concluded that they have ended, or they are of a connector that is not there any more.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Know none yet."""
        self._ledger = ledger
        self._sessions: dict[int, OpenSession] = {}

    def get(self, transaction_id: int) -> OpenSession | None:
        """Return the one of this id of ours."""
        return self._sessions.get(transaction_id)

    def put(self, session: OpenSession) -> None:
        """Keep one in sight."""
        if (
            len(self._sessions) >= MOST_ASIDE
            and session.transaction_id not in self._sessions
        ):
            del self._sessions[next(iter(self._sessions))]
        self._sessions[session.transaction_id] = session

    def drop(self, transaction_id: int) -> None:
        """Let one go, whose end was told."""
        self._sessions.pop(transaction_id, None)

    def clear(self) -> None:
        """Let all go."""
        self._sessions.clear()

    async def take_up(self, session: Session) -> OpenSession:
        """Return a session of the ledger, kept in sight unless its end was told; it is no connector's present one."""
        if (known := self.get(session.transaction_id)) is not None:
            return known
        if session.stopped_at is not None and session.concluded_with is None:
            return OpenSession.from_ledger(session)
        graph = await self._ledger.samples(session.transaction_id)
        taken = OpenSession.concluded(session, graph)
        later = await self._ledger.sessions(
            session.charge_point,
            session.started_at + timedelta.resolution,
            limit=_MOST_LATER,
        )
        following = [one for one in later if one.connector == session.connector]
        if following and Doubt.REGISTER_JUMP not in taken.doubts:
            taken.next_start = OpenSession.from_ledger(following[-1]).register_at_start
        self.put(taken)
        return taken

    def of_time(self, connector: int, at: datetime) -> OpenSession | None:
        """Return the session of a connector that ran at a moment; of several, the latest."""
        then = [
            session
            for session in self._concluded(connector)
            if session.started_at <= at and not session.is_over(at)
        ]
        return max(then, key=lambda session: session.started_at, default=None)

    async def before(
        self, identity: str, connector: int, at: datetime
    ) -> OpenSession | None:
        """Return the session of a connector that was the last to begin before a moment, if it is one of these."""
        began = [one for one in self._concluded(connector) if one.started_at < at]
        last = max(began, key=lambda session: session.started_at, default=None)
        if last is None or await self._others_between(identity, last, at):
            return None
        return last

    def reaching_beyond(self, connector: int, at: datetime) -> tuple[OpenSession, ...]:
        """Return the sessions of a connector that began before a moment, and that we let end after it."""
        return tuple(
            session
            for session in self._concluded(connector)
            if session.started_at < at
            and session.concluded_at is not None
            and session.concluded_at > at
        )

    async def has_place_for(
        self, identity: str, session: OpenSession, samples: Sequence[MeterSample]
    ) -> bool:
        """Return whether samples with the id of a session are of its time, or show that it has not ended yet.

        Some wallboxes use an id on when its session is over (X2), also for the next one.
        """
        if not samples or not session.is_over(samples[-1].at):
            return True
        if not session.outlasts(samples):
            return False
        return not await self._others_between(identity, session, samples[-1].at)

    async def _others_between(
        self, identity: str, session: OpenSession, at: datetime
    ) -> bool:
        """Return whether another session of the connector began between the beginning of one and a moment."""
        later = await self._ledger.sessions(
            identity, session.started_at + timedelta.resolution, at
        )
        return any(one.connector == session.connector for one in later)

    def _concluded(self, connector: int) -> Iterator[OpenSession]:
        for session in self._sessions.values():
            if session.connector == connector and session.concluded_at is not None:
                yield session
