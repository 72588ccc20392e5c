"""A session lies in the half hours that it was charged in, to the watt-hour (A9.3, A9.6)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.slot import HALF_HOUR, Slot
from custom_components.smart_charge_point.model.transaction import SessionSample
from custom_components.smart_charge_point.rules.energy import (
    Register,
    advance,
    session_energy,
)
from custom_components.smart_charge_point.rules.slots import (
    LONGEST_SPREAD,
    slot_start,
    split,
)

NOW = datetime(2026, 3, 28, 22, 10, tzinfo=UTC)
"""The evening before the clocks change in Europe."""
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def sample(
    minutes: float,
    energy: float | None = None,
    power: float | None = None,
    current: float | None = None,
) -> SessionSample:
    """A sample so many minutes after NOW."""
    return SessionSample(
        at=NOW + minutes * MINUTE, power=power, energy=energy, current=current
    )


def shown(slots: tuple[Slot, ...]) -> list[tuple[str, float]]:
    """What each half hour took, by its beginning."""
    return [(f"{slot.start:%H:%M}", round(slot.energy, 3)) for slot in slots]


@dataclass(frozen=True, kw_only=True)
class Story:
    """A session and what was measured of it."""

    stopped_at: datetime
    energy: float
    flow_time: timedelta
    samples: list[SessionSample]

    def slots(self) -> tuple[Slot, ...]:
        """Split it."""
        return split(
            started_at=NOW,
            stopped_at=self.stopped_at,
            energy=self.energy,
            flow_time=self.flow_time,
            samples=self.samples,
        )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Any session: samples may lie beside it, contradict each other and it, and come in any order."""
    minutes = draw(st.integers(0, 3000))
    samples = st.builds(
        sample,
        st.floats(-2, minutes + 2),
        st.none() | st.floats(-5, 30_000),
        st.none() | st.sampled_from([0.0, 49.0, 7000.0]) | st.floats(-3000, 22_000),
        st.none() | st.floats(0, 32),
    )
    return Story(
        stopped_at=NOW + minutes * MINUTE,
        energy=draw(st.just(0.0) | st.floats(0, 50_000)),
        flow_time=draw(st.floats(0, 3200)) * MINUTE,
        samples=draw(st.lists(samples, max_size=30)),
    )


@given(stories())
def test_a9_3_the_half_hours_of_a_session_come_to_the_session(story: Story) -> None:
    """Its energy and its flow time, none of them negative, all within it, each once and in order."""
    slots = story.slots()

    assert sum(slot.energy for slot in slots) == pytest.approx(story.energy, abs=1e-6)
    total = sum((slot.flow_time for slot in slots), timedelta())
    assert total == story.flow_time
    for slot in slots:
        assert slot.energy >= 0
        assert slot.flow_time >= timedelta()
        assert slot.energy > 0 or slot.flow_time > timedelta()
        assert slot.start == slot_start(slot.start)
        assert slot_start(NOW) <= slot.start < max(story.stopped_at, NOW + SECOND)
    assert all(a.start < b.start for a, b in pairwise(slots))


@given(stories())
def test_no_half_hour_flows_for_longer_than_it_lasts(story: Story) -> None:
    """As long as the session's flow time is within its times."""
    lasted = story.stopped_at - NOW
    if story.flow_time > lasted:
        return
    for slot in story.slots():
        within = min(slot.start + HALF_HOUR, story.stopped_at) - max(slot.start, NOW)
        assert slot.flow_time <= within + timedelta(microseconds=2)


@given(stories(), st.integers())
def test_a9_6_the_order_in_which_samples_came_does_not_matter(
    story: Story, seed: int
) -> None:
    """Nor does hearing them twice."""
    told = [*story.samples, *story.samples]
    Random(seed).shuffle(told)
    again = Story(
        stopped_at=story.stopped_at,
        energy=story.energy,
        flow_time=story.flow_time,
        samples=told,
    )

    assert again.slots() == story.slots()


@given(
    st.lists(st.floats(0, 120), min_size=1, max_size=400),
    st.dictionaries(st.integers(1, 390), st.sampled_from(["reset", "swap"])),
    st.sets(st.integers(0, 400)),
)
def test_a9_6_resets_and_swaps_of_the_register_neither_lose_nor_invent_energy(
    per_minute: list[float], leaps: dict[int, str], lost: set[int]
) -> None:
    """What the corrected register counted lies in the half hours; each holds no more than the car took in it."""
    wh, register = 5000.0, Register()
    register, _ = advance(register, wh, NOW)
    begun_with = register.total
    samples: list[SessionSample] = []
    for minute, took in enumerate(per_minute, 1):
        leap = leaps.get(minute)
        if leap == "reset":
            wh = 0.0
        elif leap == "swap":
            wh += 250_000.0
        wh += took
        if minute in lost:
            continue
        register, _ = advance(register, wh, NOW + minute * MINUTE)
        samples.append(sample(minute, register.total - begun_with))
    counted = register.total - begun_with
    energy = session_energy(
        start=5000.0,
        stop=None,
        last=register.last,
        counted=counted,
        duration=len(per_minute) * MINUTE,
    ).energy
    story = Story(
        stopped_at=NOW + len(per_minute) * MINUTE,
        energy=energy,
        flow_time=timedelta(),
        samples=samples,
    )

    slots = story.slots()

    assert sum(slot.energy for slot in slots) == pytest.approx(energy, abs=1e-6)
    if leaps or lost:
        return
    for slot in slots:
        truly = sum(
            took
            for minute, took in enumerate(per_minute, 1)
            if slot.start < NOW + minute * MINUTE <= slot.start + HALF_HOUR
        )
        assert slot.energy == pytest.approx(truly, abs=1e-6)


