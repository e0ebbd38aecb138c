"""A large first load is committed in parts. A reader with an old snapshot, on a standby too, sees none
of its rows or all of them when the table is in its place, however the standby is fed and whatever
the role of oe2pg may see of it."""

import contextlib
import json

import psycopg2
import psycopg2.extras
import pytest

import compare
from conftest import MIRROR_PASSWORD, Database, Mirror, new_database, program
from mirroring import go_on, need_fault_build, sqlite_file, wait_until_stopped
from servers import PostgresServer, PostgresStandby

ROWS = 300
STAGED = {"OE2PG_TEST_COMMIT_MS": "0", "OE2PG_TEST_READER_WAIT_MS": "0"}


@pytest.fixture(autouse=True)
def fault_build():
    need_fault_build(program())


@pytest.fixture(scope="module")
def primary():
    with PostgresServer({"wal_level": "logical", "autovacuum": "off",
                         "max_prepared_transactions": 1}) as server:
        server.sql("CREATE ROLE mirror LOGIN PASSWORD '%s'" % MIRROR_PASSWORD)
        yield server


@pytest.fixture
def database(primary):
    database = new_database(primary)
    yield database
    database.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                   " WHERE database = current_database()")
    primary.sql("DROP DATABASE %s WITH (FORCE);" % database.name)


@contextlib.contextmanager
def setting(server, name, value):
    server.sql("ALTER SYSTEM SET %s = %s;" % (name, value))
    server.sql("SELECT pg_reload_conf();")
    try:
        yield
    finally:
        server.sql("ALTER SYSTEM RESET %s;" % name)
        server.sql("SELECT pg_reload_conf();")


@contextlib.contextmanager
def standby_by_stream(primary):
    """It has a slot; feedback is off until somebody sets it."""
    try:
        with PostgresStandby(primary, "copy", {"wal_receiver_status_interval": "1s"}) as standby:
            yield standby
    finally:
        primary.sql("SELECT pg_drop_replication_slot('copy')")


@contextlib.contextmanager
def snapshot(server, database, name="reader"):
    """A REPEATABLE READ transaction that has its snapshot."""
    with contextlib.closing(psycopg2.connect(
            Database(server, database.name).admin_dsn, application_name=name)) as session:
        cursor = session.cursor()
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT 1")
        yield cursor


def row_versions_kept(primary, database):
    """A snapshot on the primary from now on, of a session that bears the run's own name and so does
    not count as a reader: replay would wait for a reader whose row versions are removed."""
    return snapshot(primary, database, "oe2pg 1 run 1 keeper")


