"""Whoever reads while a run is going on sees each table as it was before or as it is after, never a
part of it: at every step of the run, at every isolation level, whatever way the table goes."""

import contextlib
import os

import psycopg2
import pytest

import compare
from conftest import Mirror, new_database, program
from mirroring import go_on, need_fault_build, run_to, sqlite_file, steps
from servers import PostgresServer

LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
TABLES = ["big", "loose", "nulls"]
KEPT_EACH = 13  # every so many steps a snapshot is kept until the run has ended

# Each batch is committed, so a staged load has many boundaries.
STAGED = {"OE2PG_TEST_COMMIT_MS": "0", "OE2PG_TEST_READER_WAIT_MS": "0"}


@pytest.fixture(autouse=True)
def fault_build():
    need_fault_build(program())


def fill(path, rows=300):
    return sqlite_file(
        path, "CREATE TABLE big (id INTEGER PRIMARY KEY, t VARCHAR(40))",
        "CREATE TABLE loose (t VARCHAR(40))",
        "CREATE TABLE nulls (k VARCHAR(10), t VARCHAR(10))", "CREATE UNIQUE INDEX u ON nulls (k)",
        ("INSERT INTO big VALUES (?, ?)", [(n, "old %d" % n) for n in range(rows)]),
        ("INSERT INTO loose VALUES (?)", [("row %d" % (n % 7),) for n in range(40)]),
        ("INSERT INTO nulls VALUES (?, ?)", [(None if n % 3 else "k%d" % n, "n%d" % n)
                                             for n in range(30)]))


def change(path):
    sqlite_file(path, "UPDATE big SET t = 'new ' || id WHERE id % 5 = 0",
                "DELETE FROM big WHERE id % 29 = 3",
                "INSERT INTO big SELECT id + 1000, t FROM big WHERE id % 10 = 1",
                "DELETE FROM loose WHERE rowid IN (3, 9)", "INSERT INTO loose VALUES ('more')",
                "UPDATE nulls SET t = 'changed' WHERE k IS NULL AND rowid % 2",
                "DELETE FROM nulls WHERE k = 'k3'")


def source_rows(path):
    return {table: compare.sqlite_rows(path, table) for table in TABLES}


class Reader:
    """One transaction at a time; a table that is not there reads as empty, as it was before."""

    def __init__(self, database, level):
        self.level = level
        self.connection = psycopg2.connect(database.admin_dsn)
        self.cursor = self.connection.cursor()
        self.cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND"
                            " relnamespace = 'pg_catalog'::regnamespace")
        self.all_catalogs = [row[0] for row in self.cursor.fetchall()]
        self.begin()

    def begin(self):
        """A new transaction, in place of the one before."""
        self.connection.rollback()
        self.cursor.execute("SET TRANSACTION ISOLATION LEVEL " + self.level)
        self.catalogs = list(self.all_catalogs)
        self.before = {}
        self.before = self.tables()

    def tables(self):
        return {name: self.rows(name) for name in TABLES}

    def rows(self, name):
        # A session learns of new tables when it locks a relation that it had not locked before.
        if self.catalogs and not self.before.get(name):
            self.cursor.execute("SELECT 1 FROM %s LIMIT 0" % self.catalogs.pop())
        self.cursor.execute("SELECT to_regclass('mirror.%s') IS NOT NULL" % name)
        if not self.cursor.fetchone()[0]:
            return None
        self.cursor.execute("SELECT * FROM mirror.%s" % name)
        rows = {}
        for row in self.cursor.fetchall():
            rows[row] = rows.get(row, 0) + 1
        return rows

    def close(self):
        self.connection.close()


def check(reader, old, new, step):
    """Old or new; within one snapshot what it was when it was taken, or a table that was not there
    then and is there now, empty or whole."""
    for name, rows in reader.tables().items():
        allowed = [old.get(name), new[name]] if name in old else [None, {}, new[name]]
        assert rows in allowed, "step %s: %s at %s sees %s rows of %s, neither old nor new" % (
            step, name, reader.level, None if rows is None else sum(rows.values()), name)
        if reader.level != "READ COMMITTED" and reader.before[name] is not None:
            assert rows == reader.before[name], (
                "step %s: %s changed under a snapshot at %s" % (step, name, reader.level))


