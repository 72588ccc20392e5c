"""Beginning and ending transactions: who may charge, and what is told about it (OCPP 1.6 sections 3.6, 4.1, 4.8, 4.10)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol as Shape

from .clock import Clock, Timer
from .configuration import Configuration
from .connector import Connector, Transaction
from .meter import meter_value, timestamp
from .profile import Profile
from .protocol import Call, Priority, Protocol
from .quirks import Quirks
from .whitelist import ACCEPTED, Whitelist


class Surroundings(Shape):
    """What sessions need of the wallbox around them."""

    @property
    def online(self) -> bool:
        """Whether the central system can be asked."""

    def time(self) -> datetime:
        """Return what the wallbox believes the time is."""

    def update(self) -> None:
        """Act on what has changed."""

    def add_profile(self, profile: Profile) -> None:
        """Store a charging profile."""

    def transaction_began(self, connector: Connector) -> None:
        """Begin to sample the meter."""

    def transaction_ended(self, connector: Connector) -> None:
        """Forget what belonged to the transaction."""


class Sessions:
    """Authorises, begins and ends."""

    def __init__(
        self,
        *,
        clock: Clock,
        configuration: Configuration,
        whitelist: Whitelist,
        surroundings: Surroundings,
        free_vend_tag: str,
        quirks: Quirks,
    ) -> None:
        """`free_vend_tag` stands for nobody in particular where charging is free."""
        self._clock = clock
        self._configuration = configuration
        self._whitelist = whitelist
        self._wallbox = surroundings
        self._free_vend_tag = free_vend_tag
        self._quirks = quirks
        self._waiting: dict[int, Timer] = {}
        self._profiles: dict[int, Profile] = {}
        self.protocol: Protocol

    def plugged_in(self, connector: Connector) -> None:
        """Begin if somebody is authorised or nobody needs to be."""
        if connector.tag is not None:
            self.start(connector, connector.tag)
        elif self._configuration.flag("FreeVend") and not connector.finished:
            self.start(connector, self._free_vend_tag)

    def unplugged(self, connector: Connector) -> None:
        """End the transaction, where the configuration says so."""
        if connector.transaction is not None and self._configuration.flag(
            "StopTransactionOnEVSideDisconnect"
        ):
            self.stop(connector, "EVDisconnected")

    def swipe(self, connector: Connector, tag: str) -> None:
        """Take a card: the same one ends its transaction, any other is asked about."""
        if connector.transaction is not None:
            if connector.transaction.tag == tag:
                self.stop(connector, "Local", tag=tag)
            return
        self.authorise(tag, lambda: self.let_in(connector, tag))

    def authorise(self, tag: str, then: Callable[[], None]) -> None:
        """Do `then` if the tag may charge: known beforehand, or by asking, or offline by the offline rules."""
        if self._whitelist.accepts_beforehand(tag):
            then()
            return
        if not self._wallbox.online:
            if self._whitelist.accepts_offline(tag):
                then()
            return

        def answered(answer: dict[str, Any]) -> None:
            info = answer.get("idTagInfo", {})
            self._whitelist.remember(tag, info)
            if info.get("status") == ACCEPTED:
                then()

        self.protocol.put(
            Call(
                action="Authorize",
                payload={"idTag": tag},
                priority=Priority.PERSON_WAITING,
                on_answer=answered,
            )
        )

    def let_in(
        self, connector: Connector, tag: str, profile: Profile | None = None
    ) -> None:
        """Begin for an authorised tag, or wait for the cable as long as ConnectionTimeOut says."""
        if connector.transaction is not None:
            return
        if profile is not None:
            self._profiles[connector.number] = profile
        if connector.car is not None:
            self.start(connector, tag)
            return
        connector.tag = tag
        patience = timedelta(
            seconds=self._configuration.number("ConnectionTimeOut", 120)
        )

        def give_up() -> None:
            connector.tag = None
            self._profiles.pop(connector.number, None)
            self._wallbox.update()

        self._waiting[connector.number] = self._clock.call_at(
            self._clock.now() + patience, give_up
        )
        self._wallbox.update()

    def start(self, connector: Connector, tag: str) -> None:
        """Begin a transaction, if the connector can have one."""
        if (
            connector.transaction is not None
            or connector.fault is not None
            or not connector.available
        ):
            return
        self._stop_waiting(connector)
        now = self._clock.now()
        connector.measure(now)
        if self._quirks.register_per_session:
            connector.register_wh = 0.0
        reservation, connector.reservation = connector.reservation, None
        transaction = Transaction(
            connector=connector.number,
            tag=tag,
            began=now,
            meter_start=connector.whole_wh,
            never_numbered=self._quirks.offline_stop_has_no_id
            and not self._wallbox.online,
        )
        connector.transaction = transaction
        connector.tag = None
        connector.finished = False
        if connector.car is not None:
            # The pilot is switched off and on between two transactions, and that wakes a car.
            connector.car.wake(now)
        profile = self._profiles.pop(connector.number, None)
        if profile is not None:
            self._wallbox.add_profile(profile)
        payload: dict[str, Any] = {
            "connectorId": connector.number,
            "idTag": tag,
            "meterStart": transaction.meter_start,
            "timestamp": timestamp(self._wallbox.time()),
        }
        if reservation is not None:
            payload["reservationId"] = reservation.identifier
        self.protocol.put(
            Call(
                action="StartTransaction",
                payload=payload,
                keep=True,
                on_answer=lambda answer: self._started(connector, transaction, answer),
            )
        )
        self._sample(connector, "Transaction.Begin")
        self._wallbox.transaction_began(connector)
        self._wallbox.update()

    def stop(
        self,
        connector: Connector,
        reason: str,
        *,
        tag: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """End the transaction; `at` where it ended earlier than now."""
        transaction = connector.transaction
        if transaction is None:
            return
        connector.measure(self._clock.now())
        self._sample(connector, "Transaction.End")
        payload: dict[str, Any] = {
            "meterStop": connector.whole_wh,
            "timestamp": timestamp(at or self._wallbox.time()),
            "transactionId": 0,
            "reason": reason,
        }
        if tag is not None:
            payload["idTag"] = tag
        if transaction.samples:
            payload["transactionData"] = transaction.samples
        connector.transaction = None
        connector.finished = connector.car is not None
        if self._quirks.meter_values_after_stop:
            measurands = self._configuration.items("MeterValuesSampledData")
            closing = meter_value(
                self._wallbox.time(), connector.reading, measurands, "Transaction.End"
            )
        else:
            closing = None
        self.protocol.put(
            Call(
                action="StopTransaction",
                payload=payload,
                keep=True,
                number=transaction.number,
            )
        )
        if closing is not None:
            self.protocol.put(
                Call(
                    action="MeterValues",
                    payload={"connectorId": connector.number, "meterValue": [closing]},
                    keep=True,
                    number=transaction.number,
                )
            )
        self._wallbox.transaction_ended(connector)
        if connector.becomes_available is not None:
            connector.available, connector.becomes_available = (
                connector.becomes_available,
                None,
            )
        self._wallbox.update()

    def power_lost(self) -> None:
        """Forget who was authorised but had not begun."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        self._profiles.clear()

    def _sample(self, connector: Connector, context: str) -> None:
        transaction = connector.transaction
        measurands = self._configuration.items("StopTxnSampledData")
        if transaction is not None and measurands:
            transaction.samples.append(
                meter_value(
                    self._wallbox.time(), connector.reading, measurands, context
                )
            )

    def _started(
        self, connector: Connector, transaction: Transaction, answer: dict[str, Any]
    ) -> None:
        identifier = answer.get("transactionId")
        if isinstance(identifier, int) and not transaction.never_numbered:
            transaction.identifier = identifier
        info = answer.get("idTagInfo", {})
        self._whitelist.remember(transaction.tag, info)
        if (
            info.get("status", ACCEPTED) != ACCEPTED
            and connector.transaction is transaction
        ):
            if self._configuration.flag("StopTransactionOnInvalidId"):
                self.stop(connector, "DeAuthorized")
            else:
                transaction.refused = True
        self._wallbox.update()

    def _stop_waiting(self, connector: Connector) -> None:
        timer = self._waiting.pop(connector.number, None)
        if timer is not None:
            timer.cancel()
