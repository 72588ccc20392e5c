"""The shape of the ledger's file, and how a file of an older release comes to it.

`PRAGMA user_version` says which shape a file has. Every shape is reached from the one before it, so that a file of any
age can be opened; a migration that was released is never edited.
"""

from collections.abc import Callable
import sqlite3
from typing import Final

from .errors import NewerLedgerError

type Migration = Callable[[sqlite3.Connection], None]

_SESSIONS: Final = """
CREATE TABLE session (
    transaction_id INTEGER PRIMARY KEY,
    charge_point TEXT NOT NULL,
    connector INTEGER NOT NULL,
    -- The id that the wallbox uses, where it is not ours.
    wallbox_transaction_id INTEGER,
    tag TEXT NOT NULL,
    -- Times are microseconds since 1970-01-01 UTC, durations microseconds, energy Wh.
    started_at INTEGER NOT NULL,
    stopped_at INTEGER,
    meter_start REAL,
    meter_stop REAL,
    meter_last REAL,
    meter_last_at INTEGER,
    energy REAL NOT NULL DEFAULT 0,
    flow_time INTEGER NOT NULL DEFAULT 0,
    stop_reason TEXT,
    -- Doubts are bits (rows.py); those of the stop stand apart, because a better stop takes their place.
    doubts INTEGER NOT NULL DEFAULT 0,
    stop_doubts INTEGER NOT NULL DEFAULT 0,
    -- 1: we concluded that it ended; the wallbox's own stop, however late, takes its place.
    provisional INTEGER NOT NULL DEFAULT 0
) STRICT
"""

_INDICES: Final = (
    "CREATE INDEX session_by_charge_point ON session (charge_point, started_at)",
    "CREATE INDEX session_by_start ON session (started_at)",
    "CREATE INDEX session_running ON session (charge_point) WHERE stopped_at IS NULL",
    (
        "CREATE INDEX session_by_wallbox_id ON session (charge_point, wallbox_transaction_id) "
        "WHERE wallbox_transaction_id IS NOT NULL"
    ),
)

_SAMPLES: Final = """
CREATE TABLE sample (
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    at INTEGER NOT NULL,
    power REAL,
    energy REAL,
    current REAL,
    PRIMARY KEY (transaction_id, at)
) STRICT, WITHOUT ROWID
"""

# Outlives the sessions: an id is never given twice, also when its session was deleted.
_LAST_ID: Final = "CREATE TABLE last_id (given INTEGER NOT NULL) STRICT"


# Seconds before `thinned_until` (since 1970) have been made minutes.
_TRACE_SOURCES: Final = """
CREATE TABLE trace_source (
    id INTEGER PRIMARY KEY,
    charge_point TEXT NOT NULL,
    connector INTEGER NOT NULL,
    thinned_until INTEGER NOT NULL DEFAULT 0,
    UNIQUE (charge_point, connector)
) STRICT
"""

# One row a second: what is spared here is spared 86,400 times a day. Power W, current A, register Wh.
_TRACES: Final = """
CREATE TABLE trace (
    source INTEGER NOT NULL REFERENCES trace_source ON DELETE CASCADE,
    second INTEGER NOT NULL,
    power REAL,
    current REAL,
    register REAL,
    derived INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, second)
) STRICT, WITHOUT ROWID
"""

_DSR_EVENTS: Final = """
CREATE TABLE dsr_event (
    charge_point TEXT NOT NULL,
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    -- A per phase; NULL: no limit was asked for.
    amperes REAL,
    -- Times are microseconds since 1970-01-01 UTC, delays seconds.
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    equivalent_delay_applied INTEGER NOT NULL,
    start_delay INTEGER NOT NULL,
    end_delay INTEGER NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    opted_out_at INTEGER,
    opted_out_by TEXT,
    opted_out_of TEXT,
    PRIMARY KEY (charge_point, provider, event_id)
) STRICT, WITHOUT ROWID
"""

_DECISIONS: Final = """
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    charge_point TEXT NOT NULL,
    -- NULL: the whole charge point.
    connector INTEGER,
    kind TEXT NOT NULL,
    user_id TEXT,
    allowed INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT
"""

_INDICES_OF_DECISIONS: Final = (
    "CREATE INDEX dsr_event_by_start ON dsr_event (starts)",
    "CREATE INDEX decision_by_charge_point ON decision (charge_point, at)",
    "CREATE INDEX decision_by_time ON decision (at)",
)

# What the owner's figures are made of. Half hours and hours are counted since 1970-01-01 UTC; `limit` is SQL's own word.
_MORE_OF_SESSIONS: Final = (
    "connected_at INTEGER",
    "disconnected_at INTEGER",
    "person TEXT",
    "vehicle TEXT",
    "odometer REAL",
    "exported REAL",
    # Bits: 1 the person, 2 the vehicle stands there because the owner says so.
    "corrected INTEGER NOT NULL DEFAULT 0",
    # What its slots come to, so that lists need not add up: `unpriced` and `sourced` are Wh, `co2` g.
    "peak_power REAL",
    "cost REAL",
    "unpriced REAL NOT NULL DEFAULT 0",
    "solar REAL",
    "battery REAL",
    "sourced REAL NOT NULL DEFAULT 0",
    "co2 REAL",
    "estimated INTEGER NOT NULL DEFAULT 0",
)

