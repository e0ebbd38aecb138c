"""What tests of a mirror over several runs have in common: a small SQLite source that changes, what
a run wrote, and a run that is stopped at each of its steps."""

import contextlib
import functools
import os
import re
import signal
import sqlite3
import time

import pytest


def sqlite_file(path, *statements):
    """Runs statements, or (statement, rows) for many rows, on a file that is made if it is not there."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            if isinstance(statement, str):
                database.execute(statement)
            else:
                database.executemany(*statement)
    return path


def row_versions(pg, schema="mirror"):
    """Where each row is and which transaction wrote it."""
    return {table: sorted(pg.query('SELECT ctid::text, xmin::text FROM "%s"."%s"' % (schema, table)))
            for table in pg.tables(schema)}


def last_run(pg):
    """Rows inserted, updated, deleted by the last run."""
    return pg.query("SELECT rows_inserted, rows_updated, rows_deleted FROM oe2pg.run"
                    " ORDER BY id DESC LIMIT 1")[0]


def mirrored(pg, table, columns="*"):
    """All rows, in order of their text."""
    return sorted(pg.query('SELECT %s FROM mirror."%s"' % (columns, table)),
                  key=lambda row: [(value is not None, str(value)) for value in row])


def quarantined(pg, *columns):
    """Unresolved entries, oldest first."""
    return pg.query("SELECT %s FROM oe2pg.quarantine WHERE resolved_at IS NULL ORDER BY id"
                    % ", ".join(columns or ("source_table", "reason")))


# What each step of src/target/tracking_schema.c added, taken back, the newest first.
STEPS_BACK = {
    13: ["DROP TABLE oe2pg.sequence, oe2pg.source_view"],
    12: ["ALTER TABLE oe2pg.quarantine DROP COLUMN value_count"],
    11: ["ALTER TABLE oe2pg.column_way DROP COLUMN counts_bytes"],
    10: ["DROP TABLE oe2pg.typed_view"],
    9: ["DROP TABLE oe2pg.witness"],
    8: ["DROP TABLE oe2pg.object"],
    7: ["ALTER TABLE oe2pg.tracking DROP COLUMN source_version"],
    6: ["DROP TABLE oe2pg.column_way"],
    5: ["ALTER TABLE oe2pg.piece DROP COLUMN kind, DROP COLUMN row_ids, DROP COLUMN state"],
    4: ["ALTER TABLE oe2pg.verification DROP COLUMN quarantined, DROP COLUMN unrecorded",
        "ALTER TABLE oe2pg.tracking DROP COLUMN stale_columns"],
}


def older_tracking(pg, version):
    """The tracking tables as a program left them that knew this version."""
    newest = pg.value("SELECT max(version) FROM oe2pg.version")
    assert newest == max(STEPS_BACK), "how is step %d taken back?" % newest
    for step, statements in STEPS_BACK.items():
        for statement in statements if step > version else []:
            pg.query(statement)
    pg.query("DELETE FROM oe2pg.version WHERE version > %s", [version])
    assert pg.value("SELECT max(version) FROM oe2pg.version") == version


def errors(result):
    return "\n".join(result.log_lines("ERROR"))


# --- steps ----------------------------------------------------------------------------------------

@functools.cache
def is_fault_build(path):
    return "fault_point" in os.popen("nm --defined-only '%s' 2>/dev/null" % path).read()


def need_fault_build(program):
    if not is_fault_build(program[-1]):
        pytest.skip("left out: this build has no fault points")


def is_stopped(process):
    """True when the process stands still; None once it has ended."""
    try:
        with open("/proc/%d/stat" % process.pid) as status:
            state = status.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return None
    return None if state == "Z" else state in "Tt"


def wait_until_stopped(process, seconds=60):
    """False when it has ended instead."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = is_stopped(process)
        if found is not False:
            return bool(found)
        time.sleep(0.002)
    process.kill()
    raise AssertionError("the run neither stopped nor ended")


def go_on(process):
    os.kill(process.pid, signal.SIGCONT)


def steps(mirror, *arguments, environment=None):
    """A run that stands still at each step of its own (fault point) while the caller looks; gives
    the number of the step. The result of the run is left in mirror.result."""
    process = mirror.start(*arguments, environment={
        **(environment or {}), "OE2PG_FAULT": "1:pace"})
    number = 0
    try:
        while wait_until_stopped(process):
            number += 1
            yield number
            go_on(process)
    finally:
        if process.poll() is None and is_stopped(process):
            process.kill()
        mirror.result = mirror.finish(process)


def run_to(mirror, point, *arguments, number=1, environment=None):
    """A run that stands still before it does what the fault point is named after."""
    process = mirror.start(*arguments, environment={
        **(environment or {}), "OE2PG_FAULT": "%d:stop" % number, "OE2PG_FAULT_NAME": point})
    assert wait_until_stopped(process), mirror.finish(process).explain()
    return process


def fault_count(result):
    return int(re.search(r"^fault points: (\d+)$", result.stderr, re.M).group(1))
