"""Where prices come from: fixed rates by the clock on the wall, or an entity that shows the price."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, override
from zoneinfo import ZoneInfo

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_call_later,
    async_track_point_in_utc_time,
    async_track_state_change_event,
)
from homeassistant.util import dt as dt_util

from ...model.tariff import FixedRate
from ...model.usage import PriceStep
from ...rules.civil_time import instant
from ...rules.tariff import LATE, fixed_steps, holds_from, price_per_kwh
from .book import PriceBook
from .issue import PriceIssue

_NOW: Final = timedelta(seconds=1)
"""Added to a time, so that what begins at it counts."""
LOOKS_AHEAD: Final = timedelta(days=9)
"""Within it every rate begins once more, on whatever days it begins."""
TOLD_AFTER: Final = timedelta(hours=1)
"""A price that comes back sooner is no matter for the owner."""


class PriceSource(ABC):
    """Gives the price book the steps of one tariff."""

    def __init__(self, hass: HomeAssistant, book: PriceBook) -> None:
        """Take the book; nothing happens before `start`."""
        self._hass = hass
        self._book = book

    @abstractmethod
    def start(self, *, chosen: bool, known_until: datetime | None) -> None:
        """Begin: because the owner has just `chosen` it, or because Home Assistant is up again.

        `known_until` (UTC) is up to when prices were looked after before, None where nobody knows.
        """

    @property
    def known_until(self) -> datetime:
        """Up to when prices are looked after (UTC)."""
        return dt_util.utcnow()

    @abstractmethod
    def stop(self) -> datetime:
        """End, and return up to when prices were looked after (UTC)."""


class FixedPrices(PriceSource):
    """Rates by civil time: known for any moment, also for those at which nobody looked."""

    def __init__(
        self,
        hass: HomeAssistant,
        book: PriceBook,
        rates: Sequence[FixedRate],
        valid_since: date | None,
    ) -> None:
        """Take the rates, one at least, and the civil day from whose beginning on they hold.

        Without, they hold from the half hour in which they are chosen.
        """
        super().__init__(hass, book)
        self._rates = rates
        self._valid_since = valid_since
        self._since = dt_util.utcnow()
        """From when on the steps are still to be kept."""
        self._cancel: CALLBACK_TYPE | None = None

    @override
    def start(self, *, chosen: bool, known_until: datetime | None) -> None:
        now = dt_util.utcnow()
        latest = self._book.latest
        # Where the last step is not by these rates, they have not been in force since.
        continued = (
            not chosen
            and latest is not None
            and latest.at <= now
            and latest.value == self._steps(latest.at, latest.at + _NOW)[0].value
        )
        self._since = latest.at if latest and continued else half_hour(now)
        if self._valid_since is not None:
            self._hold_since(self._valid_since, now)
        self._look(now)

    @override
    def stop(self) -> datetime:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        return self.known_until

    def _steps(self, start: datetime, end: datetime) -> Sequence[PriceStep]:
        zone = ZoneInfo(self._hass.config.time_zone)
        return fixed_steps(self._rates, start, end, zone)

    @callback
    def _hold_since(self, day: date, now: datetime) -> None:
        """Bring the ledger to what was in force from the beginning of `day` on: whenever it is done, to the same."""
        zone = ZoneInfo(self._hass.config.time_zone)
        start = min(instant(day, time(), zone), half_hour(now))
        lately = self._steps(max(start, now - LOOKS_AHEAD), now + _NOW)
        self._book.keep_since(
            partial(fixed_steps, self._rates, start, now + _NOW, zone),
            lately[-1],
            half_hour(now),
        )
        self._since = now

    @callback
    def _look(self, now: datetime) -> None:
        for step in self._steps(min(self._since, now), now + _NOW):
            self._book.keep(step.at, step.value)
        self._since = now
        ahead = self._steps(now + _NOW, now + LOOKS_AHEAD)
        at = ahead[1].at if len(ahead) > 1 else now + LOOKS_AHEAD
        self._cancel = async_track_point_in_utc_time(self._hass, self._look, at)


class EntityPrice(PriceSource):
    """The price that an entity shows.

    It may say nothing for `LATE` (its integration is loaded anew, a server is asked again): the price stays. Longer than
    that, it is not known from when it fell silent. What it was before Home Assistant went down and is again afterwards is
    taken to have held in between.
    """

    def __init__(
        self, hass: HomeAssistant, book: PriceBook, entity_id: str, issue: PriceIssue
    ) -> None:
        """Take the entity, and what tells the owner where it stays silent for `TOLD_AFTER`."""
        super().__init__(hass, book)
        self._entity_id = entity_id
        self._issue = issue
        self._silent_since: datetime | None = None
        self._chosen_at: datetime | None = None
        """When the owner chose it, until it has told a price."""
        self._stop_listening: CALLBACK_TYPE | None = None
        self._cancel_patience: CALLBACK_TYPE | None = None

    @override
    def start(self, *, chosen: bool, known_until: datetime | None) -> None:
        now = self._silent_since = dt_util.utcnow()
        latest = self._book.latest
        if chosen:
            self._chosen_at = now
        elif latest is not None:
            known = max(known_until or latest.at, latest.at + LATE)
            self._silent_since = min(now, known)
        self._stop_listening = async_track_state_change_event(
            self._hass, self._entity_id, self._changed
        )
        self._look()
        if self._silent_since is not None:
            self._be_patient()

    @override
    def stop(self) -> datetime:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self._end_patience()
        return self.known_until

    @property
    @override
    def known_until(self) -> datetime:
        return self._silent_since or dt_util.utcnow()

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._look()

    @callback
    def _look(self) -> None:
        state = self._hass.states.get(self._entity_id)
        price = None
        if state is not None:
            price = price_per_kwh(
                state.state,
                state.attributes.get("unit_of_measurement"),
                self._hass.config.currency,
            )
        if state is None or price is None:
            if self._silent_since is None:
                self._silent_since = dt_util.utcnow()
                self._be_patient()
            return
        self._end_patience()
        self._issue.clear()
        at = holds_from(state.last_changed)
        if self._chosen_at is not None:
            at = half_hour(self._chosen_at)
            self._chosen_at = None
        elif (
            price != self._book.price
            and self._silent_since is not None
            and at - self._silent_since > LATE
        ):
            self._book.keep(self._silent_since, None)
        self._silent_since = None
        self._book.keep(at, price, shown=True)

    @callback
    def _be_patient(self) -> None:
        self._end_patience()
        self._cancel_patience = async_call_later(
            self._hass, LATE, self._out_of_patience
        )

    @callback
    def _end_patience(self) -> None:
        if self._cancel_patience is not None:
            self._cancel_patience()
            self._cancel_patience = None

    @callback
    def _out_of_patience(self, _now: datetime) -> None:
        self._chosen_at = None
        if self._silent_since is not None:
            self._book.keep(self._silent_since, None)
        self._cancel_patience = async_call_later(
            self._hass, TOLD_AFTER - LATE, self._tell
        )

    @callback
    def _tell(self, _now: datetime) -> None:
        self._cancel_patience = None
        self._issue.set(self._entity_id)


def half_hour(moment: datetime) -> datetime:
    """Return the beginning of the half hour (UTC) that `moment` is in."""
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
