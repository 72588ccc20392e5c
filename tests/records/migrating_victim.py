"""A process that opens a ledger and is killed before its nth statement to SQLite; it ends well where there is none."""

import os
from pathlib import Path
import signal
import sqlite3
import sys
from typing import Any
from unittest.mock import patch

from .victim import without_home_assistant


def _open(path: Path, fatal: int) -> None:
    from custom_components.smart_charge_point.records.database import Database  # noqa: PLC0415

    left = fatal
    connect = sqlite3.connect

    def count(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.set_trace_callback(count)
        return connection

    with patch.object(sqlite3, "connect", watched):
        Database(path).open()


if __name__ == "__main__":
    without_home_assistant()
    _open(Path(sys.argv[1]), int(sys.argv[2]))
