"""Home Assistant is killed at any moment: no row is lost that was acknowledged (A9.6, issue "The session ledger")."""

from datetime import UTC, datetime
from pathlib import Path
import random
import signal
import subprocess
import sys

from custom_components.smart_charge_point.model.dsr import DsrOutcome
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import opened, started
from .victim import __file__ as victim


def _kill_after(path: Path, seed: int, lines: int) -> list[list[str]]:
    """Let a process keep sessions until it has acknowledged something `lines` times, and return all it acknowledged."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter and script
        [sys.executable, victim, str(path), str(seed)],
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = [process.stdout.readline() for _ in range(lines)]
        finally:
            process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    # The last line may have been cut off by the kill; then nobody has read that answer.
    return [line.split() for line in said if line.endswith("\n")]


async def _holds(
    ledger: Ledger, events: dict[int, str], decided: set[int], traced: set[int]
) -> None:
    """Look for all that a provider and a person were told is kept."""
    records = await ledger.dsr_events(limit=100_000)
    outcomes = {int(r.event.event_id): r.outcome for r in records}
    assert outcomes.keys() >= events.keys()
    # The last one may have gone on without anybody being told.
    for n, outcome in events.items():
        assert outcomes[n] in {outcome, DsrOutcome.ACTIVE}
    assert all(r.event.start_delay == int(r.event.event_id) % 600 for r in records)
    details = [d.detail for d in await ledger.decisions(limit=100_000)]
    assert {int(detail) for detail in details} >= decided
    assert len(details) == len(set(details))
    powers = await ledger.trace(
        "garage", 1, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    )
    assert {s.power for s in powers} >= traced


async def test_no_acknowledged_row_is_lost_by_a_kill(path: Path) -> None:
    """Ten kills of the same ledger, each in mid-write; all of every life's answers hold after each."""
    chance = random.Random(1)
    begun: dict[int, list[str]] = {}
    adopted: set[int] = set()
    finished: set[int] = set()
    events: dict[int, str] = {}
    decided: set[int] = set()
    traced: set[int] = set()
    for seed in range(10):
        for what, number, *rest in _kill_after(path, seed, chance.randrange(1, 240)):
            transaction_id = int(number)
            match what:
                case "finished":
                    finished.add(transaction_id)
                case "event":
                    events[int(number)] = rest[0]
                case "decided":
                    decided.add(int(number))
                case "traced":
                    traced.add(int(number))
            if what not in {"begun", "adopted"}:
                continue
            assert transaction_id not in begun.keys() | adopted, "an id was given twice"
            if what == "adopted":
                adopted.add(transaction_id)
            else:
                begun[transaction_id] = rest

        ledger = await opened(path)
        assert ledger.set_aside is None
        kept = {s.transaction_id: s for s in await ledger.sessions(limit=100_000)}
        assert kept.keys() >= begun.keys() | adopted
        for transaction_id in finished:
            session = kept[transaction_id]
            assert session.stopped_at is not None
            assert (session.energy, session.flow_time.total_seconds()) == (9.0, 9.0)
        for transaction_id, (connector, meter, at) in begun.items():
            again = await ledger.begin(
                "garage",
                started(
                    datetime.fromisoformat(at),
                    connector=int(connector),
                    tag="t",
                    meter=float(meter),
                ),
                datetime.fromisoformat(at),
            )
            assert again == kept[transaction_id]
        await _holds(ledger, events, decided, traced)
        await ledger.close()
    assert min(map(len, (events, decided, traced))) > 50
    assert len(begun) > 100
    assert len(finished) > 100
    assert len(adopted) > 20
