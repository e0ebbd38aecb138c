"""What the integration tests stand on: throw-away servers, and a mirror to run.

The program under test is named by OE2PG_BIN (a build with sanitizers), and by OE2PG_PLAIN_BIN where
a sanitizer would spoil the measurement. OE2PG_WRAPPER is put in front of it (valgrind). Real
databases are looked for in OE2PG_REAL_DATA.
"""

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading

import psycopg2
import pytest

# Whoever starts the tests may ignore signals, as a shell does for what it starts behind itself: the
# program would then ignore them too, as it promises.
for ignorable in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(ignorable) is signal.SIG_IGN:
        signal.signal(ignorable, signal.default_int_handler if ignorable == signal.SIGINT
                      else signal.SIG_DFL)

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from openedge_server import OpenEdgeServer, jars_folder  # noqa: E402  (found by the line above)
from servers import MariadbServer, PostgresServer, RUN_JAVA, use_memory  # noqa: E402

use_memory()

PROJECT = HERE.parent.parent
MIRROR_PASSWORD = "mirror-Geheim-1"
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (DEBUG|INFO|WARNING|ERROR) - ")


def program():
    path = os.environ.get("OE2PG_BIN")
    if not path or not os.access(path, os.X_OK):
        pytest.exit("OE2PG_BIN does not name the program to test", returncode=3)
    return shlex.split(os.environ.get("OE2PG_WRAPPER", "")) + [path]


def as_new(session, dsn):
    """The session without what was set in it, or a new one if there is none or the server ended it: to
    begin one costs more than most statements."""
    with contextlib.suppress(psycopg2.Error):
        if session is not None:
            rows_of(session, "DISCARD ALL")
            return session
    session = psycopg2.connect(dsn)
    session.autocommit = True
    return session


def rows_of(session, statement, arguments=None):
    with session.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall() if cursor.description else []


