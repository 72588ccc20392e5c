"""Meter values: units, phases, contexts and times, and what wallboxes make of them."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.model.events import TransactionStopped
from custom_components.smart_charge_point.model.meter import (
    Measurand,
    Phase,
    SampleContext,
)

from .wallbox import NOW, Wallbox, reading

POWER = Measurand.POWER
ENERGY = Measurand.ENERGY_IMPORT


def sampled(
    value: Any,
    measurand: str | None = None,
    unit: str | None = None,
    phase: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a sampled value with only the fields that are given."""
    fields = {"value": value, "measurand": measurand, "unit": unit, "phase": phase}
    return {name: told for name, told in fields.items() if told is not None} | more


@pytest.mark.parametrize(
    ("told", "measurand", "value"),
    [
        (sampled("7200", "Power.Active.Import", "W"), POWER, 7200),
        (sampled("7.2", "Power.Active.Import", "kW"), POWER, 7200),
        (sampled("7200", "Power.Active.Import"), POWER, 7200),
        (sampled("7.4", "Power.Offered", "kW"), Measurand.POWER_OFFERED, 7400),
        (sampled("1500"), ENERGY, 1500),
        (sampled("1.5", "Energy.Active.Import.Register", "kWh"), ENERGY, 1500),
        (
            sampled("20", "Energy.Active.Export.Register", "Wh"),
            Measurand.ENERGY_EXPORT,
            20,
        ),
        (sampled("31.9", "Current.Import", "A"), Measurand.CURRENT, 31.9),
        (sampled("32", "Current.Offered", "A"), Measurand.CURRENT_OFFERED, 32),
        (sampled("231.5", "Voltage", "V"), Measurand.VOLTAGE, 231.5),
        (sampled("50.02", "Frequency"), Measurand.FREQUENCY, 50.02),
        (sampled("50.02", "Frequency", "Hertz", "L1"), Measurand.FREQUENCY, 50.02),
        (sampled("25", "Temperature", "Celcius"), Measurand.TEMPERATURE, 25),
        (sampled("298.15", "Temperature", "K"), Measurand.TEMPERATURE, 25),
        (sampled("77", "Temperature", "Fahrenheit"), Measurand.TEMPERATURE, 25),
        (sampled("81", "SoC", "Percent"), Measurand.STATE_OF_CHARGE, 81),
    ],
)
async def test_every_unit_becomes_the_models(
    wallbox: Wallbox, told: dict[str, Any], measurand: Measurand, value: float
) -> None:
    """A reading is the same whatever unit it came in, and nothing had to be mended."""
    assert reading(await wallbox.measures(told), measurand) == pytest.approx(value)
    assert wallbox.mended == set()


@pytest.mark.parametrize(
    ("told", "measurand", "value", "repair"),
    [
        # M2
        (sampled(7200, "Power.Active.Import", "W"), POWER, 7200, "number_in_value"),
        (
            sampled(2.5, "Current.Import", "A"),
            Measurand.CURRENT,
            2.5,
            "number_in_value",
        ),
        # M3: Charge Amps Halo
        (
            sampled("49.98", "Frequency", "Hz"),
            Measurand.FREQUENCY,
            49.98,
            "unit_in_other_words",
        ),
        # M3: lbbrhzn/ocpp#1617
        (
            sampled("7200", "Power.Active.Import", "Wh"),
            POWER,
            7200,
            "unit_of_the_other_kind",
        ),
        (
            sampled("7.2", "Power.Active.Import", "kWh"),
            POWER,
            7200,
            "unit_of_the_other_kind",
        ),
        (
            sampled("1500", "Energy.Active.Import.Register", "W"),
            ENERGY,
            1500,
            "unit_of_the_other_kind",
        ),
        # M3: Alfen
        (
            sampled("16", "Current.Import", "A", context="CurrentMax"),
            Measurand.CURRENT,
            16,
            "unknown_context",
        ),
        (
            sampled("81", "SoC", "%"),
            Measurand.STATE_OF_CHARGE,
            81,
            "unit_in_other_words",
        ),
        (
            sampled("7.2", "Power.Active.Import", "KW"),
            POWER,
            7200,
            "word_in_other_case",
        ),
        (
            sampled("7200", "power.active.import ", "W"),
            POWER,
            7200,
            "word_in_other_case",
        ),
        (
            sampled("7200", "Power.Active.Import", "W", phase=""),
            POWER,
            7200,
            "empty_word",
        ),
        (sampled("231", unit="V"), Measurand.VOLTAGE, 231, "measurand_left_to_unit"),
        (
            sampled("231", "", unit="V"),
            Measurand.VOLTAGE,
            231,
            "measurand_left_to_unit",
        ),
        (sampled("7,2", "Power.Active.Import", "kW"), POWER, 7200, "comma_in_value"),
        (
            sampled("7200", "Power.Active.Import", "W", format=None),
            POWER,
            7200,
            "null_field",
        ),
        (
            sampled("7200", "Power.Active.Import", "W", vendor="x"),
            POWER,
            7200,
            "dropped",
        ),
    ],
)
async def test_quirk_m_a_reading_that_is_written_otherwise_is_mended(
    wallbox: Wallbox,
    told: dict[str, Any],
    measurand: Measurand,
    value: float,
    repair: str,
) -> None:
    """The reading arrives, and the journal says what was done to it."""
    assert reading(await wallbox.measures(told), measurand) == value
    assert wallbox.mended == {repair}
    assert repair in wallbox.journal.export()[-1]["note"]


