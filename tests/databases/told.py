"""What a wallbox has to tell of the cars that charge at it, and what truly flowed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from .plans import Number, Order, PlugIn
from .talker import Payload, Talker, told

HOUR: Final = timedelta(hours=1)
NOBODYS: Final = 987_654
"""A number that no transaction has."""


@dataclass(eq=False)
class Charging:
    """A car that charges at one power from its beginning to its end."""

    about: PlugIn
    began: datetime
    meter_start: int
    former: Charging | None = None
    number: int = NOBODYS
    ended: datetime | None = None
    meter_stop: int | None = None
    clean: bool = True
    """Whether what is told of it leaves nothing open: then the ledger must know it to the watt-hour."""
    sampled: datetime | None = None
    messages: list[Message] = field(default_factory=list)
    """All that was ever told of it."""

    @property
    def called(self) -> int:
        """The number that the wallbox calls it by."""
        match self.about.number:
            case Number.ZERO:
                return 0
            case Number.FORMER:
                return NOBODYS if self.former is None else self.former.number
            case Number.OURS:
                return self.number

    def energy(self, start: datetime, end: datetime) -> float:
        """Return the Wh of [start, end), as far as it has come by `end`."""
        begins, ends = max(start, self.began), min(end, self.ended or end)
        return self.about.watts * (max(timedelta(), ends - begins) / HOUR)

    def hours(self, now: datetime) -> Iterator[tuple[datetime, float]]:
        """Yield the Wh of each hour up to `now`."""
        hour = self.began.replace(minute=0, second=0)
        while hour < (self.ended or now):
            yield hour, self.energy(hour, min(hour + HOUR, now))
            hour += HOUR


@dataclass(frozen=True, eq=False)
class Message:
    """Something that a wallbox says of a transaction."""

    action: str
    payload: Payload
    of: Charging | None = None

    async def tell(self, talker: Talker) -> None:
        """Say it, and remember by which number a transaction goes from then on."""
        payload = dict(self.payload)
        if self.of is not None and self.action != "StartTransaction":
            payload["transactionId"] = self.of.called
        answer = await talker.call(self.action, payload)
        if self.action == "StartTransaction" and self.of is not None:
            self.of.number = answer["transactionId"]


class Box:
    """A wallbox: its register, its car, and what it could not tell yet."""

    def __init__(self, identity: str, register: int) -> None:
        """Nothing charges yet, and the link stands."""
        self.talker = Talker(identity)
        self.identity = identity
        self.register = register
        self.linked = True
        """Whether the network is there; Home Assistant may be down all the same."""
        self.keeps_samples = True
        self.car: Charging | None = None
        self.all: list[Charging] = []
        self.queue: list[Message] = []
        self._counted: datetime | None = None

    def count(self, now: datetime) -> None:
        """Let the register stand as it does by `now`."""
        if self.car is not None and self._counted is not None:
            self.register += round(self.car.energy(self._counted, now))
        self._counted = now

    def change_meter(self, register: int, now: datetime) -> None:
        """Let the register stand at another figure."""
        self.count(now)
        self.register = register
        if self.car is not None:
            self.car.clean = False

    @property
    def repeatable(self) -> list[Message]:
        """All that was ever told of transactions, as it was told."""
        return [message for car in self.all for message in car.messages]

    def next_sample(self) -> datetime | None:
        """Return when it measures next."""
        if self.car is None:
            return None
        every = timedelta(minutes=self.car.about.sampled_every)
        return (self.car.sampled or self.car.began) + every

    def begin(self, about: PlugIn, now: datetime) -> Iterable[Message]:
        """Begin to charge, and return what is to be told of it."""
        self.count(now)
        former = self.all[-1] if self.all else None
        clean = about.number is Number.OURS and not about.start_is_lost
        if former is not None and not clean:
            # What is told under a wrong number may be taken for the end of the one before.
            former.clean = False
        self.car = Charging(about, now, self.register, former=former, clean=clean)
        self.all.append(self.car)
        start = Message(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": about.card,
                "meterStart": self.register,
                "timestamp": told(now),
            },
            self.car,
        )
        times = 0 if about.start_is_lost else 2 if about.start_is_told_twice else 1
        return [start] * times

    def sample(self, now: datetime) -> Message:
        """Measure."""
        self.count(now)
        if self.car is not None:
            self.car.sampled = now
        value = {"value": str(self.register), "unit": "Wh"}
        return Message(
            "MeterValues",
            {
                "connectorId": 1,
                "meterValue": [{"timestamp": told(now), "sampledValue": [value]}],
            },
            self.car,
        )

    def end(self, now: datetime) -> Message:
        """Stop charging, and return what is told of it."""
        self.count(now)
        car, self.car = self.car, None
        payload: Payload = {"meterStop": self.register, "timestamp": told(now)}
        if car is None:
            return Message("StopTransaction", {**payload, "transactionId": NOBODYS})
        car.ended, car.meter_stop = now, self.register
        return Message("StopTransaction", payload, car)

    def status(self, now: datetime) -> Message:
        """Say how it is."""
        state = "Available" if self.car is None else "Charging"
        return Message(
            "StatusNotification",
            {
                "connectorId": 1,
                "status": state,
                "errorCode": "NoError",
                "timestamp": told(now),
            },
        )

    def queued(self, order: Order) -> list[Message]:
        """Take what is queued, by whole sessions in an order."""
        queue, self.queue = self.queue, []
        if order is Order.OLDEST_FIRST:
            return queue
        sessions = [list(part) for _, part in groupby(queue, key=lambda one: one.of)]
        return [message for session in reversed(sessions) for message in session]

    async def tell(self, message: Message) -> None:
        """Say something; of a session it is remembered."""
        if message.of is not None:
            message.of.messages.append(message)
        await message.tell(self.talker)
