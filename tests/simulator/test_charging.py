"""Charging profiles are evaluated as OCPP 1.6 section 3.13 says, compared with an evaluator that knows only minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.simulator.charging import (
    ProfileStore,
    Running,
)
from custom_components.smart_charge_point.simulator.profile import (
    MalformedProfileError,
    Purpose,
    RefusedProfileError,
    Unit,
    read_profile,
)

from .conftest import MIDNIGHT
from .payloads import Payload, profile

MAXIMUM = 32.0
_DAY = 24 * 60
_HORIZON = 3 * _DAY


def _text(minute: int) -> str:
    return (MIDNIGHT + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


@st.composite
def _profiles(draw: st.DrawFn) -> tuple[int, Payload]:
    """Draw a profile whose every time is a whole minute, and the connector it is set on."""
    purpose = draw(st.sampled_from(list(Purpose)))
    connector = {
        Purpose.MAXIMUM: st.just(0),
        Purpose.DEFAULT: st.sampled_from((0, 1)),
        Purpose.TRANSACTION: st.just(1),
    }[purpose]
    kinds = ["Absolute", "Daily", "Weekly"] + (
        ["Relative"] if purpose is not Purpose.MAXIMUM else []
    )
    kind = draw(st.sampled_from(kinds))
    starts = draw(
        st.lists(st.integers(1, 2 * _DAY), max_size=5, unique=True).map(sorted)
    )
    limits = draw(
        st.lists(
            st.sampled_from((0, 6, 10, 16, 20.5, 32, 40)),
            min_size=len(starts) + 1,
            max_size=len(starts) + 1,
        )
    )
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["validFrom"] = _text(draw(st.integers(-_DAY, _HORIZON)))
    if draw(st.booleans()):
        more["validTo"] = _text(draw(st.integers(-_DAY, _HORIZON)))
    if purpose is Purpose.TRANSACTION and draw(st.booleans()):
        more["transactionId"] = draw(st.sampled_from((7, 8)))
    needs_start = kind in {"Daily", "Weekly"}
    begins = _text(draw(st.integers(-8 * _DAY, _HORIZON)))
    payload = profile(
        *zip((minute * 60 for minute in (0, *starts)), limits, strict=True),
        identifier=draw(st.integers(1, 4)),
        stack=draw(st.integers(0, 2)),
        purpose=purpose.value,
        kind=kind,
        start=begins if needs_start or draw(st.booleans()) else None,
        duration=draw(st.none() | st.integers(1, 2 * _DAY).map(lambda each: each * 60)),
        **more,
    )
    return draw(connector), payload


class _Minutes:
    """An evaluator that shares nothing with the simulator: it reads the payloads and asks minute by minute."""

    def __init__(self, sent: list[tuple[int, Payload]]) -> None:
        kept: list[tuple[int, Payload]] = []
        for connector, payload in sent:
            kept = [
                (on, other)
                for on, other in kept
                if other["chargingProfileId"] != payload["chargingProfileId"]
                and (on, other["chargingProfilePurpose"], other["stackLevel"])
                != (connector, payload["chargingProfilePurpose"], payload["stackLevel"])
            ]
            kept.append((connector, payload))
        self._kept = kept

    def limit(self, minute: int, began: int) -> float:
        """Return the limit on connector 1 with transaction 7 running since `began`."""
        chosen = None
        for purpose, connector in (
            ("TxProfile", 1),
            ("TxDefaultProfile", 1),
            ("TxDefaultProfile", 0),
        ):
            if chosen is None:
                chosen = self._top(purpose, connector, minute, began)
        most = self._top("ChargePointMaxProfile", 0, minute, began)
        return min(each for each in (chosen, most, MAXIMUM) if each is not None)

    def _top(
        self, purpose: str, connector: int, minute: int, began: int
    ) -> float | None:
        best: tuple[int, float] | None = None
        for on, payload in self._kept:
            if on != connector or payload["chargingProfilePurpose"] != purpose:
                continue
            if purpose == "TxProfile" and payload.get("transactionId", 7) != 7:
                continue
            if purpose == "ChargePointMaxProfile":
                value = self._value(payload, minute, None)
            else:
                value = self._value(payload, minute, began)
            if value is not None and (best is None or payload["stackLevel"] > best[0]):
                best = (payload["stackLevel"], value)
        return None if best is None else best[1]

    def _value(self, payload: Payload, minute: int, began: int | None) -> float | None:
        if "validFrom" in payload and minute < _minute(payload["validFrom"]):
            return None
        if "validTo" in payload and minute >= _minute(payload["validTo"]):
            return None
        schedule = payload["chargingSchedule"]
        if (
            payload["chargingProfileKind"] == "Relative"
            or "startSchedule" not in schedule
        ):
            if began is None:
                return None
            offset = minute - began
        else:
            offset = minute - _minute(schedule["startSchedule"])
        if offset < 0:
            return None
        offset %= {"Daily": _DAY, "Weekly": 7 * _DAY}.get(
            payload.get("recurrencyKind", ""), 10**9
        )
        if "duration" in schedule and offset * 60 >= schedule["duration"]:
            return None
        value = None
        for period in schedule["chargingSchedulePeriod"]:
            if period["startPeriod"] <= offset * 60:
                value = period["limit"]
        return value


def _minute(text: str) -> int:
    return int((datetime.fromisoformat(text) - MIDNIGHT).total_seconds() // 60)


@settings(max_examples=80, deadline=None)
@given(st.lists(_profiles(), max_size=6), st.integers(-_DAY, 60))
def test_agrees_with_a_minute_by_minute_evaluator(
    sent: list[tuple[int, Payload]], began: int
) -> None:
    """The limit walks from change to change, and every minute in between is as the other evaluator says."""
    store = ProfileStore(phases=1, maximum_current=MAXIMUM)
    for connector, payload in sent:
        store.add(read_profile(connector, payload))
    other = _Minutes(sent)
    running = Running(transaction_id=7, began=MIDNIGHT + timedelta(minutes=began))
    first = max(began, 0)
    change: datetime | None = MIDNIGHT + timedelta(minutes=first)
    limit = -1.0
    for minute in range(first, _HORIZON):
        at = MIDNIGHT + timedelta(minutes=minute)
        if at == change:
            limit = store.limit(1, at, running)
            change = store.next_change(at, [running.began])
        assert limit == other.limit(minute, began), minute


@settings(max_examples=80, deadline=None)
@given(st.lists(_profiles(), max_size=6), st.integers(1, _HORIZON))
def test_a_composite_schedule_says_what_will_be(
    sent: list[tuple[int, Payload]], minutes: int
) -> None:
    """What GetCompositeSchedule announces is what the limit is at every minute of it."""
    store = ProfileStore(phases=1, maximum_current=MAXIMUM)
    for connector, payload in sent:
        store.add(read_profile(connector, payload))
    running = Running(transaction_id=7, began=MIDNIGHT)
    periods = store.composite([(1, running)], MIDNIGHT, minutes * 60)
    assert periods[0].start == 0
    for minute in range(0, minutes, 7):
        announced = [each.amperes for each in periods if each.start <= minute * 60][-1]
        assert announced == store.limit(
            1, MIDNIGHT + timedelta(minutes=minute), running
        )
    assert all(earlier.amperes != later.amperes for earlier, later in pairwise(periods))


def _store(*sent: tuple[int, Payload], phases: int = 1) -> ProfileStore:
    store = ProfileStore(phases=phases, maximum_current=MAXIMUM)
    for connector, payload in sent:
        store.add(read_profile(connector, payload))
    return store


_RUNNING = Running(transaction_id=7, began=MIDNIGHT)


@pytest.mark.parametrize(
    ("phases", "number_of_phases", "amperes"),
    [
        (1, 1, 16),
        (1, None, 16 / 3),
        (3, 3, 16 / 3),
        (3, None, 16 / 3),
        (3, 1, 16 / 3),
        (1, 3, 16),
    ],
)
def test_watts_become_amperes_by_the_number_of_phases(
    phases: int, number_of_phases: int | None, amperes: float
) -> None:
    """3680 W are 16 A on one phase, and a third of that on three; unsaid means three (OCPP 1.6 section 7.14)."""
    payload = profile((0, 3680), unit="W")
    if number_of_phases is not None:
        period = payload["chargingSchedule"]["chargingSchedulePeriod"][0]
        period["numberPhases"] = number_of_phases
    store = _store((1, payload), phases=phases)
    assert store.limit(1, MIDNIGHT, _RUNNING) == pytest.approx(amperes)


def test_a_limit_is_told_in_the_unit_asked_for() -> None:
    """Watts are those of all phases."""
    assert _store(phases=3).in_unit(10, Unit.WATTS) == 6900
    assert _store().in_unit(10.04, Unit.AMPERES) == 10


def test_the_composite_of_the_wallbox_is_the_sum_below_its_maximum() -> None:
    """Connector 0 stands for what the grid will see."""
    store = _store(
        (1, profile((0, 10), identifier=1)),
        (2, profile((0, 16), identifier=2)),
        (
            0,
            profile(
                (0, 32),
                (3600, 20),
                identifier=3,
                purpose="ChargePointMaxProfile",
                kind="Absolute",
                start="2026-11-23T00:00:00Z",
            ),
        ),
    )
    periods = store.composite([(1, None), (2, None)], MIDNIGHT, 7200)
    assert [(each.start, each.amperes) for each in periods] == [(0, 26), (3600, 20)]


def test_clear_forgets_what_matches_every_criterion() -> None:
    """Criteria add up; none at all means all."""
    store = _store(
        (1, profile(identifier=1, stack=0)),
        (1, profile(identifier=2, stack=1)),
        (0, profile(identifier=3, stack=1)),
    )
    assert store.clear(connector=1, stack_level=2) == 0
    assert store.clear(connector=1, stack_level=1) == 1
    assert store.clear(identifier=3) == 1
    assert store.clear() == 1
    assert len(store) == 0


def test_a_transaction_profile_dies_with_its_transaction() -> None:
    """Only those of its connector."""
    store = _store(
        (1, profile(identifier=1, purpose="TxProfile")),
        (2, profile(identifier=2, purpose="TxProfile")),
        (1, profile(identifier=3)),
    )
    store.end_transaction(1)
    assert [each.identifier for each in store] == [2, 3]


@pytest.mark.parametrize(
    ("connector", "payload"),
    [
        (0, profile(purpose="TxProfile")),
        (1, profile(purpose="ChargePointMaxProfile", kind="Absolute")),
        (0, profile(purpose="ChargePointMaxProfile")),
        (1, profile(kind="Daily")),
        (1, profile((60, 0))),
        (1, profile((0, 0), (120, 6), (60, 0))),
        (1, profile(kind="Daily", start="2026-11-23T00:00:00Z") | {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly", "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": []}}),
    ],
)  # fmt: skip
def test_refuses_what_makes_no_sense(connector: int, payload: Payload) -> None:
    """Well-formed, but a contradiction."""
    with pytest.raises(RefusedProfileError):
        read_profile(connector, payload)


def test_a_recurring_profile_says_how_it_recurs() -> None:
    """Recurring without recurrencyKind says nothing."""
    with pytest.raises(RefusedProfileError):
        read_profile(1, profile() | {"chargingProfileKind": "Recurring"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stackLevel": None}, "TypeConstraintViolation"),
        ({"stackLevel": -1}, "PropertyConstraintViolation"),
        ({"stackLevel": True}, "TypeConstraintViolation"),
        ({"chargingProfileKind": "Sometimes"}, "PropertyConstraintViolation"),
        ({"validFrom": "yesterday"}, "TypeConstraintViolation"),
        ({"unheardOf": 1}, "FormationViolation"),
        ({"chargingSchedule": None}, "TypeConstraintViolation"),
        ({"chargingSchedule": {"chargingRateUnit": "A"}}, "OccurenceConstraintViolation"),
        ({"chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": {}}}, "TypeConstraintViolation"),
        ({"chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": "6"}]}}, "TypeConstraintViolation"),
        ({"chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": -6}]}}, "PropertyConstraintViolation"),
    ],
)  # fmt: skip
def test_refuses_what_is_malformed(change: dict[str, Any], code: str) -> None:
    """With the code that OCPP-J gives to it."""
    with pytest.raises(MalformedProfileError) as refusal:
        read_profile(1, profile() | change)
    assert refusal.value.code == code


def test_times_without_a_zone_are_taken_as_utc() -> None:
    """As lenient as the wallboxes in the field."""
    read = read_profile(
        1,
        profile(
            kind="Absolute",
            start="2026-11-23T01:00:00+01:00",
            validFrom="2026-11-23T00:00:00",
        ),
    )
    assert read.start == read.valid_from == datetime(2026, 11, 23, tzinfo=UTC)
