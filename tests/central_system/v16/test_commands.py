"""Commands: what is sent is the schema's, what is answered may be anything."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    CallRefusedError,
    CallTimedOutError,
    CompositeStep,
    ConfigurationKey,
    InvalidCallError,
    Priority,
)
from custom_components.smart_charge_point.central_system.profiles import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
)
from custom_components.smart_charge_point.central_system.schemas import (
    Kind as Half,
    load,
)
from custom_components.smart_charge_point.central_system.v16.composite_wire import (
    read_composite,
)
from custom_components.smart_charge_point.central_system.v16.configuration import (
    read_configuration,
)
from custom_components.smart_charge_point.central_system.v16.profile_wire import (
    write_limit,
    write_profile,
)
from custom_components.smart_charge_point.model.capabilities import Capabilities
from custom_components.smart_charge_point.model.limit import Limit, RateUnit

from .wallbox import NOW, Wallbox

AMPERES = Capabilities()
WATTS = Capabilities(rate_unit=RateUnit.WATT)
THREE_PHASES = Capabilities(rate_unit=RateUnit.WATT, phases=3)
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOURS = ChargingProfile(
    profile_id=100, connector=1, stack_level=0, purpose=Purpose.DEFAULT, kind=Kind.WEEKLY,
    periods=(Period(start=0, limit=Limit(amperes=32)), Period(start=28_800, limit=Limit.PAUSED)),
    start=MONDAY, duration=604_800, valid_from=MONDAY, valid_to=MONDAY + timedelta(days=100),
)  # fmt: skip


async def test_a_weekly_profile_is_written_as_ocpp_wants_it(wallbox: Wallbox) -> None:
    """All times with Z, the recurrence named, no null and no minimum rate (quirk S11)."""
    assert await wallbox.dialect.set_profile(HOURS, AMPERES) is Answer.ACCEPTED
    assert wallbox.wire.sent == [
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": {
                    "chargingProfileId": 100,
                    "stackLevel": 0,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "chargingProfileKind": "Recurring",
                    "recurrencyKind": "Weekly",
                    "validFrom": "2026-11-16T00:00:00Z",
                    "validTo": "2027-02-24T00:00:00Z",
                    "chargingSchedule": {
                        "duration": 604800,
                        "startSchedule": "2026-11-16T00:00:00Z",
                        "chargingRateUnit": "A",
                        "chargingSchedulePeriod": [
                            {"startPeriod": 0, "limit": 32},
                            {"startPeriod": 28800, "limit": 0},
                        ],
                    },
                },
            },
            Priority.CONTROL,
        )
    ]


def test_a_relative_profile_names_no_start() -> None:
    """It counts from the start of charging."""
    profile = ChargingProfile(
        profile_id=102, connector=1, stack_level=2, purpose=Purpose.TRANSACTION, kind=Kind.RELATIVE,
        periods=(Period(start=0, limit=Limit.PAUSED),), start=MONDAY, duration=412, transaction_id=501,
    )  # fmt: skip
    written = write_profile(profile, AMPERES)
    assert "startSchedule" not in written["chargingSchedule"]
    assert "recurrencyKind" not in written
    assert written["transactionId"] == 501


@pytest.mark.parametrize(
    ("amperes", "capabilities", "rate"),
    [
        (16, AMPERES, 16),
        (16.19, AMPERES, 16.1),
        (0.1 + 0.2, AMPERES, 0.3),
        (100, AMPERES, 32),
        (0, AMPERES, 0),
        (15.99, Capabilities(whole_units=True), 15),
        (16, WATTS, 3680),
        (100, WATTS, 7360),
        (6.33, WATTS, 1455.9),
        (16, THREE_PHASES, 11040),
        (6.33, Capabilities(rate_unit=RateUnit.WATT, whole_units=True), 1455),
    ],
)
def test_a5_2_a_limit_never_exceeds_the_maximum_and_is_rounded_down(
    amperes: float, capabilities: Capabilities, rate: float
) -> None:
    """One decimal, or whole units, of amperes per phase or watts in all."""
    assert write_limit(Limit(amperes=amperes), capabilities) == rate


@pytest.mark.parametrize(
    ("capabilities", "phases"), [(AMPERES, None), (WATTS, 1), (THREE_PHASES, None)]
)
def test_watts_of_a_single_phase_name_it(
    capabilities: Capabilities, phases: int | None
) -> None:
    """Where no phases are told, three are meant (ocpp.md 4.1)."""
    for period in write_profile(HOURS, capabilities)["chargingSchedule"][
        "chargingSchedulePeriod"
    ]:
        assert period.get("numberPhases") == phases


@given(
    amperes=st.floats(0, 1000), maximum=st.floats(0, 80), unit=st.sampled_from(RateUnit), phases=st.sampled_from([1, 3]), whole=st.booleans(),
    kind=st.sampled_from(Kind), purpose=st.sampled_from(Purpose), start=st.none() | st.just(MONDAY), number=st.none() | st.integers(1, 2**31),
)  # fmt: skip
def test_every_profile_fits_the_schema_and_stays_below_the_maximum(
    amperes: float,
    maximum: float,
    unit: RateUnit,
    phases: int,
    whole: bool,
    kind: Kind,
    purpose: Purpose,
    start: datetime | None,
    number: int | None,
) -> None:
    """Whatever the plan comes to."""
    capabilities = Capabilities(
        maximum=Limit(amperes=maximum), rate_unit=unit, phases=phases, whole_units=whole
    )
    profile = ChargingProfile(
        profile_id=1, connector=1, stack_level=0, purpose=purpose, kind=kind, start=start, valid_to=start, duration=number, transaction_id=number,
        periods=(Period(start=0, limit=Limit(amperes=amperes)),),
    )  # fmt: skip
    written = write_profile(profile, capabilities)
    message = {"connectorId": 1, "csChargingProfiles": written}
    assert load("1.6").check("SetChargingProfile", message, Half.REQUEST) == ()
    rate = written["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
    most = min(amperes, maximum) * (230 * phases if unit is RateUnit.WATT else 1)
    assert 0 <= rate <= most + 1e-6
    assert most - rate < (1 if whole else 0.1) + 1e-6


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"status": "Accepted"}, Answer.ACCEPTED),
        ({"status": "accepted "}, Answer.ACCEPTED),
        ({"status": "Rejected"}, Answer.REJECTED),
        ({"status": "Scheduled"}, Answer.SCHEDULED),
        ({"status": "Reboot_Required"}, Answer.REBOOT_REQUIRED),
        ({"status": "NotSupported"}, Answer.NOT_SUPPORTED),
        ({"status": "NotImplemented"}, Answer.NOT_SUPPORTED),
        ({"status": "Unknown"}, Answer.UNKNOWN),
        ({"status": "Perhaps"}, Answer.REJECTED),
        ({"status": None}, Answer.REJECTED),
        ({}, Answer.REJECTED),
    ],
)
async def test_an_answer_is_read_by_its_letters(
    wallbox: Wallbox, told: Any, answer: Answer
) -> None:
    """What does not say that it accepted has not."""
    wallbox.wire.answers = [told]
    assert await wallbox.dialect.set_available(1, False) is answer


@pytest.mark.parametrize(
    "code", ["NotImplemented", "NotSupported", "notsupported", "Not Supported"]
)
async def test_quirk_t14_a_message_that_it_does_not_have(
    wallbox: Wallbox, code: str
) -> None:
    """Wattpilot's answer to TriggerMessage is an answer, not a failure."""
    wallbox.wire.answers = [CallRefusedError("TriggerMessage", code, "")]
    assert await wallbox.dialect.ask_for("StatusNotification") is Answer.NOT_SUPPORTED


