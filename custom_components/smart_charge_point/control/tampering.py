"""Tampering: what is done about a wallbox that says somebody interfered with it, until an administrator has looked at it.

It stands over restarts of Home Assistant and of the wallbox, whatever the wallbox says next, and ends only when an
administrator says so in the repairs or new hardware takes the wallbox's place. Meanwhile nothing lifts the charging hours:
overrides that run end at once and further ones are refused, and nothing that a provider asks for lifts them either. Less
may be asked for all the same. Whether the hours themselves go on is the owner's choice, which is made beforehand
(`ChargePointSettings.tamper_reaction`); they do unless something else was chosen, because a lid that was opened says
nothing of a hazard, and a wallbox that knows of one says that it is faulted.

Source: SI 2021/1467 Schedule 1 §9 (the owner is to be told) and reg. 8; requirements.md A8.1 and Schedule 1 §9; OCPP 1.6
security whitepaper, TamperDetectionActivated.
"""

import logging
from typing import TYPE_CHECKING

from homeassistant.core import callback

from ..model.decision import DecisionKind
from ..model.events import SecurityEvent
from ..model.tamper import Tamper
from .authority import Authority
from .in_words import moment
from .issues import IssueKind
from .override import OverrideKind

if TYPE_CHECKING:
    from .charge_point import ChargePoint

_LOGGER = logging.getLogger(__name__)

_LIFTING = frozenset({OverrideKind.CHARGE_NOW, OverrideKind.SKIP_DELAY})


class Tampering:
    """Keeps what one charge point said of tampering, and acts on it."""

    def __init__(self, charge_point: ChargePoint, authority: Authority) -> None:
        """Act on `charge_point`; `authority` knows who may clear it, and keeps the record."""
        self._charge_point = charge_point
        self._authority = authority

    async def told(self, event: SecurityEvent) -> None:
        """Learn that somebody interfered with the wallbox. Said again while it stands, or as it was cleared, it is no news."""
        charge_point = self._charge_point
        memory = charge_point.memory
        tamper = Tamper(
            told_by=charge_point.settings.identity, at=event.at, info=event.info
        )
        repeated = event.at_trusted and tamper == memory.tamper_cleared
        if memory.tamper is not None or repeated:
            return
        _LOGGER.warning("%s says that somebody interfered with it", charge_point.name)
        memory.tamper = tamper
        self._end_overrides()
        charge_point.reconciler.wake()
        charge_point.publish()
        self.show()
        await charge_point.store.save()
        await self._authority.record(
            DecisionKind.TAMPER_REPORTED, None, detail=event.info
        )

    def _end_overrides(self) -> None:
        """Let no wish of before go on, or come back when this is over; what a provider was told stays as it is."""
        charge_point = self._charge_point
        for connector in charge_point.connectors.values():
            override = connector.memory.override
            if override is not None and override.kind in _LIFTING:
                connector.memory.override = None
        charge_point.dsr.opt_out = charge_point.memory.dsr_opt_out = None

    async def clear(self, user_id: str | None) -> None:
        """Take it that somebody has looked at the wallbox, and that all is well with it.

        Raises:
            ServiceValidationError: the user is no administrator.
        """
        kind = DecisionKind.TAMPER_CLEARED
        await self._authority.check(kind, user_id)
        await self._over(user_id, "")

    async def replaced(self) -> None:
        """Take it that other hardware hangs on the wall now."""
        await self._over(None, "new hardware")

    async def _over(self, user_id: str | None, detail: str) -> None:
        charge_point = self._charge_point
        memory = charge_point.memory
        if memory.tamper is None:
            return
        # One that was asked for as the tampering was told may have failed later, and given its place to what it had replaced.
        self._end_overrides()
        memory.tamper_cleared, memory.tamper = memory.tamper, None
        await charge_point.store.save()
        self.show()
        await self._authority.record(
            DecisionKind.TAMPER_CLEARED, user_id, detail=detail
        )
        charge_point.reconciler.wake()
        charge_point.publish()

    @callback
    def show(self) -> None:
        """Say it among the repairs as long as it stands."""
        issues, tamper = self._charge_point.issues, self._charge_point.memory.tamper
        if tamper is None:
            issues.clear(IssueKind.TAMPERED)
        else:
            at = moment(self._charge_point.hass, tamper.at)
            issues.show(IssueKind.TAMPERED, at=at)