# What thinning must not lose of a half hour: its first and last energy, its highest power.
_MARKS: Final = """
CREATE TABLE mark (
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    half_hour INTEGER NOT NULL,
    first_at INTEGER,
    first_energy REAL,
    last_at INTEGER,
    last_energy REAL,
    peak REAL,
    PRIMARY KEY (transaction_id, half_hour)
) STRICT, WITHOUT ROWID
"""

# Wh, microseconds, currency per kWh, g. Price and sources stand here too: a year is added up at each look.
_SLOTS: Final = """
CREATE TABLE slot (
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    half_hour INTEGER NOT NULL,
    energy REAL NOT NULL,
    flow_time INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    price REAL,
    solar REAL,
    battery REAL,
    co2 REAL,
    PRIMARY KEY (transaction_id, half_hour)
) STRICT, WITHOUT ROWID
"""

# Sessions that changed and whose slots have not been made anew.
_STALE: Final = """
CREATE TABLE stale (
    transaction_id INTEGER PRIMARY KEY REFERENCES session ON DELETE CASCADE
) STRICT
"""

# `shown` 1: an entity showed it.
_PRICES: Final = """
CREATE TABLE price (
    at INTEGER PRIMARY KEY,
    value REAL,
    shown INTEGER NOT NULL
) STRICT
"""

_MIXES: Final = """
CREATE TABLE mix (
    hour INTEGER PRIMARY KEY,
    solar REAL,
    battery REAL,
    co2 REAL
) STRICT
"""

# `hour` NULL: nothing is due. The row stays, so that no count of changes comes twice.
_DUE: Final = """
CREATE TABLE due (
    charge_point TEXT PRIMARY KEY,
    hour INTEGER,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""

_REASONS: Final = """
CREATE TABLE reason (
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL,
    amperes REAL,
    PRIMARY KEY (transaction_id, since)
) STRICT, WITHOUT ROWID
"""

_CORRECTIONS: Final = """
CREATE TABLE correction (
    id INTEGER PRIMARY KEY,
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    field TEXT NOT NULL,
    before TEXT,
    value TEXT,
    user_id TEXT,
    at INTEGER NOT NULL,
    taken_back INTEGER NOT NULL
) STRICT
"""

# `charge_point` NULL: of the home. `detail` is JSON.
_RESULTS: Final = """
CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    charge_point TEXT,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT
"""

_INDICES_OF_USAGE: Final = (
    "CREATE INDEX slot_by_time ON slot (half_hour)",
    "CREATE INDEX session_by_person ON session (person, started_at) WHERE person IS NOT NULL",
    "CREATE INDEX session_by_vehicle ON session (vehicle, started_at) WHERE vehicle IS NOT NULL",
    "CREATE INDEX correction_by_session ON correction (transaction_id)",
    "CREATE INDEX result_by_kind ON result (charge_point, kind, at)",
)


def _first_shape(connection: sqlite3.Connection) -> None:
    for statement in (_SESSIONS, *_INDICES, _SAMPLES, _LAST_ID):
        connection.execute(statement)
    connection.execute("INSERT INTO last_id VALUES (0)")


def _second_shape(connection: sqlite3.Connection) -> None:
    """Traces, demand-side response events and decisions stand beside the sessions."""
    for statement in (
        _TRACE_SOURCES,
        _TRACES,
        _DSR_EVENTS,
        _DECISIONS,
        *_INDICES_OF_DECISIONS,
    ):
        connection.execute(statement)


def _third_shape(connection: sqlite3.Connection) -> None:
    """Sessions know what they took by the half hour, and results stand beside them.

    Sessions that ended get their slots at the first look at them.
    """
    for column in _MORE_OF_SESSIONS:
        connection.execute(f"ALTER TABLE session ADD COLUMN {column}")
    for statement in (
        _MARKS,
        _SLOTS,
        _STALE,
        _PRICES,
        _MIXES,
        _DUE,
        _REASONS,
        _CORRECTIONS,
        _RESULTS,
        *_INDICES_OF_USAGE,
    ):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO stale SELECT transaction_id FROM session WHERE stopped_at IS NOT NULL"
    )


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _first_shape,
    _second_shape,
    _third_shape,
)
"""The migration at index n leads from version n to version n + 1."""


def refuse_newer(connection: sqlite3.Connection) -> None:
    """Read the version of the file and change nothing.

    Raises:
        NewerLedgerError: a newer release wrote the file.
    """
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise NewerLedgerError(
            f"The file has version {version}, this release knows {len(MIGRATIONS)}"
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the present shape: wholly, or not at all."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in MIGRATIONS[_version(connection) :]:
            migration(connection)
        # A pragma takes no parameters; the number is ours.
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