@pytest.mark.parametrize(
    "error",
    [
        CallRefusedError("x", "FormationViolation", ""),
        CallRefusedError("x", "TypeConstraintViolation", ""),
        CallTimedOutError("no answer"),
    ],
)
async def test_quirk_t14_t15_other_failures_are_the_callers(
    wallbox: Wallbox, error: CallRefusedError
) -> None:
    """No answer (Alfen's RemoteStart) and any other error code."""
    wallbox.wire.answers = [error, error]
    with pytest.raises(type(error)):
        await wallbox.dialect.stop_transaction(501)
    with pytest.raises(type(error)):
        await wallbox.dialect.composite_schedule(1, 60, AMPERES)


async def test_every_command_is_sent_as_its_schema_wants(wallbox: Wallbox) -> None:
    """The messages, in order."""
    link = wallbox.dialect
    start = ChargingProfile(
        profile_id=110, connector=1, stack_level=3, purpose=Purpose.TRANSACTION, kind=Kind.RELATIVE, periods=(Period(start=0, limit=Limit(amperes=16)),)
    )  # fmt: skip
    await link.clear_profile(100)
    await link.clear_foreign_profiles(0, 2, "TxDefaultProfile")
    await link.start_transaction(1, "04A1", AMPERES, start)
    await link.start_transaction(0, "04A1", AMPERES)
    await link.stop_transaction(-1)
    await link.set_available(0, True)
    await link.configuration()
    await link.configuration(("HeartbeatInterval",))
    await link.configure("HeartbeatInterval", "60")
    await link.ask_for("MeterValues", 1)
    assert [(action, payload) for action, payload, _ in wallbox.wire.sent] == [
        ("ClearChargingProfile", {"id": 100}),
        (
            "ClearChargingProfile",
            {
                "connectorId": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "stackLevel": 2,
            },
        ),
        (
            "RemoteStartTransaction",
            {
                "connectorId": 1,
                "idTag": "04A1",
                "chargingProfile": write_profile(start, AMPERES),
            },
        ),
        ("RemoteStartTransaction", {"idTag": "04A1"}),
        ("RemoteStopTransaction", {"transactionId": -1}),
        ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
        ("GetConfiguration", {}),
        ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
        ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
    ]
    for action, payload, _ in wallbox.wire.sent:
        assert load("1.6").check(action, payload, Half.REQUEST) == ()


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Reset", {"type": "Gentle"}),
        ("Reset", {}),
        ("Reset", {"type": "Soft", "why": "because"}),
        ("Reset", {"type": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}),
        ("Dance", {}),
        ("ChangeConfiguration", {"key": "K" * 51, "value": "1"}),
    ],
)
async def test_what_does_not_fit_the_schema_is_not_sent(
    wallbox: Wallbox, action: str, payload: Any
) -> None:
    """An owner's slip in send_ocpp never reaches the wallbox."""
    with pytest.raises(InvalidCallError):
        await wallbox.dialect.call(action, payload)
    assert wallbox.wire.sent == []


