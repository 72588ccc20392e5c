"""The wallbox without a person in front of it: its parts, its power, its current."""

from datetime import datetime, timedelta

from .car import Car
from .clock import Clock, OwnTimers, Timer
from .commands import Commands
from .connector import Connector
from .edges import Edges
from .journal import Journal, Switching
from .line import Line, Redialling
from .memory import Memory, new_memory
from .number import number_to_dial
from .presets import PRESETS
from .profile import Profile
from .protocol import Call, Protocol
from .quirks import Quirks
from .registration import Registration
from .reports import Reports
from .sampling import Sampling
from .sessions import Sessions
from .supply import Supply


class Body:
    """The parts of a wallbox, put together, and what they make it do."""

    def __init__(
        self,
        url: str,
        identity: str,
        *,
        clock: Clock,
        preset: str = "plain",
        quirks: Quirks | None = None,
        connectors: int | None = None,
        phases: int | None = None,
        maximum_current: float = 32.0,
        free_vend: bool | None = None,
        free_vend_tag: str = "FREEVEND",
        resumes_after_power_cut: bool = True,
        password: str | None = None,
        firmware: str | None = None,
        register_wh: float = 0.0,
        memory: Memory | None = None,
    ) -> None:
        """Hang on the wall without power. `url` is the central system's address without the identity.

        What is not given is as the preset says; `quirks` replace the preset's. With the `memory` of another one it takes
        that one's place, and `connectors`, `free_vend` and `register_wh` are as they were.

        Raises:
            KeyError: there is no such preset.
        """
        make = PRESETS[preset]
        number_of_phases = phases or make.phases
        self.quirks = quirks or make.quirks
        self.clock = clock
        self.timers = timers = OwnTimers(clock)
        self.identity = identity
        self._resumes = resumes_after_power_cut
        self._clock_error = timedelta()
        self._cut_at: datetime | None = None
        self._tick: Timer | None = None
        self._coming_up: Timer | None = None
        self._transfers: Timer | None = None
        self._online_wanted = True
        self.powered = False
        self.firmware = firmware or make.firmware
        self.journal = Journal()
        self.switchings: list[Switching] = []
        memory = memory or new_memory(
            self.quirks,
            connectors=connectors or make.connectors,
            phases=number_of_phases,
            maximum_current=maximum_current,
            free_vend=make.free_vend if free_vend is None else free_vend,
            register_wh=register_wh,
        )
        self.configuration = memory.configuration
        self.profiles = memory.profiles
        self.whitelist = memory.whitelist
        self.connectors = tuple(
            Connector(number, phases=number_of_phases, register_wh=register)
            for number, register in memory.registers.items()
        )
        self.supply = Supply(
            self.profiles,
            self.connectors,
            self.quirks,
            maximum_current,
            self.configuration,
        )
        self.edges = Edges(self.quirks, self)
        self._line = Line(
            timers,
            lambda: number_to_dial(url, identity, password, self.quirks),
            Redialling(
                after_drop=self.quirks.redials_after, never=self.quirks.never_redials
            ),
            on_open=self._connected,
            on_text=self._received,
            on_close=self._disconnected,
        )
        self.registration = Registration(
            clock=timers,
            configuration=self.configuration,
            identity={
                "chargePointVendor": make.vendor,
                "chargePointModel": make.model,
                "chargePointSerialNumber": identity,
                "firmwareVersion": self.firmware,
            },
            on_accepted=self._accepted,
            boots_on_every_connection=not self.quirks.reconnects_without_boot,
        )
        self.sampling = Sampling(
            clock=timers,
            configuration=self.configuration,
            time=self.time,
            connectors=self.connectors,
        )
        self.sessions = Sessions(
            clock=timers,
            configuration=self.configuration,
            whitelist=self.whitelist,
            surroundings=self,
            free_vend_tag=free_vend_tag,
            quirks=self.quirks,
        )
        self.protocol = Protocol(
            clock=timers,
            time=self.time,
            line=self._line,
            edges=self.edges,
            journal=self.journal,
            configuration=self.configuration,
            answer=Commands(self).answer,
            may_send=self.registration.may_send,
        )
        self.reports = Reports(self.connectors, self.time, self.protocol)
        self.registration.protocol = self.protocol
        self.sampling.protocol = self.protocol
        self.sessions.protocol = self.protocol

    def connector(self, number: int = 1) -> Connector:
        """Return one outlet.

        Raises:
            IndexError: there is no such connector.
        """
        if not 1 <= number <= len(self.connectors):
            message = f"there is no connector {number}"
            raise IndexError(message)
        return self.connectors[number - 1]

    @property
    def memory(self) -> Memory:
        """What would be left of it without power, its transactions apart."""
        now = self.clock.now()
        for connector in self.connectors:
            connector.measure(now)
        return Memory(
            configuration=self.configuration,
            profiles=self.profiles,
            whitelist=self.whitelist,
            registers={each.number: each.register_wh for each in self.connectors},
        )

    @property
    def connected(self) -> bool:
        """Whether a websocket stands."""
        return self._line.is_open

    @property
    def online(self) -> bool:
        """Whether a websocket stands and the central system has accepted the wallbox."""
        return self.connected and self.registration.accepted

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
        if car.card is not None:
            each.tag = car.card
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
        paused: list[Connector] = []
        for connector, amperes in self.supply.shares(now, self._clock_error):
            offered = connector.offered
            if connector.offer(amperes if self.powered else 0.0, now):
                self._note_switching(connector, now)
            if self.powered and offered and not connector.offered:
                paused.append(connector)
        if not self.powered:
            return
        self.report_statuses()
        due = self.supply.next_change(now, self._clock_error)
        if due is not None:
            self._tick = self.timers.call_at(due, self.update)
        if self.quirks.zero_ends_transaction:
            for connector in paused:
                if connector.may_charge:
                    self.sessions.stop(connector, "Other")

    def _note_switching(self, connector: Connector, now: datetime) -> None:
        self.switchings.append(
            Switching(
                at=now,
                connector=connector.number,
                amperes=connector.amperes,
                offered=connector.offered,
            )
        )

    def report_statuses(self) -> None:
        """Send a StatusNotification for what says something new."""
        if self.online:
            for number in range(len(self.connectors) + 1):
                self.reports.send(number)

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
            case _ if name == self.quirks.own_delay_key:
                self.update()
            case _:
                return

    def profiles_cleared(self) -> None:
        """Act on profiles having been cleared."""
        if self.quirks.clearing_spikes:
            self.supply.spike(self.clock.now())
        self.update()

    def transaction_began(self, connector: Connector) -> None:
        """Begin to sample the meter."""
        self.sampling.begin(connector)

    def transaction_ended(self, connector: Connector) -> None:
        """Sample no longer, and forget the transaction's profiles."""
        self.sampling.end(connector)
        self.profiles.end_transaction(connector.number)

    def restart(self, reason: str, takes: timedelta) -> None:
        """End the transactions, go down, and come up after `takes`."""
        if not self.powered:
            return
        for connector in self.connectors:
            self.sessions.stop(connector, reason)
        self.power_down()
        self._line.hang_up()
        self._coming_up = self.timers.call_at(self.clock.now() + takes, self.power_up)

    def restart_soon(self) -> None:
        """Restart as if somebody had pulled the plug, a second from now; transactions go on afterwards."""

        def go_down() -> None:
            self.power_down()
            self._line.hang_up(cleanly=False)
            self._coming_up = self.timers.call_at(
                self.clock.now() + timedelta(seconds=10), self.power_up
            )

        self.timers.call_at(self.clock.now() + timedelta(seconds=1), go_down)

    def drop_line_in(self, pause: timedelta) -> None:
        """Lose the connection after a while."""
        self.timers.call_at(self.clock.now() + pause, self._line.drop)

    def heartbeat(self) -> None:
        """Send a Heartbeat."""
        self.registration.beat()

    def put_configuration(self, name: str, value: str) -> None:
        """Set a configuration value, whoever may write it."""
        self.configuration.put_value(name, value)

    def stuck(self, connector: int | None) -> bool:
        """Return whether the connector (None: every one) still holds the cable of a transaction that has ended."""
        asked = [each for each in self.connectors if connector in {None, each.number}]
        return bool(asked) and all(each.finished for each in asked)

    def power_up(self) -> None:
        """Come to life: profiles first, then the transactions from before, then the telephone."""
        if self.powered:
            return
        if self._coming_up is not None:
            self._coming_up.cancel()
            self._coming_up = None
        self.powered = True
        if self.quirks.forgets_profiles:
            self.profiles.clear()
        if self.quirks.clock_starts_at is not None:
            self._clock_error = self.quirks.clock_starts_at - self.clock.now()
        self.edges.power_up()
        self._line.power_up()
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
            self._line.open(after=self.quirks.first_dials_after)

    def power_down(self) -> None:
        """Go dark: no current, no timers. Profiles, configuration, registers and transactions stay."""
        if not self.powered:
            return
        self._cut_at = self.time()
        self.powered = False
        self.update()
        self.reports.forget()
        for connector in self.connectors:
            connector.tag = None
        if self._transfers is not None:
            self._transfers.cancel()
        self.sampling.stop()
        self.sessions.power_lost()
        self.registration.power_lost()

    def _connected(self) -> None:
        self.protocol.connected()
        if not self.registration.connected():
            self.report_statuses()
            self.protocol.pump()

    def _received(self, text: str) -> None:
        self.protocol.receive(text)

    def _disconnected(self, dropped: bool) -> None:
        self.protocol.lost()
        self.registration.disconnected()
        if dropped and self.powered and self.quirks.reboots_on_drop:
            self.restart_soon()

    def _accepted(self) -> None:
        if self._clock_error:
            self._clock_error = timedelta()
            self.update()
        for number in range(len(self.connectors) + 1):
            self.reports.send(number, always=True)
        if self.quirks.firmware_status_at_boot:
            self.protocol.put(
                Call(
                    action="FirmwareStatusNotification", payload={"status": "Installed"}
                )
            )
        self._transfer_data()
        self.protocol.pump()

    def _transfer_data(self) -> None:
        """Send what the vendor sends, and again each minute."""
        if not self.quirks.data_transfers or not self.powered:
            return
        for vendor, message, data in self.quirks.data_transfers:
            payload = {"vendorId": vendor, "messageId": message, "data": data}
            if self.online:
                self.protocol.put(Call(action="DataTransfer", payload=payload))
        if self._transfers is not None:
            self._transfers.cancel()
        self._transfers = self.timers.call_at(
            self.clock.now() + timedelta(minutes=1), self._transfer_data
        )
