"""A run over an unchanged source writes nothing into the mirrored tables, however it is asked."""

import time

import psycopg2
import pytest

from mirroring import last_run, row_versions, sqlite_file

COUNTERS = ("SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, n_dead_tup FROM pg_stat_user_tables"
            " WHERE schemaname = 'mirror' ORDER BY 1")
FILES = ("SELECT relname, oid, relfilenode, pg_relation_size(oid) FROM pg_class WHERE relnamespace ="
         " 'mirror'::regnamespace ORDER BY 1")
WAYS = [[], ["--full-sync"]]


@pytest.fixture
def loaded(mirror, make_sample):
    mirror.sqlite(make_sample(5_000)).run_well()
    return mirror


@pytest.mark.parametrize("arguments", WAYS)
def test_an_unchanged_source_leaves_every_row_where_and_as_it_is(loaded, pg, arguments):
    before = row_versions(pg)
    loaded.run_well(*arguments)
    assert row_versions(pg) == before
    assert last_run(pg) == (0, 0, 0)


def test_an_unchanged_source_makes_no_new_file_of_a_table(loaded, pg):
    before = pg.query(FILES)
    loaded.run_well("--full-sync")
    assert pg.query(FILES) == before


def test_postgresql_counts_no_write_in_a_mirrored_table(loaded, pg):
    time.sleep(1.2)  # sessions report their counts with a delay
    before = pg.query(COUNTERS)
    assert sum(row[1] for row in before) > 1000
    loaded.run_well()
    loaded.run_well("--full-sync")
    time.sleep(1.2)
    assert pg.query(COUNTERS) == before


def wal_of_a_run(mirror, pg, *arguments):
    pg.query("CHECKPOINT")
    before = pg.value("SELECT pg_current_wal_insert_lsn()")
    mirror.run_well(*arguments)
    return int(pg.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", [before]))


def test_what_an_unchanged_run_logs_does_not_grow_with_the_table(mirror, pg, tmp_path):
    """Half a megabyte at most: 50 times the rows make no difference that matters."""
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       ("INSERT INTO t VALUES (?, ?)", [(n, "x" * 300) for n in range(200)]))
    mirror.sqlite(path).run_well()
    few = min(wal_of_a_run(mirror, pg, "--full-sync") for _ in range(2))
    sqlite_file(path, ("INSERT INTO t VALUES (?, ?)", [(n, "x" * 300) for n in range(200, 10_000)]))
    assert wal_of_a_run(mirror, pg) > 3_000_000
    many = min(wal_of_a_run(mirror, pg, "--full-sync") for _ in range(2))
    assert few < 500_000 and many < few + 100_000


def test_an_unchanged_run_waits_for_nobody_who_has_locked_a_mirrored_table(loaded, pg):
    """Only a table with differences is locked."""
    with psycopg2.connect(pg.admin_dsn) as writer, writer.cursor() as cursor:
        cursor.execute("LOCK TABLE mirror.customer IN ROW EXCLUSIVE MODE")
        loaded.run_well("--full-sync")


def test_a_known_bad_value_is_not_written_again(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       "INSERT INTO t VALUES (1, 'good'), (2, CAST(x'ff41' AS TEXT))")
    mirror.sqlite(path)
    assert mirror.run().status == 1
    before = row_versions(pg)
    mirror.run_well("--full-sync")
    assert row_versions(pg) == before