async def test_quirk_m2_a_blank_in_front_is_no_matter(wallbox: Wallbox) -> None:
    """Enercab pads its numbers."""
    event = await wallbox.measures(sampled(" 2.3", "Current.Import", "A"))
    assert reading(event, Measurand.CURRENT) == 2.3


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "1e400",
        "abc",
        "-",
        "null",
        [],
        {},
        True,
        1e300,
        "-5",
        "9e12",
    ],
)
async def test_quirk_m2_a_value_that_is_none_costs_only_itself(
    wallbox: Wallbox, value: object
) -> None:
    """Amperfied's empty value, not-a-number and an absurd register leave the power beside them alone."""
    event = await wallbox.measures(
        {"value": value, "measurand": "Energy.Active.Import.Register"},
        sampled("7200", "Power.Active.Import", "W"),
    )
    assert reading(event, POWER) == 7200
    assert reading(event, ENERGY) is None
    assert wallbox.mended


@pytest.mark.parametrize(
    "told",
    [
        sampled("5", "Warp.Factor", "W"),
        sampled("5", "Power.Active.Import", "furlong"),
        sampled("5", "Power.Active.Import", "W", "L9"),
        sampled("5", "Power.Active.Import", "V"),
        sampled("5", "", ""),
        {"measurand": "Power.Active.Import"},
        "5",
        5,
        None,
        [],
    ],
)
async def test_a_sampled_value_that_cannot_be_told_apart_is_left_out(
    wallbox: Wallbox, told: object
) -> None:
    """Nothing is guessed: an unknown measurand is not the energy register, an unknown phase is not the total."""
    event = await wallbox.measures(told, sampled("230", "Voltage", "V"))
    assert event is not None
    assert event.samples[0].values == {(Measurand.VOLTAGE, Phase.TOTAL): 230}
    assert wallbox.mended


@pytest.mark.parametrize(
    "told",
    [
        sampled("5", "Energy.Reactive.Import.Register", "varh"),
        sampled("5", "Power.Factor"),
        sampled("5", "Current.Export", "A"),
        sampled("400", "Voltage", "V", "L1-L2"),
        sampled("AA1B", "Energy.Active.Import.Register", format="SignedData"),
    ],
)
async def test_what_the_house_has_no_use_for_is_no_repair(
    wallbox: Wallbox, told: dict[str, Any]
) -> None:
    """The standard allows it, so it is passed over in silence; a line voltage is never taken for a phase's."""
    assert await wallbox.measures(told) is None
    assert wallbox.mended == set()


@pytest.mark.parametrize("phases", [("L1", "L2", "L3"), ("L1-N", "L2-N", "L3-N")])
async def test_totals_are_made_of_the_phases(
    wallbox: Wallbox, phases: tuple[str, ...]
) -> None:
    """Powers and energies add up; of currents and voltages the highest phase counts."""
    told = [
        sampled(str(value + index), measurand, phase=phase)
        for measurand, value in (
            ("Power.Active.Import", 2000),
            ("Current.Import", 10),
            ("Voltage", 230),
            ("Energy.Active.Import.Register", 100),
        )
        for index, phase in enumerate(phases)
    ]
    event = await wallbox.measures(*told)
    assert reading(event, POWER) == 6003
    assert reading(event, ENERGY) == 303
    assert reading(event, Measurand.CURRENT) == 12
    assert reading(event, Measurand.VOLTAGE) == 232
    assert reading(event, Measurand.CURRENT, Phase.L2) == 11
    assert wallbox.mended == set()


