"""Where faults happen: a source with each kind of table, a mirror before and after, what to see."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import threading
import time

import psycopg2

import compare
from mirrors import Mirror, drop_database as drop, new_database

# Each batch of the first load is committed: a boundary at every turn. Retries do not dawdle.
QUICK = {"OE2PG_TEST_COMMIT_MS": "0", "OE2PG_TEST_PAUSE_MS": "10"}
# The same where every table that can be cut is, behind so many rows.
IN_PARTS = {**QUICK, "OE2PG_TEST_PART_ROWS": "60"}

# Enough for the rows here. A sanitizer touches an eighth of each buffer that is made, used or not.
LITTLE_MB = 64


def fill_source(path):
    """Each kind of table: keys of one and two columns, key with NULLs, no key, empty, large."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE big (id INTEGER PRIMARY KEY, t VARCHAR(40), d DECIMAL(10,2));"
            "CREATE TABLE pair (a INTEGER, b VARCHAR(10), t VARCHAR(40), PRIMARY KEY (a, b));"
            "CREATE TABLE loose (t VARCHAR(40), n INTEGER);"
            "CREATE TABLE holes (k VARCHAR(10), t VARCHAR(40)); CREATE UNIQUE INDEX u ON holes (k);"
            "CREATE TABLE hardly (id INTEGER PRIMARY KEY, t VARCHAR(10));")
        database.executemany("INSERT INTO big VALUES (?, ?, ?)",
                             ((n, "text %d ü" % n, n / 4) for n in range(2500)))
        database.executemany("INSERT INTO pair VALUES (?, ?, ?)",
                             ((n // 5, "abcde"[n % 5], None if n % 3 else "p%d" % n)
                              for n in range(300)))
        database.executemany("INSERT INTO loose VALUES (?, ?)",
                             (("row %d" % (n % 40), n % 7) for n in range(200)))
        database.executemany("INSERT INTO holes VALUES (?, ?)",
                             ((None if n % 10 == 0 else "k%d" % n, "h%d" % n) for n in range(100)))


def change_source(path):
    """Rows come, change, go, change their key, become more and fewer of a kind; values are swapped."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "UPDATE big SET t = 'changed ' || id WHERE id % 97 = 0; DELETE FROM big WHERE id % 113 = 5;"
            "INSERT INTO big SELECT id + 5000, t, d FROM big WHERE id % 101 = 3;"
            "UPDATE pair SET b = 'z' || b WHERE a = 7; DELETE FROM pair WHERE a = 11;"
            "INSERT INTO pair VALUES (900, 'new', NULL);"
            "INSERT INTO loose SELECT t, n FROM loose LIMIT 5;"
            "DELETE FROM loose WHERE rowid IN (SELECT min(rowid) FROM loose GROUP BY t LIMIT 9);"
            "UPDATE holes SET t = 'hole' WHERE k IS NULL AND rowid % 20 = 1;"
            "DELETE FROM holes WHERE k IN ('k3', 'k4') OR (k IS NULL AND rowid = 11);"
            "INSERT INTO hardly VALUES (1, 'one');")


class Scene:
    """A source file, and a database that can be set back to where it was."""

    arguments = ()      # of the run that meets a fault
    environment = QUICK
    sample = 4          # points that are tried of all, in the short form

    def __init__(self, server, folder):
        self.server = server
        self.folder = folder
        self.path = folder / "source.sqlite"
        fill_source(self.path)
        self.tables = compare.sqlite_tables(self.path)
        self.before = None

    def rows(self):
        return {name: compare.sqlite_rows(self.path, name) for name in self.tables}

    def mirror(self, database):
        return Mirror(self.folder, database).sqlite(self.path).settings(
            batch_size=500, jobs=1, memory_mb=LITTLE_MB)


class FirstLoad(Scene):
    """Nothing is mirrored yet."""

    def prepare(self):
        self.before = {}
        self.after = self.rows()
        return None

    def database(self, _):
        return new_database(self.server)


class FullSync(Scene):
    """All is mirrored, and the source has changed since."""

    def prepare(self):
        template = new_database(self.server)
        self.mirror(template).run_well(environment=QUICK)
        self.before = self.rows()
        change_source(self.path)
        self.after = self.rows()
        return template

    def database(self, template):
        return new_database(self.server, template.name)


class FirstLoadInParts(FirstLoad):
    environment = {**QUICK, "OE2PG_TEST_PART_ROWS": "150"}
    sample = 2


class FullSyncInParts(FullSync):
    environment = {**QUICK, "OE2PG_TEST_PART_ROWS": "150"}
    sample = 2


class FullSyncByKey(FullSync):
    """The same where the mirror's digests do not fit into memory."""

    environment = {**QUICK, "OE2PG_TEST_MAP_BYTES": "64", "OE2PG_MIRROR_SETTINGS_FULL_BELOW_ROWS": "0"}


class Verify(FullSync):
    """A comparison that writes nothing."""

    arguments = ("verify",)


class VerifyAndRepair(FullSync):
    arguments = ("verify", "--repair")


def is_old_or_new(scene, database):
    """What a reader finds of every table; the reason why it is wrong, or None."""
    there = database.tables()
    for name in scene.tables:
        if name not in there:
            if name in scene.before:
                return "%s has vanished" % name
            continue
        found = compare.postgres_rows(database.admin_dsn, "mirror", name)
        if found not in (scene.before.get(name), scene.after[name]):
            return "%s is neither old nor new:\n%s" % (
                name, compare.difference(scene.after[name], found))
    return None


def assert_equal(scene, database, where=""):
    """The mirror holds what the source holds, and no first load was left behind."""
    for name in scene.tables:
        wrong = compare.difference(
            scene.after[name], compare.postgres_rows(database.admin_dsn, "mirror", name))
        assert wrong is None, "%s: %s\n%s" % (name, wrong, where)
    assert database.tables("oe2pg_staging") == [], where


def wait_until(condition, process=None, seconds=60):
    """The condition's value, once it has one; fails when the process ends before, or in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg2.Error):  # the tables may not exist yet, the server be away
            found = condition()
            if found:
                return found
        assert process is None or process.poll() is None, "the program ended before"
        time.sleep(0.02)
    raise AssertionError("nothing happened for %d s" % seconds)


def is_stopped(process):
    """True when the process stands still; None once it has ended."""
    try:
        with open("/proc/%d/stat" % process.pid) as status:
            state = status.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return None
    return None if state == "Z" else state in "Tt"


def start_and_stop(mirror, point, name=None, arguments=()):
    """A run that stands still at a fault point; None when it ended without coming there."""
    environment = {**QUICK, "OE2PG_FAULT": "%d:stop" % point}
    if name:
        environment["OE2PG_FAULT_NAME"] = name
    process = mirror.start(*arguments, environment=environment)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = is_stopped(process)
        if found:
            return process
        if found is None:
            mirror.finish(process)
            return None
        time.sleep(0.01)
    process.kill()
    raise AssertionError("the run neither stopped nor ended")


def go_on(process):
    os.kill(process.pid, signal.SIGCONT)


def end_sessions(database, like):
    """As an administrator does; returns how many there were."""
    ended = database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                           " application_name LIKE %s AND datname = current_database()", [like])
    wait_until(lambda: not database.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE %s AND"
        " datname = current_database()", [like]), seconds=15)
    return len(ended)


def picture(database):
    """Every row version of the mirror and of what is recorded about its tables: any write shows."""
    seen = {}
    for schema, names in (("mirror", database.tables()), ("oe2pg", ["tracking", "table_run", "piece"])):
        for name in names:
            seen[schema, name] = sorted(map(str, database.query(
                'SELECT ctid, xmin, t::text FROM "%s"."%s" t' % (schema, name))))
    seen["staging"] = database.tables("oe2pg_staging")
    return seen


def count_points(scene, template):
    """How many fault points an undisturbed run passes."""
    database = scene.database(template)
    result = scene.mirror(database).run(
        *scene.arguments, environment={**scene.environment, "OE2PG_FAULT": "count"})
    assert result.status in (0, 1), result.explain()  # 1: verify found what has changed
    drop(database)
    return int(re.search(r"^fault points: (\d+)$", result.stderr, re.M).group(1))


def spread(count, chance, size):
    """Numbers from 1 to count, one out of each of `size` equal stretches; all if size is None."""
    if size is None:
        return list(range(1, count + 1))
    return sorted({1 + int((i + chance.random()) * count / size) for i in range(size)})


class Proxy:
    """Between the program and a server; can lose connections towards the program alone, so that the
    server goes on believing in them."""

    def __init__(self, port):
        self.port_behind = port
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.port_behind))
                self.pairs.append((near, far))
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
        if not getattr(self, "is_cut", False):
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

    def cut(self):
        """All connections so far; later ones work."""
        self.is_cut = True
        for near, _ in list(self.pairs):
            with contextlib.suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
        time.sleep(0.2)
        self.is_cut = False

    def __exit__(self, *_):
        self.listener.close()
        for pair in self.pairs:
            for end in pair:
                end.close()
