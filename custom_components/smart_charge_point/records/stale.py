"""Which sessions have slots that no longer say what they were. Each function is part of a transaction."""

import sqlite3


def outdate(connection: sqlite3.Connection, transaction_id: int) -> None:
    """Take note that the slots of a session no longer say what it was."""
    connection.execute("INSERT OR IGNORE INTO stale VALUES (?)", (transaction_id,))


def outdate_running(connection: sqlite3.Connection) -> None:
    """Take note that sessions that run have gone on."""
    connection.execute(
        "INSERT OR IGNORE INTO stale SELECT transaction_id FROM session WHERE stopped_at IS NULL"
    )


def any_outdated(connection: sqlite3.Connection) -> bool:
    """Return whether there is a session whose slots are to be made anew."""
    return connection.execute("SELECT 1 FROM stale LIMIT 1").fetchone() is not None
