"""What can go wrong around a run: docs/failures.md as tests, each row one.

Each ends in time, with the status promised, with a message that says what happened and what to do;
and when the cause is gone, the next run ends with the mirror equal to the source.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import psycopg2
import pytest

import compare
import servers
from conftest import LONG
from mirrors import MIRROR_PASSWORD, Mirror, new_database
from scenes import (QUICK, FirstLoad, FullSync, assert_equal, drop, end_sessions, fill_source, go_on,
                    is_old_or_new, start_and_stop, wait_until)

STALL = 3        # seconds, as short as it may be set
GRACE = 15       # what the program adds before it gives up a call that cannot be cancelled
MARGIN = 120     # for a machine with much to do: what hangs here would do so for ever


def timed(mirror, limit, *arguments, process=None, environment=QUICK):
    """A run that ends by itself after `limit` seconds at most, whatever happens to it."""
    process = process or mirror.start(*arguments, environment=environment)
    return mirror.finish(process, timeout=limit + MARGIN)


def assert_says(result, status, *words):
    """The status, and an ERROR line that holds what happened and what to do about it."""
    assert result.status == status, result.explain()
    errors = "\n".join(line for line in (result.log or result.stderr).splitlines() if "ERROR" in line)
    for word in words:
        assert re.search(word, errors), "%r is not said\n%s" % (word, result.explain())
    assert MIRROR_PASSWORD not in result.stderr + result.log


def assert_recovers(scene, mirror, database):
    result = mirror.run(environment=QUICK)
    assert result.status == 0, result.explain()
    assert_equal(scene, database)


@pytest.fixture
def scene(pg_server, tmp_path):
    """A first load."""
    made = FirstLoad(pg_server, tmp_path)
    made.prepare()
    return made


@pytest.fixture
def loaded(scene, pg):
    """The scene's mirror in a database of its own, configured and not yet run."""
    return scene.mirror(pg)


@pytest.fixture(scope="module")
def own_server():
    """A server that tests may stop, break and start again."""
    # What is committed stays, even if the server is killed: otherwise there is nothing to promise.
    with servers.PostgresServer({"synchronous_commit": "on"}) as server:
        server.sql("CREATE ROLE mirror LOGIN")
        yield server


@pytest.fixture(params=[FirstLoad, FullSync], ids=["first load", "full sync"])
def own_scene(request, own_server, tmp_path):
    return request.param(own_server, tmp_path)


# --- PostgreSQL: how it cannot be reached -----------------------------------------------------------

def replace(mirror, old, new):
    text = mirror.config["postgres_db"]["conn_string"]
    assert re.search(old, text)
    mirror.config["postgres_db"]["conn_string"] = re.sub(old, new, text)
    return mirror


@pytest.mark.parametrize("old, new, words", [
    (r"port=\d+", "port=1", ["refused", "host and port"]),
    (r"host=\S+", "host=no-such-host.invalid", ["no-such-host.invalid", "host and port"]),
    (r"password=\S+", "password=wrong", ["password authentication failed", "Check user, password and database"]),
    (r"dbname=\S+", "dbname=no_such_database", ["no_such_database", "Check user, password and database"]),
    (r"user=\S+", "user=nobody_known", ["nobody_known", "Check user, password and database"]),
], ids=["port", "host", "password", "database", "user"])
def test_target_wrong_address_or_login(scene, loaded, pg, old, new, words):
    right = dict(loaded.config["postgres_db"])
    assert_says(timed(replace(loaded, old, new), 10), 4, *words)
    loaded.config["postgres_db"] = right
    assert_recovers(scene, loaded, pg)


