"""Asking a wallbox what it can do, and changing its configuration, without upsetting it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from custom_components.smart_charge_point.central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    CompositeSchedule,
    CompositeStep,
    Configuration,
    InvalidCallError,
    NotConnectedError,
)
from custom_components.smart_charge_point.central_system.resident import (
    resident_profiles,
)
from custom_components.smart_charge_point.central_system.v16.probe import (
    Change,
    Outcome,
    apply_settings,
    classify,
    may_probe_valid_from,
    probe_valid_from,
    read_capabilities,
)
from custom_components.smart_charge_point.central_system.v16.self_report import Trouble
from custom_components.smart_charge_point.model.capabilities import (
    UNTRIED,
    Capabilities,
    Rung,
    Support,
)
from custom_components.smart_charge_point.model.charge_point import BootFacts
from custom_components.smart_charge_point.model.limit import Limit, RateUnit

from ..fake_link import REFUSED, FakeLink, lost, only
from ..gb_hours import schedule
from .wallbox import NOW

BOOT = BootFacts(vendor="Any", model="One", firmware="1.0")
TOLD: dict[str, str | None] = {
    "NumberOfConnectors": "1",
    "ChargeProfileMaxStackLevel": "7",
    "ChargingScheduleMaxPeriods": "21",
    "MaxChargingProfilesInstalled": "5",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "SupportedFeatureProfiles": "Core,SmartCharging",
}
HOMELY: dict[str, str | None] = {
    "LocalAuthorizeOffline": "true",
    "AllowOfflineTxForUnknownId": "TRUE",
    "StopTransactionOnEVSideDisconnect": "true",
    "MeterValueSampleInterval": "10",
    "MeterValuesSampledData": "Power.Active.Import.L1, Energy.Active.Import.Register",
    "TransactionMessageAttempts": "7",
    "TransactionMessageRetryInterval": "60",
    "WebSocketPingInterval": "30",
    "HeartbeatInterval": "300",
}
EVERY_KEY = {**TOLD, **HOMELY, "MeterValuesSampledDataMaxLength": "5"}
TIMED_OUT = CallTimedOutError("No answer")


async def capabilities_of(
    link: FakeLink, known: Capabilities = UNTRIED, seen: tuple[int, ...] = ()
) -> Capabilities:
    """Return what comes of asking."""
    return (await read_capabilities(link, known, BOOT, seen)).capabilities


async def troubles_of(link: FakeLink) -> set[tuple[Trouble, str]]:
    """Return what is odd about the answers."""
    probe = await read_capabilities(link, UNTRIED, BOOT)
    return {(complaint.trouble, complaint.key) for complaint in probe.complaints}


async def test_what_is_told_is_known() -> None:
    """A wallbox that lists everything is asked once."""
    link = FakeLink(dict(EVERY_KEY))
    probe = await read_capabilities(link, UNTRIED, BOOT)
    assert probe.capabilities == replace(
        UNTRIED, max_stack_level=7, max_periods=21, max_profiles=5, firmware="1.0"
    )
    assert link.read == [()]
    assert probe.complaints == ()
    assert probe.capabilities.own_delay_key == ""


async def test_keys_that_are_not_listed_are_asked_for_by_name() -> None:
    """A listing that leaves keys out is completed, the ones found unknown not asked again."""
    link = FakeLink(dict(EVERY_KEY))
    link.unlisted = {"ChargeProfileMaxStackLevel", "ChargingScheduleMaxPeriods"}
    del link.values["HeartbeatInterval"]
    found = await capabilities_of(link)
    assert (found.max_stack_level, found.max_periods) == (7, 21)
    assert link.read == [
        (),
        (
            "ChargeProfileMaxStackLevel",
            "ChargingScheduleMaxPeriods",
            "HeartbeatInterval",
        ),
    ]


async def test_c6_one_key_at_a_time_where_it_says_so() -> None:
    """A wallbox that takes one key and no question for all is asked for one after the other."""
    link = FakeLink({**EVERY_KEY, "GetConfigurationMaxKeys": "1"})
    link.on_read = lambda keys: REFUSED if len(keys) != 1 else None
    assert (await capabilities_of(link)).max_periods == 21
    assert all(len(keys) == 1 for keys in link.read[1:])
    assert len(set(link.read)) == len(link.read)


@pytest.mark.parametrize("most", [None, "0", "many", "1000000000"])
async def test_c6_max_keys_that_cannot_be_are_borne(most: str | None) -> None:
    """Whatever it says of its maximum, parts stay small and single questions follow a refusal."""
    link = FakeLink({**EVERY_KEY, "GetConfigurationMaxKeys": most})
    link.on_read = lambda keys: REFUSED if len(keys) != 1 else None
    assert (await capabilities_of(link)).max_periods == 21
    assert all(len(keys) <= 10 for keys in link.read)


async def test_c2_empty_answers_end_the_questions() -> None:
    """A wallbox that answers with nothing keeps its guesses and is soon left alone."""
    link = FakeLink()
    empty = Configuration(keys={}, unknown=frozenset())
    link.on_read = lambda _: empty
    probe = await read_capabilities(link, UNTRIED, BOOT)
    assert probe.capabilities == replace(UNTRIED, firmware="1.0")
    assert Trouble.NO_ANSWER in {complaint.trouble for complaint in probe.complaints}
    assert len(link.read) <= 6


async def test_a_single_silence_does_not_end_the_questions() -> None:
    """A key that is not answered alone is passed over."""
    link = FakeLink(dict(EVERY_KEY))
    link.on_read = only(EVERY_KEY.keys() - {"NumberOfConnectors"}, TIMED_OUT)
    assert (await capabilities_of(link)).max_stack_level == 7


async def test_a_lost_link_is_told() -> None:
    """What was not asked to the end is not taken for known."""
    link = FakeLink(dict(EVERY_KEY))
    link.on_read = lambda _: lost(link)
    with pytest.raises(NotConnectedError):
        await read_capabilities(link, UNTRIED, BOOT)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2", 2),
        (" 1 ", 1),
        ("1.0", 1),
        ("8", 8),
        ("0", 3),
        ("-1", 3),
        ("9", 3),
        ("1000000000", 3),
        ("1e9", 3),
        ("9" * 5000, 3),
        ("٣", 3),
        ("Current.Import", 3),
        ("", 3),
        (None, 3),
    ],
)
async def test_c4_absurd_numbers_of_connectors_are_refused(
    told: str | None, expected: int
) -> None:
    """Between 1 and 8, else as many as were known or seen."""
    link = FakeLink({**EVERY_KEY, "NumberOfConnectors": told})
    known = replace(UNTRIED, connectors=3)
    assert (await capabilities_of(link, known)).connectors == expected


async def test_c4_connectors_seen_stand_in_for_absurd_numbers() -> None:
    """Those that reported a status count, up to the bound."""
    link = FakeLink({**EVERY_KEY, "NumberOfConnectors": "1000000000"})
    assert (await capabilities_of(link, seen=(0, 1, 2))).connectors == 2
    assert (await capabilities_of(link, seen=(0, 4_000_000))).connectors == 8


@pytest.mark.parametrize(
    ("told", "seen", "expected"),
    [
        ("2", (0, 1), 1),
        ("2", (0, 1, 2), 2),
        ("2", (1,), 2),
        ("2", (), 2),
        ("1", (0,), 1),
        ("1", (0, 1), 1),
    ],
)
async def test_c5_connector_0_is_not_counted(
    told: str, seen: tuple[int, ...], expected: int
) -> None:
    """A wallbox that counts connector 0 has one less than it says."""
    link = FakeLink({**EVERY_KEY, "NumberOfConnectors": told})
    assert (await capabilities_of(link, seen=seen)).connectors == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Current", RateUnit.AMPERE),
        ("Power", RateUnit.WATT),
        ("power", RateUnit.WATT),
        ("W", RateUnit.WATT),
        ("A", RateUnit.AMPERE),
        ("Current,Power", RateUnit.AMPERE),
        ("W, A", RateUnit.AMPERE),
        ("Power;Current", RateUnit.AMPERE),
        ("Furlong", RateUnit.WATT),
        (None, RateUnit.WATT),
    ],
)
async def test_c10_a5_2_unit_of_limits(told: str | None, expected: RateUnit) -> None:
    """Amperes where both are taken; where nothing can be read, what was known."""
    link = FakeLink({**EVERY_KEY, "ChargingScheduleAllowedChargingRateUnit": told})
    known = replace(UNTRIED, rate_unit=RateUnit.WATT)
    assert (await capabilities_of(link, known)).rate_unit is expected


@pytest.mark.parametrize(("told", "expected"), [("999", 999), ("0", 0), ("-3", 2)])
async def test_c11_stack_levels(told: str, expected: int) -> None:
    """High ones are taken as said, absurd ones not."""
    link = FakeLink({**EVERY_KEY, "ChargeProfileMaxStackLevel": told})
    assert (await capabilities_of(link)).max_stack_level == expected


async def test_missing_numbers_are_guessed_with_care() -> None:
    """Without a word of it: a bottom of what is usual, and room for each connector."""
    values = {**EVERY_KEY, "NumberOfConnectors": "2"}
    for key in ("ChargingScheduleMaxPeriods", "MaxChargingProfilesInstalled"):
        del values[key]
    found = await capabilities_of(FakeLink(values))
    assert (found.max_periods, found.max_profiles) == (UNTRIED.max_periods, 8)


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ("Core,SmartCharging", None),
        (" Core , Smart Charging ,Frobnicate", None),
        ("core;smartcharging", None),
        ("Core,LocalAuthListManagement", Trouble.NOT_ANNOUNCED),
        (None, Trouble.MISSING),
    ],
)
async def test_c1_features_prove_nothing(
    told: str | None, trouble: Trouble | None
) -> None:
    """Lacking smart charging is noted and left to be tried."""
    link = FakeLink({**EVERY_KEY, "SupportedFeatureProfiles": told})
    assert (await capabilities_of(link)).smart_charging is Support.UNTRIED
    expected = set() if trouble is None else {(trouble, "SupportedFeatureProfiles")}
    assert await troubles_of(link) == expected


@pytest.mark.parametrize(
    ("key", "value", "seconds"),
    [
        ("RandomisedDelay", "600", 600),
        ("Randomised delay duration", "0", 0),
        ("CurrentSessionRandomDelay", None, 0),
        ("RandomisedDelay", "999999", 0),
    ],
)
async def test_a11_5_delay_of_the_wallbox_itself_is_found(
    key: str, value: str | None, seconds: int
) -> None:
    """Whatever its key is called, in a listing of all keys."""
    found = await capabilities_of(FakeLink({**EVERY_KEY, key: value}))
    assert (found.own_delay_key, found.own_delay) == (key, seconds)


VESTEL = {
    "CurrentSessionRandomDelay": "0",
    "randomisedDelayAtOffPeakEnd": "False",
    "RandomisedDelayMaxSeconds": "600",
}


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        (VESTEL, 600),
        ({**VESTEL, "UKSmartChargingEnabled": "TRUE"}, 600),
        ({**VESTEL, "UKSmartChargingEnabled": "FALSE"}, 0),
    ],
)
async def test_a11_5_what_is_drawn_from_is_told_from_what_was_drawn(
    keys: dict[str, str], seconds: int
) -> None:
    """Of several keys the one that sets the delay counts, and only where the delay is switched on at all."""
    found = await capabilities_of(FakeLink({**EVERY_KEY, **keys}))
    assert found.own_delay_key == "RandomisedDelayMaxSeconds"
    assert found.own_delay == seconds


async def test_a11_5_delay_of_the_wallbox_itself_is_asked_for_where_nothing_is_listed() -> (
    None
):
    """Known names are asked for by name."""
    link = FakeLink({**EVERY_KEY, "RandomisedDelay": "600"})
    link.on_read = lambda keys: REFUSED if keys == () else None
    assert (await capabilities_of(link)).own_delay == 600


async def test_other_firmware_makes_all_untried_again() -> None:
    """What an older firmware refused is tried again; what the installation is stays."""
    known = Capabilities(
        maximum=Limit(amperes=16),
        phases=3,
        rung=Rung.HOME_ASSISTANT,
        valid_from=Support.REFUSED,
        firmware="0.9",
    )
    found = await capabilities_of(FakeLink(dict(EVERY_KEY)), known)
    assert (found.rung, found.valid_from) == (Rung.WEEKLY, Support.UNTRIED)
    assert (found.maximum, found.phases) == (Limit(amperes=16), 3)
    same = await capabilities_of(
        FakeLink(dict(EVERY_KEY)), replace(known, firmware="1.0")
    )
    assert (same.rung, same.valid_from) == (Rung.HOME_ASSISTANT, Support.REFUSED)


async def settle(link: FakeLink) -> tuple[list[tuple[str, str]], bool]:
    """Apply the settings of a home; return what was written and whether it was stopped."""
    configuration = await link.configuration()
    link.read.clear()
    report = await apply_settings(link, configuration)
    assert [(change.key, change.value) for change in report.changes] == link.written
    return link.written, report.stopped


async def test_settings_that_will_do_are_left_alone() -> None:
    """No write, no read, however the values are spelled."""
    link = FakeLink(dict(HOMELY))
    assert await settle(link) == ([], False)
    assert link.read == []


async def test_a7_3_settings_that_differ_are_changed_one_at_a_time_and_read_back() -> (
    None
):
    """An offline start is made possible, energy and power are reported."""
    link = FakeLink(
        {
            "LocalAuthorizeOffline": "false",
            "AllowOfflineTxForUnknownId": "false",
            "MeterValueSampleInterval": "0",
            "MeterValuesSampledData": "Energy.Active.Import.Register",
            "TransactionMessageAttempts": "3",
            "TransactionMessageRetryInterval": "10",
            "WebSocketPingInterval": "0",
            "HeartbeatInterval": "86400",
        }
    )
    written, stopped = await settle(link)
    assert not stopped
    assert dict(written) == {
        "LocalAuthorizeOffline": "true",
        "AllowOfflineTxForUnknownId": "true",
        "MeterValueSampleInterval": "10",
        "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,"
        "Current.Import,Voltage,Current.Offered",
        "TransactionMessageAttempts": "5",
        "TransactionMessageRetryInterval": "60",
        "WebSocketPingInterval": "30",
        "HeartbeatInterval": "300",
    }
    assert link.read == [(key,) for key, _ in written]
    link.written = []
    assert await settle(link) == ([], False)


async def test_readonly_and_missing_keys_are_left_alone() -> None:
    """Only what exists and can be written is written (C7, C8)."""
    link = FakeLink({"HeartbeatInterval": "1", "WebSocketPingInterval": "0"})
    link.readonly = {"WebSocketPingInterval"}
    written, _ = await settle(link)
    assert written == [("HeartbeatInterval", "300")]


async def test_c3_a_key_without_a_value_is_written_once() -> None:
    """A wallbox that never tells a value cannot contradict."""
    link = FakeLink({"LocalAuthorizeOffline": None})
    link.on_read = lambda keys: (
        Configuration(keys={}, unknown=frozenset()) if keys else None
    )
    configuration = await link.configuration()
    report = await apply_settings(link, configuration)
    assert [change.outcome for change in report.changes] == [Outcome.TAKEN]
    again = await apply_settings(link, configuration, asked=report.asked)
    assert again.changes == ()


async def test_c7_one_bad_name_refuses_the_whole_list() -> None:
    """Shorter lists and names with a phase are tried until one is taken."""
    link = FakeLink({"MeterValuesSampledData": "Energy.Active.Import.Register"})
    link.on_write = lambda _, value: (
        Answer.REJECTED
        if {"Voltage", "Current.Import"} & set(value.split(","))
        else None
    )
    written, _ = await settle(link)
    assert [value for _, value in written][1:] == [
        "Energy.Active.Import.Register,Power.Active.Import,Current.Import.L1,Voltage.L1-N"
    ]


@pytest.mark.parametrize("answer", [Answer.REJECTED, Answer.NOT_SUPPORTED, REFUSED])
async def test_c7_a_wallbox_that_refuses_all_lists_keeps_its_own(
    answer: Answer | CallError,
) -> None:
    """After the last candidate it is left as it is, and not asked again."""
    link = FakeLink({"MeterValuesSampledData": "SoC"})
    link.on_write = lambda *_: answer
    configuration = await link.configuration()
    report = await apply_settings(link, configuration)
    assert {change.outcome for change in report.changes} == {Outcome.REFUSED}
    assert len(link.written) == 4
    assert all(
        len(shorter) <= len(longer)
        for (_, longer), (_, shorter) in pairwise(link.written)
    )
    again = await apply_settings(link, configuration, asked=report.asked)
    assert again.changes == ()


@pytest.mark.parametrize(
    ("most", "names"), [("5", 5), ("2", 2), ("1000", 5), ("0", 5), ("x", 5)]
)
async def test_c4_measurands_never_exceed_what_it_takes(most: str, names: int) -> None:
    """No more names than its maximum, five at most, and 128 characters."""
    link = FakeLink(
        {"MeterValuesSampledData": "", "MeterValuesSampledDataMaxLength": most}
    )
    ((_, value),), _ = await settle(link)
    assert len(value.split(",")) == names
    assert len(value) <= 128


async def test_m9_a_slower_interval_is_taken_where_the_wanted_is_refused() -> None:
    """Some sample every 30 s at best."""
    link = FakeLink({"MeterValueSampleInterval": "0"})
    link.on_write = lambda _, value: Answer.REJECTED if int(value) < 30 else None
    written, _ = await settle(link)
    assert [value for _, value in written] == ["10", "30"]


async def test_accepted_but_unchanged_is_told_and_not_repeated() -> None:
    """A wallbox that says yes and does no is not argued with (C7)."""
    link = FakeLink({"HeartbeatInterval": "1"})
    configuration = await link.configuration()
    link.on_read = lambda _: configuration
    report = await apply_settings(link, configuration)
    assert report.changes == (
        Change(key="HeartbeatInterval", value="300", outcome=Outcome.IGNORED),
    )


async def test_c7_reboot_required_is_noted_and_not_read_back() -> None:
    """The value holds after a reboot that is not ours to cause; the next setting follows."""
    link = FakeLink({"MeterValueSampleInterval": "0", "HeartbeatInterval": "1"})
    link.on_write = lambda key, _: (
        Answer.REBOOT_REQUIRED if key == "MeterValueSampleInterval" else None
    )
    report = await apply_settings(link, await link.configuration())
    assert [change.outcome for change in report.changes] == [
        Outcome.AFTER_REBOOT,
        Outcome.TAKEN,
    ]
    assert link.read == [(), ("HeartbeatInterval",)]


@pytest.mark.parametrize("sign", ["silence", "close", "close after yes"])
async def test_c9_the_first_sign_of_a_reboot_ends_the_changes(sign: str) -> None:
    """A wallbox that reboots at a write is not written to again, nor is that key at its return."""
    link = FakeLink({"LocalAuthorizeOffline": "false", "HeartbeatInterval": "1"})

    def reboot(*_: str) -> CallError | Answer:
        if sign == "silence":
            return TIMED_OUT
        error = lost(link)
        return error if sign == "close" else Answer.REBOOT_REQUIRED

    link.on_write = reboot
    configuration = await link.configuration()
    report = await apply_settings(link, configuration)
    assert report.stopped
    assert link.written == [("LocalAuthorizeOffline", "true")]
    assert report.asked == {("LocalAuthorizeOffline", "true")}


async def test_c7_a_reboot_on_reading_back_ends_the_changes() -> None:
    """Silence on the read is as much a sign as on the write."""
    link = FakeLink({"LocalAuthorizeOffline": "false", "HeartbeatInterval": "1"})
    configuration = await link.configuration()
    link.on_read = lambda _: TIMED_OUT
    report = await apply_settings(link, configuration)
    assert report.stopped
    assert len(link.written) == 1


async def test_c7_abb_measurands_are_not_read_back() -> None:
    """ABB's firmware up to 1.8.21 accepts any list and reboots when it is read."""
    link = FakeLink({"MeterValuesSampledData": ""})
    configuration = await link.configuration()
    boot = BootFacts(vendor="ABB", firmware="1.8.21")
    report = await apply_settings(link, configuration, boot=boot)
    assert [change.outcome for change in report.changes] == [Outcome.TAKEN]
    assert link.read == [()]