async def test_a_total_that_was_told_stands(wallbox: Wallbox) -> None:
    """What the wallbox measured is not replaced by a sum."""
    event = await wallbox.measures(
        sampled("2000", "Power.Active.Import", "W", "L1"),
        sampled("2100", "Power.Active.Import", "W"),
    )
    assert reading(event, POWER) == 2100


@pytest.mark.parametrize("phase", ["L1", "L1-N", "N"])
async def test_quirk_m4_a_lone_phase_is_the_whole(wallbox: Wallbox, phase: str) -> None:
    """A single-phase wallbox tags its register with L1 (#1943) or its voltage with N (SyncEV)."""
    event = await wallbox.measures(
        sampled("1500", "Energy.Active.Import.Register", "Wh", phase),
        sampled("230", "Voltage", "V", phase),
    )
    assert reading(event, ENERGY) == 1500
    assert reading(event, Measurand.VOLTAGE) == 230
    assert reading(event, Measurand.VOLTAGE, Phase.NEUTRAL) is None


async def test_quirk_m4_zeros_on_idle_phases_do_no_harm(wallbox: Wallbox) -> None:
    """A single-phase car on a three-phase wallbox."""
    event = await wallbox.measures(
        *(
            sampled(value, "Current.Import", "A", phase)
            for value, phase in (("16", "L1"), ("0", "L2"), ("0", "L3"))
        ),
        sampled("0.1", "Current.Import", "A", "N"),
    )
    assert reading(event, Measurand.CURRENT) == 16
    assert reading(event, Measurand.CURRENT, Phase.NEUTRAL) == 0.1


async def test_a_phase_in_the_measurand_is_taken_from_it(wallbox: Wallbox) -> None:
    """As Alfen writes its configuration (C7)."""
    event = await wallbox.measures(sampled("16", "Current.Import.L2", "A"))
    assert reading(event, Measurand.CURRENT, Phase.L2) == 16
    assert wallbox.mended == {"phase_in_measurand"}


async def test_the_outlet_goes_before_other_places(wallbox: Wallbox) -> None:
    """What flows into the wallbox is not what flows into the car; alone it is better than nothing."""
    event = await wallbox.measures(
        sampled("7300", "Power.Active.Import", "W", location="Inlet"),
        sampled("7200", "Power.Active.Import", "W", location="Outlet"),
        sampled("55", "SoC", "Percent", location="EV"),
        sampled("7350", "Power.Active.Import", "W", location="Inlet"),
    )
    assert reading(event, POWER) == 7200
    assert reading(event, Measurand.STATE_OF_CHARGE) == 55


async def test_quirk_m5_one_bucket_per_measurand_becomes_one_sample(
    wallbox: Wallbox,
) -> None:
    """Zaptec speaks of connector 0, each measurand in a bucket of its own."""
    at = "2026-11-20T11:59:00Z"
    told = [
        sampled(v, "Current.Import", "A", p)
        for v, p in (("15", "L1"), ("16", "L2"), ("14", "L3"))
    ]
    event = await wallbox.sends(
        {
            "connectorId": 0,
            "meterValue": [
                {"timestamp": at, "sampledValue": [one]}
                for one in (*told, sampled("10.2", "Power.Active.Import", "kW"))
            ],
        }
    )
    assert event is not None
    assert event.connector == 0
    assert event.transaction_id is None
    assert reading(event, POWER) == 10200
    assert reading(event, Measurand.CURRENT) == 16


async def test_quirk_m5_connector_0_in_a_known_transaction_is_its_connector(
    wallbox: Wallbox,
) -> None:
    """A transaction runs on one connector, whatever the meter value says."""
    answer = await wallbox.says(
        "StartTransaction",
        {
            "connectorId": 2,
            "idTag": "A",
            "meterStart": 0,
            "timestamp": "2026-11-20T11:00:00Z",
        },
    )
    event = await wallbox.measures(
        sampled("1"), connectorId=0, transactionId=answer["transactionId"]
    )
    assert event is not None
    assert event.connector == 2


