"""Times as wallboxes write them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.central_system.v16.times import (
    read_time,
    write_time,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOLD = datetime(2026, 11, 20, 10, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-20T10:30:15Z",
        "2026-11-20T10:30:15.000Z",
        "2026-11-20T10:30:15+00:00",
        "2026-11-20T20:30:15+10:00",
        "2026-11-20T20:30:15+1000",
        "2026-11-20T10:30:15",
        "2026-11-20 10:30:15",
        "2026-11-20T10:30:15z",
        "2026-11-20t10:30:15Z",
        "  2026-11-20T10:30:15Z ",
        "2026-11-20T10:30:15 Z",
        "2026-11-20T10:30:15.Z",
        "2026-11-20T10:30:15,0Z",
        "2026/11/20 10:30:15",
        "2026-11-20T10:30:15UTC",
        "2026-11-20 12:30:15 +2",
        "20261120T103015Z",
        1795170615,
        1795170615000,
        "1795170615",
    ],
)
def test_quirk_m8_a_time_is_read_in_any_dress(told: object) -> None:
    """Zones, offsets, blanks, fractions and counts since 1970 all name the same moment."""
    assert read_time(told, NOW) == (TOLD, True)


def test_fields_of_one_digit_are_read() -> None:
    """Firmware that prints numbers without padding still tells a time."""
    assert read_time("2026-3-5 7:8:9", NOW)[0] == datetime(
        2026, 3, 5, 7, 8, 9, tzinfo=UTC
    )


def test_a_fraction_is_kept() -> None:
    """Two samples of one second stay apart."""
    assert read_time("2026-11-20T10:30:15.250Z", NOW)[0].microsecond == 250_000


@pytest.mark.parametrize(
    "told",
    [
        "1970-01-01T00:00:12Z",
        "2020-01-01T00:00:00Z",
        "2023-12-31T23:59:59Z",
        "2026-11-21T12:00:01Z",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2026-11-20",
        "2026-02-30T10:00:00Z",
        "yesterday",
        "",
        None,
        True,
        12,
        float("nan"),
        float("inf"),
        10**400,
        [],
        {},
        "9" * 5000,
    ],
)
def test_quirk_b3_a_time_that_cannot_be_true_gives_way_to_the_arrival(
    told: object,
) -> None:
    """A clock of 1970 or 2020 never reaches the ledger as if it were right."""
    assert read_time(told, NOW) == (NOW, False)


@pytest.mark.parametrize("told", ["2024-01-01T00:00:00Z", "2026-11-21T12:00:00Z"])
def test_the_bounds_themselves_can_be_true(told: str) -> None:
    """From 2024 to a day ahead, the wallbox is believed."""
    assert read_time(told, NOW)[1]


def test_a_time_is_written_in_utc_with_z_and_whole_seconds() -> None:
    """What the wallbox is told has no fraction and no offset."""
    moment = datetime(2026, 7, 1, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert write_time(moment) == "2026-07-01T00:02:03Z"


@given(
    seconds=st.floats(0, 9e7),
    offset=st.integers(-14, 14).map(lambda hours: timedelta(hours=hours)),
)
def test_what_is_written_is_read_again(seconds: float, offset: timedelta) -> None:
    """No moment loses more than its fraction on the way."""
    moment = (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(
        timezone(offset)
    )
    told, trusted = read_time(write_time(moment), NOW)
    assert trusted
    assert timedelta(0) <= moment - told < timedelta(seconds=1)


@given(
    st.text()
    | st.integers()
    | st.floats()
    | st.from_regex(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{1,2}.*", fullmatch=True)
)
def test_anything_told_as_a_time_is_read(told: object) -> None:
    """Reading never raises and always gives a moment in the bounds."""
    at, _ = read_time(told, NOW)
    assert at.tzinfo is UTC
    assert datetime(2024, 1, 1, tzinfo=UTC) <= at <= NOW + timedelta(days=1)
