"""Being known to the central system: BootNotification until accepted, then Heartbeat (OCPP 1.6 sections 4.2 and 4.6)."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from .clock import Clock, Timer
from .configuration import Configuration
from .protocol import Call, Priority, Protocol

_BOOT_AGAIN_SECONDS = 60


class Registered(Enum):
    """What the central system said to the last BootNotification since power-up."""

    UNKNOWN = auto()
    PENDING = auto()
    REJECTED = auto()
    ACCEPTED = auto()


class Registration:
    """Boots and beats."""

    def __init__(
        self,
        *,
        clock: Clock,
        configuration: Configuration,
        identity: dict[str, Any],
        on_accepted: Callable[[], None],
        boots_on_every_connection: bool,
    ) -> None:
        """`identity` is the BootNotification's payload; `on_accepted` is called after each one that was accepted."""
        self._clock = clock
        self._configuration = configuration
        self._identity = identity
        self._on_accepted = on_accepted
        self._boots_on_every_connection = boots_on_every_connection
        self._boot_again: Timer | None = None
        self._beat: Timer | None = None
        self.state = Registered.UNKNOWN
        self.protocol: Protocol

    @property
    def accepted(self) -> bool:
        """Whether messages may be sent freely."""
        return self.state is Registered.ACCEPTED

    def may_send(self, call: Call) -> bool:
        """Return whether a call is allowed as the registration stands."""
        if self.accepted or call.action == "BootNotification":
            return True
        return self.state is Registered.PENDING and call.triggered

    def connected(self) -> bool:
        """Take note of a new connection; return whether a boot is needed, and then begun."""
        if self._boots_on_every_connection:
            self.state = Registered.UNKNOWN
        if self.accepted:
            self._next_beat()
            return False
        self.boot()
        return True

    def boot(self, *, triggered: bool = False) -> None:
        """Send a BootNotification."""
        self._cancel_boot()
        self.protocol.put(
            Call(
                action="BootNotification",
                payload=dict(self._identity),
                priority=Priority.BOOT,
                triggered=triggered,
                on_answer=self._answered,
                on_failure=lambda: self._boot_in(_BOOT_AGAIN_SECONDS),
            )
        )

    def beat(self, *, triggered: bool = False) -> None:
        """Send a Heartbeat, and the next one an interval later."""
        self.protocol.put(Call(action="Heartbeat", payload={}, triggered=triggered))
        self._next_beat()

    def interval_changed(self) -> None:
        """Take note of a new HeartbeatInterval."""
        self._next_beat()

    def disconnected(self) -> None:
        """Take note that the line has gone."""
        self._cancel_boot()
        self._cancel_beat()

    def power_lost(self) -> None:
        """Forget to have been accepted."""
        self.disconnected()
        self.state = Registered.UNKNOWN

    def _answered(self, answer: dict[str, Any]) -> None:
        interval = answer.get("interval")
        seconds = interval if isinstance(interval, int) and interval > 0 else 0
        status = answer.get("status")
        if status == "Accepted":
            self.state = Registered.ACCEPTED
            if seconds:
                self._configuration.put_value("HeartbeatInterval", str(seconds))
            self._next_beat()
            self._on_accepted()
            return
        self.state = Registered.PENDING if status == "Pending" else Registered.REJECTED
        self._boot_in(seconds or _BOOT_AGAIN_SECONDS)

    def _boot_in(self, seconds: int) -> None:
        self._cancel_boot()
        self._boot_again = self._clock.call_at(
            self._clock.now() + timedelta(seconds=seconds), self.boot
        )

    def _next_beat(self) -> None:
        self._cancel_beat()
        if self.accepted:
            seconds = max(self._configuration.number("HeartbeatInterval", 300), 1)
            self._beat = self._clock.call_at(
                self._clock.now() + timedelta(seconds=seconds), self.beat
            )

    def _cancel_beat(self) -> None:
        if self._beat is not None:
            self._beat.cancel()

    def _cancel_boot(self) -> None:
        if self._boot_again is not None:
            self._boot_again.cancel()
