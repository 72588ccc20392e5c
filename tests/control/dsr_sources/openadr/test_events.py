"""What an OpenADR 3 event asks of a wallbox, and when."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings as hypothesis_settings, strategies as st
import pytest

from custom_components.smart_charge_point.control.dsr_sources.offers import Reading
from custom_components.smart_charge_point.control.dsr_sources.openadr.events import (
    Context,
    Found,
    read_events,
)
from custom_components.smart_charge_point.control.dsr_sources.openadr.settings import (
    OpenAdrSettings,
)
from custom_components.smart_charge_point.control.dsr_sources.openadr.times import (
    FOREVER,
    read_duration,
    read_moment,
)
from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
)

from .vtn import event

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SETTINGS = OpenAdrSettings(
    provider="Grid",
    url="https://vtn.example/openadr3",
    client_id="id",
    client_secret="secret",
    ven_name="home",
)
CONTEXT = Context(
    provider="Grid",
    household="0123456789abcdef",
    settings=SETTINGS,
    ours=frozenset({"home", "wallbox", "street-7"}),
    units={"p1": {"IMPORT_CAPACITY_LIMIT": "KW"}},
)


def read(
    *events: object, context: Context = CONTEXT, now: datetime = NOW
) -> list[DsrEvent]:
    """Return what events ask for, in order of time; all of them can be read."""
    found = read_events(events, context, now)
    assert found.problems == ()
    return in_order(found)


def in_order(found: Found) -> list[DsrEvent]:
    """Return what was found in order of time."""
    return sorted(found.reading.events, key=lambda one: (one.start, one.event_id))


def hours(events: Iterable[DsrEvent]) -> list[str]:
    """Return when events are."""
    return [f"{one.start:%d. %H:%M}-{one.end:%d. %H:%M}" for one in events]


def unit(kind: str, units: str) -> dict[str, Any]:
    """Return the field of an event that names a unit."""
    return {"payloadDescriptors": [{"payloadType": kind, "units": units}]}


@pytest.mark.parametrize(
    ("payload", "direction", "limit"),
    [
        (("SIMPLE", 1), DsrDirection.DOWN, 16.0),
        (("SIMPLE", 2.0), DsrDirection.DOWN, 6.0),
        (("SIMPLE", 3), DsrDirection.DOWN, 0.0),
        (("IMPORT_CAPACITY_LIMIT", 4.6), DsrDirection.DOWN, 20.0),
        (("IMPORT_CAPACITY_LIMIT", 0), DsrDirection.DOWN, 0.0),
        (("DISPATCH_SETPOINT", 2.3), DsrDirection.SETPOINT, 10.0),
        (("DISPATCH_SETPOINT", 0.0), DsrDirection.DOWN, 0.0),
        (("CHARGE_STATE_SETPOINT", 80), DsrDirection.UP, None),
        (("CHARGE_STATE_SETPOINT", 0), DsrDirection.DOWN, 0.0),
        (("ALERT_GRID_EMERGENCY", "Frequency"), DsrDirection.DOWN, 0.0),
        (("ALERT_BLACK_START", "Slowly"), DsrDirection.DOWN, 0.0),
    ],
)
def test_a_signal_is_a_direction_and_a_limit(
    payload: tuple[str, Any], direction: DsrDirection, limit: float | None
) -> None:
    """As the published enumerations say; power is kilowatts, here of one phase."""
    (found,) = read(event("e1", payload))

    assert found.direction is direction
    assert (found.limit and found.limit.amperes) == (
        None if limit is None else pytest.approx(limit)
    )
    assert found.event_id == f"e1.0.{payload[0]}"
    assert (found.provider, found.kind) == ("Grid", DsrKind.PLANNED)
    assert (found.reason, found.equivalent_delay_applied) == ("Evening peak", False)
    assert hours([found]) == ["24. 17:00-24. 18:00"]


def test_what_is_no_matter_of_a_wallbox_is_left() -> None:
    """Prices, emissions, private types and the normal level ask nothing."""
    others = [("PRICE", 0.3), ("GHG", 120), ("ALERT_FIRE", "!"), ("X-OURS", True)]

    assert read(event("e1", *others), event("e2", ("SIMPLE", 0))) == []


def test_three_phases_share_a_power() -> None:
    """The limit is per phase."""
    context = replace(CONTEXT, settings=replace(SETTINGS, phases=3))

    (found,) = read(event("e1", ("DISPATCH_SETPOINT", 11.04)), context=context)

    assert found.limit is not None
    assert found.limit.amperes == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("units", "amperes"), [("KW", 43.48), ("kW", 43.48), ("KVA", 43.48), ("AMPS", 10.0)]
)
def test_an_events_own_unit_counts_before_its_programs(
    units: str, amperes: float
) -> None:
    """The program says kilowatts here."""
    kind = "IMPORT_CAPACITY_LIMIT"
    (found,) = read(event("e1", (kind, 10), **unit(kind, units)))

    assert found.limit is not None
    assert found.limit.amperes == pytest.approx(amperes, abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        event("e1", ("SIMPLE", 4)),
        event("e1", ("SIMPLE", "high")),
        event("e1", ("SIMPLE", True)),
        event("e1", ("IMPORT_CAPACITY_LIMIT", -1)),
        event("e1", ("IMPORT_CAPACITY_LIMIT", float("nan"))),
        event("e1", ("IMPORT_CAPACITY_LIMIT", None)),
        event(
            "e1",
            ("IMPORT_CAPACITY_LIMIT", 5),
            **unit("IMPORT_CAPACITY_LIMIT", "KWH"),
        ),
        event(intervals=[]),
        event(intervals=None),
        event(intervals=[7]),
        event(intervals=[{"id": 0}]),
        event(intervals=[{"id": 0, "payloads": [7]}]),
        event(intervals=[{"id": 0, "payloads": [{"type": "SIMPLE", "values": []}]}]),
        event(intervalPeriod=None),
        event(intervalPeriod=7),
        event(start="soon"),
        event(start="2026-11-24T17:00:00"),
        event(duration="an hour"),
        event(start="9999-12-31T23:59:59Z"),
    ],
)
def test_an_event_that_cannot_be_read_stands_as_it_was(wrong: object) -> None:
    """It is named, so that what it asked before is not withdrawn; the next event is read."""
    found = read_events([wrong, event("e2")], CONTEXT, NOW)

    assert [one.event_id for one in found.reading.events] == ["e2.0.SIMPLE"]
    assert found.reading.unread == {"e1"}
    assert not found.reading.vouches_for_absence_of("e1.0.SIMPLE")
    assert found.reading.vouches_for_absence_of("e11.0.SIMPLE")
    assert len(found.problems) == 1


@pytest.mark.parametrize("wrong", [None, 7, "e1", [], {}, {"id": ""}, {"id": 7}])
def test_an_event_without_an_id_may_be_any(wrong: object) -> None:
    """Nothing is withdrawn then."""
    found = read_events([wrong], CONTEXT, NOW)

    assert found.reading == Reading(complete=False)


def test_intervals_follow_one_another() -> None:
    """One without a period of its own begins where the one before it ends; one with its own is when it says."""
    intervals = [
        {"id": number, "payloads": [{"type": "SIMPLE", "values": [level]}]}
        for number, level in enumerate((1, 2, 0, 3))
    ]
    intervals[1]["intervalPeriod"] = {"duration": "PT30M"}
    intervals[3]["intervalPeriod"] = {
        "start": "2026-11-24T21:00:00+01:00",
        "duration": "PT15M",
    }

    found = read(event(intervals=intervals))

    assert hours(found) == [
        "24. 17:00-24. 18:00",
        "24. 18:00-24. 18:30",
        "24. 20:00-24. 20:15",
    ]
    assert [one.event_id for one in found] == [
        "e1.0.SIMPLE",
        "e1.1.SIMPLE",
        "e1.3.SIMPLE",
    ]


def test_a_spread_beginning_is_this_homes_own_and_counts_as_delay() -> None:
    """Section 7, 7: drawn once for all looks, whole seconds, the whole window moved; another home draws another."""
    period = {
        "start": "2026-11-24T17:00:00Z",
        "duration": "PT1H",
        "randomizeStart": "PT10M",
    }
    asked = event(intervalPeriod=period)

    (found,) = read(asked)
    (later,) = read(asked, now=NOW + timedelta(hours=5))
    (neighbour,) = read(asked, context=replace(CONTEXT, household="another"))

    assert found == later
    assert found.equivalent_delay_applied
    assert found.start != neighbour.start
    assert found.end - found.start == timedelta(hours=1)


def test_a11_1_spread_beginnings_are_uniform() -> None:
    """0 to the whole window, both included, over homes and events."""
    period = {
        "start": "2026-11-24T17:00:00Z",
        "duration": "PT1H",
        "randomizeStart": "PT19S",
    }
    counts = dict.fromkeys(range(20), 0)
    for home in range(4000):
        (found,) = read(
            event(intervalPeriod=period), context=replace(CONTEXT, household=str(home))
        )
        counts[int((found.start - datetime(2026, 11, 24, 17, tzinfo=UTC)).seconds)] += 1

    chi_squared = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert chi_squared < 43.8  # p > 0.001 with 19 degrees of freedom


def test_a_higher_priority_counts_where_two_events_of_a_program_overlap() -> None:
    """A lower number is higher, none is lowest; the lesser event counts before and after."""
    found = read(
        event("low", ("SIMPLE", 3), duration="PT4H"),
        event("high", ("SIMPLE", 1), start="2026-11-24T18:00:00Z", priority=0),
    )

    assert [(one.event_id, *hours([one])) for one in found] == [
        ("low.0.SIMPLE", "24. 17:00-24. 18:00"),
        ("high.0.SIMPLE", "24. 18:00-24. 19:00"),
        ("low.0.SIMPLE@2026-11-24T19:00:00Z", "24. 19:00-24. 21:00"),
    ]


def test_a_higher_priority_may_cover_an_event_in_part_or_whole() -> None:
    """Its beginning, its end, all of it, or all that comes after it."""
    low = event("low", ("SIMPLE", 3), duration="PT2H", priority=5)
    for start, duration, rest in (
        ("16:30", "PT1H", ["24. 17:30-24. 19:00"]),
        ("18:30", "PT1H", ["24. 17:00-24. 18:30"]),
        ("16:00", "PT4H", []),
        ("18:00", "PT0S", ["24. 17:00-24. 18:00"]),
        ("12:00", "PT1H", ["24. 17:00-24. 19:00"]),
        ("20:00", "PT1H", ["24. 17:00-24. 19:00"]),
    ):
        high = event(
            "high",
            ("SIMPLE", 0),
            start=f"2026-11-24T{start}:00Z",
            duration=duration,
            priority=1,
        )
        assert hours(read(low, high)) == rest


def test_a_normal_level_of_higher_priority_takes_an_event_out() -> None:
    """That is how a provider says "not in this hour"."""
    found = read(
        event("low", ("SIMPLE", 3), duration="PT2H", priority=5),
        event("high", ("SIMPLE", 0), priority=1),
    )

    assert hours(found) == ["24. 18:00-24. 19:00"]


def test_d4_equal_priorities_and_other_programs_stand_side_by_side() -> None:
    """The lowest limit wins then, which is for the ladder to say."""
    found = read(
        event("one", priority=1),
        event("two", priority=1),
        event("three", priority=0, programID="p2"),
    )

    assert len(found) == 3


@pytest.mark.parametrize(
    ("targets", "follows"),
    [
        (None, True),
        ([], True),
        ([{"type": "VEN_NAME", "values": ["other", "home"]}], True),
        ([{"type": "VEN_NAME", "values": ["other"]}], False),
        ([{"type": "GROUP", "values": ["street-7"]}], True),
        ([{"type": "GROUP", "values": ["street-8"]}], False),
        (
            [
                {"type": "VEN_NAME", "values": ["home"]},
                {"type": "RESOURCE_NAME", "values": ["heat-pump"]},
            ],
            False,
        ),
        (
            [
                {"type": "VEN_NAME", "values": ["home"]},
                {"type": "RESOURCE_NAME", "values": ["wallbox"]},
            ],
            True,
        ),
        (["street-7"], True),
        (["street-8"], False),
        ("home", False),
        ([7, {"type": "GROUP"}], False),
    ],
)
def test_an_event_for_somebody_else_is_not_followed(
    targets: object, follows: bool
) -> None:
    """The two versions say targets differently."""
    assert bool(read(event(targets=targets))) is follows


@pytest.mark.parametrize("duration", [None, "PT0S", "P9999Y"])
def test_d6_what_holds_until_changed_lapses_day_by_day(duration: str | None) -> None:
    """It is cut into days, of which those stand that have begun or begin within one."""
    asked = event(start="2026-11-20T06:00:00Z", duration=duration)

    found = read(asked)

    assert hours(found) == ["24. 06:00-25. 06:00", "25. 06:00-26. 06:00"]
    assert read(asked, now=NOW + timedelta(hours=1)) == found


def test_d6_an_event_of_days_is_cut_at_its_end() -> None:
    """No event is longer than a day; the last one ends with it."""
    found = read(event(start="2026-11-24T10:00:00Z", duration="PT30H"))

    assert hours(found) == ["24. 10:00-25. 10:00", "25. 10:00-25. 16:00"]


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00", "0000-00-00", "0001-01-01"])
def test_a_beginning_of_now_is_when_the_event_was_made(start: str) -> None:
    """So it does not move with every look."""
    assert hours(read(event(start=start, duration="PT6H"))) == ["24. 08:00-24. 14:00"]


def test_an_event_may_be_shorter_than_its_intervals() -> None:
    """3.1: its own duration ends it."""
    assert hours(read(event(duration="PT3H") | {"duration": "PT90M"})) == [
        "24. 17:00-24. 18:30"
    ]


def test_what_holds_until_changed_may_be_ended_by_its_event() -> None:
    """3.1: its own duration ends intervals that have none."""
    asked = event(start="2026-11-24T10:00:00Z", duration=None) | {"duration": "PT5H"}

    assert hours(read(asked)) == ["24. 10:00-24. 15:00"]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("P9999Y", ["24. 10:00-24. 14:00", "25. 10:00-25. 14:00"]),
        ("PT145H", ["24. 10:00-24. 14:00", "25. 10:00-25. 11:00"]),
    ],
)
def test_an_event_may_begin_anew_every_day(span: str, expected: list[str]) -> None:
    """3.1: while its own duration is longer than its intervals, they come round again, under other names."""
    level = {"type": "SIMPLE", "values": [2]}
    normal = {"type": "SIMPLE", "values": [0]}
    asked = event(
        start="2026-11-19T10:00:00Z",
        intervals=[
            {"id": 0, "intervalPeriod": {"duration": "PT4H"}, "payloads": [level]},
            {"id": 1, "intervalPeriod": {"duration": "PT20H"}, "payloads": [normal]},
        ],
    ) | {"duration": span}

    found = read(asked)

    assert hours(found) == expected
    assert len({one.event_id for one in found}) == 2


def test_a_flood_of_intervals_is_followed_for_the_next_ones() -> None:
    """Comparing each with each must not stop Home Assistant."""
    intervals = [
        {"id": n, "payloads": [{"type": "SIMPLE", "values": [1]}]} for n in range(5000)
    ]
    asked = event(duration="PT5M", intervals=intervals)

    found = read_events([asked], CONTEXT, NOW)

    assert len(found.reading.events) == 500
    assert found.problems == ("more than 500 intervals",)
    assert not found.reading.complete


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT0S", timedelta()),
        ("PT1H30M", timedelta(hours=1.5)),
        ("P1DT12H", timedelta(days=1.5)),
        ("P2W", timedelta(weeks=2)),
        ("PT0.5S", timedelta(seconds=0.5)),
        ("P1M", timedelta(days=30)),
        ("P9999Y", FOREVER),
        ("PT" + "9" * 30 + "S", FOREVER),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("-PT1H", None),
        ("1H", None),
        (3600, None),
        (None, None),
    ],
)
def test_a_duration_is_read(text: object, duration: timedelta | None) -> None:
    """ISO 8601, as far as the published pattern goes; a negative one is none."""
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00x", "2026-13-01T00:00:00Z", "", 7, None]
)
def test_what_is_no_moment_is_none(text: object) -> None:
    """A moment without a zone is none either."""
    assert read_moment(text, None) is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(
        ["SIMPLE", "PT1H", "P9999Y", "2026-11-24T17:00:00Z", "0001-01-01", "home"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "intervals",
                    "payloads",
                    "type",
                    "values",
                    "start",
                    "duration",
                    "targets",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    answer=st.lists(
        JSON
        | st.builds(
            lambda field, value: event(**{field: value}),
            st.sampled_from(sorted({*event(), "targets", "priority", "duration"})),
            JSON,
        ),
        max_size=4,
    )
)
def test_whatever_json_a_server_sends_is_read(answer: list[object]) -> None:
    """Nothing raises, and what comes of it are events."""
    found = read_events(answer, CONTEXT, NOW)

    for one in found.reading.events:
        assert timedelta() < one.end - one.start <= timedelta(hours=24)
        assert one.direction is DsrDirection.UP or one.limit is not None