async def test_any_message_can_be_called(wallbox: Wallbox) -> None:
    """And its answer comes back as it is."""
    wallbox.wire.answers = [{"status": "Accepted", "extra": 1}]
    assert await wallbox.dialect.call("Reset", {"type": "Soft"}) == {
        "status": "Accepted",
        "extra": 1,
    }


async def test_a_long_tag_is_not_sent(wallbox: Wallbox) -> None:
    """Quirk X5: 20 characters are the most."""
    with pytest.raises(InvalidCallError):
        await wallbox.dialect.start_transaction(1, "x" * 21, AMPERES)


async def test_the_link_is_the_sockets(wallbox: Wallbox) -> None:
    """Who, from where, in which version, and whether it stands."""
    link = wallbox.dialect
    assert (link.identity, link.peer, link.version, link.open) == (
        "WB1",
        "192.168.1.20",
        "1.6",
        True,
    )
    await link.close()
    assert not link.open


@pytest.mark.parametrize(
    ("told", "keys", "unknown"),
    [
        # C1, C3
        (
            {
                "configurationKey": [
                    {"key": "HeartbeatInterval", "readonly": False, "value": " 60 "},
                    {"key": "Empty", "readonly": True},
                ],
                "unknownKey": ["SupportedFeatureProfiles"],
            },
            {
                "heartbeatinterval": ("HeartbeatInterval", False, "60"),
                "empty": ("Empty", True, None),
            },
            {"supportedfeatureprofiles"},
        ),
        # C2
        ({"configurationKey": []}, {}, set()),
        ({}, {}, set()),
        ({"configurationKey": None, "unknownKey": None}, {}, set()),
        (
            {
                "configurationKey": [
                    {"key": "a", "value": 5},
                    {"key": "b", "value": True, "readonly": "true"},
                    {"key": "c", "value": None},
                    {"key": "d", "value": []},
                    {"value": 1},
                    7,
                ]
            },
            {
                "a": ("a", False, "5"),
                "b": ("b", True, "true"),
                "c": ("c", False, None),
                "d": ("d", False, None),
            },
            set(),
        ),
        (
            {"configurationKey": {"key": "a", "value": "1"}, "unknownKey": "b"},
            {"a": ("a", False, "1")},
            {"b"},
        ),
        (
            {"configurationKey": [{"key": "a", "value": "1"}], "unknownKey": ["A", 4]},
            {"a": ("a", False, "1")},
            set(),
        ),
    ],
)
async def test_quirk_c_configuration_is_read_as_it_comes(
    wallbox: Wallbox,
    told: Any,
    keys: dict[str, tuple[str, bool, str | None]],
    unknown: set[str],
) -> None:
    """Names in lower case, values trimmed, absent ones None."""
    wallbox.wire.answers = [told]
    configuration = await wallbox.dialect.configuration()
    assert configuration.keys == {
        name: ConfigurationKey(key=key, readonly=readonly, value=value)
        for name, (key, readonly, value) in keys.items()
    }
    assert configuration.unknown == unknown


