"""What all tests share: the house on a wall of its own, and the time that passes in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from math import inf
from pathlib import Path
from random import Random
import secrets

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import executor
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from .house import House
from .ports import ports_of

# The same examples in each run, so that none fails by chance; how long one takes says more about the machine than about
# the code. `--hypothesis-profile others` looks for more of them.
settings.register_profile(
    "others",
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "same", settings.get_profile("others"), derandomize=True, database=None
)
settings.load_profile("same")

MONDAY_EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
"""In the peak, two hours before charging hours begin; winter, so London's time is UTC."""


@pytest.fixture(scope="session", autouse=True)
def chance() -> None:
    """Let Hypothesis make its source of chance while it can see who holds it.

    Home Assistant's plugin takes all objects out of the garbage collector's sight before each module. What Hypothesis
    makes after that seems to it to be nobody's, and it warns that it will lose it, wherever runs are not random.
    """

    @settings(max_examples=1, derandomize=True, deadline=None, database=None)
    @given(st.none())
    def nothing(drawn: None) -> None:
        assert drawn is None

    nothing()


@pytest.fixture(scope="session", autouse=True)
def patient_end() -> Iterator[None]:
    """Let threads end by themselves, however late a busy machine has them do so.

    After a second, shared by all threads, Home Assistant interrupts those of an executor that ends. One that is just
    about to tell the next that it is over does not tell it then, and that one is left behind, which fails the test.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(executor, "EXECUTOR_SHUTDOWN_TIMEOUT", 600)
        yield


@pytest.fixture(autouse=True)
async def unhurried() -> None:
    """Log no warning of what took the event loop long: that is the machine's business, and frozen time leaps."""
    asyncio.get_running_loop().slow_callback_duration = inf


@pytest.fixture(autouse=True)
def draws(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Draw the same delays in each run of a test of the house: what passes by luck one day fails by it another.

    In whatever order they are drawn, none is short, and none is that of before, which would not be sent again. A test that
    needs certain ones says so by `@pytest.mark.draws(...)`.
    """
    if "house" not in request.fixturenames:
        return
    if (marker := request.node.get_closest_marker("draws")) is not None:
        told = cycle(marker.args)
        monkeypatch.setattr(secrets, "randbelow", lambda _: next(told))
        return
    chance = Random(request.node.nodeid)
    drawn: dict[int, Iterator[int]] = {}

    def draw(below: int) -> int:
        if below not in drawn:
            long = range(below // 4, below)
            drawn[below] = cycle(chance.sample(long, min(len(long), 1000)))
        return next(drawn[below])

    monkeypatch.setattr(secrets, "randbelow", draw)


@pytest.fixture(scope="session")
def unused_tcp_port_factory(worker_id: str) -> Callable[[], int]:
    """Return a function that gives another port each time. In place of pytest-asyncio's, whose ports others may be given."""
    # Without workers it is "master".
    number = worker_id.removeprefix("gw")
    return partial(next, ports_of(int(number) if number.isdigit() else 0))


@pytest.fixture
def unused_tcp_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    """Return a port that nobody listens on."""
    return unused_tcp_port_factory()


@pytest.fixture
async def house(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
    enable_custom_integrations: None,
    socket_enabled: None,
    unused_tcp_port: int,
    request: pytest.FixtureRequest,
) -> AsyncIterator[House]:
    """Return a house with Home Assistant in it, not yet set up; `@pytest.mark.at(...)` or the parameter `start` says when it is."""
    marker = request.node.get_closest_marker("at")
    start: datetime = marker.args[0] if marker else MONDAY_EVENING
    if (callspec := getattr(request.node, "callspec", None)) is not None:
        start = callspec.params.get("start", start)
    house = House(hass, freezer, tmp_path, unused_tcp_port, start)
    yield house
    await house.tear_down()
