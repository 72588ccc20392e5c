"""Energy: a sum that never falls, over registers that do (A9.6)."""

from collections.abc import Iterable
from datetime import timedelta
import json
import math

from hypothesis import example, given, strategies as st
import pytest

from custom_components.smart_charge_point.model.transaction import Doubt
from custom_components.smart_charge_point.rules.energy import (
    Register,
    SessionEnergy,
    advance,
    session_energy,
)

from .strategies import utc

START = utc(2026, 1, 14, 21)
HOUR = timedelta(hours=1)
JUMP = frozenset({Doubt.REGISTER_JUMP})


def read(
    readings: Iterable[tuple[float, float]], register: Register | None = None
) -> tuple[Register, list[Doubt]]:
    """Return the register after readings of (minutes since the start, Wh), and the doubts they left."""
    register, doubts = register or Register(), []
    for minute, wh in readings:
        register, doubt = advance(register, wh, START + timedelta(minutes=minute))
        if doubt is not None:
            doubts.append(doubt)
    return register, doubts


def test_the_first_reading_is_where_it_begins() -> None:
    """The lifetime of the wallbox so far."""
    register, doubts = read([(0, 123_456.7)])
    assert (register.total, doubts) == (123_456.7, [])


def test_a_register_that_counts_on_is_followed() -> None:
    """7.4 kW for an hour, then a night without a sample."""
    register, doubts = read([(0, 1000), (30, 4700), (60, 8400), (600, 68_000)])
    assert (register.total, doubts) == (68_000, [])


def test_a9_6_a_glitch_to_nothing_is_ignored() -> None:
    """M6: one sample of 0. The sum waits, and goes on where the register does."""
    register, doubts = read([(0, 50_000), (1, 50_100), (2, 0)])
    assert (register.total, doubts) == (50_100, [])
    register, doubts = read([(3, 50_300)], register)
    assert (register.total, doubts, register.awaiting) == (50_300, [], None)


def test_a9_6_a_register_that_shows_nothing_for_a_while_is_not_counted_twice() -> None:
    """Several samples of 0, then back to where it was: the 5 kWh are the old ones."""
    register, _ = read([(0, 0), (60, 5000), (61, 0), (62, 0), (63, 0)])
    assert register.total == 5000
    register, doubts = read([(75, 5040), (76, 5100)], register)
    assert (register.total, doubts) == (5100, [])


def test_a9_6_a_reset_goes_on_from_the_sum() -> None:
    """The register begins at 0 and stays there: what it counts from then on is added."""
    register, doubts = read([(0, 50_000), (1, 0), (2, 120), (3, 240)])
    assert (register.total, doubts) == (50_240, [Doubt.REGISTER_JUMP])
    register, doubts = read([(4, 360), (60, 7000)], register)
    assert (register.total, doubts) == (57_000, [])


def test_a9_6_a_reset_that_counted_on_does_not_come_back() -> None:
    """Passing its old figure again, after an hour without a sample, it has counted all the way there."""
    register, _ = read([(0, 0), (60, 5000), (61, 0), (62, 0), (63, 100)])
    register, doubts = read([(123, 5100)], register)
    assert (register.total, doubts) == (10_100, [])


@pytest.mark.parametrize("other", [3_000.0, 70_000_000.0, 4e9])
def test_a9_6_another_meter_goes_on_from_the_sum(other: float) -> None:
    """Swapped for one that stands lower or higher; what it stood at is nobody's energy."""
    register, doubts = read(
        [(0, 50_000), (60, other), (61, other + 100), (62, other + 200)]
    )
    assert register.total == 50_200
    assert doubts == [Doubt.REGISTER_JUMP]


def test_a9_6_a_leap_of_4_gwh_is_left_out() -> None:
    """For one sample it is forgotten."""
    register, doubts = read([(0, 50_000), (1, 4e9), (2, 50_200)])
    assert (register.total, doubts) == (50_200, [])


def test_a9_6_faster_than_any_wallbox_is_a_leap() -> None:
    """70 kW for an hour waits, and is left out where the register stays there; 59 kW is believed."""
    assert read([(0, 0), (60, 59_000)])[0].total == 59_000
    register, _ = read([(0, 0), (60, 70_000)])
    assert (register.total, register.awaiting) == (0, 70_000)
    register, doubts = read([(61, 70_100)], register)
    assert (register.total, doubts) == (100, [Doubt.REGISTER_JUMP])