GOOD = Capabilities(max_stack_level=7, max_periods=24, max_profiles=10)


def idle_link(*, honours_valid_from: bool, session_delay: int = 0) -> FakeLink:
    """Return the link to a wallbox that holds its hours, some hours before the peak."""
    link = FakeLink(now=NOW)
    link.wallbox.honours_valid_from = honours_valid_from
    link.wallbox.accept(
        resident_profiles(schedule(NOW, session_delay=session_delay), GOOD, NOW)
    )
    return link


@pytest.mark.parametrize("session_delay", [0, 1800])
@pytest.mark.parametrize(
    ("honours", "expected"), [(True, Support.WORKS), (False, Support.REFUSED)]
)
async def test_a10_3_valid_from_is_proven_by_what_the_wallbox_says(
    honours: bool, expected: Support, session_delay: int
) -> None:
    """A profile that is valid in two days shows in the composite schedule, or not; then it is gone."""
    link = idle_link(honours_valid_from=honours, session_delay=session_delay)
    before = list(link.wallbox.held)
    assert await probe_valid_from(link, 1, GOOD, NOW) is expected
    assert link.cleared == [101]
    assert link.wallbox.held == before


@pytest.mark.parametrize("honours", [True, False])
async def test_test_of_valid_from_only_ever_lowers(honours: bool) -> None:
    """Left behind for good, at no moment of a fortnight does it allow more than the hours do."""
    link = idle_link(honours_valid_from=honours)
    without = idle_link(honours_valid_from=honours).wallbox
    link.on_clear = TIMED_OUT
    await probe_valid_from(link, 1, GOOD, NOW)
    lowered = []
    for n in range(60 * 24 * 14):
        moment = NOW + timedelta(minutes=n)
        told, hours = link.wallbox.amperes(moment), without.amperes(moment)
        assert told is not None
        assert hours is not None
        assert told <= hours
        lowered += [moment] if told < hours else []
    assert len(lowered) == (0 if honours else 120)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer.REJECTED, Support.REFUSED),
        (CallRefusedError("SetChargingProfile", "NotSupported", ""), Support.REFUSED),
        (TIMED_OUT, Support.UNTRIED),
    ],
)
async def test_valid_from_that_is_refused(
    answer: Answer | CallError, expected: Support
) -> None:
    """A refusal is an answer, silence is none; nothing is left to clear."""
    link = idle_link(honours_valid_from=True)
    link.on_profile = answer
    assert await probe_valid_from(link, 1, GOOD, NOW) is expected
    assert link.cleared == []