def composite(*periods: Any, **fields: Any) -> dict[str, Any]:
    """Return an answer with these periods; fields of `...` are left out, others of the schedule replaced."""
    schedule = {
        "duration": 3600,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": list(periods),
    }
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-11-20T12:00:00Z",
    }
    answer |= {
        name: told
        for name, told in fields.items()
        if name in {"status", "scheduleStart"}
    }
    schedule |= {name: told for name, told in fields.items() if name not in answer}
    return {
        **{name: told for name, told in answer.items() if told is not ...},
        "chargingSchedule": {
            name: told for name, told in schedule.items() if told is not ...
        },
    }


def period(start: Any, limit: Any, **more: Any) -> dict[str, Any]:
    """Return one period."""
    return {"startPeriod": start, "limit": limit, **more}


@pytest.mark.parametrize(
    ("told", "capabilities", "steps"),
    [
        (composite(period(0, 32), period(600, 0)), AMPERES, [(0, 32), (600, 0)]),
        (composite(period(600, 0), period(0, 32)), AMPERES, [(0, 32), (600, 0)]),
        (composite(period(0.5, 32)), AMPERES, [(0.5, 32)]),  # shiv3
        (
            composite(period(0, 7360, numberPhases=1), chargingRateUnit="W"),
            AMPERES,
            [(0, 32)],
        ),
        (
            composite(period(0, 7360, numberPhases=3), chargingRateUnit="W"),
            AMPERES,
            [(0, 32)],
        ),
        (composite(period(0, 11040), chargingRateUnit="W"), THREE_PHASES, [(0, 16)]),
        (
            composite(period(0, 3680, numberPhases=1), chargingRateUnit="Power"),
            THREE_PHASES,
            [(0, 16)],
        ),
        (composite(period(0, 3680), chargingRateUnit=...), WATTS, [(0, 16)]),
        (composite(period(0, 16), chargingRateUnit=None), AMPERES, [(0, 16)]),
        (composite(period(0, -1, numberPhases=-1)), AMPERES, [(0, 32)]),  # MicroOcpp
        (composite(period("0", "16.0")), AMPERES, [(0, 16)]),
        (composite(period(0, 16), status=...), AMPERES, [(0, 16)]),
        (composite(period(0, 16), scheduleStart=...), AMPERES, [(0, 16)]),
        (
            composite(period(0, 16), scheduleStart="1970-01-01T00:00:00Z"),
            AMPERES,
            [(0, 16)],
        ),
        (
            composite(
                period(0, 16), scheduleStart=..., startSchedule="2026-11-20T12:00:00Z"
            ),
            AMPERES,
            [(0, 16)],
        ),
        (
            composite(
                7,
                {},
                period(None, 3),
                period(0, None),
                period(-5, 3),
                period(0, float("nan")),
                period(60, 16),
            ),
            AMPERES,
            [(60, 16)],
        ),
        (composite(chargingSchedulePeriod=period(0, 16)), AMPERES, [(0, 16)]),
        (composite(), AMPERES, []),  # S8: ZJ Beny
        (composite(chargingSchedulePeriod=...), AMPERES, []),
    ],
)
def test_quirk_s8_a_composite_schedule_is_read_whatever_it_lacks(
    told: Any, capabilities: Capabilities, steps: list[tuple[float, float]]
) -> None:
    """In amperes per phase, from the moment it was asked where it does not say when."""
    schedule = read_composite(told, 3600, capabilities, NOW)
    assert schedule is not None
    assert schedule.start == NOW
    assert schedule.duration == 3600
    assert schedule.steps == tuple(
        CompositeStep(
            start=NOW + timedelta(seconds=offset), limit=Limit(amperes=amperes)
        )
        for offset, amperes in steps
    )


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"status": "Rejected"},
        {"status": "Accepted"},
        composite(period(0, 1), status="Rejected"),
        {"status": "Accepted", "chargingSchedule": []},
    ],
)
def test_a_wallbox_that_does_not_say_says_nothing(told: Any) -> None:
    """Rejected, or no schedule at all."""
    assert read_composite(told, 60, AMPERES, NOW) is None