def test_weeks_offline_count_once_they_are_confirmed() -> None:
    """300 kWh in two weeks: possible, so it is energy and no leap, but not on the word of one sample."""
    weeks = 14 * 1440
    register, doubts = read([(0, 50_000), (weeks, 350_000)])
    assert (register.total, doubts) == (50_000, [])
    register, doubts = read([(weeks + 1, 350_100)], register)
    assert (register.total, doubts) == (350_100, [])


def test_x7_a_register_of_the_session_sums_up() -> None:
    """From 0 at each start, told with the start: no wait and no doubt."""
    register = Register()
    for day in range(3):
        at = START + timedelta(days=day)
        register, doubt = advance(register, 0, at, begins_session=True)
        assert doubt is None
        for hour in range(1, 4):
            register, doubt = advance(register, 7000 * hour, at + hour * HOUR)
            assert doubt is None
    assert register.total == 63_000


def test_x7_sessions_of_which_only_start_and_stop_are_told() -> None:
    """Replayed after a time offline, the second one larger than the first."""
    register = Register()
    for day, wh in enumerate((5000, 5200, 4000)):
        at = START + timedelta(days=day)
        register, _ = advance(register, 0, at, begins_session=True)
        register, _ = advance(register, wh, at + HOUR)
    assert register.total == 14_200


def test_a_start_that_counts_on_is_a_reading_like_any_other() -> None:
    """And one that leaps is as little believed."""
    register, _ = read([(0, 1000)])
    higher, doubt = advance(register, 1200, START + HOUR, begins_session=True)
    assert (higher.total, doubt) == (1200, None)
    leap, doubt = advance(register, 4e9, START + HOUR, begins_session=True)
    assert (leap.total, leap.awaiting, doubt) == (1000, 4e9, None)


def test_a_start_that_is_told_late_does_not_set_the_register_back() -> None:
    """What a replayed session began at was counted already: nothing is counted twice."""
    register, _ = read([(0, 1000), (60, 6000)])
    assert advance(register, 3000, START + HOUR / 2, begins_session=True) == (
        register,
        None,
    )


def test_samples_out_of_order_change_nothing() -> None:
    """An older one that is not above the last is history; one above it is still energy."""
    register, _ = read([(0, 1000), (60, 6000)])
    assert advance(register, 3000, START + HOUR / 2) == (register, None)
    later, doubt = advance(register, 6500, START + HOUR / 2)
    assert (later.total, later.at, doubt) == (6500, START + HOUR, None)


def test_rounding_is_no_fall() -> None:
    """A register in tenths of a kWh beside one in Wh."""
    register, doubts = read([(0, 1004), (1, 1000), (2, 1004), (3, 1010)])
    assert (register.total, doubts, register.awaiting) == (1010, [], None)


def test_readings_that_never_agree_add_nothing() -> None:
    """Each waits for the next, and none confirms another."""
    register, doubts = read([(0, 1000), (1, 4e9), (2, 8e9), (3, 1e9), (4, 1e12)])
    assert (register.total, doubts) == (1000, [])


@pytest.mark.parametrize("wh", [math.nan, math.inf, -math.inf, -5.0])
def test_what_is_no_reading_changes_nothing(wh: float) -> None:
    """Not even the first."""
    register, _ = read([(0, 1000)])
    assert advance(register, wh, START + HOUR) == (register, None)
    assert advance(Register(), wh, START) == (Register(), None)


READINGS = st.lists(
    st.tuples(
        st.integers(-10_000, 10_000),
        st.floats(allow_nan=True, allow_infinity=True)
        | st.floats(0, 200_000)
        | st.sampled_from([0.0, 1000.0, 4e9]),
        st.booleans(),
    ),
    max_size=40,
)


@given(READINGS)
@example([(0, 1000.0, False), (1, 0.0, False), (2, 0.0, True), (3, 1000.0, False)])
def test_a9_6_the_sum_never_falls(readings: list[tuple[int, float, bool]]) -> None:
    """Whatever comes, in whatever order: no number, infinite, negative, from the past."""
    register = Register()
    for minute, wh, begins in readings:
        before = register.total
        at = START + timedelta(minutes=minute)
        register, _ = advance(register, wh, at, begins_session=begins)
        assert before <= register.total < math.inf


@given(
    st.lists(st.integers(0, 300), min_size=3, max_size=60),
    st.sets(st.integers(1, 58)),
    st.sampled_from([0.0, 4e9, math.nan, -1.0]),
)
def test_a9_6_single_glitches_cost_nothing(
    rises: list[int], glitches: set[int], odd: float
) -> None:
    """A true register with odd samples among its own, never two in a row, ends at its true figure."""
    wh, register = 80_000.0, Register()
    for index, rise in enumerate(rises):
        wh += rise
        at = START + timedelta(minutes=index)
        register, doubt = advance(register, wh, at)
        assert doubt is None
        if index in glitches:
            register, doubt = advance(register, odd, at + timedelta(seconds=30))
            assert doubt is None
    register, _ = advance(register, wh, START + timedelta(minutes=len(rises)))
    assert register.total == wh


