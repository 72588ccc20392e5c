"""Power every second while a demand-side response event runs (reg. 9; requirements.md A9.4, D1)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from ..central_system.link import Answer, CallRefusedError, Link
from ..model.capabilities import Support
from ..model.meter import Measurand, MeterSample, Phase, Reading
from ..model.trace import TraceSample
from ..records.ledger import Ledger
from ..records.ring import TraceRing
from .dsr import DsrBook
from .memory import MemoryStore

_LOGGER = logging.getLogger(__name__)

SAMPLE_INTERVAL: Final = "MeterValueSampleInterval"
EVERY_SECOND: Final = "1"
AROUND: Final = timedelta(seconds=60)
"""How long before and after an event is measured as well."""
COUNTED: Final = timedelta(seconds=90)
"""What is looked at to tell whether every second was measured."""
ENOUGH: Final = timedelta(seconds=30)
"""Less than that tells nothing: the session may just have begun or ended."""
LATEST: Final = timedelta(minutes=10)
"""How far back whoever begins to look on can see."""

type SampleListener = Callable[[int, TraceSample], None]

_POWER: Final[Reading] = (Measurand.POWER, Phase.TOTAL)
_CURRENT: Final[Reading] = (Measurand.CURRENT, Phase.TOTAL)
_ENERGY: Final[Reading] = (Measurand.ENERGY_IMPORT, Phase.TOTAL)


class FastMetering:
    """Switches one wallbox to a sample a second and back, and keeps what arrives.

    The interval that it had before is on the disk before it is changed, so that no restart leaves it at a second.
    """

    def __init__(
        self, store: MemoryStore, dsr: DsrBook, ledger: Ledger, identity: str
    ) -> None:
        """Follow the events of `dsr`; keep the seconds of `identity` in `ledger`."""
        self._store = store
        self._dsr = dsr
        self._ledger = ledger
        self.identity = identity
        self._rings: dict[int, TraceRing] = {}
        self._listeners: list[SampleListener] = []
        self._seconds: dict[int, datetime] = {}
        """The second of each connector's latest sample."""
        self._kept: set[int] = set()
        """The connectors whose seconds are being kept."""
        self._until: datetime | None = None
        """The end of the latest event that was measured, the time after it included."""
        self._asked_on: Link | None = None
        """The connection on which the wallbox was asked to measure every second: it is not asked again."""

    def wanted(self, now: datetime) -> bool:
        """Return whether every second is to be measured at `now` (UTC)."""
        if self._until is None and not self._dsr.events:
            return False
        ends = [end for start, end in self._stretches() if start <= now < end]
        if self._until is not None and now < self._until:
            ends.append(self._until)
        self._until = max(ends, default=None)
        return self._until is not None

    def next_change(self, now: datetime) -> datetime | None:
        """Return when measuring every second next begins or ends."""
        edges = [edge for stretch in self._stretches() for edge in stretch]
        if self._until is not None:
            edges.append(self._until)
        return min((edge for edge in edges if edge > now), default=None)

    def ring(self, connector: int) -> TraceRing:
        """Return the latest seconds of a connector."""
        ring = self._rings.get(connector)
        if ring is None:
            ring = self._rings[connector] = TraceRing()
        return ring

    def latest(self, connector: int, now: datetime) -> tuple[TraceSample, ...]:
        """Return the samples of the latest minutes of a connector, by time."""
        return self.ring(connector).samples(now - LATEST, now + LATEST)

    def listen(self, listener: SampleListener) -> Callable[[], None]:
        """Call `listener` with each live sample and its connector, until what is returned is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def measured(
        self, connector: int, sample: MeterSample, now: datetime
    ) -> None:
        """Take a live sample, and keep it while every second counts."""
        power = sample.values.get(_POWER)
        if power is None:
            return
        wanted = self.wanted(now)
        at = sample.at.replace(microsecond=0)
        if not wanted:
            self._kept.discard(connector)
            if self._seconds.get(connector) == at and not self._listeners:
                return  # Nobody asks for more than one sample of a second.
        self._seconds[connector] = at
        second = TraceSample(
            at=at,
            power=power,
            current=sample.values.get(_CURRENT),
            register=sample.values.get(_ENERGY),
        )
        if not self.ring(connector).put(second, now):
            return
        for listener in tuple(self._listeners):
            listener(connector, second)
        if not wanted:
            return
        kept = [second]
        if connector not in self._kept:
            # What was measured just before a response is known in memory only.
            kept = list(self.ring(connector).samples(now - AROUND, at)) + kept
            self._kept.add(connector)
        await self._ledger.add_trace(self.identity, connector, kept)

    async def reconcile(self, link: Link, now: datetime) -> None:
        """Bring the wallbox's sample interval to what is wanted.

        Raises:
            CallTimedOutError: the wallbox did not answer, and is to be asked again.
        """
        memory = self._store.memory
        if not self.wanted(now):
            if memory.sample_interval is not None:
                if self._asked_on is link:
                    self._judge(now)
                await self._restore(link, memory.sample_interval)
        elif memory.settings_stopped == memory.boot.firmware:
            self._learn(Support.REFUSED)
        elif memory.sample_interval is None and self._asked_on is not link:
            await self._hurry(link)

    def _judge(self, now: datetime) -> None:
        """Learn from what really arrived, just before all is over, whether that was every second."""
        counted = [
            ring.coverage(seen[0].at, seen[-1].at)
            for ring in self._rings.values()
            if (seen := ring.samples(now - COUNTED, now))
            and seen[-1].at - seen[0].at >= ENOUGH
        ]
        if counted:
            met = all(coverage.every_second for coverage in counted)
            self._learn(Support.WORKS if met else Support.REFUSED)

    def _learn(self, support: Support) -> None:
        capabilities = self._store.memory.capabilities
        self._store.learn(replace(capabilities, every_second=support))

    async def _hurry(self, link: Link) -> None:
        """Ask for a sample a second."""
        memory = self._store.memory
        self._asked_on = link
        try:
            known = (await link.configuration((SAMPLE_INTERVAL,))).keys
            key = known.get(SAMPLE_INTERVAL.lower())
            if key is None or not key.value or key.readonly:
                _LOGGER.debug("The wallbox does not say how often it measures")
                if key is None or key.value != EVERY_SECOND:
                    self._learn(Support.REFUSED)
                return
            memory.sample_interval = key.value
            await self._store.save()
            answer = await link.configure(SAMPLE_INTERVAL, EVERY_SECOND)
        except CallRefusedError as error:
            _LOGGER.debug("The wallbox does not measure every second: %s", error)
            memory.sample_interval = None
            self._learn(Support.REFUSED)
            return
        if answer is not Answer.ACCEPTED:
            _LOGGER.debug("The wallbox does not measure every second: %s", answer)
            memory.sample_interval = None
            self._learn(Support.REFUSED)

    async def _restore(self, link: Link, interval: str) -> None:
        """Let the wallbox measure as often as it did before."""
        try:
            answer = await link.configure(SAMPLE_INTERVAL, interval)
        except CallRefusedError as error:
            _LOGGER.debug("The wallbox does not go back to its pace: %s", error)
            return
        if answer is Answer.ACCEPTED:
            self._store.memory.sample_interval = None
            await self._store.save()
        self._asked_on = None

    def _stretches(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield from when until when each event is measured."""
        for event in self._dsr.events:
            yield event.start - AROUND, event.end + AROUND
