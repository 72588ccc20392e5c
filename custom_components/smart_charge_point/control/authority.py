"""Authority: whether a wish may be carried out at one charge point, and the record of what was decided."""

import logging
from typing import TYPE_CHECKING, Final

from homeassistant.util import dt as dt_util

from ..model.charge_point import Fault
from ..model.decision import Decision, DecisionKind
from ..model.person import Right
from ..records.errors import LedgerError
from . import refusal
from .connector import Connector
from .people import NEEDED, People, Role

if TYPE_CHECKING:
    from .charge_point import ChargePoint

_LOGGER = logging.getLogger(__name__)

REFUSALS: Final = {
    Role.ANY_USER: "unknown_user",
    Role.OWNER: "owner_only",
    Right.CHARGE_NOW: "may_not_charge_now",
    Right.HOURS: "may_not_change_hours",
    Right.DSR: "may_not_override_dsr",
}


class Authority:
    """Lets wishes through or refuses them, and puts both on record (A2.1).

    What it refuses it records and raises as a translated error, before anything is changed or sent.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Watch over `charge_point`."""
        self._charge_point = charge_point
        self.people = People(charge_point.hass, charge_point.entry)

    async def may(self, kind: DecisionKind, user_id: str | None) -> bool:
        """Return whether a user may decide such a thing."""
        return await self.people.may(user_id, NEEDED[kind])

    async def check(
        self, kind: DecisionKind, user_id: str | None, connector: int | None = None
    ) -> None:
        """Refuse a user who may not decide such a thing."""
        if await self.may(kind, user_id):
            return
        await self._record(kind, user_id, connector, False, "not permitted")
        raise refusal.not_possible(REFUSALS[NEEDED[kind]], name=self._charge_point.name)

    async def check_safe(
        self, kind: DecisionKind, user_id: str | None, connector: Connector | None
    ) -> None:
        """Refuse to override anything at a faulted connector, or (None) where each one is faulted (A8.1).

        Where somebody interfered with the wallbox all is refused as well, but for the end of a session, which is safe.
        """
        charge_point = self._charge_point
        number = None if connector is None else connector.number
        concerned = (
            charge_point.connectors.values() if connector is None else [connector]
        )
        faults = {each.state.fault for each in concerned}
        if charge_point.fault is not Fault.NONE:
            faults = {charge_point.fault}
        elif not all(each.state.unsafe for each in concerned):
            tamper = charge_point.memory.tamper
            if tamper is None or kind is DecisionKind.STOP:
                return
            await self._record(
                kind, user_id, number, False, f"tampering: {tamper.info}".rstrip(": ")
            )
            raise refusal.not_possible("tampered", name=charge_point.name)
        await self._record(
            kind, user_id, number, False, f"fault: {', '.join(sorted(faults))}"
        )
        raise refusal.not_possible("faulted", name=charge_point.name)

    async def record(
        self,
        kind: DecisionKind,
        user_id: str | None,
        connector: int | None = None,
        detail: str = "",
    ) -> None:
        """Put on record what was decided and done."""
        await self._record(kind, user_id, connector, True, detail)

    async def _record(
        self,
        kind: DecisionKind,
        user_id: str | None,
        connector: int | None,
        allowed: bool,
        detail: str,
    ) -> None:
        decision = Decision(
            at=dt_util.utcnow(),
            charge_point=self._charge_point.settings.identity,
            kind=kind,
            allowed=allowed,
            connector=connector,
            user_id=user_id,
            detail=detail,
        )
        try:
            await self._charge_point.ledger.add_decision(decision)
        except LedgerError as error:
            # A full disk keeps nobody from stopping a charge, and hides no refusal behind another error.
            _LOGGER.warning(
                "What was decided at %s is not on record: %s",
                self._charge_point.name,
                error,
            )
