"""When the meter is read and told: MeterValues in a transaction and by the clock (OCPP 1.6 section 3.16)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from .clock import Clock, Timer
from .configuration import Configuration
from .connector import Connector
from .meter import meter_value
from .protocol import Call, Protocol


class Sampling:
    """Sends MeterValues."""

    def __init__(
        self,
        *,
        clock: Clock,
        configuration: Configuration,
        time: Callable[[], datetime],
        connectors: Iterable[Connector],
    ) -> None:
        """Read these connectors' meters; `time` is what the wallbox believes the time is."""
        self._clock = clock
        self._configuration = configuration
        self._time = time
        self._connectors = tuple(connectors)
        self._periodic: dict[int, Timer] = {}
        self._aligned: Timer | None = None
        self.protocol: Protocol

    def begin(self, connector: Connector) -> None:
        """Sample each MeterValueSampleInterval from now on, as long as the transaction runs."""
        self.end(connector)
        interval = self._configuration.number("MeterValueSampleInterval")
        if connector.transaction is None or interval <= 0:
            return

        def sample() -> None:
            self.begin(connector)
            self.send(
                connector,
                "Sample.Periodic",
                self._configuration.items("MeterValuesSampledData"),
            )
            self._keep_for_stop(connector)

        self._periodic[connector.number] = self._clock.call_at(
            self._clock.now() + timedelta(seconds=interval), sample
        )

    def end(self, connector: Connector) -> None:
        """Sample no longer."""
        timer = self._periodic.pop(connector.number, None)
        if timer is not None:
            timer.cancel()

    def interval_changed(self) -> None:
        """Take note of new intervals."""
        for connector in self._connectors:
            if connector.transaction is not None:
                self.begin(connector)
        self.align()

    def align(self) -> None:
        """Send all meters at the next multiple of ClockAlignedDataInterval since midnight, and so on."""
        if self._aligned is not None:
            self._aligned.cancel()
        interval = self._configuration.number("ClockAlignedDataInterval")
        if interval <= 0:
            return
        now = self._clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = int((now - midnight).total_seconds()) // interval + 1
        due = min(
            midnight + timedelta(seconds=passed * interval),
            midnight + timedelta(days=1),
        )

        def sample() -> None:
            self.align()
            for connector in self._connectors:
                self.send(
                    connector,
                    "Sample.Clock",
                    self._configuration.items("MeterValuesAlignedData"),
                )

        self._aligned = self._clock.call_at(due, sample)

    def stop(self) -> None:
        """Sample nothing any more: the power has gone."""
        for connector in self._connectors:
            self.end(connector)
        if self._aligned is not None:
            self._aligned.cancel()

    def send(
        self,
        connector: Connector,
        context: str,
        measurands: tuple[str, ...],
        *,
        triggered: bool = False,
    ) -> None:
        """Send one connector's meter now. In a transaction it is kept while offline."""
        connector.measure(self._clock.now())
        value = meter_value(self._time(), connector.reading, measurands, context)
        if not value["sampledValue"]:
            return
        transaction = connector.transaction
        self.protocol.put(
            Call(
                action="MeterValues",
                payload={"connectorId": connector.number, "meterValue": [value]},
                keep=transaction is not None and not triggered,
                triggered=triggered,
                number=transaction.number if transaction else None,
            )
        )

    def _keep_for_stop(self, connector: Connector) -> None:
        measurands = self._configuration.items("StopTxnSampledData")
        if measurands and connector.transaction is not None:
            connector.transaction.samples.append(
                meter_value(
                    self._time(), connector.reading, measurands, "Sample.Periodic"
                )
            )