def read_at_every_step(mirror, database, old, new, *arguments, environment, keep=True):
    """Takes new snapshots at each step; some stay until the run has ended. Returns the steps."""
    kept = []
    fresh = []
    with contextlib.ExitStack() as closing:
        for number in steps(mirror, *arguments, environment=environment):
            for reader in fresh:  # of the step before
                check(reader, old, new, number)
                reader.begin()
            for reader in kept:
                if number % (2 * KEPT_EACH) == 1:
                    check(reader, old, new, number)
            fresh += [Reader(database, level) for level in LEVELS[len(fresh):]]
            for reader in fresh:
                check(reader, old, new, number)
            if keep and number % KEPT_EACH == 0 and len(kept) < 16:
                kept += fresh[1:]
                for reader in fresh[1:]:
                    closing.callback(reader.close)
                fresh = fresh[:1]
        for reader in kept + fresh:
            check(reader, old, new, "after the end")
        for reader in fresh:
            reader.close()
    assert mirror.result.status == 0, mirror.result.explain()
    return number


def test_snapshots_of_every_step_of_a_first_load_see_no_part_of_a_table(mirror, pg, tmp_path):
    path = fill(tmp_path / "source.sqlite")
    mirror.sqlite(path).settings(batch_size=100, jobs=1)
    count = read_at_every_step(mirror, pg, {}, source_rows(path), environment=STAGED)
    assert count > 100  # there was something to see
    compare.assert_sqlite_mirrored(pg, path)


def test_snapshots_that_end_let_the_rename_go_on_and_no_part_is_seen(mirror, pg, tmp_path):
    path = fill(tmp_path / "source.sqlite")
    mirror.sqlite(path).settings(batch_size=100, jobs=1)
    # Only who may see the snapshots of others can tell old ones from new ones.
    pg.query("GRANT pg_read_all_stats TO mirror")
    try:
        read_at_every_step(mirror, pg, {}, source_rows(path), keep=False,
                           environment={**STAGED, "OE2PG_TEST_READER_WAIT_MS": "60000"})
    finally:
        pg.query("REVOKE pg_read_all_stats FROM mirror")
    compare.assert_sqlite_mirrored(pg, path)


def test_snapshots_of_every_step_of_a_full_sync_see_old_or_new(mirror, pg, tmp_path):
    path = fill(tmp_path / "source.sqlite")
    mirror.sqlite(path).settings(batch_size=100, jobs=1).run_well()
    old = source_rows(path)
    change(path)
    read_at_every_step(mirror, pg, old, source_rows(path), "--full-sync", environment=STAGED)
    compare.assert_sqlite_mirrored(pg, path)


def staged_load(mirror, tmp_path, pg):
    """A first load that stands still after its first commit, with a snapshot taken there."""
    path = fill(tmp_path / "source.sqlite")
    mirror.sqlite(path).settings(batch_size=100, jobs=1)
    process = run_to(mirror, "send rows", number=2, environment={
        **STAGED, "OE2PG_TEST_READER_WAIT_MS": "600"})
    assert pg.tables("oe2pg_staging") != []
    return path, process


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_snapshot_that_stays_makes_the_staged_rows_be_inserted_instead_of_renamed(
        mirror, pg, tmp_path, level):
    path, process = staged_load(mirror, tmp_path, pg)
    staged = pg.value("SELECT min(c.oid) FROM pg_class c WHERE relnamespace ="
                      " 'oe2pg_staging'::regnamespace AND relkind = 'r'")
    reader = Reader(pg, level)
    go_on(process)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    assert not reader.rows("big")
    reader.close()
    assert pg.value("SELECT 'mirror.big'::regclass::oid") != staged
    compare.assert_sqlite_mirrored(pg, path)
    assert pg.tables("oe2pg_staging") == []