def rows_seen(cursor):
    cursor.execute("SELECT to_regclass('mirror.big') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return 0
    cursor.execute("SELECT count(*) FROM mirror.big")
    return cursor.fetchone()[0]


class Load:
    """A first load that stands still with some of its rows committed."""

    def __init__(self, database, tmp_path, **settings):
        self.database = database
        self.source = sqlite_file(
            tmp_path / "source.sqlite", "CREATE TABLE big (id INTEGER PRIMARY KEY, t VARCHAR(40))",
            ("INSERT INTO big VALUES (?, ?)", [(n, "row %d" % n) for n in range(ROWS)]))
        self.mirror = Mirror(tmp_path, database).sqlite(self.source).settings(
            batch_size=100, jobs=1, **settings)

    def stage(self):
        """Between two transactions: a slot that is made waits for those that are open."""
        self.process = self.mirror.start(environment={
            **STAGED, "OE2PG_FAULT": "1:pace", "OE2PG_FAULT_NAME": "after COMMIT"})
        while wait_until_stopped(self.process):
            staged = self.staged()
            if staged:
                self.oid = staged
                return self
            go_on(self.process)
        raise AssertionError(self.mirror.finish(self.process).explain())

    def staged(self):
        """The staging table's oid, once a part of the rows is in it."""
        if not self.database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'oe2pg_staging'"):
            return None
        for oid, name in self.database.query(
                "SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND"
                " relnamespace = 'oe2pg_staging'::regnamespace"):
            if 0 < self.database.value('SELECT count(*) FROM oe2pg_staging."%s"' % name) < ROWS:
                return oid
        return None

    def finish(self):
        go_on(self.process)
        while wait_until_stopped(self.process):
            go_on(self.process)
        self.result = self.mirror.finish(self.process)
        assert self.result.status == 0, self.result.explain()
        compare.assert_sqlite_mirrored(self.database, self.source)
        assert self.database.tables("oe2pg_staging") == []
        return self

    def is_renamed(self):
        return self.database.value("SELECT 'mirror.big'::regclass::oid") == self.oid


def become(primary, mirror, role):
    if role == "superuser":
        mirror.config["postgres_db"]["conn_string"] = mirror.database.admin_dsn
    elif role == "pg_monitor":
        primary.sql("GRANT pg_monitor TO mirror")


def read_on_standby(standby, primary, database, tmp_path, role="plain"):
    """What a snapshot that was taken while the load stood still sees of the table in its place."""
    load = Load(database, tmp_path)
    become(primary, load.mirror, role)
    try:
        load.stage()
        with row_versions_kept(primary, database):
            standby.catch_up()
            with snapshot(standby, database) as cursor:
                load.finish()
                standby.catch_up()
                seen = rows_seen(cursor)
        with snapshot(standby, database) as cursor:
            assert rows_seen(cursor) == ROWS
    finally:
        primary.sql("REVOKE pg_monitor FROM mirror")
    return seen


def test_a_reader_on_a_standby_sees_no_part_with_feedback_or_without_whatever_the_role_may_see(
        primary, tmp_path):
    with standby_by_stream(primary) as standby:
        for feedback, role in [("on", "plain"), ("on", "pg_monitor"), ("on", "superuser"),
                               ("off", "plain"), ("off", "superuser")]:
            folder = tmp_path / (feedback + role)
            folder.mkdir()
            with setting(standby, "hot_standby_feedback", feedback):
                database = new_database(primary)
                seen = read_on_standby(standby, primary, database, folder, role)
            assert seen in (0, ROWS), "feedback %s, role %s: %d rows" % (feedback, role, seen)


def test_a_reader_on_a_standby_that_is_fed_from_an_archive_sees_no_part(primary, tmp_path):
    archive = primary.path("archive")
    usual = dict(primary.settings)
    primary._run(["mkdir", "-p", archive])
    primary.stop()
    primary.settings.update(archive_mode="on", archive_command="cp %%p %s/%%f" % archive)
    primary.start()
    try:
        with PostgresStandby(primary, settings={
                "restore_command": "cp %s/%%f %%p" % archive,
                "wal_retrieve_retry_interval": "100ms"}) as standby:
            database = new_database(primary)
            seen = read_on_standby(standby, primary, database, tmp_path)
        told = told_by_check(Mirror(tmp_path, database).sqlite(tmp_path / "source.sqlite"))
    finally:
        primary.stop()
        primary.settings = usual
        primary.start()
    assert seen in (0, ROWS)
    assert "may have readers (archive_mode = on)" in told


@contextlib.contextmanager
def unused_slot(primary, database):
    del database
    primary.sql("SELECT pg_create_physical_replication_slot('nobody')")
    try:
        yield
    finally:
        primary.sql("SELECT pg_drop_replication_slot('nobody')")


def kept_wal(primary, database):
    del database
    return setting(primary, "wal_keep_size", "'64MB'")


@contextlib.contextmanager
def hidden_slots(primary, database):
    del primary
    database.query("REVOKE SELECT ON pg_catalog.pg_replication_slots FROM PUBLIC")
    yield


@pytest.mark.parametrize("sign", [unused_slot, kept_wal, hidden_slots])
def test_anything_that_tells_of_a_standby_has_the_rows_copied_and_says_so(
        primary, database, tmp_path, sign):
    with sign(primary, database):
        load = Load(database, tmp_path).stage().finish()
    assert not load.is_renamed()
    assert len([line for line in load.result.log_lines("INFO") if "standby_readers" in line]) == 1


@contextlib.contextmanager
def stream_without_slot(primary, database):
    """Of a standby, or of a backup tool, that relies on no slot."""
    with contextlib.closing(psycopg2.connect(
            Database(primary, "postgres").admin_dsn, application_name="plain stream",
            connection_factory=psycopg2.extras.PhysicalReplicationConnection)):
        yield


def awaited_standby(primary, database):
    """Who commits would wait for it: nothing here writes."""
    del database
    return setting(primary, "synchronous_standby_names", "'elsewhere'")


def publication(primary, database):
    del primary
    database.query("CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert')")
    return contextlib.nullcontext()


def no_sign(primary, database):
    del primary, database
    return contextlib.nullcontext()


def told_by_check(mirror):
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    line, = (line for line in result.stdout.splitlines() if line.startswith("ok       first loads"))
    return line


def told_by_plan(mirror):
    """The way and its reason as text; the same, with the remedy, for programs."""
    text = mirror.run("plan").stdout.splitlines()
    line, = (number for number, line in enumerate(text) if line.startswith("  large ones are "))
    return text[line:line + 2], json.loads(mirror.run("plan", "--json").stdout)["first_loads"]


NO = 'Where no standby has readers, set mirror_settings.standby_readers to "no".'
YES = ('Where there are readers on copies that PostgreSQL does not know of, set'
       ' mirror_settings.standby_readers to "yes".')


@pytest.mark.parametrize("sign, why, remedy", [
    (unused_slot, 'a standby may have readers (replication slot "nobody")', NO),
    (stream_without_slot, "a standby may have readers (WAL sender ", NO),
    (awaited_standby, "a standby may have readers (synchronous_standby_names = elsewhere)", NO),
    (kept_wal, "a standby may have readers (wal_keep_size = 64MB)", NO),
    (hidden_slots, "a standby may have readers (standbys are hidden from the role)", NO),
    (publication, "a publication would take the rows while they are staged", ""),
    (no_sign, "nothing tells of a standby", YES),
])
def test_check_and_plan_say_how_large_tables_get_into_place_and_why(
        primary, database, tmp_path, sign, why, remedy):
    source = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    mirror = Mirror(tmp_path, database).sqlite(source)
    with sign(primary, database):
        line = told_by_check(mirror)
        text, members = told_by_plan(mirror)
    way = ("staged, and renamed into place when no session has an older snapshot: "
           if sign is no_sign else "copied into place at once by one transaction, so written twice: ")
    assert way + why in line and line.endswith(" -> " + remedy if remedy else why)
    assert way + why in text[0] and (text[1] == "    -> " + remedy) == bool(remedy)
    assert members["written_twice"] == (sign is not no_sign)
    assert way + why in members["large_ones_are"] and members["remedy"] == remedy


def test_of_many_signs_of_a_standby_three_are_named_and_the_others_counted(
        primary, database, tmp_path):
    source = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    with unused_slot(primary, database), kept_wal(primary, database), \
            awaited_standby(primary, database), stream_without_slot(primary, database):
        line = told_by_check(Mirror(tmp_path, database).sqlite(source))
    assert line.count("wal_keep_size") == 0 and " and 1 more)" in line


@pytest.mark.parametrize("said", ["yes", "no"])
def test_check_says_that_the_setting_decides_where_it_does(primary, database, tmp_path, said):
    source = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    mirror = Mirror(tmp_path, database).sqlite(source).settings(standby_readers=said)
    with unused_slot(primary, database):
        line = told_by_check(mirror)
    assert ("renamed into place" in line) == (said == "no")
    assert line.endswith('mirror_settings.standby_readers is "%s"' % said)


def test_a_standby_that_is_cut_off_while_a_load_ends_counts_as_there(primary, database, tmp_path):
    with setting(primary, "wal_keep_size", "'64MB'"):
        load = Load(database, tmp_path).stage()
    load.finish()
    assert not load.is_renamed()


def test_without_a_sign_of_a_standby_the_table_is_renamed(primary, database, tmp_path):
    load = Load(database, tmp_path).stage().finish()
    assert load.is_renamed()
    assert "standby" not in load.result.log


@pytest.mark.parametrize("said", ["yes", "no"])
def test_a_site_can_say_whether_its_standbys_have_readers(primary, database, tmp_path, said):
    with unused_slot(primary, database) if said == "no" else contextlib.nullcontext():
        load = Load(database, tmp_path, standby_readers=said).stage().finish()
    assert load.is_renamed() == (said == "no")


def test_a_prepared_transaction_reads_nothing_and_the_table_is_renamed(
        primary, database, tmp_path):
    primary.sql("BEGIN; CREATE TABLE other (a int); PREPARE TRANSACTION 'left';", database.name)
    try:
        assert Load(database, tmp_path).stage().finish().is_renamed()
    finally:
        primary.sql("ROLLBACK PREPARED 'left'", database.name)


# --- logical slots ----------------------------------------------------------------------------------

def test_a_logical_slot_holds_no_snapshot_of_tables_and_the_table_is_renamed(
        primary, database, tmp_path):
    database.query("SELECT pg_create_logical_replication_slot('watch', 'test_decoding')")
    load = Load(database, tmp_path).stage()
    assert database.query("SELECT xmin IS NULL, catalog_xmin IS NOT NULL FROM pg_replication_slots"
                          " WHERE slot_name = 'watch'") == [(True, True)]
    load.finish()
    assert load.is_renamed()


def test_the_snapshot_that_a_new_logical_slot_exports_sees_no_part(primary, database, tmp_path):
    load = Load(database, tmp_path).stage()
    with contextlib.closing(psycopg2.connect(
            database.admin_dsn,
            connection_factory=psycopg2.extras.LogicalReplicationConnection)) as maker:
        slot = maker.cursor()
        slot.execute("CREATE_REPLICATION_SLOT told LOGICAL test_decoding EXPORT_SNAPSHOT")
        name = slot.fetchone()[2]
        load.finish()
        with contextlib.closing(psycopg2.connect(database.admin_dsn)) as session:
            cursor = session.cursor()
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])
            seen = rows_seen(cursor)
    assert seen in (0, ROWS)
    assert not load.is_renamed()
