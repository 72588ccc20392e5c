"""The wallbox as a person meets it: what can be done to it, and what it shows."""

from datetime import timedelta

from .body import Body
from .car import Car
from .connector import Status, Transaction
from .journal import Frame
from .protocol import Payload


class Wallbox(Body):
    """A wallbox in software. See the package's docstring for how to use one."""

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
        self.timers.cancel_all()
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

    async def tamper(self, info: str = "cover opened") -> None:
        """Open its cover: it says so, now or as soon as it is online again, and goes on as before."""
        if self.powered:
            self.reports.tampered(info)
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
        self._line.hang_up(
            cleanly=cleanly, half_open=half_open or self.quirks.leaves_sockets_open
        )
        await self.clock.settle()

    async def go_online(self) -> None:
        """Have the network back: dial, and replay what was kept."""
        self._online_wanted = True
        if self.powered:
            self._line.open()
        await self.clock.settle()

    # What it shows

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
