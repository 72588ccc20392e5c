"""Where a wallbox's quirks touch its messages: on the way out, on the way in, and nowhere else."""

from collections.abc import Callable
from datetime import timedelta
import json
from typing import Any, Protocol as Shape

from .configuration_quirks import MEASURAND_KEYS, is_measurand_list
from .meter_quirks import MeterQuirks, local_time
from .profile_quirks import ProfileQuirks
from .quirks import ErrorTail, Quirks, Refusal
from .refusal import CallRefusedError

type Payload = dict[str, Any]


class Owner(Shape):
    """What the edges can do to the wallbox they belong to."""

    def restart_soon(self) -> None:
        """Restart as if somebody had pulled the plug, a moment from now."""

    def drop_line_in(self, pause: timedelta) -> None:
        """Lose the connection after a while."""

    def heartbeat(self) -> None:
        """Send a Heartbeat."""

    def put_configuration(self, name: str, value: str) -> None:
        """Set a configuration value, whoever may write it."""

    def stuck(self, connector: int | None) -> bool:
        """Return whether the connector (None: every one) still holds the cable of a transaction that has ended."""


class Edges:
    """Passes messages on, bent as the quirks say."""

    def __init__(self, quirks: Quirks, owner: Owner) -> None:
        """Bend the messages of `owner`."""
        self._quirks = quirks
        self._owner = owner
        self._meter = MeterQuirks(quirks)
        self._profiles = ProfileQuirks(quirks, owner.drop_line_in)
        self._started_twice = False
        self._measurands_changed = False
        self._has_been_read = False

    def power_up(self) -> None:
        """Begin a new life."""
        self._has_been_read = False

    def before_answer(self) -> None:
        """Do what comes between a request and its answer."""
        if self._quirks.speaks_before_answering:
            self._owner.heartbeat()

    def holds_back(self, action: str) -> bool:
        """Return whether a call waits for the next connection."""
        return self._quirks.stops_late and action == "StopTransaction"

    def disregards_answer(self, action: str) -> bool:
        """Return whether an answer is taken for lost, so that the call is made again."""
        if not self._quirks.repeats_start or action != "StartTransaction":
            return False
        self._started_twice = not self._started_twice
        return self._started_twice

    def outgoing(self, action: str, payload: Payload) -> Payload | None:
        """Return a call's payload as it goes on the wire; None if it does not."""
        match action:
            case "StatusNotification":
                return self._status(payload)
            case "MeterValues":
                if self._quirks.meter_values_only_on_trigger and not _is_triggered(
                    payload
                ):
                    return None
                return self._meter.bend(payload)
            case "StartTransaction":
                self._meter.began(payload["connectorId"], payload["meterStart"])
                return self._timed(payload)
            case "StopTransaction":
                return self._stop(payload)
            case _:
                return payload

    def answer(
        self, action: str, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload | None:
        """Return the answer to the central system's call; None to give none.

        Raises:
            CallRefusedError: the call is answered with a CALLERROR.
        """
        if action in self._quirks.never_answers:
            return None
        if action in self._quirks.refused_actions:
            raise CallRefusedError("NotImplemented", "")
        match action:
            case "ChangeConfiguration":
                return self._change_configuration(payload, think)
            case "GetConfiguration":
                return self._get_configuration(payload, think)
            case "TriggerMessage":
                return self._trigger(payload, think)
            case "RemoteStartTransaction" if self._refuses_start(payload):
                return {"status": "Rejected"}
            case "RemoteStopTransaction" if self._quirks.refuses_remote_stop:
                return {"status": "Rejected"}
            case "ChangeAvailability" if (
                payload.get("connectorId") in self._quirks.availability_rejected
            ):
                return {"status": "Rejected"}
            case "UnlockConnector" if self._quirks.unlock_answer is not None:
                return {"status": self._quirks.unlock_answer}
            case "SetChargingProfile" | "GetCompositeSchedule":
                return self._profiles.answer(action, payload, think)
            case _:
                return think(action, payload)

    def refusal(self, frame: list[Any]) -> list[Any]:
        """Return a CALLERROR as it goes on the wire."""
        if self._quirks.error_code is not None:
            frame = [frame[0], frame[1], self._quirks.error_code, "", frame[4]]
        match self._quirks.error_tail:
            case ErrorTail.MISSING:
                return frame[:4]
            case ErrorTail.TEXT:
                return [*frame[:4], ""]
            case _:
                return frame

    def text(self, frame: list[Any]) -> str:
        """Return a frame as text."""
        if self._quirks.pretty_json:
            return json.dumps(frame, indent="\t")
        return json.dumps(frame, separators=(",", ":"))

    def _timed(self, payload: Payload) -> Payload:
        return payload | {
            "timestamp": local_time(payload["timestamp"], self._quirks.utc_offset)
        }

    def _status(self, payload: Payload) -> Payload | None:
        quirks = self._quirks
        bent = self._timed(payload)
        if quirks.availability_on_zero and payload["status"] in {
            "Available",
            "Unavailable",
        }:
            bent["connectorId"] = 0
        elif quirks.silent_connector_zero and payload["connectorId"] == 0:
            return None
        if (
            quirks.error_code_when_fine is not None
            and payload["errorCode"] == "NoError"
        ):
            bent["errorCode"] = quirks.error_code_when_fine
        if quirks.status_info is not None:
            bent["info"] = quirks.status_info
        if quirks.vendor_error_code is not None:
            bent["vendorErrorCode"] = quirks.vendor_error_code
        if quirks.status_without_time:
            del bent["timestamp"]
        return bent

    def _stop(self, payload: Payload) -> Payload | None:
        if self._quirks.no_stop_on_unplug and payload.get("reason") == "EVDisconnected":
            return None
        bent = self._timed(payload)
        if self._quirks.stop_in_transaction_data:
            register = {
                "value": str(payload["meterStop"]),
                "context": "Transaction.End",
                "unit": "Wh",
            }
            bent["transactionData"] = [
                {"timestamp": bent["timestamp"], "sampledValue": [register]}
            ]
            bent["meterStop"] = 0
        return bent

    def _change_configuration(
        self, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload:
        quirks = self._quirks
        name, value = str(payload.get("key", "")), str(payload.get("value", ""))
        if (
            quirks.overlong_value_spoils is not None
            and len(value) > quirks.overlong_value_spoils
        ):
            self._owner.put_configuration("NumberOfConnectors", "1936028773")
        if quirks.takes_any_measurands and is_measurand_list(name):
            answer = {"status": "Accepted"}
        else:
            answer = think("ChangeConfiguration", payload)
        if is_measurand_list(name) and answer["status"] == "Accepted":
            self._measurands_changed = True
        if quirks.reboots_on_change:
            self._owner.restart_soon()
        return answer

    def _get_configuration(
        self, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload:
        quirks = self._quirks
        names = payload.get("key") or []
        if quirks.first_read_fails and not self._has_been_read:
            self._has_been_read = True
            raise CallRefusedError("InternalError", "not ready")
        read = {name.lower() for name in names} or MEASURAND_KEYS
        if (
            quirks.reboots_when_measurands_are_read
            and self._measurands_changed
            and read & MEASURAND_KEYS
        ):
            self._measurands_changed = False
            self._owner.restart_soon()
        if quirks.empty_configuration or (quirks.no_list_of_all_keys and not names):
            return {"configurationKey": []}
        answer = think("GetConfiguration", payload)
        if quirks.most_keys_asked:
            answer["configurationKey"] = answer["configurationKey"][
                : quirks.most_keys_asked
            ]
        unknown = [name for name in names if name in quirks.unknown_keys]
        if unknown:
            answer["unknownKey"] = [*answer.get("unknownKey", []), *unknown]
            answer["configurationKey"] = [
                key for key in answer["configurationKey"] if key["key"] not in unknown
            ]
        return answer

    def _trigger(
        self, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload | None:
        quirks = self._quirks
        match payload.get("requestedMessage"):
            case "BootNotification" if quirks.trigger_boot_reboots:
                self._owner.restart_soon()
                return {"status": "Accepted"}
            case "StatusNotification" if (
                payload.get("connectorId", 0) in quirks.trigger_status_rejected
            ):
                return {"status": "Rejected"}
            case "MeterValues" if quirks.trigger_meter_values is not Refusal.NONE:
                if quirks.trigger_meter_values is Refusal.SILENCE:
                    return None
                return {"status": quirks.trigger_meter_values.value}
            case _:
                return think("TriggerMessage", payload)

    def _refuses_start(self, payload: Payload) -> bool:
        quirks = self._quirks
        tag = str(payload.get("idTag", ""))
        return (
            len(tag) > quirks.longest_tag
            or (quirks.only_tag is not None and tag != quirks.only_tag)
            or (
                quirks.only_hexadecimal_tags
                and not set(tag.lower()) <= set("0123456789abcdef")
            )
            or (
                quirks.sticks_in_finishing
                and self._owner.stuck(payload.get("connectorId"))
            )
        )


def _is_triggered(payload: Payload) -> bool:
    samples = [
        sample for value in payload["meterValue"] for sample in value["sampledValue"]
    ]
    return any(sample.get("context") == "Trigger" for sample in samples)
