"""What threads are given by an event loop, as something that a driven clock waits for."""

import asyncio
from collections.abc import Callable
import time
from typing import Any, override

from custom_components.smart_charge_point.simulator.clock import Party


class Threads(Party):
    """Work of a loop's executors: the ledger's thread, the recorder's and Home Assistant's own.

    Time that stands still while a thread is at work makes what comes of it depend on nobody's speed.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch what `loop` gives away from here on, in place of whoever has watched it so far."""
        before = getattr(loop.run_in_executor, "__self__", None)
        self._run: Callable[..., asyncio.Future[Any]] = (
            before._run if isinstance(before, Threads) else loop.run_in_executor
        )
        self._under_way: set[asyncio.Future[Any]] = set()
        self._traffic = 0
        vars(loop)["run_in_executor"] = self._give

    @property
    @override
    def busy(self) -> bool:
        return bool(self._under_way)

    @property
    @override
    def traffic(self) -> int:
        return self._traffic

    @override
    def stop_waiting(self) -> None:
        self._under_way.clear()

    def _give(
        self, executor: Any, work: Callable[..., Any], *given: Any
    ) -> asyncio.Future[Any]:
        result = self._run(executor, work, *given)
        # With that, a clock only gives threads their time.
        if work is not time.sleep:
            self._traffic += 1
            self._under_way.add(result)
            result.add_done_callback(self._done)
        return result

    def _done(self, result: asyncio.Future[Any]) -> None:
        self._traffic += 1
        self._under_way.discard(result)