@contextlib.contextmanager
def silent_port():
    """Somebody listens, accepts, and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        held = []
        over = threading.Event()

        def accept():
            listener.settimeout(0.2)
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    held.append(listener.accept()[0])

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()
        for connection in held:
            connection.close()


def test_target_accepts_and_says_nothing(scene, loaded, pg):
    right = dict(loaded.config["postgres_db"])
    with silent_port() as port:
        replace(loaded, r"port=\d+", "port=%d" % port)
        loaded.config["postgres_db"]["timeout"] = 3
        assert_says(timed(loaded, 5), 4, "could not connect to PostgreSQL", "time-?out",
                    "host and port|Check host")
    loaded.config["postgres_db"] = right
    assert_recovers(scene, loaded, pg)


# --- PostgreSQL: how it cannot be used --------------------------------------------------------------

def test_target_read_only_by_setting(scene, loaded, pg):
    pg.query("ALTER DATABASE %s SET default_transaction_read_only = on" % pg.name)
    assert_says(timed(loaded, 10), 4, "read-only", "primary")
    pg.server.sql("ALTER DATABASE %s RESET default_transaction_read_only" % pg.name)
    assert_recovers(scene, loaded, pg)


def test_target_is_a_standby(own_server, tmp_path):
    scene = FullSync(own_server, tmp_path)
    database = scene.database(scene.prepare())
    standby = servers.PostgresServer({"hot_standby": "on"})
    try:
        standby._run([standby._tool("pg_basebackup"), "-h", own_server.host, "-p",
                      str(own_server.port), "-U", "postgres", "-D", standby.path("data"), "-R",
                      "--checkpoint=fast", "--no-sync"])
        standby.start()
        mirror = replace(scene.mirror(database), r"port=\d+", "port=%d" % standby.port)
        assert_says(timed(mirror, 10), 4, "read-only|standby", "primary")
    finally:
        standby.close()
    assert_recovers(scene, scene.mirror(database), database)


@pytest.mark.parametrize("right, words", [
    ("CREATE", ["permission denied", "GRANT CREATE"]), ("TEMP", ["permission denied", "GRANT TEMPORARY"])])
def test_target_role_lacks_a_right_on_the_database(pg_server, tmp_path, right, words):
    scene = FullSync(pg_server, tmp_path)
    scene.prepare()
    database = new_database(pg_server)
    mirror = scene.mirror(database)
    if right == "TEMP":
        mirror.run_well(environment=QUICK)
        with contextlib.closing(sqlite3.connect(scene.path)) as source, source:
            source.execute("INSERT INTO big VALUES (999999, 'more', 1)")
        scene.after = scene.rows()
    mirror.log_path.unlink(missing_ok=True)
    pg_server.sql("REVOKE %s ON DATABASE %s FROM mirror; REVOKE TEMP ON DATABASE %s FROM PUBLIC"
                  % (right, database.name, database.name))
    result = timed(mirror, 15)
    assert_says(result, 4 if right == "CREATE" else 1, *words)
    pg_server.sql("GRANT %s ON DATABASE %s TO mirror" % (right, database.name))
    assert_recovers(scene, mirror, database)
    drop(database)


def test_a_mirrored_table_that_belongs_to_somebody_else(pg_server, tmp_path):
    scene = FullSync(pg_server, tmp_path)
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database)
    database.query("ALTER TABLE mirror.pair OWNER TO postgres")
    result = timed(mirror, 15)
    assert_says(result, 1, '"pair"', "OWNER TO")
    assert "4 of 5 tables mirrored" in result.stderr
    database.query("ALTER TABLE mirror.pair OWNER TO mirror")
    assert_recovers(scene, mirror, database)
    drop(database)


def can_mount(folder, size):
    return os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=%s,mode=0777" % size, "tmpfs", str(folder)],
        stderr=subprocess.DEVNULL).returncode == 0


def test_target_disk_full(own_server, tmp_path):
    folder = own_server.path("small")
    os.makedirs(folder, exist_ok=True)
    if not can_mount(folder, "400k"):
        pytest.skip("left out: a small disk needs root and the right to mount")
    scene = FirstLoad(own_server, tmp_path)
    with contextlib.closing(sqlite3.connect(scene.path)) as source, source:
        source.executemany("INSERT INTO big VALUES (?, ?, 1)",
                           ((n, "%040d" % n) for n in range(10_000, 25_000)))
    database = scene.database(scene.prepare())
    try:
        shutil.chown(folder, "nobody")
        own_server.sql("CREATE TABLESPACE small LOCATION '%s'; GRANT CREATE ON TABLESPACE small TO"
                       " mirror; ALTER ROLE mirror SET default_tablespace = 'small'" % folder)
        mirror = scene.mirror(database)
        assert_says(timed(mirror, 20), 4, "No space left on device|53100", "make room")
        assert is_old_or_new(scene, database) is None
        subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
        assert_recovers(scene, mirror, database)
    finally:
        own_server.sql("ALTER ROLE mirror RESET default_tablespace")
        drop(database)
        own_server.sql("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", "-l", folder])


# --- PostgreSQL: what happens in the middle ---------------------------------------------------------

# The moments: in mid-COPY and before and after the COMMIT, of a first load and of a full sync.
MOMENTS = {FirstLoad: [(3, "send rows"), (4, "could not commit"), (4, "after COMMIT")],
           FullSync: [(1, "send rows"), (1, "could not update rows"), (3, "could not commit"),
                      (3, "after COMMIT")]}


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_postgres_is_restarted_in_the_middle(own_scene, own_server, how):
    template = own_scene.prepare()
    for point, name in MOMENTS[type(own_scene)]:
        database = own_scene.database(template)
        mirror = own_scene.mirror(database)
        mirror.log_path.unlink(missing_ok=True)
        process = start_and_stop(mirror, point, name)
        assert process is not None, name
        # The signals of pg_ctl's modes.
        own_server._end(signal.SIGINT if how == "fast" else signal.SIGQUIT)
        own_server.start()
        assert is_old_or_new(own_scene, database) is None
        go_on(process)
        result = timed(mirror, 60, process=process)
        assert result.status == 0, "%s\n%s" % (name, result.explain())
        assert "trying again" in result.log
        assert_equal(own_scene, database)
        drop(database)


@pytest.mark.parametrize("who", ["the same run", "the next run"])
def test_a_first_load_goes_on_where_it_was_when_postgres_crashed(own_server, tmp_path, who):
    scene = FirstLoad(own_server, tmp_path)
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database)
    process = start_and_stop(mirror, 4, "fetch rows", arguments=("--table", "big"))
    own_server._end(signal.SIGQUIT)
    own_server.start()
    staged = database.query("SELECT staging_table, sum(piece.rows) FROM oe2pg.tracking JOIN oe2pg.piece"
                            " USING (mirror_id, source_schema, source_table) GROUP BY 1")
    assert len(staged) == 1 and 0 < staged[0][1] < 2500
    assert database.value('SELECT count(*) FROM oe2pg_staging."%s"' % staged[0][0]) == staged[0][1]
    if who == "the same run":
        go_on(process)
        result = mirror.finish(process)
    else:
        process.kill()
        mirror.finish(process)
        result = mirror.run("--table", "big", environment=QUICK)
    assert result.status == 0, result.explain()
    # Behind a run that died the rest comes first, then all is compared.
    read = 2500 if who == "the same run" else 2500 - staged[0][1] + 2500
    assert database.query("SELECT t.was_resumed, r.rows_read FROM oe2pg.tracking t"
                          " JOIN oe2pg.table_run r USING (source_schema, source_table)"
                          " WHERE r.state = 'done'") == [(True, read)]
    compare.assert_mirrored(database, "mirror", "big", scene.rows()["big"])
    drop(database)


def test_postgres_stays_away(own_scene, own_server):
    template = own_scene.prepare()
    database = own_scene.database(template)
    mirror = own_scene.mirror(database)
    process = start_and_stop(mirror, 1, "send rows")
    own_server.stop()
    go_on(process)
    try:
        assert_says(timed(mirror, 40, process=process), 4, "could not connect to PostgreSQL",
                    "See that the server is running")
    finally:
        own_server.start()
    assert_recovers(own_scene, mirror, database)
    drop(database)


def test_an_administrator_ends_the_sessions_of_a_job(own_scene, own_server):
    template = own_scene.prepare()
    for point, name in MOMENTS[type(own_scene)]:
        database = own_scene.database(template)
        mirror = own_scene.mirror(database)
        process = start_and_stop(mirror, point, name)
        assert process is not None, name
        assert end_sessions(database, "oe2pg % job%") == 1
        go_on(process)
        result = timed(mirror, 30, process=process)
        assert result.status == 0, "%s\n%s" % (name, result.explain())
        assert_equal(own_scene, database)
        drop(database)


def parent_of(pid):
    with open("/proc/%s/stat" % pid, encoding="utf-8", errors="replace") as file:
        return int(file.read().rsplit(")", 1)[1].split()[1])


def processes_of(server):
    found = [server.process.pid]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            if parent_of(pid) == server.process.pid:
                found.append(int(pid))
    return found


def signal_all(server, number):
    for pid in processes_of(server):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def test_the_whole_server_stands_still(own_scene, own_server):
    template = own_scene.prepare()
    database = own_scene.database(template)
    mirror = own_scene.mirror(database).source(stall_seconds=STALL)
    process = start_and_stop(mirror, 1, "send rows")
    signal_all(own_server, signal.SIGSTOP)
    try:
        go_on(process)
        assert_says(timed(mirror, STALL + GRACE + 10, process=process), 4, "PostgreSQL")
    finally:
        signal_all(own_server, signal.SIGCONT)
    end_sessions(database, "oe2pg%")
    assert_recovers(own_scene, mirror, database)
    drop(database)


def test_one_session_of_postgres_stands_still(own_server, tmp_path):
    """In mid-COPY of a first load, where silence is not work."""
    scene = FirstLoad(own_server, tmp_path)
    with contextlib.closing(sqlite3.connect(scene.path)) as source, source:
        source.executemany("INSERT INTO big VALUES (?, ?, 1)",
                           ((n, "%040d" % n) for n in range(10_000, 120_000)))
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database).source(stall_seconds=STALL)
    slow = {"OE2PG_TEST_COMMIT_MS": "60000", "OE2PG_FAULT": "3:stop", "OE2PG_FAULT_NAME": "send rows"}
    process = mirror.start(environment=slow)
    wait_until(lambda: open("/proc/%d/stat" % process.pid).read().rsplit(")", 1)[1].split()[0] == "T",
               process)
    backend = database.value("SELECT pid FROM pg_stat_activity WHERE application_name LIKE"
                             " 'oe2pg % job%' AND datname = current_database()")
    os.kill(backend, signal.SIGSTOP)
    try:
        go_on(process)
        result = timed(mirror, STALL + GRACE + 10, process=process)
    finally:
        os.kill(backend, signal.SIGCONT)
    assert_says(result, 4, "PostgreSQL does not answer")
    end_sessions(database, "oe2pg%")
    assert_recovers(scene, mirror, database)
    drop(database)


@contextlib.contextmanager
def holding(database, statement):
    """A transaction of somebody else, kept open."""
    connection = psycopg2.connect(database.admin_dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize("statement", [
    "LOCK TABLE mirror.big IN ACCESS EXCLUSIVE MODE", "UPDATE mirror.big SET t = t WHERE id = '1'"],
    ids=["table", "row"])
def test_somebody_holds_a_lock_for_a_while(pg_server, tmp_path, statement):
    scene = FullSync(pg_server, tmp_path)
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database)
    with holding(database, statement):
        process = mirror.start(environment=QUICK)
        time.sleep(12)
        assert process.poll() is None
    result = timed(mirror, 30, process=process)
    assert result.status == 0, result.explain()
    assert "55P03" in result.log
    assert_equal(scene, database)
    drop(database)


@pytest.mark.skipif(not LONG, reason="left out of the short form: takes a minute")
def test_somebody_holds_a_lock_for_ever(pg_server, tmp_path):
    scene = FullSync(pg_server, tmp_path)
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database)
    with holding(database, "LOCK TABLE mirror.big IN ACCESS EXCLUSIVE MODE"):
        result = timed(mirror, 70)
    assert_says(result, 1, '"big"', "Somebody else holds a lock")
    assert "4 of 5 tables mirrored" in result.stderr
    assert_recovers(scene, mirror, database)
    drop(database)


def test_deadlock(pg_server, tmp_path):
    scene = FullSync(pg_server, tmp_path)
    database = scene.database(scene.prepare())
    mirror = scene.mirror(database)
    process = start_and_stop(mirror, 1, "could not lock the mirrored table")
    assert process is not None
    # It holds the mirror's row and is about to ask for the table; somebody has it the other way round.
    with holding(database, "SET deadlock_timeout = '1h'; UPDATE mirror.big SET t = t") as other:
        def ask():
            with other.cursor() as cursor:
                cursor.execute("UPDATE oe2pg.mirror SET created_at = created_at")
            other.rollback()

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.3)
        go_on(process)
        result = timed(mirror, 30, process=process)
        thread.join()
    assert result.status == 0, result.explain()
    assert "40P01" in result.log and "trying again" in result.log, result.explain()
    assert_equal(scene, database)
    drop(database)


# --- the source: a file -----------------------------------------------------------------------------

def test_source_file_missing(scene, loaded, pg):
    scene.path.rename(scene.path.with_suffix(".away"))
    assert_says(timed(loaded, 10), 3, "does not exist", "Name the file")
    assert not scene.path.exists()  # and no empty one was made in its place
    scene.path.with_suffix(".away").rename(scene.path)
    assert_recovers(scene, loaded, pg)


def test_source_file_is_no_database(scene, loaded, pg):
    good = scene.path.read_bytes()
    scene.path.write_bytes(b"A letter, not a database. " * 400)
    assert_says(timed(loaded, 10), 3, "is not a SQLite database")
    scene.path.write_bytes(good)
    assert_recovers(scene, loaded, pg)


def test_source_file_truncated(scene, loaded, pg):
    good = scene.path.read_bytes()
    scene.path.write_bytes(good[:len(good) // 2 // 4096 * 4096])
    result = timed(loaded, 20)
    assert result.status in (1, 3), result.explain()
    assert_says(result, result.status, "is damaged|malformed|disk image")
    assert is_old_or_new(scene, pg) is None
    scene.path.write_bytes(good)
    assert_recovers(scene, loaded, pg)


def test_source_file_locked(scene, loaded, pg):
    loaded.config["progress_db"]["odbc_connection"] += ";Timeout=500"
    with contextlib.closing(sqlite3.connect(scene.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        result = timed(loaded, 20)
        other.execute("ROLLBACK")
    assert result.status in (1, 3), result.explain()
    assert_says(result, result.status, "locked")
    assert_recovers(scene, loaded, pg)


# --- the source: a server ---------------------------------------------------------------------------

class PostgresScene:
    """Three tables in a PostgreSQL source."""

    tables = ["one", "three", "two"]
    before = {}

    def __init__(self, database):
        self.database = database
        database.query(
            "CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO mirror;"
            "CREATE TABLE shop.one (id int PRIMARY KEY, t varchar(40));"
            "INSERT INTO shop.one SELECT n, 'one ' || n FROM generate_series(1, 20000) n;"
            "CREATE TABLE shop.two (id int PRIMARY KEY, t varchar(40));"
            "INSERT INTO shop.two SELECT n, 'two ' || n FROM generate_series(1, 1000) n;"
            "CREATE TABLE shop.three (t varchar(40)); INSERT INTO shop.three VALUES ('3'), ('3');"
            "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO mirror")
        self.refresh()

    def refresh(self):
        self.after = {name: compare.postgres_rows(self.database.admin_dsn, "shop", name)
                      for name in self.tables}

    def connection(self, **changes):
        words = {"Driver": "PostgreSQL Unicode", "Servername": self.database.server.host,
                 "Port": self.database.server.port, "Database": self.database.name, "UID": "mirror",
                 "PWD": MIRROR_PASSWORD, **changes}
        return ";".join("%s=%s" % word for word in words.items())

    def configure(self, mirror, **changes):
        mirror.source(odbc_connection=self.connection(**changes), schema="shop", stall_seconds=STALL)
        mirror.config["postgres_db"]["schema"] = "mirror"
        return mirror.settings(batch_size=500, jobs=1)

    def sessions(self):
        """Of the mirror's role in the source."""
        return [row[0] for row in self.database.query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mirror'")]


@pytest.fixture
def shop(second_pg):
    return PostgresScene(second_pg)


@pytest.mark.parametrize("changes, words", [
    ({"Port": 1}, ["refused|connect", "See that the server is running|[Cc]heck"]),
    ({"Servername": "no-such-host.invalid"}, ["no-such-host.invalid|translate|connect", "host and port|[Cc]heck"]),
    ({"PWD": "wrong"}, ["password|authentication", "[Cc]heck"]),
    ({"Database": "no_such_database"}, ["no_such_database", "[Cc]heck"]),
    ({"Driver": "No Such Driver"}, ["No Such Driver|[Dd]river|Data source", "odbcinst"]),
], ids=["port", "host", "password", "database", "driver"])
def test_source_wrong_address_login_or_driver(shop, mirror, pg, changes, words):
    assert_says(timed(shop.configure(mirror, **changes), 15), 3, *words)
    assert_recovers(shop, shop.configure(mirror), pg)


@pytest.mark.parametrize("driver", ["PostgreSQL Unicode", "MariaDB Unicode"])
def test_source_accepts_and_says_nothing(shop, mirror, pg, driver):
    with silent_port() as port:
        if driver.startswith("Maria"):
            mirror.source(odbc_connection="Driver=%s;SERVER=127.0.0.1;PORT=%d;DATABASE=x;UID=x;PWD=x"
                          % (driver, port), schema="x", stall_seconds=STALL)
        else:
            shop.configure(mirror, Port=port)
        mirror.source(connect_timeout=3)
        result = timed(mirror, 3 + STALL + 5)
        assert_says(result, 3, "source", "(?i)see|check")
    mirror.config["progress_db"].pop("connect_timeout")
    assert_recovers(shop, shop.configure(mirror), pg)


def test_source_connection_is_lost(shop, mirror, pg):
    process = start_and_stop(shop.configure(mirror), 3, "fetch rows")
    assert process is not None
    for pid in shop.sessions():
        shop.database.query("SELECT pg_terminate_backend(%s)", [pid])
    go_on(process)
    result = timed(mirror, 30, process=process)
    assert result.status == 0, result.explain()
    assert "trying again" in result.log
    assert_equal(shop, pg)


def test_source_stays_away(own_server, mirror, pg):
    database = new_database(own_server)
    shop = PostgresScene(database)
    process = start_and_stop(shop.configure(mirror), 3, "fetch rows")
    own_server.stop()
    try:
        go_on(process)
        assert_says(timed(mirror, 40, process=process), 3, "refused|connect",
                    "See that the server is running")
        assert is_old_or_new(shop, pg) is None
    finally:
        own_server.start()
    assert_recovers(shop, mirror, pg)
    drop(database)


def test_source_stands_still_and_cannot_be_cancelled(shop, mirror, pg):
    process = start_and_stop(shop.configure(mirror), 3, "fetch rows")
    stopped = shop.sessions()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        go_on(process)
        result = timed(mirror, STALL + GRACE + 10, process=process)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert_says(result, 3, "the source does not answer")
    assert is_old_or_new(shop, pg) is None
    assert_recovers(shop, mirror, pg)


def test_source_stands_still_while_its_catalogue_is_read(shop, mirror, pg):
    shop.configure(mirror).source(connect_timeout=2)
    process = start_and_stop(mirror, 1, "read the source's catalogue")
    stopped = shop.sessions()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        go_on(process)
        result = timed(mirror, 4 * STALL + 2 + 5, process=process)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert_says(result, 3, "catalogue: no answer", "says nothing")
    assert_recovers(shop, mirror, pg)


def test_source_table_is_locked(shop, mirror, pg):
    """A statement that waits is cancelled after stall_seconds and tried again, then the table fails."""
    with holding(shop.database, "LOCK TABLE shop.one IN ACCESS EXCLUSIVE MODE"):
        result = timed(shop.configure(mirror), 5 * (STALL + 2))
        assert_says(result, 1, '"shop.one"')
        assert "has said nothing" in result.log
        assert "2 of 3 tables mirrored" in result.stderr, result.explain()
        assert sorted(pg.tables()) == ["three", "two"]
    assert_recovers(shop, mirror, pg)


def test_source_table_is_dropped_between_catalogue_and_read(shop, mirror, pg):
    process = start_and_stop(shop.configure(mirror), 1, "open a cursor")
    shop.database.query("DROP TABLE shop.two")
    go_on(process)
    result = timed(mirror, 20, process=process)
    assert_says(result, 1, '"shop.two"')
    assert "2 of 3 tables mirrored" in result.stderr, result.explain()
    shop.tables = ["one", "three"]
    assert_recovers(shop, mirror, pg)


def test_source_column_is_dropped_between_catalogue_and_read(shop, mirror, pg):
    process = start_and_stop(shop.configure(mirror), 1, "open a cursor")
    shop.database.query("ALTER TABLE shop.two DROP COLUMN t")
    go_on(process)
    result = timed(mirror, 20, process=process)
    assert_says(result, 1, '"shop.two"')
    shop.refresh()
    assert_recovers(shop, mirror, pg)


def test_source_table_may_not_be_read(shop, mirror, pg):
    shop.database.query("REVOKE SELECT ON shop.two FROM mirror")
    result = timed(shop.configure(mirror), 20)
    assert_says(result, 1, '"shop.two"', "GRANT")
    shop.database.query("GRANT SELECT ON shop.two TO mirror")
    assert_recovers(shop, mirror, pg)


# --- signals while nothing answers ------------------------------------------------------------------

@pytest.mark.parametrize("number, status", [
    (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_source_says_nothing(shop, mirror, pg, number, status):
    with silent_port() as port:
        shop.configure(mirror, Port=port).source(connect_timeout=60)
        process = mirror.start(environment=QUICK)
        time.sleep(1.5)
        process.send_signal(number)
        result = timed(mirror, 6, process=process)
        assert result.status == status, result.explain()
    mirror.config["progress_db"].pop("connect_timeout")
    assert_recovers(shop, shop.configure(mirror), pg)