def test_a_register_outlives_a_restart() -> None:
    """As JSON, in every state it can be in."""
    fallen, _ = read([(0, 50_000), (1, 0), (2, 0), (3, 4e9)])
    assert fallen.awaiting is not None
    assert fallen.before_fall is not None
    for register in (Register(), fallen):
        data = json.loads(json.dumps(register.as_data()))
        assert Register.from_data(data) == register


# --- a session that ended


def ended(
    start: float | None,
    stop: float | None,
    *,
    last: float | None = None,
    counted: float = 0,
    duration: timedelta | None = 8 * HOUR,
) -> SessionEnergy:
    """Return what a session of 8 h took."""
    return session_energy(
        start=start, stop=stop, last=last, counted=counted, duration=duration
    )


def test_a9_1_energy_is_stop_minus_start() -> None:
    """Missed samples cost nothing, and no doubt is left."""
    assert ended(1000, 23_200) == SessionEnergy(energy=22_200)
    assert ended(1000, 23_200, last=9000, counted=8000) == SessionEnergy(energy=22_200)
    assert ended(1000, 1000) == SessionEnergy(energy=0)


@pytest.mark.parametrize(
    ("taken", "doubts"),
    [
        # The stop was not told, or not readably: the last good reading stands in.
        (ended(1000, None, last=9000, counted=8000), {Doubt.STOP_METER}),
        (ended(1000, math.nan, last=9000, counted=8000), {Doubt.STOP_METER}),
        (ended(1000, -1, last=9000, counted=8000), {Doubt.STOP_METER}),
        # The stop is below the start, or below what was read before it.
        (ended(1000, 0, last=9000, counted=8000), JUMP),
        (ended(1000, 1500, last=9000, counted=8000), JUMP),
        (ended(1000, 8500, last=9000, counted=8000), JUMP),
        # The stop leapt by 4 GWh.
        (ended(1000, 4e9, last=9000, counted=8000), JUMP),
        # The register was reset on the way: what was counted is more than the registers differ by.
        (ended(1000, 5000, last=4900, counted=8000), JUMP),
        # The start was not told, or not truly.
        (ended(None, 5_009_000, last=5_008_900, counted=8000), {Doubt.START_METER}),
        (ended(0, 5_009_000, last=5_008_900, counted=8000), JUMP),
        # Nothing was told but samples.
        (
            ended(None, None, last=9000, counted=8000),
            {Doubt.START_METER, Doubt.STOP_METER},
        ),
    ],
)
def test_a9_6_a_doubtful_register_is_not_believed(
    taken: SessionEnergy, doubts: set[Doubt]
) -> None:
    """8 kWh were read on the way, and that is what it took, with the doubt told."""
    assert taken == SessionEnergy(energy=8000, doubts=frozenset(doubts))


def test_nothing_told_is_nothing_taken() -> None:
    """In doubt, but never guessed."""
    assert ended(1000, None) == SessionEnergy(
        energy=0, doubts=frozenset({Doubt.STOP_METER})
    )
    assert ended(2000, 500) == SessionEnergy(energy=0, doubts=JUMP)


def test_times_in_doubt_do_not_make_the_registers_wrong() -> None:
    """Without a duration, up to 100 kWh are believed; with an impossible one, what was counted."""
    assert ended(1000, 50_000, duration=None) == SessionEnergy(energy=49_000)
    assert ended(1000, 150_000, duration=None, counted=3) == SessionEnergy(
        energy=3, doubts=JUMP
    )
    assert ended(1000, 50_000, duration=-HOUR, counted=3).doubts == JUMP


@given(
    *[st.none() | st.floats() | st.floats(0, 100_000)] * 3,
    st.floats() | st.floats(0, 100_000),
    st.none() | st.integers(-100, 100).map(lambda hours: hours * HOUR),
)
def test_a9_6_a_session_never_took_less_than_nothing(
    start: float | None,
    stop: float | None,
    last: float | None,
    counted: float,
    duration: timedelta | None,
) -> None:
    """Whatever was told; and what was not told readably leaves its doubt."""
    taken = ended(start, stop, last=last, counted=counted, duration=duration)
    assert 0 <= taken.energy < math.inf
    for told, doubt in ((start, Doubt.START_METER), (stop, Doubt.STOP_METER)):
        if told is None or not math.isfinite(told) or told < 0:
            assert doubt in taken.doubts