def composite(*amperes: float) -> CompositeSchedule:
    """Return an hour in equal parts."""
    part = timedelta(hours=1) / max(1, len(amperes))
    return CompositeSchedule(
        start=NOW,
        duration=3600,
        steps=tuple(
            CompositeStep(start=NOW + part * n, limit=Limit(amperes=limit))
            for n, limit in enumerate(amperes)
        ),
    )


@pytest.mark.parametrize(
    "composites",
    [
        pytest.param([None], id="does not say"),
        pytest.param([REFUSED], id="refuses to say"),
        pytest.param([composite()], id="says nothing"),
        pytest.param([composite(32, 0)], id="pauses by itself"),
        pytest.param([composite(32), None], id="falls silent"),
        pytest.param([composite(32), TIMED_OUT], id="no answer"),
    ],
)
async def test_valid_from_that_cannot_be_seen_stays_untried(
    composites: list[CompositeSchedule | CallError | None],
) -> None:
    """Without something to compare, nothing is proven; what was sent is cleared."""
    link = idle_link(honours_valid_from=True)
    link.composites = composites
    assert await probe_valid_from(link, 1, GOOD, NOW) is Support.UNTRIED
    assert len(link.cleared) == len(link.sent)


async def test_a_link_lost_in_the_test_of_valid_from_is_told() -> None:
    """The caller learns that nothing was learned."""
    link = idle_link(honours_valid_from=True)
    link.on_profile = lost(link)
    with pytest.raises(NotConnectedError):
        await probe_valid_from(link, 1, GOOD, NOW)


