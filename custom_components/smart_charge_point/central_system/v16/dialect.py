"""OCPP 1.6J on one connection: every message of a charge point is answered, whatever is in it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final, override

from ...model.charge_point import PLUGGED_IN, ConnectorStatus
from ...model.events import Metered
from ...model.meter import MeterSample
from ..dialect import Clock, Dialect, Transport, not_handled
from ..frames import ErrorCode, FrameError
from ..handler import Admission, Handler, RefusedError
from ..journal import FrameJournal
from ..link import CallError, Payload
from ..schemas import Kind, load
from .commands import Commands16
from .messages import (
    read_boot,
    read_connector,
    read_security_event,
    read_start,
    read_status,
    read_stop,
    text,
    whole,
)
from .meter_values import read_samples
from .repairs import Repair, mend
from .times import write_time

UNIDENTIFIED_INTERVAL: Final = 60
"""Seconds until a wallbox that told no identity at all may try again."""
REFUSED_INTERVAL: Final = 600
"""Seconds until a wallbox that is not to be served may try again."""
LONGEST_INTERVAL: Final = 86_400
"""A wallbox sets its clock by the heartbeat, at least once a day (ocpp.md 2.3)."""
MOST_TRANSACTIONS: Final = 32
"""Transactions of which the connector is remembered; more than these never run on one charge point."""

_MUST_NOT_BE_LOST: Final = frozenset(
    {"Authorize", "MeterValues", "StartTransaction", "StopTransaction"}
)
"""What a wallbox that may not speak yet has to keep and repeat."""

# Their messages come all day and must be accepted, or they come faster (quirk B10).
_ACCEPTED_VENDORS: Final = frozenset({"en+", "en-plus", "ev-box", "evbox"})
_ACCEPTED_MESSAGES: Final = frozenset(
    {"evbstatusnotification", "gatewayinfo", "cpchargingparameterrpt"}
)


type _Receiver = Callable[[Dialect16, Handler, Payload], Awaitable[Payload]]


class Dialect16(Commands16, Dialect):
    """OCPP 1.6J over one transport. The journal counts what had to be mended, by the repair's name."""

    def __init__(
        self, transport: Transport, clock: Clock, journal: FrameJournal
    ) -> None:
        """Answer the charge point at the other end of `transport`, by the `clock`'s time."""
        super().__init__(transport, clock, load("1.6"))
        self._journal = journal
        self._statuses: dict[int, ConnectorStatus] = {}
        self._transactions: dict[int, int] = {}
        self._as_sent = True
        """Whether the payload in work is the wallbox's own; false once it was mended."""
        self._pending = False
        self._asked = False
        """Whether the next boot may be only the answer to `ask_identity`."""

    @property
    @override
    def pending(self) -> bool:
        return self._pending

    @override
    async def ask_identity(self) -> None:
        self._asked = True
        try:
            answer = await self.ask_for("BootNotification")
        except CallError as error:
            self._journal.event(f"asked for its boot: {error}")
        else:
            self._journal.event(f"asked for its boot: {answer}")

    @override
    async def receive(self, action: str, payload: Any) -> Payload:
        receive = self._RECEIVERS.get(action)
        if receive is None:
            raise not_handled(action, self._schemas)
        self._as_sent = self._schemas.fits(action, payload, Kind.REQUEST)
        if not self._as_sent:
            payload = self._mended(action, payload)
        if action == "BootNotification" and (
            self._transport.handler is None or self._transport.presumed
        ):
            return await self._boot_of_nameless(payload)
        if self._transport.handler is None:
            self._transport.presume()
        handler = self._transport.handler
        if handler is None or handler.admission is not Admission.ACCEPTED:
            return await self._receive_from_stranger(action, payload, handler)
        return await receive(self, handler, payload)

    async def _receive_from_stranger(
        self, action: str, payload: Payload, handler: Handler | None
    ) -> Payload:
        """Answer a charge point that is not accepted, or not known yet: what it says reaches no state."""
        if action == "BootNotification" and handler is not None:
            return await self._boot(handler, payload)
        if action in _MUST_NOT_BE_LOST:
            raise FrameError(
                ErrorCode.SECURITY_ERROR, "This charge point is not accepted yet"
            )
        if action == "Heartbeat":
            return self._time()
        if action == "DataTransfer":
            return _transferred(payload)
        if action == "SignCertificate":
            return {"status": "Rejected"}
        return {}

    async def _boot_of_nameless(self, payload: Payload) -> Payload:
        """Answer the boot that tells who is on a socket without an identity (quirk T3)."""
        if serial := read_boot(payload).serial:
            try:
                self._transport.identify(serial)
            except RefusedError:
                return self._booted("Rejected", REFUSED_INTERVAL)
        elif self._transport.handler is None:
            self._note(Repair("no_identity", "neither address nor serial number"))
        handler = self._transport.handler
        if handler is None:
            return self._booted("Pending", UNIDENTIFIED_INTERVAL)
        return await self._boot(handler, payload)

    async def _boot(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a BootNotification."""
        asked, self._asked = self._asked, False
        answer = await handler.booted(read_boot(payload), asked=asked)
        interval = min(max(answer.interval, 1), LONGEST_INTERVAL)
        self._transport.expect_heartbeat(interval)
        accepted = answer.admission is Admission.ACCEPTED
        return self._booted("Accepted" if accepted else "Pending", interval)

    def _booted(self, status: str, interval: int) -> Payload:
        """Return the answer to a BootNotification."""
        self._pending = status != "Accepted"
        return {**self._time(), "interval": interval, "status": status}

    async def _heartbeat(self, _: Handler, __: Payload) -> Payload:
        """Answer a Heartbeat."""
        return self._time()

    async def _status(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a StatusNotification."""
        connector = read_connector(payload.get("connectorId"))
        if connector is None:
            connector = self._lone_connector() or 0
            self._note(Repair("connector_assumed", str(connector)))
        event = read_status(payload, connector, self._clock())
        if event is None:
            self._note(Repair("status_unread", "nothing that could be shown"))
            return {}
        self._statuses[connector] = event.status
        await handler.status_changed(event)
        return {}

    async def _authorize(self, handler: Handler, payload: Payload) -> Payload:
        """Answer an Authorize."""
        return await self._tag_info(handler, text(payload.get("idTag")))

    async def _start(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a StartTransaction. A tag that may not charge gets its transaction kept too, for the car may charge."""
        connector = read_connector(payload.get("connectorId"))
        if not connector:
            connector = self._connector_that_starts()
            self._note(Repair("connector_assumed", str(connector)))
        event = read_start(payload, connector, self._clock())
        if event.meter is None and "meterStart" in payload:
            self._note(Repair("register_unread", "meterStart"))
        info = await self._tag_info(handler, event.tag)
        transaction_id = await handler.transaction_started(event)
        if len(self._transactions) >= MOST_TRANSACTIONS:
            del self._transactions[next(iter(self._transactions))]
        self._transactions[transaction_id] = connector
        return {"transactionId": transaction_id, **info}

    async def _stop(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a StopTransaction, also one of a transaction that never was (errata 3.18)."""
        payload, samples = self._sampled("StopTransaction", "transactionData", payload)
        event = read_stop(payload, samples, self._clock())
        if event.meter is None and "meterStop" in payload:
            self._note(Repair("register_unread", "meterStop"))
        await handler.transaction_stopped(event)
        if event.transaction_id is not None:
            self._transactions.pop(event.transaction_id, None)
        return await self._tag_info(handler, event.tag) if event.tag else {}

    async def _meter_values(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a MeterValues."""
        payload, samples = self._sampled("MeterValues", "meterValue", payload)
        if not samples:
            return {}
        transaction_id = whole(payload.get("transactionId"))
        connector = read_connector(payload.get("connectorId"))
        if not connector:
            connector = self._connector_measured(connector, transaction_id)
        await handler.metered(
            Metered(connector=connector, transaction_id=transaction_id, samples=samples)
        )
        return {}

    async def _transfer(self, _: Handler, payload: Payload) -> Payload:
        """Answer a DataTransfer."""
        return _transferred(payload)

    async def _security_event(self, handler: Handler, payload: Payload) -> Payload:
        """Answer a SecurityEventNotification."""
        await handler.security_event(read_security_event(payload, self._clock()))
        return {}

    async def _sign_certificate(self, _: Handler, __: Payload) -> Payload:
        """Answer a SignCertificate: this central system has no authority of its own to sign with."""
        return {"status": "Rejected"}

    async def _noticed(self, _: Handler, __: Payload) -> Payload:
        """Answer what is only to be acknowledged."""
        return {}

    async def _tag_info(self, handler: Handler, tag: str) -> Payload:
        """Return what a tag may do, as OCPP says it."""
        accepted = await handler.authorize(tag)
        return {"idTagInfo": {"status": "Accepted" if accepted else "Invalid"}}

    def _time(self) -> Payload:
        """Return the time now, as OCPP says it."""
        return {"currentTime": write_time(self._clock())}

    def _lone_connector(self) -> int | None:
        """Return the number of the only connector, None where there are several."""
        numbers = {number for number in self._statuses if number > 0}
        if len(numbers) > 1:
            return None
        return numbers.pop() if numbers else 1

    def _connector_that_starts(self) -> int:
        """Return where a transaction that named no connector can only have begun, or else the first connector."""
        busy = set(self._transactions.values())
        ready = [
            number
            for number, status in self._statuses.items()
            if number > 0 and status in PLUGGED_IN and number not in busy
        ]
        return ready[0] if len(ready) == 1 else self._lone_connector() or 1

    def _connector_measured(self, told: int | None, transaction_id: int | None) -> int:
        """Return which connector was measured where none was told, or the charge point as a whole (quirk M5)."""
        if transaction_id is not None and transaction_id in self._transactions:
            return self._transactions[transaction_id]
        if told is not None:
            return told
        connector = self._lone_connector() or 0
        self._note(Repair("connector_assumed", str(connector)))
        return connector

    def _mended(self, action: str, payload: Any) -> Payload:
        """Return what can be used of a payload that does not fit its schema."""
        mended, repairs = mend(action, payload)
        for repair in repairs:
            self._note(repair)
        return mended

    def _sampled(
        self, action: str, field: str, payload: Payload
    ) -> tuple[Payload, tuple[MeterSample, ...]]:
        """Return the samples in a field of the payload, and the payload, mended where one could not be read."""
        now = self._clock()
        samples, unread = read_samples(payload.get(field, ()), now)
        if unread and self._as_sent:
            payload = self._mended(action, payload)
            samples, unread = read_samples(payload.get(field, ()), now)
        if unread:
            self._note(Repair("unread", f"{len(unread)} sampled"))
        return payload, samples

    def _note(self, repair: Repair) -> None:
        """Write a repair into the journal, and count it."""
        self._journal.repairs[repair.name] += 1
        self._journal.note(f"{repair.name} ({repair.detail})")

    _RECEIVERS: ClassVar[Mapping[str, _Receiver]] = {
        "Authorize": _authorize,
        "BootNotification": _boot,
        "DataTransfer": _transfer,
        "DiagnosticsStatusNotification": _noticed,
        "FirmwareStatusNotification": _noticed,
        "Heartbeat": _heartbeat,
        "LogStatusNotification": _noticed,
        "MeterValues": _meter_values,
        "SecurityEventNotification": _security_event,
        "SignCertificate": _sign_certificate,
        "SignedFirmwareStatusNotification": _noticed,
        "StartTransaction": _start,
        "StatusNotification": _status,
        "StopTransaction": _stop,
    }
    """What a charge point may send: OCPP 1.6 section 4 and the security whitepaper."""


def _transferred(payload: Payload) -> Payload:
    """Return the answer to a DataTransfer."""
    vendor = text(payload.get("vendorId")).casefold()
    message = text(payload.get("messageId")).casefold()
    if vendor in _ACCEPTED_VENDORS or message in _ACCEPTED_MESSAGES:
        return {"status": "Accepted"}
    return {"status": "UnknownVendorId"}
