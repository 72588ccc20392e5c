"""A link whose charge point is a few dictionaries: for what is asked of it, and in which order."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import override

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CompositeSchedule,
    CompositeStep,
    Configuration,
    ConfigurationKey,
    Link,
    NotConnectedError,
    Payload,
    Priority,
)
from custom_components.smart_charge_point.central_system.profiles import ChargingProfile
from custom_components.smart_charge_point.model.capabilities import Capabilities
from custom_components.smart_charge_point.model.limit import Limit

from .stacking import Wallbox

REFUSED = CallRefusedError("GetConfiguration", "NotSupported", "")


class FakeLink(Link):
    """A charge point that answers at once; `now` is its clock.

    `on_read` and `on_write` may answer in its place: with an error to raise, an answer, or None to let it answer.
    """

    identity = "WB1"
    peer = "192.168.1.20"
    version = "1.6"
    open = True
    pending = False

    def __init__(
        self,
        values: dict[str, str | None] | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """Give it the configuration `values`."""
        self.values = values or {}
        self.readonly: set[str] = set()
        self.unlisted: set[str] = set()
        self.read: list[tuple[str, ...]] = []
        self.written: list[tuple[str, str]] = []
        self.cleared: list[int] = []
        self.sent: list[ChargingProfile] = []
        self.on_read: Callable[[tuple[str, ...]], CallError | Configuration | None] = (
            lambda _: None
        )
        self.on_write: Callable[[str, str], CallError | Answer | None] = (
            lambda _key, _value: None
        )
        self.on_profile: CallError | Answer = Answer.ACCEPTED
        self.on_clear: CallError | Answer = Answer.ACCEPTED
        self.composites: list[CompositeSchedule | CallError | None] | None = None
        self.wallbox = Wallbox()
        self.now = now

    @override
    async def configuration(self, keys: tuple[str, ...] = ()) -> Configuration:
        self.read.append(keys)
        answer = self.on_read(keys)
        if isinstance(answer, CallError):
            raise answer
        if answer is not None:
            return answer
        wanted = {key.lower() for key in keys or self.values.keys() - self.unlisted}
        found = {
            name.lower(): ConfigurationKey(
                key=name, readonly=name in self.readonly, value=value
            )
            for name, value in self.values.items()
            if name.lower() in wanted
        }
        return Configuration(keys=found, unknown=frozenset(wanted - found.keys()))

    @override
    async def configure(self, key: str, value: str) -> Answer:
        self.written.append((key, value))
        answer = self.on_write(key, value)
        if isinstance(answer, CallError):
            raise answer
        if answer is None or answer is Answer.ACCEPTED:
            self.values[key] = value
        return answer or Answer.ACCEPTED

    @override
    async def set_profile(
        self,
        profile: ChargingProfile,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> Answer:
        self.sent.append(profile)
        if isinstance(self.on_profile, CallError):
            raise self.on_profile
        if self.on_profile is Answer.ACCEPTED:
            self.wallbox.accept([profile])
        return self.on_profile

    @override
    async def clear_profile(
        self, profile_id: int, *, priority: Priority = Priority.CONTROL
    ) -> Answer:
        self.cleared.append(profile_id)
        if isinstance(self.on_clear, CallError):
            raise self.on_clear
        self.wallbox.held = [
            profile for profile in self.wallbox.held if profile.profile_id != profile_id
        ]
        return self.on_clear

    @override
    async def composite_schedule(
        self,
        connector: int,
        duration: int,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> CompositeSchedule | None:
        if self.composites is not None:
            composite = self.composites.pop(0)
            if isinstance(composite, CallError):
                raise composite
            return composite
        assert self.now is not None
        steps: list[CompositeStep] = []
        for second in range(0, duration, 10):
            moment = self.now + timedelta(seconds=second)
            amperes = self.wallbox.amperes(
                moment, connector=connector, session_from=self.now
            )
            assert amperes is not None
            limit = Limit(amperes=amperes)
            if not steps or steps[-1].limit != limit:
                steps.append(CompositeStep(start=moment, limit=limit))
        return CompositeSchedule(start=self.now, duration=duration, steps=tuple(steps))

    @override
    async def call(
        self, action: str, payload: Payload, *, priority: Priority = Priority.OWNER
    ) -> Payload:
        raise AssertionError(f"{action} was sent")

    @override
    async def close(self) -> None:
        self.open = False

    @override
    async def clear_foreign_profiles(
        self, connector: int, stack_level: int, purpose: str
    ) -> Answer:
        raise AssertionError("Profiles of others were cleared")

    @override
    async def start_transaction(
        self,
        connector: int,
        tag: str,
        capabilities: Capabilities,
        profile: ChargingProfile | None = None,
    ) -> Answer:
        raise AssertionError("A transaction was started")

    @override
    async def stop_transaction(self, transaction_id: int) -> Answer:
        raise AssertionError("A transaction was stopped")

    @override
    async def set_available(self, connector: int, available: bool) -> Answer:
        raise AssertionError("A connector was taken out of service")

    @override
    async def forget_cards(self) -> Answer:
        raise AssertionError("Cards were to be forgotten")

    @override
    async def ask_for(self, message: str, connector: int | None = None) -> Answer:
        raise AssertionError(f"{message} was triggered")


def only(
    names: Iterable[str], error: CallError
) -> Callable[[tuple[str, ...]], CallError | None]:
    """Return an `on_read` that answers questions for single keys of `names` and refuses all others with `error`."""
    known = {name.lower() for name in names}

    def on_read(keys: tuple[str, ...]) -> CallError | None:
        return None if len(keys) == 1 and keys[0].lower() in known else error

    return on_read


def lost(link: FakeLink) -> NotConnectedError:
    """Let the link end and return the error that tells it."""
    link.open = False
    return NotConnectedError("The socket closed")