async def test_a_composite_schedule_is_asked_for_in_seconds(wallbox: Wallbox) -> None:
    """In the wallbox's own unit."""
    wallbox.wire.answers = [
        composite(period(0, 16)),
        CallRefusedError("GetCompositeSchedule", "NotSupported", ""),
    ]
    schedule = await wallbox.dialect.composite_schedule(1, 3600, AMPERES)
    assert schedule is not None
    assert wallbox.wire.sent[0][1] == {"connectorId": 1, "duration": 3600}
    assert await wallbox.dialect.composite_schedule(1, 3600, AMPERES) is None


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)
JSON_OBJECT = st.dictionaries(
    st.sampled_from(
        [
            "status",
            "scheduleStart",
            "chargingSchedule",
            "configurationKey",
            "unknownKey",
        ]
    ),
    ANY_JSON,
)


@given(
    answer=JSON_OBJECT,
    schedule=st.dictionaries(st.sampled_from(["duration", "startSchedule", "chargingRateUnit", "chargingSchedulePeriod"]), ANY_JSON),
    periods=st.lists(ANY_JSON | st.dictionaries(st.sampled_from(["startPeriod", "limit", "numberPhases"]), ANY_JSON)),
)  # fmt: skip
def test_any_answer_is_read(
    answer: dict[str, Any], schedule: dict[str, Any], periods: list[Any]
) -> None:
    """Reading never raises."""
    read_configuration(answer)
    read_composite(answer, 60, AMPERES, NOW)
    told = answer | {
        "status": "Accepted",
        "chargingSchedule": schedule | {"chargingSchedulePeriod": periods},
    }
    assert read_composite(told, 60, WATTS, NOW) is not None


async def test_a_profile_that_starts_a_transaction_names_none(wallbox: Wallbox) -> None:
    """OCPP 1.6 section 5.11: the id is not known before the wallbox has begun."""
    profile = ChargingProfile(
        profile_id=110, connector=1, stack_level=3, purpose=Purpose.TRANSACTION, kind=Kind.RELATIVE, periods=HOURS.periods, transaction_id=7
    )  # fmt: skip
    await wallbox.dialect.start_transaction(1, "04A1", AMPERES, profile)
    assert "transactionId" not in wallbox.wire.sent[0][1]["chargingProfile"]
