"""Power cuts: whether a session goes on after the wallbox has restarted, past its random delay (A11.7).

No key of OCPP 1.6, and none known of a maker, says so; it shows when a session is told of after a BootNotification that it began
before. A wallbox that says with each reconnection that it booted is taken for one that restarted, which errs to the safe side
until it is seen to end a session.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..model.capabilities import AfterPowerCut
from ..model.events import Metered, TransactionStopped
from ..model.transaction import StopReason
from .charge_point import ChargePoint
from .connector import Connector

_CUT: Final = {StopReason.POWER_LOSS, StopReason.REBOOT}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boot:
    """A restart in the middle of a session."""

    transaction_id: int
    at: datetime


class PowerCuts:
    """Watches what becomes of the sessions of one wallbox."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Learn into the capabilities of `charge_point`."""
        self._charge_point = charge_point
        self._boots: dict[int, _Boot] = {}

    def booted(self, now: datetime) -> None:
        """Take that the wallbox restarted at `now` (UTC)."""
        self._boots = {
            number: _Boot(transaction_id=connector.session.transaction_id, at=now)
            for number, connector in self._charge_point.connectors.items()
            if connector.session is not None
        }

    def metered(self, connector: Connector, event: Metered) -> None:
        """Take what was measured: after the boot, in the session that began before it, it went on."""
        boot = self._boots.get(connector.number)
        if (
            boot is not None
            and (session := connector.session) is not None
            and session.transaction_id == boot.transaction_id
            and event.transaction_id in {session.transaction_id, session.wallbox_id}
            and any(sample.at > boot.at for sample in event.samples)
        ):
            self._learn(AfterPowerCut.RESUMES)

    def stopped(self, transaction_id: int, event: TransactionStopped) -> None:
        """Take the end of a session: one that ended as the power went, or came back, did not go on.

        Some go on using its id for what they measure, and tell late that it was over.
        """
        for number, boot in tuple(self._boots.items()):
            if boot.transaction_id == transaction_id:
                ended = event.reason in _CUT or event.at <= boot.at
                del self._boots[number]
                self._learn(AfterPowerCut.ENDS if ended else AfterPowerCut.RESUMES)

    def _learn(self, seen: AfterPowerCut) -> None:
        store = self._charge_point.store
        known = store.memory.capabilities
        if known.after_power_cut is not seen:
            store.learn(replace(known, after_power_cut=seen))
            self._charge_point.reconciler.wake()
