BEGIN TRANSACTION;
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
CREATE INDEX session_by_charge_point ON session (charge_point, started_at);
CREATE INDEX session_by_start ON session (started_at);
CREATE INDEX session_running ON session (charge_point) WHERE stopped_at IS NULL;
CREATE INDEX session_by_wallbox_id ON session (charge_point, wallbox_transaction_id) WHERE wallbox_transaction_id IS NOT NULL;
PRAGMA user_version = 1;
COMMIT;
