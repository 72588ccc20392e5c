"""A process that kills Home Assistant as soon as its ledger keeps what is waited for, so before that can be answered.

Run with the ledger's file, the process id, what a session must be (SQL), and for how many seconds to wait. A process of
its own, because a test that talks to a wallbox meanwhile would leave a thread no time to be quick enough.
"""

from contextlib import closing
import os
import signal
import sqlite3
import sys
import time


def wait_and_kill(file: str, pid: int, what: str, seconds: float) -> int:
    """Kill process `pid`, or return 1 when nothing came in time."""
    until = time.monotonic() + seconds
    question = f"SELECT count(*) FROM session WHERE {what}"  # noqa: S608 - a test's own words
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as ledger:
        sys.stdout.write("waiting\n")
        sys.stdout.flush()
        while not ledger.execute(question).fetchone()[0]:
            if time.monotonic() > until:
                return 1
    os.kill(pid, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(
        wait_and_kill(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
    )