async def test_quirk_x9_a_repeated_begin_register_is_not_a_reading_of_now(
    wallbox: Wallbox,
) -> None:
    """Growatt sends the register of the transaction's begin beside each later one."""
    event = await wallbox.measures(
        sampled(
            "1900", "Energy.Active.Import.Register", "Wh", context="Sample.Periodic"
        ),
        sampled(
            "1000", "Energy.Active.Import.Register", "Wh", context="Transaction.Begin"
        ),
    )
    assert event is not None
    assert [(sample.context, dict(sample.values)) for sample in event.samples] == [
        (SampleContext.PERIODIC, {(ENERGY, Phase.TOTAL): 1900})
    ]


async def test_begin_and_end_stand_apart_from_the_rest(wallbox: Wallbox) -> None:
    """A register of the begin never mixes with the power of the moment."""
    event = await wallbox.measures(
        sampled(
            "1000", "Energy.Active.Import.Register", "Wh", context="Transaction.Begin"
        ),
        sampled("7200", "Power.Active.Import", "W"),
        sampled(
            "1900", "Energy.Active.Import.Register", "Wh", context="Transaction.End"
        ),
    )
    assert event is not None
    assert [sample.context for sample in event.samples] == [
        SampleContext.BEGIN,
        SampleContext.PERIODIC,
        SampleContext.END,
    ]


@pytest.mark.parametrize(
    ("told", "context"),
    [
        ("Sample.Periodic", SampleContext.PERIODIC),
        ("Sample.Clock", SampleContext.CLOCK),
        ("Trigger", SampleContext.TRIGGER),
        ("Interruption.Begin", SampleContext.OTHER),
        ("Other", SampleContext.OTHER),
        (None, SampleContext.PERIODIC),
    ],
)
async def test_contexts(
    wallbox: Wallbox, told: str | None, context: SampleContext
) -> None:
    """A sample without a context is a periodic one."""
    event = await wallbox.measures(
        sampled("1") | ({} if told is None else {"context": told})
    )
    assert event is not None
    assert event.samples[0].context is context


async def test_quirk_m3_omitted_contexts_do_not_tear_phases_apart(
    wallbox: Wallbox,
) -> None:
    """EN+ writes the context at some of the phases only."""
    event = await wallbox.measures(
        sampled("10", "Current.Import", "A", "L1"),
        sampled("12", "Current.Import", "A", "L2", context="Trigger"),
        sampled("11", "Current.Import", "A", "L3"),
    )
    assert reading(event, Measurand.CURRENT) == 12
    assert event is not None
    assert event.samples[0].context is SampleContext.TRIGGER


async def test_samples_come_oldest_first(wallbox: Wallbox) -> None:
    """Whatever the order on the wire."""
    event = await wallbox.sends(
        {
            "connectorId": 1,
            "meterValue": [
                {
                    "timestamp": f"2026-11-20T11:{minute}:00Z",
                    "sampledValue": [sampled(str(minute))],
                }
                for minute in (30, 10, 20)
            ],
        }
    )
    assert event is not None
    assert [sample.values[ENERGY, Phase.TOTAL] for sample in event.samples] == [
        10,
        20,
        30,
    ]


