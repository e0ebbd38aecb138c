"""Whatever ends a run, the next one continues and ends right; one table's trouble is its own."""

import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3

import pytest

import compare
from conftest import MIRROR_PASSWORD
from mirroring import go_on, run_to, sqlite_file


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    """One table of many batches; a test steps in between them."""
    path = tmp_path_factory.mktemp("big") / "big.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE big (a INTEGER, b VARCHAR(8), t VARCHAR(80), PRIMARY KEY (a, b))")
        database.executemany(
            "INSERT INTO big VALUES (?, ?, ?)",
            ((n // 3, "abc"[n % 3], "text %d ü" % n if n % 7 else None) for n in range(12_000)))
    return path


@pytest.fixture(scope="module")
def big_rows(big_file):
    return compare.sqlite_rows(big_file, "big")


@pytest.fixture
def big(mirror, big_file):
    return mirror.sqlite(big_file).settings(batch_size=500)


def assert_nobody_saw_half_a_table(pg, big_rows):
    """A reader finds the whole table or none."""
    if pg.tables():
        assert pg.value("SELECT count(*) FROM mirror.big") == sum(big_rows.values())


def test_a_run_killed_while_it_loads_is_continued_by_the_next(big, pg, big_rows):
    process = run_to(big, "fetch rows", number=5)
    process.kill()
    big.finish(process)
    assert_nobody_saw_half_a_table(pg, big_rows)
    big.run_well()
    compare.assert_mirrored(pg, "mirror", "big", big_rows)
    assert pg.tables("oe2pg_staging") == []


# A test build commits a first load as often as this says, not every five seconds only.
OFTEN = {"OE2PG_TEST_COMMIT_MS": "0"}


def test_a_killed_load_goes_on_where_it_was_committed_last(big, pg, big_rows):
    process = run_to(big, "fetch rows", number=5, environment=OFTEN)
    assert pg.query("SELECT 1 FROM oe2pg.piece WHERE rows > 0")
    process.kill()
    big.finish(process)
    assert pg.tables() == []
    big.run_well()
    compare.assert_mirrored(pg, "mirror", "big", big_rows)
    # The rest, and all of it once more: what was read before the kill may have changed since.
    read = pg.value("SELECT rows_read FROM oe2pg.table_run ORDER BY run_id DESC LIMIT 1")
    assert sum(big_rows.values()) <= read < 2 * sum(big_rows.values())


def test_what_changed_behind_a_killed_load_is_found_by_the_run_that_ends_it(
        mirror, pg, big_file, tmp_path):
    path = tmp_path / "changing.sqlite"
    shutil.copy(big_file, path)
    process = run_to(mirror.sqlite(path).settings(batch_size=500), "fetch rows", number=5,
                     environment=OFTEN)
    assert pg.query("SELECT 1 FROM oe2pg.piece WHERE rows > 100")
    process.kill()
    mirror.finish(process)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript("UPDATE big SET t = 'changed' WHERE a = 1; DELETE FROM big WHERE a = 2;"
                               "INSERT INTO big VALUES (0, 'between', 'new')")
    mirror.run_well()
    compare.assert_sqlite_mirrored(pg, path)
    assert pg.query("SELECT state, was_resumed FROM oe2pg.tracking") == [("done", True)]


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "small.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE keyless (n INTEGER, t VARCHAR(20))")
        database.executemany("INSERT INTO keyless VALUES (?, ?)", ((n % 7, "x%d" % n) for n in range(90)))
    return path


def test_a_load_that_took_long_is_compared_before_it_is_done(mirror, pg, small_file):
    mirror.sqlite(small_file).run_well(environment={"OE2PG_TEST_COMPARE_AFTER_MS": "0"})
    compare.assert_sqlite_mirrored(pg, small_file)
    assert pg.query("SELECT state FROM oe2pg.tracking") == [("done",)]
    assert pg.query("SELECT rows_read, rows_inserted, rows_deleted FROM oe2pg.table_run") == [(180, 90, 0)]


def test_a_long_load_killed_before_its_comparison_is_compared_by_the_next_run(mirror, pg, small_file):
    mirror.sqlite(small_file)
    # The fetches of the load are over when the rows are compared.
    environment = {"OE2PG_TEST_COMPARE_AFTER_MS": "0", "OE2PG_FAULT": "2:kill",
                   "OE2PG_FAULT_NAME": "open a cursor"}
    assert mirror.run(environment=environment).status == -9
    assert pg.query("SELECT state, last_success_at FROM oe2pg.tracking") == [("running", None)]
    with contextlib.closing(sqlite3.connect(small_file)) as database, database:
        database.execute("UPDATE keyless SET t = 'changed' WHERE n = 3")
    mirror.run_well()
    compare.assert_sqlite_mirrored(pg, small_file)
    assert pg.query("SELECT state FROM oe2pg.tracking") == [("done",)]


def test_a_run_killed_again_and_again_still_ends_right(big, pg, big_rows):
    moments = random.Random(11)
    for _ in range(6):
        big.run(environment={**OFTEN, "OE2PG_FAULT": "%d:kill" % moments.randrange(1, 150)})
        if pg.tables():
            break  # it was faster
        assert_nobody_saw_half_a_table(pg, big_rows)
    if not pg.tables():
        big.run_well("--table", "big")  # twice killed before it got further, it waits for its name
    compare.assert_mirrored(pg, "mirror", "big", big_rows)


def test_sessions_ended_by_an_administrator_do_not_end_the_load(big, pg, big_rows):
    process = run_to(big, "fetch rows", number=5, environment=OFTEN)
    assert pg.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name LIKE 'oe2pg%job%'")
    go_on(process)
    big.finish(process)
    assert_nobody_saw_half_a_table(pg, big_rows)
    if not pg.tables():
        big.run_well()
    compare.assert_mirrored(pg, "mirror", "big", big_rows)


def test_a_second_run_at_the_same_time_is_status_5_and_says_who_holds_the_mirror(big, pg, big_rows):
    first = run_to(big, "fetch rows", number=3)
    second = big.run()
    go_on(first)
    run, since = pg.query("SELECT id, to_char(started_at, 'YYYY-MM-DD') FROM oe2pg.run")[0]
    assert second.status == 5, second.explain()
    assert str(run) in second.stderr and socket.gethostname() in second.stderr, second.explain()
    assert since in second.stderr or since[:4] in second.stderr, second.explain()
    result = big.finish(first)
    assert result.status == 0, result.explain()
    compare.assert_mirrored(pg, "mirror", "big", big_rows)


@pytest.mark.parametrize("number, status", [
    (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_soon_and_cleanly(big, pg, big_rows, number, status):
    process = run_to(big, "fetch rows", number=5)
    process.send_signal(number)
    go_on(process)
    result = big.finish(process)
    assert result.status == status, result.explain()
    assert_nobody_saw_half_a_table(pg, big_rows)
    words = "%s by %s" % ("interrupted" if number == signal.SIGINT else "asked to end", number.name)
    assert pg.query("SELECT state, error FROM oe2pg.run") == [("interrupted", words)]
    assert "%s: ending" % words in result.log
    big.run_well()
    compare.assert_mirrored(pg, "mirror", "big", big_rows)


# --- one table's trouble ----------------------------------------------------------------------------

@pytest.fixture
def guarded(mirror, second_pg):
    """A source in which one table may not be read."""
    second_pg.query(
        "CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO mirror;"
        "CREATE TABLE shop.open_one (id int PRIMARY KEY); INSERT INTO shop.open_one VALUES (1);"
        "CREATE TABLE shop.guarded (id int PRIMARY KEY); INSERT INTO shop.guarded VALUES (1);"
        "CREATE TABLE shop.open_two (id int PRIMARY KEY); INSERT INTO shop.open_two VALUES (2);"
        "GRANT SELECT ON shop.open_one, shop.open_two TO mirror")
    return mirror.source(
        odbc_connection="Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
        % (second_pg.server.host, second_pg.server.port, second_pg.name, MIRROR_PASSWORD),
        schema="shop")


def test_a_table_that_fails_does_not_stop_the_others(guarded, pg):
    result = guarded.run("--jobs", "1")
    assert result.status == 1, result.explain()
    assert pg.tables("shop") == ["open_one", "open_two"]
    assert pg.value("SELECT id FROM shop.open_two") == "2"


def test_a_table_that_failed_is_named_with_its_remedy_when_it_fails_and_in_the_summary(guarded, pg):
    result = guarded.run()
    named = [line for line in result.log_lines() if "guarded" in line]
    assert len(named) >= 2, result.explain()
    assert any(" - ERROR - " in line and "GRANT" in line for line in named), result.explain()
    state, error, hint = pg.query("SELECT state, error, hint FROM oe2pg.tracking WHERE source_table ="
                                  " 'guarded'")[0]
    assert state == "failed" and error and "GRANT" in hint
    assert pg.query("SELECT state, tables_done, tables_failed FROM oe2pg.run")[0][1:] == (2, 1)


def test_a_table_whose_trouble_has_gone_is_mirrored_by_the_next_run(guarded, pg, second_pg):
    guarded.run()
    second_pg.query("GRANT SELECT ON shop.guarded TO mirror")
    guarded.run("--table", "guarded")
    assert pg.tables("shop") == ["guarded", "open_one", "open_two"]
    assert pg.query("SELECT state, error FROM oe2pg.tracking WHERE source_table = 'guarded'") == [
        ("done", None)]
    assert not os.path.exists(guarded.directory / "ignored_tables.txt")


@pytest.mark.parametrize("last", ["7aff", "7a00ff"])
def test_a_position_that_is_no_text_does_not_end_the_load(mirror, pg, tmp_path, last):
    path = sqlite_file(
        tmp_path / "keys.sqlite", "CREATE TABLE big (k VARCHAR(20) PRIMARY KEY NOT NULL, t TEXT)",
        ("INSERT INTO big VALUES (?, 'x')", [("k%04d" % number,) for number in range(350)]),
        # One in the middle, at the end of a batch, and one at the very end.
        "INSERT INTO big VALUES (CAST(x'6b30313939ff' AS TEXT), 'middle')",
        "INSERT INTO big VALUES (CAST(x'%s' AS TEXT), 'last')" % last)
    mirror.sqlite(path).settings(batch_size=100)
    # The last of the load's transactions, after that at the end of its part.
    result = mirror.run(environment={"OE2PG_TEST_COMMIT_MS": "0", "OE2PG_FAULT": "1:kill",
                                     "OE2PG_FAULT_NAME": "could not look for readers with an old snapshot"})
    assert result.status == -9, result.explain()
    assert pg.value("SELECT state FROM oe2pg.tracking") == "staged"
    mirror.run(environment={"OE2PG_TEST_COMMIT_MS": "0"})
    assert pg.value("SELECT count(*) FROM mirror.big") == 352
    assert pg.query("SELECT t FROM mirror.big WHERE k IS NULL ORDER BY 1") == [
        ("last",), ("middle",)]


def test_a_load_that_is_compared_leaves_no_row_out(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "plain.sqlite", "CREATE TABLE plain (id INTEGER PRIMARY KEY)",
        ("INSERT INTO plain VALUES (?)", [(number,) for number in range(300)]))
    result = mirror.sqlite(path).run_well(environment={"OE2PG_TEST_COMPARE_AFTER_MS": "0"})
    assert "left out" not in result.log
    assert "Synced 300 rows for plain (total: 300 of 300 (100.0%))" in result.log, result.explain()