def test_without_an_old_snapshot_the_staged_table_is_renamed_into_place(mirror, pg, tmp_path):
    path, process = staged_load(mirror, tmp_path, pg)
    staged = pg.value("SELECT min(c.oid) FROM pg_class c WHERE relnamespace ="
                      " 'oe2pg_staging'::regnamespace AND relkind = 'r'")
    go_on(process)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    assert pg.value("SELECT 'mirror.big'::regclass::oid") == staged
    compare.assert_sqlite_mirrored(pg, path)


# --- publications -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def publisher():
    """A cluster whose changes can be followed."""
    with PostgresServer({"wal_level": "logical"}) as server:
        server.sql("CREATE ROLE mirror LOGIN; CREATE ROLE stranger LOGIN;")
        yield server


@pytest.fixture
def published(publisher):
    database = new_database(publisher)
    yield database
    database.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                   " WHERE database = current_database()")
    publisher.sql("DROP DATABASE %s WITH (FORCE);" % database.name)


def published_changes(database):
    """What test_decoding tells of tables outside the tracking schema."""
    return [row[0] for row in database.query(
        "SELECT data FROM pg_logical_slot_get_changes('watch', NULL, NULL)"
        " WHERE data LIKE 'table %%' AND data NOT LIKE 'table oe2pg.%%'")]


@pytest.mark.parametrize("publication", ["ALL TABLES", "TABLES IN SCHEMA mirror"])
def test_subscribers_see_each_row_of_a_staged_load_once_and_under_its_own_name(
        published, tmp_path, publication):
    path = fill(tmp_path / "source.sqlite")
    published.query("CREATE SCHEMA mirror AUTHORIZATION mirror")
    published.query("CREATE PUBLICATION everything FOR " + publication)
    published.query("SELECT pg_create_logical_replication_slot('watch', 'test_decoding')")
    mirror = Mirror(tmp_path, published).sqlite(path).settings(batch_size=100, jobs=1)
    mirror.run_well(environment=STAGED)
    compare.assert_sqlite_mirrored(published, path)
    told = published_changes(published)
    assert sorted({line.split(":")[0] for line in told if "INSERT" in line}) == [
        "table mirror.big", "table mirror.loose", "table mirror.nulls"]
    assert len([line for line in told if line.startswith("table mirror.big:")]) == 300


def test_with_a_publication_for_all_tables_staging_is_not_logged(published, tmp_path):
    path = fill(tmp_path / "source.sqlite")
    published.query("CREATE PUBLICATION everything FOR ALL TABLES")
    mirror = Mirror(tmp_path, published).sqlite(path).settings(batch_size=100, jobs=1)
    process = run_to(mirror, "send rows", number=2, environment=STAGED)
    kinds = published.query("SELECT DISTINCT relpersistence FROM pg_class WHERE relnamespace ="
                            " 'oe2pg_staging'::regnamespace AND relkind = 'r'")
    go_on(process)
    assert mirror.finish(process).status == 0
    assert kinds == [("u",)]
    assert published.value("SELECT relpersistence FROM pg_class WHERE oid ="
                           " 'mirror.big'::regclass") == "p"


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_table_is_there_where_staging_is_published(published, tmp_path, rows):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE bare (id INTEGER PRIMARY KEY)",
                       *["INSERT INTO bare VALUES (1)"] * rows)
    published.query("CREATE PUBLICATION everything FOR ALL TABLES")
    mirror = Mirror(tmp_path, published).sqlite(path)
    mirror.run_well()
    assert published.tables("oe2pg_staging") == []
    assert published.value("SELECT count(*) FROM mirror.bare") == rows
    mirror.run_well()


def test_what_is_left_in_staging_under_a_tables_name_is_replaced(published, tmp_path):
    path = fill(tmp_path / "source.sqlite")
    mirror = Mirror(tmp_path, published).sqlite(path).settings(batch_size=100, jobs=1)
    process = run_to(mirror, "could not record how far the load came", "--table", "big", number=6,
                     environment=STAGED)
    process.kill()
    mirror.finish(process)
    assert len(published.tables("oe2pg_staging")) == 1
    published.query("UPDATE oe2pg.tracking SET state = 'pending', staging_table = NULL")
    mirror.run_well(environment=STAGED)
    compare.assert_sqlite_mirrored(published, path)
    assert published.tables("oe2pg_staging") == []