@pytest.mark.parametrize(
    "told", ["2020-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "soon", 5, None, {}]
)
async def test_quirk_m8_a_sample_of_2020_is_taken_at_its_arrival(
    wallbox: Wallbox, told: object
) -> None:
    """Alfen's clock before it was set; the reading is good, its time is not."""
    event = await wallbox.sends(
        {
            "connectorId": 1,
            "meterValue": [{"timestamp": told, "sampledValue": [sampled("1500")]}],
        }
    )
    assert event is not None
    (sample,) = event.samples
    assert (sample.at, sample.at_trusted) == (NOW, False)
    assert sample.values == {(ENERGY, Phase.TOTAL): 1500}


async def test_quirk_m8_local_time_with_its_offset(wallbox: Wallbox) -> None:
    """Growatt tells the time of Brisbane, and says so."""
    event = await wallbox.sends(
        {
            "connectorId": 1,
            "meterValue": [
                {
                    "timestamp": "2026-11-20T21:30:00+10:00",
                    "sampledValue": [sampled("1")],
                }
            ],
        }
    )
    assert event is not None
    assert event.samples[0].at == NOW - timedelta(minutes=30)
    assert wallbox.mended == set()


async def test_one_object_stands_for_a_list_of_one(wallbox: Wallbox) -> None:
    """The list around a single meter value is left out."""
    event = await wallbox.sends(
        {
            "connectorId": "1",
            "meterValue": {
                "timestamp": "2026-11-20T11:30:00Z",
                "sampledValue": sampled("1500"),
            },
        }
    )
    assert reading(event, ENERGY) == 1500
    assert wallbox.mended == {"lone_object_for_list", "text_for_number"}


@pytest.mark.parametrize(
    ("told", "transaction"),
    [
        (9223372036854775807, 9223372036854775807),
        (-42, -42),
        (0, 0),
        ("17", 17),
        (17.0, 17),
        (2**63, None),
        (1.5, None),
        ("x", None),
        (None, None),
        ([], None),
    ],
)
async def test_quirk_x1_the_transaction_is_as_told(
    wallbox: Wallbox, told: object, transaction: int | None
) -> None:
    """Whose it is, the house finds out; what no database could hold is none."""
    event = await wallbox.measures(sampled("1"), transactionId=told)
    assert event is not None
    assert event.transaction_id == transaction


@pytest.mark.parametrize("told", [None, "one", -1, 4711, 10**30, {}])
async def test_a_missing_connector_is_the_only_one_there_is(
    wallbox: Wallbox, told: object
) -> None:
    """A wallbox with one connector can only mean that; one with two means the whole charge point."""
    event = await wallbox.measures(sampled("1"), connectorId=told)
    assert event is not None
    assert event.connector == 1
    for number in (1, 2):
        await wallbox.says(
            "StatusNotification",
            {"connectorId": number, "errorCode": "NoError", "status": "Available"},
        )
    event = await wallbox.measures(sampled("1"), connectorId=told)
    assert event is not None
    assert event.connector == 0
    assert "connector_assumed" in wallbox.mended


async def test_a_flood_of_sampled_values_is_cut(wallbox: Wallbox) -> None:
    """A frame full of nonsense is answered without holding the others up."""
    flood: list[Any] = [{}] * 80_000
    assert await wallbox.measures(*flood, sampled("1")) is None
    assert await wallbox.sends({"connectorId": 1, "meterValue": flood}) is None
    assert "too_many" in wallbox.mended


async def test_samples_of_a_stop_are_read_alike(wallbox: Wallbox) -> None:
    """A StopTransaction knows no Hertz in its schema; the reading is taken all the same."""
    await wallbox.says(
        "StopTransaction",
        {
            "transactionId": 7,
            "meterStop": 2000,
            "timestamp": "2026-11-20T11:59:00Z",
            "transactionData": [
                {
                    "timestamp": "2026-11-20T11:59:00Z",
                    "sampledValue": [sampled("50", "Frequency", "Hertz")],
                }
            ],
        },
    )
    event = wallbox.event
    assert isinstance(event, TransactionStopped)
    assert event.samples[0].values == {(Measurand.FREQUENCY, Phase.TOTAL): 50}


async def test_a_comma_before_three_digits_is_not_guessed_at(wallbox: Wallbox) -> None:
    """It may part thousands or decimals; the register stays unread rather than wrong by a factor of 1000."""
    event = await wallbox.measures(
        sampled("1,234"), sampled("7200", "Power.Active.Import", "W")
    )
    assert reading(event, ENERGY) is None
    assert reading(event, POWER) == 7200
    assert wallbox.mended == {"unread"}


@pytest.mark.parametrize("value", ["", " ", "N/A", "null"])
async def test_quirk_m2_an_empty_value_is_named_for_what_it_is(
    wallbox: Wallbox, value: str
) -> None:
    """The journal tells an empty value from one that could not be read."""
    await wallbox.measures(sampled(value, "Power.Active.Import", "W"), sampled("1500"))
    assert wallbox.mended == {"empty_value"}


@pytest.mark.parametrize("value", [True, float(2**63), 1e300, float("nan"), [], {}])
async def test_a_field_of_another_kind_is_dropped_and_named(
    wallbox: Wallbox, value: object
) -> None:
    """No truth value counts as 1, and no number is let through that a database could not hold."""
    event = await wallbox.measures(sampled("1500"), transactionId=value)
    assert event is not None
    assert event.transaction_id is None
    assert wallbox.journal.export()[-1]["note"] == "dropped (transactionId)"
