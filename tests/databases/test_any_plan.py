"""A9.1-A9.3, A9.6: whatever happens to a home, in whichever order, ledger, recorder and panel say the same in the end.

Hypothesis draws what happens; a real Home Assistant with a real recorder goes through it, and is told of it by sockets.
"""

from contextlib import ExitStack
from itertools import count
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, note, settings
import pytest
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from .agreement import Agreement
from .conftest import ANY_PLAN, MOST_PLANS, empty_database
from .lived import LivedHome
from .plans import BEGINNINGS, Plan, plans

_EXAMPLE = count()


async def live_through(plan: Plan, home: LivedHome) -> None:
    """Let a plan happen, and look at what it comes to."""
    await home.begin()
    for step in plan.steps:
        note(f"{home.now:%d %H:%M} {step}")
        await home.do(step)
    note(f"{home.now:%d %H:%M} all is told")
    await home.all_is_told()
    if home.lost:
        await home.rebuild()
    look = Agreement(home)
    await look.hold()

    until = home.now
    before = await look.changes(until)
    note(f"{home.now:%d %H:%M} all is told again")
    await home.tell_again()
    await home.settle()
    await look.hold()
    assert await look.changes(until) == before, "a repetition changed something"

    await home.stop(whole=False)
    await home.start()
    await home.wait(20)
    assert not home.recorded.says_that_they_differ


@pytest.mark.timeout(max(600, 10 * MOST_PLANS))
@settings(ANY_PLAN)
@given(plan=plans())
async def test_a9_3_whatever_happens_all_figures_agree(
    plan: Plan,
    async_test_recorder: RecorderInstanceContextManager,
    freezer: FrozenDateTimeFactory,
    socket_enabled: None,
    unused_tcp_port: int,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    """Replays, restarts, kills, outages, resets, corrections and deletions, over changes of the clocks and ends of months."""
    folder = tmp_path / str(next(_EXAMPLE))
    folder.mkdir()
    with ExitStack() as stack:
        database = stack.enter_context(empty_database(pytestconfig, folder))
        home = LivedHome(
            async_test_recorder,
            freezer,
            begins=BEGINNINGS[plan.begins],
            folder=folder,
            port=unused_tcp_port,
            database=database,
        )
        try:
            await live_through(plan, home)
        finally:
            await home.close()