def test_samples_on_the_half_hour_split_exactly() -> None:
    """Ten minutes of the first half hour, all of the second, five minutes of the third."""
    story = Story(
        stopped_at=NOW + 55 * MINUTE,
        energy=6000.0,
        flow_time=45 * MINUTE,
        samples=[sample(20, 2000.0), sample(50, 5500.0)],
    )

    assert shown(story.slots()) == [
        ("22:00", 2000.0),
        ("22:30", 3500.0),
        ("23:00", 500.0),
    ]


def test_a_change_of_the_clocks_is_no_change_to_a_session() -> None:
    """The night in which London skips an hour has as many half hours as any other."""
    story = Story(
        stopped_at=NOW + 6 * HOUR, energy=6000.0, flow_time=6 * HOUR, samples=[]
    )

    slots = story.slots()

    assert len(slots) == 13
    assert [slot.energy for slot in slots[1:-1]] == [pytest.approx(500.0)] * 11
    assert all(slot.estimated for slot in slots)


def test_what_was_not_measured_is_spread_evenly_and_said_to_be() -> None:
    """Home Assistant was down for two hours; the half hours before are known."""
    story = Story(
        stopped_at=NOW + 140 * MINUTE,
        energy=8000.0,
        flow_time=140 * MINUTE,
        samples=[sample(n, n * 100.0) for n in range(21)],
    )

    slots = story.slots()

    assert shown(slots) == [
        ("22:00", 2000.0),
        *((at, 1500.0) for at in ("22:30", "23:00", "23:30", "00:00")),
    ]
    assert [slot.estimated for slot in slots] == [False, True, True, True, True]


def test_the_power_says_when_where_no_register_does() -> None:
    """A wallbox that tells power alone: an hour at 7 kW, a pause, half an hour at 3.5 kW."""
    powers = {n: 7000.0 if n < 60 else 0.0 if n < 120 else 3500.0 for n in range(150)}
    story = Story(
        stopped_at=NOW + 150 * MINUTE,
        energy=8750.0,
        flow_time=90 * MINUTE,
        samples=[sample(n, power=watts) for n, watts in powers.items()],
    )

    slots = story.slots()

    assert shown(slots) == [
        ("22:00", 2333.333),
        ("22:30", 3500.0),
        ("23:00", 1166.667),
        ("00:00", 1166.667),
        ("00:30", 583.333),
    ]
    assert [slot.flow_time / MINUTE for slot in slots] == [20, 30, 10, 20, 10]
    assert not any(slot.estimated for slot in slots)


def test_flow_ends_where_the_session_says_that_it_did() -> None:
    """The last sample says 7 kW; the wallbox then only says that the car is full, and waits the night to be unplugged."""
    story = Story(
        stopped_at=NOW + 9 * HOUR,
        energy=7700.0,
        flow_time=66 * MINUTE,
        samples=[sample(n, n * 7000 / 60, 7000.0) for n in range(61)],
    )

    slots = story.slots()

    assert shown(slots) == [("22:00", 2333.333), ("22:30", 3500.0), ("23:00", 1866.667)]
    assert [slot.flow_time / MINUTE for slot in slots] == [20, 30, 16]


def test_the_last_watt_hours_of_a_night_are_no_estimate() -> None:
    """A register that rounds, or a wallbox that feeds itself."""
    story = Story(
        stopped_at=NOW + 9 * HOUR,
        energy=2003.0,
        flow_time=20 * MINUTE,
        samples=[sample(n, n * 100.0) for n in range(20)] + [sample(19.9, 2000.0)],
    )

    assert not any(slot.estimated for slot in story.slots())


def test_a9_6_an_energy_above_a_later_one_gives_way() -> None:
    """A sample that came late bears what had been counted by then."""
    story = Story(
        stopped_at=NOW + 50 * MINUTE,
        energy=5000.0,
        flow_time=50 * MINUTE,
        samples=[sample(19, 1900.0), sample(21, 4900.0), sample(22, 2200.0)],
    )

    assert shown(story.slots())[0] == ("22:00", 2050.0)


def test_a_session_of_no_time_has_one_half_hour() -> None:
    """Start and stop of one moment."""
    story = Story(stopped_at=NOW, energy=7.0, flow_time=SECOND, samples=[])

    assert story.slots() == (
        Slot(start=slot_start(NOW), energy=7.0, flow_time=SECOND, estimated=False),
    )
    assert (
        Story(
            stopped_at=NOW + HOUR, energy=0, flow_time=timedelta(), samples=[]
        ).slots()
        == ()
    )


def test_a_clock_that_was_years_off_makes_no_years_of_slots() -> None:
    """The energy lies at the end, where the clock was right again."""
    story = Story(
        stopped_at=NOW + timedelta(days=3650),
        energy=7000.0,
        flow_time=timedelta(days=2000),
        samples=[],
    )

    slots = story.slots()

    assert len(slots) <= LONGEST_SPREAD / HALF_HOUR + 1
    assert sum(slot.energy for slot in slots) == pytest.approx(7000)
