"""Desks: where wishes for one charge point are taken, and what each of them needs before it is carried out."""

from ..central_system.link import Answer, CallError, Link
from ..model.decision import DecisionKind
from . import refusal
from .authority import Authority
from .charge_point import ChargePoint
from .connector import Connector


def known_connector(charge_point: ChargePoint, number: int) -> Connector:
    """Return a connector.

    Raises:
        HomeAssistantError: there is no such one.
    """
    if (connector := charge_point.connectors.get(number)) is None:
        raise refusal.not_possible("unknown_connector", name=charge_point.name)
    return connector


class Desk:
    """Takes wishes of one kind.

    Commands raise translated errors (`refusal`), and then nothing was changed.
    """

    def __init__(self, charge_point: ChargePoint, authority: Authority) -> None:
        """Serve `charge_point` for those whom `authority` lets through."""
        self._charge_point = charge_point
        self._authority = authority

    @property
    def _name(self) -> str:
        return self._charge_point.name

    async def _ready(
        self,
        kind: DecisionKind,
        number: int,
        user_id: str | None,
        *,
        faulted_too: bool = False,
    ) -> tuple[Link, Connector]:
        """Return what a command needs, or refuse it (A2.1): nothing may be sent to a faulted or absent wallbox (A8.1)."""
        await self._authority.check(kind, user_id, number)
        connector = known_connector(self._charge_point, number)
        if self._charge_point.link is None or not self._charge_point.link.open:
            raise refusal.not_possible("not_connected", name=self._name)
        if not faulted_too:
            await self._authority.check_safe(kind, user_id, connector)
        return self._charge_point.link, connector

    async def _set_own_delay_aside(self, link: Link) -> None:
        """Cancel the random delay that the wallbox applies by itself, if it does; it is put back afterwards (A11.5)."""
        try:
            answer = await self._charge_point.reconciler.own_delay.set_aside(link)
        except CallError as error:
            raise refusal.failed(self._name, error) from error
        finally:
            self._charge_point.reconciler.wake()
        if answer not in {Answer.ACCEPTED, Answer.REBOOT_REQUIRED}:
            raise refusal.refused(self._name, answer)