def test_valid_from_is_tested_only_where_it_can_be_seen() -> None:
    """Hours that allow throughout, the weekly profile, room for another, and not proven already."""
    of = schedule(NOW)
    assert may_probe_valid_from(of, GOOD, NOW)
    assert not may_probe_valid_from(of, GOOD, NOW + timedelta(hours=3))
    for unable in (
        replace(GOOD, rung=Rung.DAILY),
        replace(GOOD, max_stack_level=0),
        replace(GOOD, max_profiles=2),
        replace(GOOD, valid_from=Support.REFUSED),
        replace(GOOD, composite_schedule=Support.REFUSED),
        replace(GOOD, maximum=Limit(amperes=8)),
    ):
        assert not may_probe_valid_from(of, unable, NOW)


@pytest.mark.parametrize(
    ("outcome", "support"),
    [
        (Answer.ACCEPTED, Support.WORKS),
        (Answer.SCHEDULED, Support.WORKS),
        (Answer.REBOOT_REQUIRED, Support.WORKS),
        (Answer.REJECTED, Support.REFUSED),
        (Answer.NOT_SUPPORTED, Support.REFUSED),
        (Answer.UNKNOWN, Support.UNTRIED),
        (CallRefusedError("X", "NotImplemented", ""), Support.REFUSED),
        (CallRefusedError("X", "PropertyConstraintViolation", ""), Support.REFUSED),
        (CallRefusedError("X", "InternalError", ""), Support.UNTRIED),
        (TIMED_OUT, Support.UNTRIED),
        (NotConnectedError("gone"), Support.UNTRIED),
        (InvalidCallError("ours"), Support.UNTRIED),
    ],
)
def test_a5_3_what_an_answer_shows(
    outcome: Answer | CallError, support: Support
) -> None:
    """A no is a no; silence and inner failures show nothing."""
    assert classify(outcome) is support
