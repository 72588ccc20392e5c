"""A process that keeps sessions, events, decisions and traces, says on its output what was acknowledged, and waits to be killed.

It never prints before the ledger has answered: whatever is on its output must be in the file for good.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import random
import sys
import types

PACKAGE = "custom_components.smart_charge_point"


def without_home_assistant() -> None:
    """Let the rooms be imported without the package's own `__init__`, which takes seconds to bring Home Assistant."""
    package = types.ModuleType(PACKAGE)
    package.__path__ = [
        str(Path(__file__).parents[2] / "custom_components" / "smart_charge_point")
    ]
    sys.modules[PACKAGE] = package


async def _charge_for_ever(path: Path, seed: int) -> None:
    from custom_components.smart_charge_point.model.decision import (  # noqa: PLC0415
        Decision,
        DecisionKind,
    )
    from custom_components.smart_charge_point.model.dsr import (  # noqa: PLC0415
        DsrDirection,
        DsrEvent,
        DsrKind,
        DsrOutcome,
    )
    from custom_components.smart_charge_point.model.dsr_record import DsrRecord  # noqa: PLC0415
    from custom_components.smart_charge_point.model.events import TransactionStarted  # noqa: PLC0415
    from custom_components.smart_charge_point.model.trace import TraceSample  # noqa: PLC0415
    from custom_components.smart_charge_point.model.transaction import StopReason  # noqa: PLC0415
    from custom_components.smart_charge_point.records.ledger import Ledger  # noqa: PLC0415

    ledger = Ledger(path)
    await ledger.open()
    if ledger.set_aside is not None:
        raise AssertionError("A kill has damaged the file")

    def say(*words: object) -> None:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()

    async def wallbox(connector: int) -> None:
        chance = random.Random(seed * 10 + connector)
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=seed)
        for n in range(10_000):
            at += timedelta(seconds=1)
            if chance.random() < 0.2:
                begun = await ledger.adopt(
                    "garage", connector, seed * 100_000 + connector * 10_000 + n, at, 5
                )
                say("adopted", begun.transaction_id)
            else:
                start = TransactionStarted(
                    connector=connector, tag="t", meter=float(n), at=at
                )
                begun = await ledger.begin("garage", start, at)
                say("begun", begun.transaction_id, connector, n, at.isoformat())
            for step in range(chance.randrange(4)):
                await ledger.progress(
                    begun.transaction_id,
                    energy=step,
                    flow_time=timedelta(seconds=step),
                    doubts=(),
                    meter_last=n + step,
                    at=at,
                )
                await asyncio.sleep(0)
            if chance.random() < 0.7:
                await ledger.finish(
                    "garage",
                    begun.transaction_id,
                    at=at,
                    meter=n + 9.0,
                    reason=StopReason.LOCAL,
                    energy=9.0,
                    flow_time=timedelta(seconds=9),
                    doubts=(),
                )
                say("finished", begun.transaction_id)
            if chance.random() < 0.02:
                await ledger.checkpoint()
            elif chance.random() < 0.02:
                await ledger.resume()

    async def provider() -> None:
        for n in range(seed * 10_000, (seed + 1) * 10_000):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n)
            event = DsrEvent(
                provider="axle",
                event_id=str(n),
                kind=DsrKind.PLANNED,
                direction=DsrDirection.UP,
                limit=None,
                start=at,
                end=at + timedelta(hours=1),
                start_delay=n % 600,
            )
            for outcome in (DsrOutcome.ANNOUNCED, DsrOutcome.ACTIVE):
                await ledger.keep_dsr_event(
                    DsrRecord(
                        charge_point="garage", event=event, outcome=outcome, told_at=at
                    )
                )
                say("event", n, outcome.value)
            await ledger.add_decision(
                Decision(
                    at=at,
                    charge_point="garage",
                    kind=DecisionKind.STOP,
                    allowed=True,
                    detail=str(n),
                )
            )
            say("decided", n)
            await ledger.add_trace("garage", 1, [TraceSample(at=at, power=float(n))])
            # A trace is not acknowledged, but whoever has read it has it.
            if await ledger.trace("garage", 1, at, at + timedelta(seconds=1)):
                say("traced", n)

    await asyncio.gather(provider(), *(wallbox(connector) for connector in range(1, 4)))


if __name__ == "__main__":
    without_home_assistant()
    asyncio.run(_charge_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
