"""Overrides: what stands above the charging hours for a while, and ends with its session."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

OWNER_TAG: Final = "484F4D45"
"""The tag of sessions that Home Assistant begins: no secret ("HOME"), and short and hexadecimal like a card's, as some
wallboxes refuse 20 characters and others what no card has (wallbox-quirks.md X5)."""


class OverrideKind(StrEnum):
    """Who set the hours aside, and to what end."""

    CHARGE_NOW = "charge_now"
    """The owner: this session charges, whatever hours and delay say (A10.5)."""
    SKIP_DELAY = "skip_delay"
    """The owner: the running delay ends now; the hours stay (A11.4)."""
    STOP = "stop"
    """The owner: this session draws no more. Only where the wallbox would not end the session itself."""
    DELAY = "delay"
    """Home Assistant times the random delay: after a power cut that the session outlived (A11.7), or where the wallbox
    cannot hold the delay of the next session itself."""
    DSR = "dsr"
    """Home Assistant times a demand-side response event, where no max profile can carry it or where it lifts."""
    WAKE = "wake"
    """Home Assistant offers a car that sleeps nothing for some seconds, so that the offer after it wakes it (A11.8)."""
    HOURS = "hours"
    """Home Assistant times the hours: on a wallbox that takes no profile but a transaction's, or those of a bank holiday
    that it cannot hold beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One override of one session. Times are UTC; without `until` it lasts as long as the session.

    `transaction_id` is None between the owner's wish and the wallbox's StartTransaction. `until` is then how long the
    wish waits, and `wished_until` how long it lasts once the session has begun; None: as long as the session (A10.5).
    """

    kind: OverrideKind
    transaction_id: int | None
    since: datetime
    until: datetime | None = None
    wished_until: datetime | None = None

    def stands_at(self, moment: datetime) -> bool:
        """Return whether it still has a say at `moment` (UTC)."""
        return self.until is None or moment < self.until
