"""What is said about the connectors, and when there is something new to say; and that somebody interferes with them."""

from collections.abc import Callable, Iterable
from datetime import datetime

from .connector import Connector, Status
from .meter import timestamp
from .protocol import Call, Protocol


class Reports:
    """Remembers what was said last."""

    def __init__(
        self,
        connectors: Iterable[Connector],
        time: Callable[[], datetime],
        protocol: Protocol,
    ) -> None:
        """Report on these connectors and, as 0, on the wallbox; `time` is what it believes the time is."""
        self._connectors = {connector.number: connector for connector in connectors}
        self._time = time
        self._protocol = protocol
        self._said: dict[int, tuple[str, str]] = {}

    def forget(self) -> None:
        """Have said nothing yet."""
        self._said.clear()

    def send(
        self, number: int, *, always: bool = False, triggered: bool = False
    ) -> None:
        """Send a connector's status if it says something new, or `always`."""
        says = self._says(number)
        if self._said.get(number) == says and not always:
            return
        self._said[number] = says
        status, error = says
        payload = {
            "connectorId": number,
            "errorCode": error,
            "status": status,
            "timestamp": timestamp(self._time()),
        }
        self._protocol.put(
            Call(action="StatusNotification", payload=payload, triggered=triggered)
        )

    def tampered(self, info: str) -> None:
        """Say that somebody interferes with the wallbox (OCPP 1.6 security whitepaper): such an event is kept while offline."""
        payload = {
            "type": "TamperDetectionActivated",
            "timestamp": timestamp(self._time()),
            "techInfo": info,
        }
        self._protocol.put(
            Call(action="SecurityEventNotification", payload=payload, keep=True)
        )

    def _says(self, number: int) -> tuple[str, str]:
        if number == 0:
            usable = any(connector.available for connector in self._connectors.values())
            status = Status.AVAILABLE if usable else Status.UNAVAILABLE
            return (status.value, "NoError")
        connector = self._connectors[number]
        return (connector.status.value, connector.fault or "NoError")