class Database:
    """A fresh database in the test cluster, owned by nobody in particular: the role `mirror` may
    connect, create schemas and temporary tables there, and no more."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.admin_dsn = "host=%s port=%d dbname=%s user=%s" % (
            server.host, server.port, name, server.user)
        self.dsn = "host=%s port=%d dbname=%s user=mirror password=%s" % (
            server.host, server.port, name, MIRROR_PASSWORD)
        self._session = None
        self._is_busy = threading.Lock()

    def query(self, statement, arguments=None):
        """All rows of one statement, run by the superuser in a session as if it were new."""
        if not self._is_busy.acquire(blocking=False):  # another thread's statement may take its time
            with contextlib.closing(as_new(None, self.admin_dsn)) as session:
                return rows_of(session, statement, arguments)
        try:
            self._session = as_new(self._session, self.admin_dsn)
            return rows_of(self._session, statement, arguments)
        finally:
            self._is_busy.release()

    def value(self, statement, arguments=None):
        return self.query(statement, arguments)[0][0]

    def tables(self, schema="mirror"):
        return [row[0] for row in self.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1",
            [schema])]


@dataclasses.dataclass
class Result:
    status: int
    stdout: str
    stderr: str
    log: str

    def log_lines(self, level=None):
        return [line for line in self.log.splitlines() if level is None or " - %s - " % level in line]

    def explain(self):
        return "exit status %d\n%s\n%s" % (self.status, self.stdout, self.stderr)


class Mirror:
    """A configuration in a directory of its own, and runs of the program with it."""

    def __init__(self, directory, database):
        self.directory = pathlib.Path(directory)
        self.database = database
        self.path = self.directory / "config.json"
        self.log_path = self.directory / "sync.log"
        self.config = {
            "progress_db": {},
            "postgres_db": {"conn_string": database.dsn, "timeout": 10},
            # Buffers grow with it, and the address sanitizer looks after each byte of them.
            "mirror_settings": {"log_file": "sync.log", "memory_mb": 128},
        }

    def source(self, **keys):
        self.config["progress_db"].update(keys)
        if "jar_file" in keys:
            self.config["progress_db"].setdefault("jvm_options", RUN_JAVA)
        return self

    def sqlite(self, path, **keys):
        return self.source(odbc_connection="Driver=SQLite3;Database=%s" % path, schema="", **keys)

    def settings(self, **keys):
        self.config["mirror_settings"].update(keys)
        return self

    def write(self):
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(self.config, indent=2), encoding="utf-8")

    def command(self, *arguments):
        # The verb, if there is one, stays in front.
        words = list(arguments)
        verb = words[:1] if words and not words[0].startswith("-") else []
        return program() + verb + ["--config", str(self.path)] + words[len(verb):]

    def start(self, *arguments, command=None, environment=None, **keywords):
        """The running process; the caller ends it."""
        self.write()
        return subprocess.Popen(
            command or self.command(*arguments), cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})}, **keywords)

    def finish(self, process, timeout=120):
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            pytest.fail("no end within %d s\n%s\n%s" % (
                timeout, stdout.decode(errors="replace"), stderr.decode(errors="replace")))
        log = self.log_path.read_text(encoding="utf-8") if self.log_path.exists() else ""
        return Result(process.returncode, stdout.decode(), stderr.decode(), log)

    def run(self, *arguments, timeout=120, **keywords):
        return self.finish(self.start(*arguments, **keywords), timeout)

    def run_well(self, *arguments, **keywords):
        """A run that must mirror everything."""
        result = self.run(*arguments, **keywords)
        assert result.status == 0, result.explain()
        return result


def pytest_collection_modifyitems(items):
    """Where several processes share the tests out by file, those that take longest are begun first: at the
    end nobody waits for one that has a long file left. A file of few long tests says by WEIGHT how many of
    the usual length (half a second) one of them is worth."""
    weights = collections.Counter()
    for item in items:
        weights[item.path] += getattr(item.module, "WEIGHT", 1)
    items.sort(key=lambda item: -weights[item.path])


@pytest.fixture(scope="session")
def pg_server():
    with PostgresServer() as server:
        # Of md5, because scram-sha-256 makes each connection dear, which is its purpose.
        server.sql("SET password_encryption = 'md5'; CREATE ROLE mirror LOGIN PASSWORD '%s';"
                   "CREATE ROLE stranger LOGIN;" % MIRROR_PASSWORD)
        # Trust lets tests in as superuser; the mirror has to show its password.
        rules = pathlib.Path(server.path("data")) / "pg_hba.conf"
        trusted = rules.read_text()
        rules.write_text("host all mirror 127.0.0.1/32 md5\n" + trusted)
        # The usual compression of long values costs more than all else that is done with them.
        if server.sql("SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression'"
                      " AND 'lz4' = ANY(enumvals)"):
            server.sql("ALTER SYSTEM SET default_toast_compression = 'lz4'")
        server.sql("SELECT pg_reload_conf();")
        # Databases copy what the first session in this one keeps of the catalogues.
        server.sql("SELECT 1", dbname="template1")
        yield server


@pytest.fixture(scope="session")
def mariadb_server():
    with MariadbServer() as server:
        yield server


@pytest.fixture(scope="session")
def openedge_server():
    """The look-alike of OpenEdge with the tables that come with it."""
    if jars_folder() is None:
        pytest.skip("left out: no look-alike was built, or there is no H2")
    with OpenEdgeServer("sports2020", "pathology") as server:
        yield server


@pytest.fixture
def openedge(openedge_server):
    """The same; whoever alters tables has tables of his own."""
    yield openedge_server
    openedge_server.reset()


_numbers = iter(range(1, 1_000_000))
_sessions = {}


def administer(server, statement):
    """Of the superuser, in a session that stays: each test makes databases and drops them."""
    session = _sessions[server.dsn] = as_new(_sessions.get(server.dsn), server.dsn)
    rows_of(session, statement)


def new_database(server, template="template1"):
    name = "test_%d" % next(_numbers)
    administer(server, "CREATE DATABASE %s TEMPLATE %s%s" % (name, template, server.by_files))
    administer(server, "GRANT CREATE, TEMP ON DATABASE %s TO mirror" % name)
    return Database(server, name)


def drop_database(database):
    administer(database.server, "DROP DATABASE %s WITH (FORCE)" % database.name)


class LoadedOnce:
    """A mirror that was loaded from a SQLite file, once; each test has a copy of its database (see pg), and
    the file as it was."""

    def __init__(self, server, path, **settings):
        self.server = server
        self.path = path
        self.content = path.read_bytes()
        self.database = new_database(server)
        Mirror(path.parent, self.database).sqlite(path).settings(**settings).run_well()

    def copied(self):
        self.path.write_bytes(self.content)
        return new_database(self.server, self.database.name)


@pytest.fixture
def pg(request, pg_server):
    """Empty, or a copy of the mirror of a module's fixture loaded_once, for the tests that ask for it."""
    loaded = "loaded_once" in request.fixturenames and request.getfixturevalue("loaded_once")
    database = loaded.copied() if loaded else new_database(pg_server)
    yield database
    drop_database(database)


@pytest.fixture
def second_pg(pg_server):
    """Another database: PostgreSQL as a source, or a second mirror."""
    database = new_database(pg_server)
    yield database
    drop_database(database)


@pytest.fixture
def mirror(pg, tmp_path):
    return Mirror(tmp_path, pg)


@pytest.fixture
def loaded(mirror, loaded_once):
    """The mirror of the module's fixture loaded_once, with a copy of its database."""
    mirror.path_of_source = loaded_once.path
    return mirror.sqlite(loaded_once.path)


@pytest.fixture(scope="session")
def make_sample(tmp_path_factory):
    """make_sample(rows): path of a generated ERP database, made once for all tests."""
    folder = tmp_path_factory.mktemp("samples")

    def make(rows):
        path = folder / ("sample-%d.sqlite" % rows)
        if not path.exists():
            subprocess.run([sys.executable, str(PROJECT / "tools" / "make_sample.py"), "--rows",
                            str(rows), str(path)], check=True, stdout=subprocess.DEVNULL)
        return path

    return make


@pytest.fixture(scope="session")
def real_data():
    folder = os.environ.get("OE2PG_REAL_DATA")
    if not folder:
        pytest.skip("left out: OE2PG_REAL_DATA names no folder with real databases")
    return pathlib.Path(folder)
