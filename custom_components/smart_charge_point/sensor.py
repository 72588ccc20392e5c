"""Sensors: what a wallbox measures, why it charges or not, and what comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .address import async_ocpp_address
from .const import DOMAIN
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    Value,
    as_seconds,
    async_add_as_they_come,
)
from .model.capabilities import Rung
from .model.charge_point import (
    ChargePointState,
    ChargingReason,
    ConnectorState,
    ConnectorStatus,
    Fault,
)
from .model.limit import Limit
from .model.meter import Measurand, Phase
from .sentences import reason_sentence

PARALLEL_UPDATES = 0

ATTR_SENTENCE: Final = "sentence"

MINUTE: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class ChargePointSensorDescription(
    SensorEntityDescription, SmartChargePointEntityDescription
):
    """Describes a sensor of a charge point."""

    value_fn: Callable[[ChargePointState], Value]


@dataclass(frozen=True, kw_only=True)
class ConnectorSensorDescription(
    SensorEntityDescription, SmartChargePointEntityDescription
):
    """Describes a sensor of a connector. `value_fn` gets the connector and the time (UTC)."""

    has_fn: Callable[[ConnectorState, int], bool] = lambda connector, phases: True
    value_fn: Callable[[ConnectorState, datetime], Value]
    ticks: bool = False
    """Whether the value changes with time alone; it is then written every `min_interval` seconds while it is not 0."""


CHARGE_POINT_SENSORS: Final = (
    ChargePointSensorDescription(
        key="firmware_version",
        translation_key="firmware_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        offline=True,
        value_fn=lambda charge_point: charge_point.boot.firmware or None,
    ),
    ChargePointSensorDescription(
        key="hours_held_by",
        translation_key="hours_held_by",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        offline=True,
        options=[rung.value for rung in Rung],
        value_fn=lambda charge_point: charge_point.hours_held_by.value,
    ),
    ChargePointSensorDescription(
        key="last_seen",
        translation_key="last_seen",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        min_interval=5 * MINUTE,
        offline=True,
        value_fn=lambda charge_point: charge_point.last_seen,
    ),
)


def _told(measurand: Measurand) -> Callable[[ConnectorState, int], bool]:
    """Return whether a connector ever told `measurand` as a whole."""
    return lambda connector, phases: (measurand, Phase.TOTAL) in connector.readings


def _at_rest(connector: ConnectorState) -> bool:
    """Return whether no current can flow, so that the last measurement is not true any more.

    Many wallboxes measure in a session only, and the last thing they tell is not a zero.
    """
    return connector.session is None and not connector.charging


def power_of(connector: ConnectorState) -> float | None:
    """Return the power in W, None where the wallbox does not tell it."""
    power = connector.reading(Measurand.POWER)
    if power is None:
        phases = [
            reading
            for phase in (Phase.L1, Phase.L2, Phase.L3)
            if (reading := connector.reading(Measurand.POWER, phase)) is not None
        ]
        power = sum(phases) if phases else None
    if power is None:
        return None
    return 0.0 if _at_rest(connector) else float(round(power))


def _amperes(limit: Limit | None) -> float | None:
    """Return a limit in A, None where there is none or the wallbox does not tell."""
    return None if limit is None else round(limit.amperes, 1)


def _of_phase(
    measurand: Measurand, phase: Phase
) -> Callable[[ConnectorState, datetime], Value]:
    """Return how to read a phase; what a wallbox tells of no phase is told of the first."""

    def value(connector: ConnectorState, now: datetime) -> float | None:
        reading = connector.reading(measurand, phase)
        if reading is None and phase is Phase.L1:
            reading = connector.reading(measurand)
        if reading is None:
            return None
        if measurand is Measurand.CURRENT and _at_rest(connector):
            return 0.0
        return round(reading, 1)

    return value


def _phase_sensors() -> tuple[ConnectorSensorDescription, ...]:
    """Return the sensors of each phase; the second and third exist on a three-phase installation only."""
    return tuple(
        ConnectorSensorDescription(
            key=f"{key}_{phase.value}",
            translation_key=f"{key}_{phase.value}",
            device_class=device_class,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            native_unit_of_measurement=unit,
            state_class=SensorStateClass.MEASUREMENT,
            suggested_display_precision=1,
            dead_band=dead_band,
            min_interval=MINUTE,
            has_fn=(lambda connector, phases: True)
            if phase is Phase.L1
            else (lambda connector, phases: phases > 1),
            value_fn=_of_phase(measurand, phase),
        )
        for key, measurand, device_class, unit, dead_band in (
            (
                "current",
                Measurand.CURRENT,
                SensorDeviceClass.CURRENT,
                UnitOfElectricCurrent.AMPERE,
                0.3,
            ),
            (
                "voltage",
                Measurand.VOLTAGE,
                SensorDeviceClass.VOLTAGE,
                UnitOfElectricPotential.VOLT,
                1.0,
            ),
        )
        for phase in (Phase.L1, Phase.L2, Phase.L3)
    )


CHARGING_REASON: Final = ConnectorSensorDescription(
    key="charging_reason",
    translation_key="charging_reason",
    device_class=SensorDeviceClass.ENUM,
    offline=True,
    options=[reason.value for reason in ChargingReason],
    value_fn=lambda connector, now: connector.reason.value,
)

CONNECTOR_SENSORS: Final = (
    CHARGING_REASON,
    ConnectorSensorDescription(
        key="charging_reason_until",
        translation_key="charging_reason_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda connector, now: connector.reason_until,
    ),
    ConnectorSensorDescription(
        key="connected_duration",
        translation_key="connected_duration",
        device_class=SensorDeviceClass.DURATION,
        min_interval=5 * MINUTE,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        offline=True,
        suggested_display_precision=0,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        ticks=True,
        value_fn=lambda connector, now: (
            0.0
            if connector.plugged_in_since is None
            else as_seconds(now - connector.plugged_in_since)
        ),
    ),
    ConnectorSensorDescription(
        key="current_limit_effective",
        translation_key="current_limit_effective",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        value_fn=lambda connector, now: _amperes(connector.effective),
    ),
    ConnectorSensorDescription(
        key="current_limit_requested",
        translation_key="current_limit_requested",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        offline=True,
        suggested_display_precision=0,
        value_fn=lambda connector, now: _amperes(connector.requested),
    ),
    ConnectorSensorDescription(
        key="delay_ends",
        translation_key="delay_ends",
        device_class=SensorDeviceClass.TIMESTAMP,
        offline=True,
        value_fn=lambda connector, now: connector.delay_ends,
    ),
    ConnectorSensorDescription(
        key="energy",
        translation_key="energy",
        device_class=SensorDeviceClass.ENERGY,
        min_interval=MINUTE,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        offline=True,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        value_fn=lambda connector, now: (
            None if connector.energy is None else round(connector.energy)
        ),
    ),
    ConnectorSensorDescription(
        key="fault",
        translation_key="fault",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[fault.value for fault in Fault],
        value_fn=lambda connector, now: connector.fault.value,
    ),
    ConnectorSensorDescription(
        key="next_start",
        translation_key="next_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        offline=True,
        value_fn=lambda connector, now: connector.next_start,
    ),
    ConnectorSensorDescription(
        key="power",
        translation_key="power",
        device_class=SensorDeviceClass.POWER,
        dead_band=50,
        dead_band_share=0.02,
        min_interval=MINUTE / 2,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda connector, now: power_of(connector),
    ),
    ConnectorSensorDescription(
        # Without a state class: next to `energy` it would be counted twice in the Energy dashboard.
        key="session_energy",
        translation_key="session_energy",
        device_class=SensorDeviceClass.ENERGY,
        min_interval=MINUTE,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        offline=True,
        suggested_display_precision=2,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        value_fn=lambda connector, now: (
            round(connector.session.energy)
            if connector.session
            else (
                None
                if connector.last_session_energy is None
                else round(connector.last_session_energy)
            )
        ),
    ),
    ConnectorSensorDescription(
        key="session_duration",
        translation_key="session_duration",
        device_class=SensorDeviceClass.DURATION,
        min_interval=5 * MINUTE,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        offline=True,
        suggested_display_precision=0,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        value_fn=lambda connector, now: (
            as_seconds(connector.session.flow_time)
            if connector.session
            else (
                None
                if connector.last_session_flow_time is None
                else as_seconds(connector.last_session_flow_time)
            )
        ),
    ),
    ConnectorSensorDescription(
        key="state_of_charge",
        translation_key="state_of_charge",
        device_class=SensorDeviceClass.BATTERY,
        dead_band=1,
        has_fn=_told(Measurand.STATE_OF_CHARGE),
        min_interval=MINUTE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda connector, now: connector.reading(Measurand.STATE_OF_CHARGE),
    ),
    ConnectorSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=[
            status.value
            for status in ConnectorStatus
            if status is not ConnectorStatus.UNKNOWN
        ],
        value_fn=lambda connector, now: (
            None
            if connector.status is ConnectorStatus.UNKNOWN
            else connector.status.value
        ),
    ),
    ConnectorSensorDescription(
        key="temperature",
        translation_key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        dead_band=1,
        has_fn=_told(Measurand.TEMPERATURE),
        min_interval=5 * MINUTE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda connector, now: connector.reading(Measurand.TEMPERATURE),
    ),
    *_phase_sensors(),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors, now and as wallboxes come."""
    address = await async_ocpp_address(hass, entry.runtime_data.site.port)
    async_add_entities([AddressSensor(entry, address)])

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            *(
                ChargePointSensor(coordinator, description)
                for description in CHARGE_POINT_SENSORS
            ),
            *(
                (ReasonSensor if description is CHARGING_REASON else ConnectorSensor)(
                    coordinator, connector.number, description
                )
                for connector in coordinator.data.connectors.values()
                for description in CONNECTOR_SENSORS
                if description.has_fn(connector, coordinator.controller.phases)
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class AddressSensor(SensorEntity):
    """The address that the owner types into a wallbox."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_translation_key = "ocpp_address"

    def __init__(self, entry: SmartChargePointConfigEntry, address: str) -> None:
        """Belong to the central system."""
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})
        self._attr_native_value = address
        self._attr_unique_id = f"{entry.entry_id}_ocpp_address"


class ChargePointSensor(SmartChargePointEntity, SensorEntity):
    """A sensor of a charge point."""

    entity_description: ChargePointSensorDescription

    @property
    @override
    def current_value(self) -> Value:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def native_value(self) -> Value:
        """Return the state of the sensor."""
        return self.current_value


class ConnectorSensor(ConnectorEntity, SensorEntity):
    """A sensor of a connector."""

    entity_description: ConnectorSensorDescription

    @property
    @override
    def current_value(self) -> Value:
        return self.entity_description.value_fn(self.connector, dt_util.utcnow())

    @property
    @override
    def native_value(self) -> Value:
        """Return the state of the sensor."""
        return self.current_value

    @property
    @override
    def changes_by_itself(self) -> bool:
        """Return whether time alone makes the value another one."""
        return self.entity_description.ticks and bool(self.current_value)


class ReasonSensor(ConnectorSensor):
    """Why the car is charging or not, in one word, and in a sentence that says until when."""

    _unrecorded_attributes = frozenset({ATTR_SENTENCE})

    @property
    def _sentence(self) -> str:
        return reason_sentence(self.hass, self.connector)

    @property
    @override
    def stretch(self) -> object:
        """Return what the word belongs to: another end or limit is another sentence."""
        connector = self.connector
        return (
            super().stretch,
            connector.reason_until,
            connector.requested,
            dt_util.now().date(),
        )

    @property
    @override
    def extra_state_attributes(self) -> dict[str, str]:
        """Return the sentence; the recorder keeps the word and its end."""
        return {ATTR_SENTENCE: self._sentence}
