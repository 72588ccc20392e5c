BEGIN TRANSACTION;
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
;
INSERT INTO "decision" VALUES(1,1793604600000000,'garage',1,'charge_now','ada',1,'it''s late');
INSERT INTO "decision" VALUES(2,1793608200000000,'garage',NULL,'charge_now',NULL,0,'');
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
;
INSERT INTO "dsr_event" VALUES('garage','axle','e''2','planned','up',NULL,1793604600000000,1793608200000000,0,0,0,'','announced',1793601000000000,NULL,NULL,NULL);
INSERT INTO "dsr_event" VALUES('garage','axle','e1','planned','down',0.0,1793604600000000,1793608200000000,0,120,-30,'peak','completed',1793601000000000,1793604600000000,'ada','session');
CREATE TABLE last_id (given INTEGER NOT NULL) STRICT;
INSERT INTO "last_id" VALUES(448404751);
CREATE TABLE sample (
    transaction_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    at INTEGER NOT NULL,
    power REAL,
    energy REAL,
    current REAL,
    PRIMARY KEY (transaction_id, at)
) STRICT, WITHOUT ROWID
;
INSERT INTO "sample" VALUES(448401150,1793604600000000,7000.0,0.0,30.4);
INSERT INTO "sample" VALUES(448401150,1793604660000000,7001.0,116.7,30.4);
INSERT INTO "sample" VALUES(448401150,1793604720000000,7002.0,233.4,30.4);
INSERT INTO "sample" VALUES(448401150,1793604780000000,7003.0,350.1,30.4);
INSERT INTO "sample" VALUES(448401150,1793604840000000,7004.0,466.8,30.4);
INSERT INTO "sample" VALUES(448401150,1793605140000000,NULL,900.0,NULL);
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
;
INSERT INTO "session" VALUES(77,'drive',2,NULL,'',1793608200000000,NULL,5.5,NULL,1500.0,1793608260000000,12.25,60000000,NULL,1,0,0);
INSERT INTO "session" VALUES(448401150,'garage',1,NULL,'04A1',1793604600000000,1793608200000000,1000.0,NULL,1500.0,1793604660000000,7000.0,3600000000,'local',32,4,0);
INSERT INTO "session" VALUES(448402950,'drive',1,-4,'',1793611800000000,1793615400000000,NULL,8000.0,NULL,NULL,7000.0,3600000000,'local',3,0,1);
INSERT INTO "session" VALUES(448404750,'garäge''s',1,NULL,'t''1',1793604600000000,NULL,NULL,NULL,NULL,NULL,0.0,0,NULL,18,0,0);
CREATE TABLE trace (
    source INTEGER NOT NULL REFERENCES trace_source ON DELETE CASCADE,
    second INTEGER NOT NULL,
    power REAL,
    current REAL,
    register REAL,
    derived INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, second)
) STRICT, WITHOUT ROWID
;
INSERT INTO "trace" VALUES(1,1793604600,7000.0,30.4,1000.0,0);
INSERT INTO "trace" VALUES(1,1793604601,7001.0,NULL,1002.0,1);
INSERT INTO "trace" VALUES(1,1793604660,NULL,30.1,NULL,0);
INSERT INTO "trace" VALUES(2,1793604605,7000.0,NULL,NULL,0);
CREATE TABLE trace_source (
    id INTEGER PRIMARY KEY,
    charge_point TEXT NOT NULL,
    connector INTEGER NOT NULL,
    thinned_until INTEGER NOT NULL DEFAULT 0,
    UNIQUE (charge_point, connector)
) STRICT
;
INSERT INTO "trace_source" VALUES(1,'garage',1,0);
INSERT INTO "trace_source" VALUES(2,'garäge''s',2,0);
CREATE INDEX session_by_charge_point ON session (charge_point, started_at);
CREATE INDEX session_by_start ON session (started_at);
CREATE INDEX session_running ON session (charge_point) WHERE stopped_at IS NULL;
CREATE INDEX session_by_wallbox_id ON session (charge_point, wallbox_transaction_id) WHERE wallbox_transaction_id IS NOT NULL;
CREATE INDEX dsr_event_by_start ON dsr_event (starts);
CREATE INDEX decision_by_charge_point ON decision (charge_point, at);
CREATE INDEX decision_by_time ON decision (at);
PRAGMA user_version = 2;
COMMIT;
