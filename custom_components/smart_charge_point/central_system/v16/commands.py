"""Commands to a charge point in OCPP 1.6: strict in what is sent, tolerant in what is answered."""

from dataclasses import replace
from typing import Final, override

from ...model.capabilities import Capabilities
from ..dialect import Clock, Transport
from ..link import (
    Answer,
    CallRefusedError,
    CompositeSchedule,
    Configuration,
    InvalidCallError,
    Link,
    Payload,
    Priority,
)
from ..profiles import ChargingProfile
from ..schemas import Kind, Schemas
from .composite_wire import read_composite
from .configuration import read_configuration
from .profile_wire import write_profile

OUTGOING: Final = frozenset(
    {
        "CancelReservation",
        "CertificateSigned",
        "ChangeAvailability",
        "ChangeConfiguration",
        "ClearCache",
        "ClearChargingProfile",
        "DataTransfer",
        "DeleteCertificate",
        "ExtendedTriggerMessage",
        "GetCompositeSchedule",
        "GetConfiguration",
        "GetDiagnostics",
        "GetInstalledCertificateIds",
        "GetLocalListVersion",
        "GetLog",
        "InstallCertificate",
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "ReserveNow",
        "Reset",
        "SendLocalList",
        "SetChargingProfile",
        "SignedUpdateFirmware",
        "TriggerMessage",
        "UnlockConnector",
        "UpdateFirmware",
    }
)
"""What a central system may send: OCPP 1.6 section 5 and the security whitepaper."""

_ANSWERS: Final = {
    "accepted": Answer.ACCEPTED,
    "rejected": Answer.REJECTED,
    "scheduled": Answer.SCHEDULED,
    "rebootrequired": Answer.REBOOT_REQUIRED,
    "notsupported": Answer.NOT_SUPPORTED,
    "notimplemented": Answer.NOT_SUPPORTED,
    "unknown": Answer.UNKNOWN,
}
_UNSUPPORTED_CODES: Final = frozenset({"notsupported", "notimplemented"})


def read_answer(answer: Payload) -> Answer:
    """Return what the status of an answer says. One without a status that is known has accepted nothing."""
    status = answer.get("status")
    if not isinstance(status, str):
        return Answer.REJECTED
    return _ANSWERS.get(_folded(status), Answer.REJECTED)


