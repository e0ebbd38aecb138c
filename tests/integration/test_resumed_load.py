"""A load that goes on where another run left it: read once, told truly, and as new as a fresh one."""

import contextlib
import time

import psycopg2
import pytest

import compare
from mirroring import quarantined, sqlite_file

ROWS = 600
# Each batch is committed. From the fifth on each fetch fails: what four gave is staged, or three.
BATCHES = {"OE2PG_TEST_COMMIT_MS": "0", "OE2PG_TEST_PAUSE_MS": "10"}
FAILURE = {**BATCHES, "OE2PG_FAULT": "5:always", "OE2PG_FAULT_NAME": "fetch rows"}
DEATH = {**BATCHES, "OE2PG_FAULT": "5:kill", "OE2PG_FAULT_NAME": "fetch rows"}


def fill(path, *more):
    return sqlite_file(
        path, "CREATE TABLE big (id INTEGER PRIMARY KEY, t VARCHAR(80))",
        ("INSERT INTO big VALUES (?, ?)", [(number, "text %d" % number) for number in range(ROWS)]),
        *more)


def begin(mirror, pg, environment=FAILURE):
    """Runs until some batches are staged."""
    mirror.settings(batch_size=100)
    assert mirror.run(environment=environment).status != 0
    staged = pg.value("SELECT sum(rows) FROM oe2pg.piece")
    assert 0 < staged < ROWS, "nothing, or all of it, was staged"
    return staged


@pytest.fixture
def interrupted(mirror, pg, tmp_path):
    mirror.sqlite(fill(tmp_path / "big.sqlite"))
    begin(mirror, pg)
    return mirror


def test_a_resumed_load_counts_each_row_once(interrupted, pg, tmp_path):
    result = interrupted.run_well(environment=BATCHES)
    assert "Synced %d rows for big (total: %d of %d (100.0%%))" % (ROWS, ROWS, ROWS) in result.log
    assert pg.query("SELECT rows_read, rows_inserted FROM oe2pg.table_run WHERE state = 'done'") == [
        (ROWS, ROWS)]
    assert pg.value("SELECT rows_read FROM oe2pg.run ORDER BY id DESC LIMIT 1") == ROWS
    assert pg.query("SELECT state, was_resumed FROM oe2pg.tracking") == [("done", True)]
    compare.assert_sqlite_mirrored(pg, tmp_path / "big.sqlite")


def rows_while_it_waits(mirror, pg, environment):
    """What is told of the table when all of it is read and one reader is in the way."""
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as reader:
        reader.set_session(isolation_level="REPEATABLE READ")
        with reader.cursor() as cursor:
            cursor.execute("SELECT 1")
        told = []
        process = mirror.start(environment=environment)
        while process.poll() is None:
            with contextlib.suppress(psycopg2.Error):  # the tables may not exist yet
                told = pg.query("SELECT rows FROM oe2pg.activity WHERE phase = 'waiting for readers'")
                if told:
                    break
            time.sleep(0.05)
    result = mirror.finish(process)
    assert result.status == 0 and told, result.explain()
    return told[0][0]


def test_progress_of_a_resumed_load_does_not_exceed_the_table(interrupted, pg):
    assert rows_while_it_waits(interrupted, pg, BATCHES) == ROWS


def test_progress_of_a_load_that_is_compared_at_its_end_does_not_exceed_the_table(
        mirror, pg, tmp_path):
    mirror.sqlite(fill(tmp_path / "big.sqlite")).settings(batch_size=100)
    long_load = {**BATCHES, "OE2PG_TEST_COMPARE_AFTER_MS": "0"}
    assert rows_while_it_waits(mirror, pg, long_load) == ROWS


def test_what_changed_before_and_behind_the_position_is_mirrored(interrupted, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "big.sqlite", "UPDATE big SET t = 'changed' WHERE id IN (1, 599)",
        "DELETE FROM big WHERE id IN (2, 598)", "INSERT INTO big VALUES (-5, 'first'), (900, 'last')")
    interrupted.run_well(environment=BATCHES)
    compare.assert_sqlite_mirrored(pg, path)
    assert pg.value("SELECT rows_read FROM oe2pg.table_run WHERE state = 'done'") == ROWS


def test_a_resumed_load_of_rows_with_and_without_a_key_is_read_once(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "holes.sqlite", "CREATE TABLE holes (k VARCHAR(10), t VARCHAR(20))",
        "CREATE UNIQUE INDEX by_k ON holes (k)",
        ("INSERT INTO holes VALUES (?, ?)",
         [("k%03d" % n if n % 3 else None, "t%d" % n) for n in range(ROWS)]))
    mirror.sqlite(path)
    begin(mirror, pg)
    sqlite_file(path, "UPDATE holes SET t = 'changed' WHERE k = 'k001' OR (k IS NULL AND t = 't0')",
                "UPDATE holes SET k = NULL WHERE k = 'k002'")
    mirror.run_well(environment=BATCHES)
    compare.assert_sqlite_mirrored(pg, path)
    assert pg.value("SELECT rows_read FROM oe2pg.table_run WHERE state = 'done'") == ROWS


def test_what_cannot_be_taken_on_both_sides_of_the_position_is_counted_once(mirror, pg, tmp_path):
    nul = "UPDATE big SET t = CAST(x'610062' AS TEXT) WHERE id IN (3, 590)"
    mirror.sqlite(fill(tmp_path / "big.sqlite", nul))
    begin(mirror, pg)
    assert len(quarantined(pg)) == 1
    mirror.run(environment=BATCHES)
    assert len(quarantined(pg)) == 2
    assert pg.query("SELECT state, rows_read, rows_quarantined FROM oe2pg.table_run"
                    " WHERE state = 'done'") == [("done", ROWS, 2)]


def test_a_load_killed_while_it_catches_up_gets_further_before_it_is_compared(
        interrupted, pg, tmp_path):
    path = sqlite_file(tmp_path / "big.sqlite", "UPDATE big SET t = 'changed' WHERE id = 1")
    staged = pg.value("SELECT sum(rows) FROM oe2pg.piece")
    assert interrupted.run(environment={**DEATH, "OE2PG_FAULT": "2:kill"}).status == -9
    assert pg.value("SELECT sum(rows) FROM oe2pg.piece") == staged
    assert interrupted.run(environment={**DEATH, "OE2PG_FAULT": "4:kill"}).status == -9
    assert pg.value("SELECT sum(rows) FROM oe2pg.piece") > staged
    assert rows_while_it_waits(interrupted, pg, BATCHES) == ROWS
    compare.assert_sqlite_mirrored(pg, path)
