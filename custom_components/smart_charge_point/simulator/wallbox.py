"""The wallbox: what it does by itself, and what a person can do to it."""

from datetime import datetime, timedelta
from urllib.parse import quote

from .car import Car
from .charging import ProfileStore
from .clock import Clock, Timer
from .commands import Commands
from .configuration import Configuration, standard_keys
from .connector import Connector, Status, Transaction
from .edges import Edges
from .journal import Frame, Journal, Switching
from .line import Line, Number, Redialling, basic_authorization
from .meter import timestamp
from .profile import Profile
from .protocol import Call, Payload, Protocol
from .registration import Registration
from .sampling import Sampling
from .sessions import Sessions
from .whitelist import Whitelist


class Wallbox:
    """A wallbox in software. See the package's docstring for how to use one."""

    def __init__(
        self,
        url: str,
        identity: str,
        *,
        clock: Clock,
        connectors: int = 1,
        phases: int = 1,
        maximum_current: float = 32.0,
        free_vend: bool = True,
        free_vend_tag: str = "FREEVEND",
        resumes_after_power_cut: bool = True,
        password: str | None = None,
        vendor: str = "Simulated",
        model: str = "Wallbox",
        firmware: str = "1.0.0",
        register_wh: float = 0.0,
    ) -> None:
        """Hang on the wall without power. `url` is the central system's address without the identity."""
        self.clock = clock
        self.identity = identity
        self._url = url
        self._password = password
        self._resumes = resumes_after_power_cut
        self._clock_error = timedelta()
        self._cut_at: datetime | None = None
        self._tick: Timer | None = None
        self._online_wanted = True
        self.powered = False
        self.firmware = firmware
        self.journal = Journal()
        self.switchings: list[Switching] = []
        self._reported: dict[int, tuple[str, str]] = {}
        self.configuration = Configuration(
            standard_keys(connectors=connectors, free_vend=free_vend)
        )
        self.profiles = ProfileStore(phases=phases, maximum_current=maximum_current)
        self.connectors = tuple(
            Connector(number, phases=phases) for number in range(1, connectors + 1)
        )
        for connector in self.connectors:
            connector.register_wh = register_wh
        self.edges = Edges()
        self._line = Line(
            clock,
            self._number,
            Redialling(),
            on_open=self._connected,
            on_text=self._received,
            on_close=self._disconnected,
        )
        self.whitelist = Whitelist(self.configuration)
        self.registration = Registration(
            clock=clock,
            configuration=self.configuration,
            identity={
                "chargePointVendor": vendor,
                "chargePointModel": model,
                "chargePointSerialNumber": identity,
                "firmwareVersion": firmware,
            },
            on_accepted=self._accepted,
            boots_on_every_connection=False,
        )
        self.sampling = Sampling(
            clock=clock,
            configuration=self.configuration,
            time=self.time,
            connectors=self.connectors,
        )
        self.sessions = Sessions(
            clock=clock,
            configuration=self.configuration,
            whitelist=self.whitelist,
            surroundings=self,
            free_vend_tag=free_vend_tag,
        )
        self.protocol = Protocol(
            clock=clock,
            time=self.time,
            line=self._line,
            edges=self.edges,
            journal=self.journal,
            configuration=self.configuration,
            answer=Commands(self).answer,
            may_send=self.registration.may_send,
        )
        self.registration.protocol = self.sampling.protocol = self.sessions.protocol = (
            self.protocol
        )

    # What a person does to it

    async def start(self, *, online: bool = True) -> None:
        """Switch the power on for the first time; dial if `online`."""
        self._online_wanted = online
        self.clock.join(self)
        self.power_up()
        await self.clock.settle()

    async def stop(self) -> None:
        """Take it off the wall: closes the socket and every timer. Nothing is sent for that."""
        self.power_down()
        await self._line.shut()
        self.clock.leave(self)

    async def plug_in(self, car: Car | None = None, connector: int = 1) -> Car:
        """Plug a car in (by default a `Car()`), and return it."""
        car = car or Car()
        self.insert(car, connector)
        await self.clock.settle()
        return car

    async def unplug(self, connector: int = 1) -> Car | None:
        """Pull the cable, and return the car."""
        car = self.remove(connector)
        await self.clock.settle()
        return car

    async def swipe(self, tag: str, connector: int = 1) -> None:
        """Hold a card to the reader."""
        if self.powered:
            self.sessions.swipe(self.connector(connector), tag)
        await self.clock.settle()

    async def fault(self, code: str = "GroundFailure", connector: int = 1) -> None:
        """Let a fault occur: no current until it is cleared. `code` is a ChargePointErrorCode."""
        self.connector(connector).fault = code
        self.update()
        await self.clock.settle()

    async def clear_fault(self, connector: int = 1) -> None:
        """Let the fault be gone; a running transaction goes on."""
        self.connector(connector).fault = None
        self.update()
        await self.clock.settle()

    async def power_cut(self, *, half_open: bool = False) -> None:
        """Cut the power. The connection drops; with `half_open` the central system is not told even that."""
        self.power_down()
        self._line.hang_up(cleanly=False, half_open=half_open)
        await self.clock.settle()

    async def power_restore(self) -> None:
        """Give it power again. The stored profiles rule at once; then it dials."""
        self.power_up()
        await self.clock.settle()

    async def reboot(
        self, reason: str = "Reboot", takes: timedelta = timedelta(seconds=10)
    ) -> None:
        """Restart: transactions end with `reason`, and it dials again after `takes`."""
        self.restart(reason, takes)
        await self.clock.settle()

    async def go_offline(
        self, *, half_open: bool = False, cleanly: bool = False
    ) -> None:
        """Lose the network: dropped (by default), closed with a handshake, or without the central system knowing."""
        self._online_wanted = False
        self._line.hang_up(cleanly=cleanly, half_open=half_open)
        await self.clock.settle()

    async def go_online(self) -> None:
        """Have the network back: dial, and replay what was kept."""
        self._online_wanted = True
        if self.powered:
            self._line.open()
        await self.clock.settle()

    # What it shows

    def connector(self, number: int = 1) -> Connector:
        """Return one outlet.

        Raises:
            IndexError: there is no such connector.
        """
        if not 1 <= number <= len(self.connectors):
            message = f"there is no connector {number}"
            raise IndexError(message)
        return self.connectors[number - 1]

    def current(self, connector: int = 1) -> float:
        """Return the amperes that flow on each phase in use."""
        return self.connector(connector).amperes

    def offered(self, connector: int = 1) -> float:
        """Return the amperes that the car may take on each phase."""
        return self.connector(connector).offered

    def energy(self, connector: int = 1) -> float:
        """Return the register in Wh, to this instant."""
        each = self.connector(connector)
        each.measure(self.clock.now())
        return each.register_wh

    def status(self, connector: int = 1) -> Status:
        """Return the state as OCPP names it."""
        return self.connector(connector).status

    def transaction(self, connector: int = 1) -> Transaction | None:
        """Return the running transaction."""
        return self.connector(connector).transaction

    @property
    def power(self) -> float:
        """Watts that flow now, all connectors."""
        return sum(connector.power for connector in self.connectors)

    @property
    def connected(self) -> bool:
        """Whether a websocket stands."""
        return self._line.is_open

    @property
    def online(self) -> bool:
        """Whether a websocket stands and the central system has accepted the wallbox."""
        return self.connected and self.registration.accepted

    @property
    def dialled(self) -> int:
        """How many times it has dialled."""
        return self._line.dialled

    @property
    def sent(self) -> tuple[Frame, ...]:
        """What was put on the wire, in order."""
        return tuple(self.journal.sent_frames)

    @property
    def received(self) -> tuple[Frame, ...]:
        """What came over the wire, in order."""
        return tuple(self.journal.received_frames)

    def calls(self, action: str) -> list[Payload]:
        """Return the payloads of the calls of this action that were sent, in order."""
        return [
            frame.payload
            for frame in self.journal.sent_frames
            if frame.kind == 2 and frame.action == action
        ]

    def requests(self, action: str) -> list[Payload]:
        """Return the payloads of the central system's calls of this action, in order."""
        return [
            frame.payload
            for frame in self.journal.received_frames
            if frame.kind == 2 and frame.action == action
        ]

    # What its parts ask of it

    def time(self) -> datetime:
        """Return what the wallbox believes the time is."""
        return self.clock.now() + self._clock_error

    @property
    def busy(self) -> bool:
        """Whether a driven clock should wait."""
        return self._line.busy or self.protocol.waiting

    @property
    def traffic(self) -> int:
        """A number that changes with every frame."""
        return self.journal.traffic + self._line.dialled

    def stop_waiting(self) -> None:
        """Let a driven clock go on."""
        self.protocol.stop_waiting()
        self._line.stop_waiting()

    def insert(self, car: Car, connector: int = 1) -> None:
        """Plug a car in, without waiting for what that sets off."""
        each = self.connector(connector)
        now = self.clock.now()
        each.measure(now)
        each.car = car
        each.finished = False
        car.plug_in(now)
        self.update()
        if self.powered:
            self.sessions.plugged_in(each)

    def remove(self, connector: int = 1) -> Car | None:
        """Pull the cable, without waiting for what that sets off."""
        each = self.connector(connector)
        each.measure(self.clock.now())
        car = each.car
        if self.powered:
            self.sessions.unplugged(each)
        each.car = None
        each.finished = False
        self.update()
        return car

    def update(self) -> None:
        """Let the current follow what has changed, report it, and look again when the next change is due."""
        now = self.clock.now()
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        for connector in self.connectors:
            connector.measure(now)
        for connector, amperes in self._shares(now):
            if connector.offer(amperes, now):
                self.switchings.append(
                    Switching(
                        at=now,
                        connector=connector.number,
                        amperes=connector.amperes,
                        offered=connector.offered,
                    )
                )
        if not self.powered:
            return
        for number in range(len(self.connectors) + 1):
            self.report_status(number)
        due = self._next_change(now)
        if due is not None:
            self._tick = self.clock.call_at(due, self.update)

    def report_status(
        self, number: int, *, always: bool = False, triggered: bool = False
    ) -> None:
        """Send a connector's StatusNotification if it says something new, or `always`."""
        if not self.connected or not (self.registration.accepted or triggered):
            return
        status, error = self._status_of(number)
        if self._reported.get(number) == (status, error) and not always:
            return
        self._reported[number] = (status, error)
        self.protocol.put(
            Call(
                action="StatusNotification",
                payload={
                    "connectorId": number,
                    "errorCode": error,
                    "status": status,
                    "timestamp": timestamp(self.time()),
                },
                triggered=triggered,
            )
        )

    def add_profile(self, profile: Profile) -> None:
        """Store a charging profile; the caller lets it take effect by `update`."""
        self.profiles.add(profile)

    def configuration_changed(self, name: str) -> None:
        """Act on a configuration key that has changed."""
        match name.lower():
            case "heartbeatinterval":
                self.registration.interval_changed()
            case "metervaluesampleinterval" | "clockaligneddatainterval":
                self.sampling.interval_changed()
            case _:
                return

    def transaction_began(self, connector: Connector) -> None:
        """Begin to sample the meter."""
        self.sampling.begin(connector)

    def transaction_ended(self, connector: Connector) -> None:
        """Sample no longer, and forget the transaction's profiles."""
        self.sampling.end(connector)
        self.profiles.end_transaction(connector.number)

    def restart(self, reason: str, takes: timedelta) -> None:
        """End the transactions, go down, and come up after `takes`."""
        for connector in self.connectors:
            self.sessions.stop(connector, reason)
        self.power_down()
        self._line.hang_up()
        self.clock.call_at(self.clock.now() + takes, self.power_up)

    def power_up(self) -> None:
        """Come to life: profiles first, then the transactions from before, then the telephone."""
        if self.powered:
            return
        self.powered = True
        self.update()
        for connector in self.connectors:
            if connector.transaction is not None and (
                not self._resumes or connector.car is None
            ):
                self.sessions.stop(connector, "PowerLoss", at=self._cut_at)
                connector.finished = False
            if connector.transaction is not None:
                self.sampling.begin(connector)
            elif connector.car is not None:
                self.sessions.plugged_in(connector)
        self.sampling.align()
        self.update()
        if self._online_wanted:
            self._line.open()

    def power_down(self) -> None:
        """Go dark: no current, no timers. Profiles, configuration, registers and transactions stay."""
        if not self.powered:
            return
        self._cut_at = self.time()
        self.powered = False
        self.update()
        self._reported.clear()
        for connector in self.connectors:
            connector.tag = None
        self.sampling.stop()
        self.sessions.power_lost()
        self.registration.power_lost()

    def _shares(self, now: datetime) -> list[tuple[Connector, float]]:
        """Return what each connector may offer: its own limit, and of the wallbox's maximum an equal share."""
        limits = {
            each: self.profiles.limit(each.number, now, each.running)
            if each.may_charge and self.powered
            else 0.0
            for each in self.connectors
        }
        left = self.profiles.maximum(now)
        if not self.profiles.has_maximum(now):
            return list(limits.items())
        wanting = sorted(
            (each for each in self.connectors if each.wants),
            key=lambda each: limits[each],
        )
        # An equal share of less than 6 A is none: the connectors with the higher numbers wait.
        while wanting and left / len(wanting) < 6 <= left:
            limits[wanting.pop()] = 0.0
        for place, each in enumerate(wanting):
            limits[each] = min(limits[each], left / (len(wanting) - place))
            left -= limits[each]
        return list(limits.items())

    def _next_change(self, now: datetime) -> datetime | None:
        began = [
            connector.transaction.began
            for connector in self.connectors
            if connector.transaction
        ]
        instants = [connector.next_change(now) for connector in self.connectors]
        if began:
            instants.append(self.profiles.next_change(now, began))
        return min(
            (instant for instant in instants if instant is not None), default=None
        )

    def _status_of(self, number: int) -> tuple[str, str]:
        if number == 0:
            return ("Available", "NoError")
        connector = self.connector(number)
        return (connector.status.value, connector.fault or "NoError")

    def _number(self) -> Number:
        headers = (
            basic_authorization(self.identity, self._password)
            if self._password is not None
            else {}
        )
        return Number(
            url=f"{self._url.rstrip('/')}/{quote(self.identity, safe='')}",
            headers=headers,
        )

    def _connected(self) -> None:
        if not self.registration.connected():
            self.update()
            self.protocol.pump()

    def _received(self, text: str) -> None:
        self.protocol.receive(text)

    def _disconnected(self) -> None:
        self.protocol.lost()
        self.registration.disconnected()

    def _accepted(self) -> None:
        for number in range(len(self.connectors) + 1):
            self.report_status(number, always=True)
        self.protocol.pump()