class Commands16(Link):
    """The commands of a `Link`, in OCPP 1.6, over a transport."""

    def __init__(self, transport: Transport, clock: Clock, schemas: Schemas) -> None:
        """Command the charge point at the other end of `transport`."""
        self._transport = transport
        self._clock = clock
        self._schemas = schemas

    @property
    @override
    def identity(self) -> str:
        return self._transport.identity

    @property
    @override
    def peer(self) -> str:
        return self._transport.peer

    @property
    @override
    def version(self) -> str:
        return "1.6"

    @property
    @override
    def open(self) -> bool:
        return self._transport.open

    @override
    async def close(self) -> None:
        await self._transport.close()

    @override
    async def call(
        self, action: str, payload: Payload, *, priority: Priority = Priority.OWNER
    ) -> Payload:
        if action not in OUTGOING:
            raise InvalidCallError(f"{action} is no message to a charge point")
        violations = self._schemas.check(action, payload, Kind.REQUEST)
        if violations:
            raise InvalidCallError(
                f"{action} does not fit its schema: "
                + "; ".join(str(violation) for violation in violations[:5])
            )
        return await self._transport.call(action, payload, priority=priority)

    @override
    async def set_profile(
        self,
        profile: ChargingProfile,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> Answer:
        return await self._ask(
            "SetChargingProfile",
            {
                "connectorId": profile.connector,
                "csChargingProfiles": write_profile(profile, capabilities),
            },
            priority,
        )

    @override
    async def clear_profile(
        self, profile_id: int, *, priority: Priority = Priority.CONTROL
    ) -> Answer:
        return await self._ask("ClearChargingProfile", {"id": profile_id}, priority)

    @override
    async def clear_foreign_profiles(
        self, connector: int, stack_level: int, purpose: str
    ) -> Answer:
        return await self._ask(
            "ClearChargingProfile",
            {
                "connectorId": connector,
                "chargingProfilePurpose": purpose,
                "stackLevel": stack_level,
            },
            Priority.CONTROL,
        )

    @override
    async def composite_schedule(
        self,
        connector: int,
        duration: int,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> CompositeSchedule | None:
        # The unit is left to the wallbox: some refuse to convert, and either can be read.
        request = {"connectorId": connector, "duration": duration}
        try:
            answer = await self.call("GetCompositeSchedule", request, priority=priority)
        except CallRefusedError as error:
            if _is_unsupported(error):
                return None
            raise
        return read_composite(answer, duration, capabilities, self._clock())

    @override
    async def start_transaction(
        self,
        connector: int,
        tag: str,
        capabilities: Capabilities,
        profile: ChargingProfile | None = None,
    ) -> Answer:
        request: Payload = {"idTag": tag}
        # Connector 0 is no place to charge at; left out, the wallbox chooses one.
        if connector > 0:
            request["connectorId"] = connector
        if profile is not None:
            # The transaction has no id yet, and a wallbox refuses a profile that names one.
            unbound = replace(profile, transaction_id=None)
            request["chargingProfile"] = write_profile(unbound, capabilities)
        return await self._ask("RemoteStartTransaction", request, Priority.OWNER)

    @override
    async def stop_transaction(self, transaction_id: int) -> Answer:
        return await self._ask(
            "RemoteStopTransaction", {"transactionId": transaction_id}, Priority.OWNER
        )

    @override
    async def set_available(self, connector: int, available: bool) -> Answer:
        return await self._ask(
            "ChangeAvailability",
            {
                "connectorId": connector,
                "type": "Operative" if available else "Inoperative",
            },
            Priority.OWNER,
        )

    @override
    async def configuration(self, keys: tuple[str, ...] = ()) -> Configuration:
        request: Payload = {"key": list(keys)} if keys else {}
        answer = await self.call(
            "GetConfiguration", request, priority=Priority.HOUSEKEEPING
        )
        return read_configuration(answer)

    @override
    async def configure(self, key: str, value: str) -> Answer:
        return await self._ask(
            "ChangeConfiguration",
            {"key": key, "value": value},
            Priority.HOUSEKEEPING,
        )

    @override
    async def forget_cards(self) -> Answer:
        answers = {await self._ask("ClearCache", {}, Priority.HOUSEKEEPING)}
        try:
            held = await self.call(
                "GetLocalListVersion", {}, priority=Priority.HOUSEKEEPING
            )
        except CallRefusedError as error:
            if not _is_unsupported(error):
                raise
            held = {}
        version = held.get("listVersion")
        # 0 is an empty list, -1 none at all (OCPP 1.6 5.10).
        if isinstance(version, int) and version > 0:
            emptied: Payload = {
                "listVersion": version + 1,
                "localAuthorizationList": [],
                "updateType": "Full",
            }
            answers.add(
                await self._ask("SendLocalList", emptied, Priority.HOUSEKEEPING)
            )
        if Answer.REJECTED in answers:
            return Answer.REJECTED
        return Answer.ACCEPTED if Answer.ACCEPTED in answers else Answer.NOT_SUPPORTED

    @override
    async def ask_for(self, message: str, connector: int | None = None) -> Answer:
        request: Payload = {"requestedMessage": message}
        if connector is not None:
            request["connectorId"] = connector
        return await self._ask("TriggerMessage", request, Priority.HOUSEKEEPING)

    async def _ask(self, action: str, request: Payload, priority: Priority) -> Answer:
        """Send a call whose answer is a status."""
        try:
            return read_answer(await self.call(action, request, priority=priority))
        except CallRefusedError as error:
            if _is_unsupported(error):
                return Answer.NOT_SUPPORTED
            raise


def _is_unsupported(error: CallRefusedError) -> bool:
    """Return whether the charge point refused because it does not have the message."""
    return _folded(error.code) in _UNSUPPORTED_CODES


def _folded(word: str) -> str:
    """Return `word` without what wallboxes vary: case, blanks and underscores."""
    return "".join(letter for letter in word if letter.isalpha()).casefold()
