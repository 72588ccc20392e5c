"""A way to one connected charge point, whatever version of OCPP it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from ..model.capabilities import Capabilities
from ..model.limit import Limit
from .profiles import ChargingProfile

type Payload = dict[str, Any]


class Priority(IntEnum):
    """Which of the waiting calls goes next; equal ones keep their order."""

    SAFETY = 0
    OWNER = 1
    CONTROL = 2
    HOUSEKEEPING = 3


class Answer(StrEnum):
    """How a charge point answered a command, over all the words that OCPP has for it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    """Done once the transaction has ended."""
    REBOOT_REQUIRED = "reboot_required"
    NOT_SUPPORTED = "not_supported"
    UNKNOWN = "unknown"
    """There was nothing that it could have been done to."""


class CallError(Exception):
    """A call did not get an answer that could be used."""


class CallTimedOutError(CallError):
    """The charge point did not answer in time."""


class CallRefusedError(CallError):
    """The charge point answered with an error. `code` is OCPP's error code, as it came."""

    def __init__(self, action: str, code: str, description: str) -> None:
        """Say which `action` was refused and why."""
        super().__init__(f"{action} was refused: {code} {description}".rstrip())
        self.action = action
        self.code = code
        self.description = description


class NotConnectedError(CallError):
    """The link is closed, or closed before the answer came."""


class InvalidCallError(CallError):
    """Our own message does not fit the schema of the charge point's OCPP version; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationKey:
    """One configuration key as read back. `value` is None where the wallbox gave none."""

    key: str
    readonly: bool
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Configuration keys by their lower-cased name, and which of the asked ones are unknown to the wallbox."""

    keys: Mapping[str, ConfigurationKey]
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeStep:
    """From `start` (UTC) on, the charge point says it applies `limit`."""

    start: datetime
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeSchedule:
    """What a charge point says it will apply, from `start` (UTC) for `duration` seconds. Steps are sorted; may be empty."""

    start: datetime
    duration: int
    steps: tuple[CompositeStep, ...]


class Link(Protocol):
    """One live connection. Every command raises a `CallError` where no usable answer came.

    Commands wait for their turn by `priority`: one is outstanding at a time. `timeout` seconds count from sending.
    """

    @property
    def identity(self) -> str:
        """The charge point's identity."""

    @property
    def peer(self) -> str:
        """The address it dialled in from."""

    @property
    def version(self) -> str:
        """The OCPP version in words: "1.6"."""

    @property
    def open(self) -> bool:
        """Whether the socket still stands."""

    @property
    def pending(self) -> bool:
        """Whether the charge point was told to wait: it boots again, and only then takes commands (OCPP 1.6 4.2)."""

    async def close(self) -> None:
        """Close the socket; the wallbox will dial in again."""

    async def call(
        self, action: str, payload: Payload, *, priority: Priority = Priority.OWNER
    ) -> Payload:
        """Send any message of the version and return the answer's payload as it came."""

    async def set_profile(
        self,
        profile: ChargingProfile,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> Answer:
        """Give the charge point a profile to hold, written in the unit and phases of `capabilities`.

        A limit above the maximum of `capabilities` is lowered to it; requirements.md A5.2.
        """

    async def clear_profile(
        self, profile_id: int, *, priority: Priority = Priority.CONTROL
    ) -> Answer:
        """Make the charge point forget one profile."""

    async def clear_foreign_profiles(
        self, connector: int, stack_level: int, purpose: str
    ) -> Answer:
        """Make the charge point forget the profiles of one connector, stack level and purpose (a `Purpose` value)."""

    async def composite_schedule(
        self,
        connector: int,
        duration: int,
        capabilities: Capabilities,
        *,
        priority: Priority = Priority.CONTROL,
    ) -> CompositeSchedule | None:
        """Return what the charge point says it will apply in `duration` seconds from now; None where it will not say."""

    async def start_transaction(
        self,
        connector: int,
        tag: str,
        capabilities: Capabilities,
        profile: ChargingProfile | None = None,
    ) -> Answer:
        """Ask the charge point to begin a transaction, with a transaction profile for it if given."""

    async def stop_transaction(self, transaction_id: int) -> Answer:
        """Ask the charge point to end a transaction."""

    async def set_available(self, connector: int, available: bool) -> Answer:
        """Take a connector (0: all) in or out of service."""

    async def configuration(self, keys: tuple[str, ...] = ()) -> Configuration:
        """Read `keys`; all of them where none is named."""

    async def configure(self, key: str, value: str) -> Answer:
        """Set one key."""

    async def forget_cards(self) -> Answer:
        """Make the charge point forget all cards it knows: those it was told of and those it remembers by itself.

        REJECTED where it keeps any of them, NOT_SUPPORTED where it keeps no cards at all.
        """

    async def ask_for(self, message: str, connector: int | None = None) -> Answer:
        """Ask the charge point to send a message now (TriggerMessage): "StatusNotification", "MeterValues"."""
