"""Outages: from when to when the link of a wallbox was gone, Home Assistant's own absence included, kept as evidence.

What was charged meanwhile the ledger's sessions say.

Source: SI 2021/1467 reg. 7; requirements.md section 5.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import callback

from ..model.result import LinkReturned
from ..records.ledger import Ledger
from .memory import MemoryStore
from .results import keep_result

LEAST_OUTAGE: Final = timedelta(minutes=5)
"""A link that is back sooner shows nothing of what a wallbox does without one."""


class Outages:
    """Keeps how long the link of one wallbox was gone.

    After a kill of Home Assistant nobody knows how long it was gone for, and nothing is kept.
    """

    def __init__(
        self, store: MemoryStore, ledger: Ledger, identity: Callable[[], str]
    ) -> None:
        """Remember in the memory of `store` that the link is gone; keep in `ledger`, by `identity`, that it was."""
        self._store = store
        self._ledger = ledger
        self._identity = identity

    @callback
    def lost(self, now: datetime) -> None:
        """Take that the link was lost at `now` (UTC)."""
        self._store.memory.offline_since = now
        self._store.save_soon()

    @callback
    def back(self, now: datetime) -> bool:
        """Take that there is a link at `now` (UTC); return whether there was none before.

        That is to be on the disk at once: a kill must not make one outage of two.
        """
        since = self._store.memory.offline_since
        if since is None:
            return False
        self._store.memory.offline_since = None
        if now - since >= LEAST_OUTAGE:
            keep_result(
                self._ledger,
                LinkReturned(
                    at=now,
                    charge_point=self._identity(),
                    seconds=(now - since).total_seconds(),
                ),
            )
        return True
