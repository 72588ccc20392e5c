"""What the central system can ask of the wallbox, and what it answers (OCPP 1.6 section 5)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from .charging_commands import ChargingCommands
from .connector import Connector, Reservation, Transaction
from .profile import RefusedProfileError, read_profile
from .protocol import Call, Payload
from .refusal import CallRefusedError
from .whitelist import ACCEPTED

if TYPE_CHECKING:
    from .body import Body

_REJECTED: Payload = {"status": "Rejected"}
_ACCEPTED: Payload = {"status": "Accepted"}


class Commands:
    """Carries out the central system's calls."""

    def __init__(self, wallbox: Body) -> None:
        """Do what is asked to this wallbox."""
        self._wallbox = wallbox
        self._charging = ChargingCommands(wallbox)
        self._handlers: dict[str, Callable[[Payload], Payload]] = {
            "CancelReservation": self._cancel_reservation,
            "ChangeAvailability": self._change_availability,
            "ChangeConfiguration": self._change_configuration,
            "ClearCache": self._clear_cache,
            "ClearChargingProfile": self._charging.clear,
            "DataTransfer": self._data_transfer,
            "GetCompositeSchedule": self._charging.composite,
            "GetConfiguration": self._get_configuration,
            "GetDiagnostics": self._get_diagnostics,
            "GetLocalListVersion": self._get_local_list_version,
            "RemoteStartTransaction": self._remote_start,
            "RemoteStopTransaction": self._remote_stop,
            "ReserveNow": self._reserve,
            "Reset": self._reset,
            "SendLocalList": self._send_local_list,
            "SetChargingProfile": self._charging.set,
            "TriggerMessage": self._trigger,
            "UnlockConnector": self._unlock,
            "UpdateFirmware": self._update_firmware,
        }

    def answer(self, action: str, payload: Payload) -> Payload:
        """Carry out a call and return its answer.

        Raises:
            CallRefusedError: the action is unknown or the payload unusable.
        """
        handler = self._handlers.get(action)
        if handler is None:
            raise CallRefusedError("NotImplemented", f"{action} is not known")
        try:
            return handler(payload)
        except KeyError as error:
            raise CallRefusedError(
                "OccurenceConstraintViolation", f"{error.args[0]} is missing"
            ) from error
        except (TypeError, ValueError) as error:
            raise CallRefusedError("TypeConstraintViolation", str(error)) from error

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        timers = self._wallbox.timers
        timers.call_at(timers.now() + timedelta(seconds=seconds), action)

    def _connectors(self, number: int) -> tuple[Connector, ...]:
        """Return the connector of this number, all for 0, none if there is none such."""
        if number == 0:
            return self._wallbox.connectors
        return tuple(each for each in self._wallbox.connectors if each.number == number)

    def _change_availability(self, payload: Payload) -> Payload:
        operative = payload["type"] == "Operative"
        connectors = self._connectors(payload["connectorId"])
        if not connectors or payload["type"] not in {"Operative", "Inoperative"}:
            return dict(_REJECTED)
        scheduled = False
        for connector in connectors:
            if connector.transaction is not None and not operative:
                connector.becomes_available = operative
                scheduled = True
            else:
                connector.becomes_available = None
                connector.available = operative
                if operative and connector.car is not None:
                    connector.car.wake(self._wallbox.clock.now())
                    self._wallbox.sessions.plugged_in(connector)
        self._wallbox.update()
        return {"status": "Scheduled"} if scheduled else dict(_ACCEPTED)

    def _change_configuration(self, payload: Payload) -> Payload:
        name, value = payload["key"], payload["value"]
        if not isinstance(name, str) or not isinstance(value, str):
            raise CallRefusedError("TypeConstraintViolation", "key and value are texts")
        answer = self._wallbox.configuration.change(name, value)
        if answer == ACCEPTED:
            self._wallbox.configuration_changed(name)
        return {"status": answer.value}

    def _get_configuration(self, payload: Payload) -> Payload:
        configuration = self._wallbox.configuration
        names = payload.get("key") or [key.name for key in configuration]
        known: list[Payload] = []
        unknown: list[str] = []
        for name in names:
            key = configuration.key(name)
            if key is None:
                unknown.append(name)
                continue
            entry: Payload = {"key": key.name, "readonly": key.readonly}
            if key.value is not None:
                entry["value"] = key.value
            known.append(entry)
        answer: Payload = {"configurationKey": known}
        if unknown:
            answer["unknownKey"] = unknown
        return answer

    def _clear_cache(self, _payload: Payload) -> Payload:
        self._wallbox.whitelist.cache.clear()
        return dict(_ACCEPTED)

    def _data_transfer(self, payload: Payload) -> Payload:
        _ = payload["vendorId"]
        return {"status": "UnknownVendorId"}

    def _remote_start(self, payload: Payload) -> Payload:
        tag = payload["idTag"]
        if "connectorId" in payload:
            candidates = (
                self._connectors(payload["connectorId"])
                if payload["connectorId"]
                else ()
            )
        else:
            candidates = self._wallbox.connectors
        connector = next((each for each in candidates if _can_start(each, tag)), None)
        if connector is None:
            return dict(_REJECTED)
        profile = None
        if "chargingProfile" in payload:
            try:
                profile = read_profile(connector.number, payload["chargingProfile"])
            except RefusedProfileError:
                return dict(_REJECTED)
        sessions = self._wallbox.sessions
        if self._wallbox.configuration.flag("AuthorizeRemoteTxRequests"):
            self._later(
                0,
                lambda: sessions.authorise(
                    tag, lambda: sessions.let_in(connector, tag, profile)
                ),
            )
        else:
            self._later(0, lambda: sessions.let_in(connector, tag, profile))
        return dict(_ACCEPTED)

    def _remote_stop(self, payload: Payload) -> Payload:
        identifier = payload["transactionId"]
        for connector in self._wallbox.connectors:
            transaction = connector.transaction
            if transaction is not None and transaction.identifier == identifier:
                self._later(0, partial(self._stop_remotely, connector, transaction))
                return dict(_ACCEPTED)
        return dict(_REJECTED)

    def _stop_remotely(self, connector: Connector, transaction: Transaction) -> None:
        if connector.transaction is transaction:
            self._wallbox.sessions.stop(connector, "Remote")

    def _reset(self, payload: Payload) -> Payload:
        reasons = {"Soft": "SoftReset", "Hard": "HardReset"}
        reason = reasons.get(payload["type"])
        if reason is None:
            raise CallRefusedError(
                "PropertyConstraintViolation", "type is neither Soft nor Hard"
            )
        self._later(1, lambda: self._wallbox.restart(reason, timedelta(seconds=10)))
        return dict(_ACCEPTED)

    def _unlock(self, payload: Payload) -> Payload:
        connectors = (
            self._connectors(payload["connectorId"]) if payload["connectorId"] else ()
        )
        if not connectors:
            return {"status": "NotSupported"}
        self._wallbox.sessions.stop(connectors[0], "UnlockCommand")
        return {"status": "Unlocked"}

    def _trigger(self, payload: Payload) -> Payload:
        number = payload.get("connectorId")
        if number is not None and (number < 0 or not self._connectors(number)):
            return dict(_REJECTED)
        wallbox = self._wallbox
        match payload["requestedMessage"]:
            case "BootNotification":
                wallbox.registration.boot(triggered=True)
            case "Heartbeat":
                wallbox.registration.beat(triggered=True)
            case "StatusNotification":
                numbers = (
                    range(len(wallbox.connectors) + 1) if number is None else (number,)
                )
                for each in numbers:
                    wallbox.reports.send(each, always=True, triggered=True)
            case "MeterValues":
                measurands = wallbox.configuration.items("MeterValuesSampledData")
                for connector in self._connectors(number or 0):
                    wallbox.sampling.send(
                        connector, "Trigger", measurands, triggered=True
                    )
            case (
                "DiagnosticsStatusNotification" | "FirmwareStatusNotification" as action
            ):
                wallbox.protocol.put(
                    Call(action=action, payload={"status": "Idle"}, triggered=True)
                )
            case _:
                return {"status": "NotImplemented"}
        return dict(_ACCEPTED)

    def _get_local_list_version(self, _payload: Payload) -> Payload:
        return {"listVersion": self._wallbox.whitelist.version}

    def _send_local_list(self, payload: Payload) -> Payload:
        whitelist = self._wallbox.whitelist
        entries = payload.get("localAuthorizationList", [])
        full = payload["updateType"] == "Full"
        version = payload["listVersion"]
        most = self._wallbox.configuration.number("SendLocalListMaxLength", 100)
        if len(entries) > most:
            return {"status": "Failed"}
        if not full and version <= whitelist.version:
            return {"status": "VersionMismatch"}
        whitelist.update(version, entries, full=full)
        return dict(_ACCEPTED)

    def _reserve(self, payload: Payload) -> Payload:
        connectors = (
            self._connectors(payload["connectorId"]) if payload["connectorId"] else ()
        )
        if not connectors:
            return dict(_REJECTED)
        connector = connectors[0]
        if connector.fault is not None:
            return {"status": "Faulted"}
        if not connector.available:
            return {"status": "Unavailable"}
        if connector.car is not None or connector.transaction is not None:
            return {"status": "Occupied"}
        until = datetime.fromisoformat(payload["expiryDate"])
        reservation = Reservation(
            identifier=payload["reservationId"], tag=payload["idTag"], until=until
        )
        connector.reservation = reservation

        def lapse() -> None:
            if connector.reservation is reservation:
                connector.reservation = None
                self._wallbox.update()

        self._wallbox.timers.call_at(until, lapse)
        self._wallbox.update()
        return dict(_ACCEPTED)

    def _cancel_reservation(self, payload: Payload) -> Payload:
        for connector in self._wallbox.connectors:
            if (
                connector.reservation is not None
                and connector.reservation.identifier == payload["reservationId"]
            ):
                connector.reservation = None
                self._wallbox.update()
                return dict(_ACCEPTED)
        return dict(_REJECTED)

    def _get_diagnostics(self, payload: Payload) -> Payload:
        _ = payload["location"]
        self._report_progress(
            "DiagnosticsStatusNotification", ("Uploading", "Uploaded"), 0
        )
        return {"fileName": f"diagnostics-{self._wallbox.identity}.log"}

    def _update_firmware(self, payload: Payload) -> Payload:
        _ = payload["location"]
        begin = (
            datetime.fromisoformat(payload["retrieveDate"]) - self._wallbox.clock.now()
        )
        steps = ("Downloading", "Downloaded", "Installing", "Installed")
        self._report_progress(
            "FirmwareStatusNotification", steps, max(begin.total_seconds(), 0)
        )
        return {}

    def _report_progress(
        self, action: str, steps: tuple[str, ...], begin: float
    ) -> None:
        """Report the steps of a long job, one each ten seconds; nothing is really fetched or sent."""
        for place, status in enumerate(steps):

            def report(status: str = status) -> None:
                self._wallbox.protocol.put(
                    Call(action=action, payload={"status": status})
                )

            self._later(begin + 10 * place, report)


def _can_start(connector: Connector, tag: str) -> bool:
    reserved = connector.reservation is not None and connector.reservation.tag != tag
    return (
        connector.transaction is None
        and connector.available
        and connector.fault is None
        and not reserved
    )
