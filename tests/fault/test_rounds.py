"""Rounds of random changes, runs that are killed, and runs that are not: the mirror ends equal.

A round changes the source at random (rows come, change, go, change their key, are doubled, lose their
values; columns and tables come and go), kills some runs at random moments, then lets one run through
and compares. After a kill every table is as some earlier moment of its source was, never a mixture.
In every second round somebody changes rows while a further run goes on, or is killed; in the rounds
of the last test that is so in every run but the quiet one behind them.
In the end one more run writes nothing. OE2PG_SEED repeats everything but the moments of wall time,
and what somebody does at such moments.

OpenEdge, the look-alike read by JDBC, has as many tables, rows and rounds as the others. Its
answers to what is not known about OpenEdge change from round to round, and its connections break
now and then.

In half of the rounds tables are read in parts, cut behind every few rows; what a killed run recorded of
them the next one goes on with, cut or not.

Mirrors of native types go through the same, in fewer rounds: what PostgreSQL prints for their values is
what a mirror of text holds.
"""

import collections
import contextlib
import decimal
import os
import random
import sqlite3
import subprocess
import threading
import time

import psycopg2
import pytest

import compare
import openedge_ddl
from conftest import LONG, SEED
from mirrors import MIRROR_PASSWORD
from openedge_server import OpenEdgeServer, jars_folder
from scenes import IN_PARTS, LITTLE_MB, QUICK
from servers import java_environment

ROUNDS = 500 if LONG else 5
TABLES = 20 if LONG else 12
BUSY_ROUNDS = 100 if LONG else 2
NATIVE_ROUNDS = 100 if LONG else 3
ROWS_MAX = 1500
WORDS = ["", " ", "a", "A", "ä", "a ", "NULL", "\\N", "\t", "\n", "'", '"', "\\", "0", "ß", "中", "😀", "x" * 300]

# Name, type, and what stands in it.
COLUMNS = {
    "i": ("INTEGER", lambda chance: chance.randint(-50, 5000)),
    "t": ("VARCHAR(400)", lambda chance: chance.choice(WORDS) + str(chance.randint(0, 99))),
    "w": ("VARCHAR(400)", lambda chance: chance.choice(WORDS)),
    "d": ("DECIMAL(12,2)", lambda chance: decimal.Decimal(chance.randint(-10**6, 10**6)) / 100),
    "s": ("DATE", lambda chance: "20%02d-%02d-%02d" % (
        chance.randint(0, 99), chance.randint(1, 12), chance.randint(1, 28))),
}
KEYS = {  # column definitions and constraint; one of each kind there is
    "number": (["id INTEGER NOT NULL"], "PRIMARY KEY (id)", ["id"]),
    "pair": (["a INTEGER NOT NULL", "b VARCHAR(20) NOT NULL"], "PRIMARY KEY (a, b)", ["a", "b"]),
    "word": (["k VARCHAR(40) NOT NULL"], "PRIMARY KEY (k)", ["k"]),
    "holes": (["k VARCHAR(40)"], "UNIQUE (k)", ["k"]),
    "none": (["n INTEGER"], None, ["n"]),
}


class Source:
    """What the rounds need to know of a product."""

    mark = "%s"
    row = ""             # what tells rows
    prefix = ""
    hidden = ""          # what else a new table needs, so that its rows can be told
    special = {}         # variables of runs that read it
    environment = QUICK  # and all others, of the round in hand
    rounds = ROUNDS

    def mood(self, chance):
        """What may be different in each round."""
        self.environment = {**chance.choice([QUICK, IN_PARTS]), **self.special}


class SqliteSource(Source):
    mark = "?"
    row = "rowid"

    def __init__(self, folder, *_):
        self.path = folder / "source.sqlite"
        # A reader and a writer at the same time; the second thread is the one that writes then.
        self.connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=30)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = OFF")

    def configure(self, mirror):
        mirror.sqlite(self.path)

    def execute(self, statement, values=()):
        values = [str(value) if isinstance(value, decimal.Decimal) else value for value in values]
        return self.connection.execute(statement, values).fetchall()

    def rows(self, table):
        return compare.sqlite_rows(self.path, table)


class PostgresSource(Source):
    row = "ctid"
    prefix = "shop."

    def __init__(self, _, database, *__):
        self.database = database
        database.query("CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO mirror;"
                       "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO mirror")
        self.connection = psycopg2.connect(database.admin_dsn)
        self.connection.autocommit = True

    def configure(self, mirror):
        server = self.database.server
        mirror.source(schema="shop", odbc_connection=(
            "Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
            % (server.host, server.port, self.database.name, MIRROR_PASSWORD)))
        mirror.config["postgres_db"]["schema"] = "mirror"

    def execute(self, statement, values=()):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def rows(self, table):
        return compare.postgres_rows(self.database.admin_dsn, "shop", table)


class MariadbSource(Source):
    """Through the client program: one process for all statements."""

    row = "row_id"
    hidden = "row_id BIGINT NOT NULL AUTO_INCREMENT UNIQUE INVISIBLE"

    def __init__(self, _, __, server):
        self.server = server
        self.name = "rounds_%d" % os.getpid()
        server.sql("DROP DATABASE IF EXISTS %s; CREATE DATABASE %s CHARACTER SET utf8mb4"
                   " COLLATE utf8mb4_bin" % (self.name, self.name))
        self.client = subprocess.Popen(
            ["mariadb", "--no-defaults", "--socket=" + server.socket, "-u", server.user,
             "-p" + server.password, "--default-character-set=utf8mb4", "--batch", "--unbuffered",
             "--skip-column-names", self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.connection = contextlib.closing(self.client.stdin)

    def configure(self, mirror):
        mirror.source(host=self.server.host, port=self.server.port, db_name=self.name,
                      user=self.server.user, password=self.server.password,
                      odbc_driver="MariaDB Unicode", schema="")
        mirror.settings(tables={"*": {"exclude_columns": ["row_id"]}})

    @staticmethod
    def literal(value):
        if value is None:
            return "NULL"
        return "X'%s'" % value.encode().hex() if isinstance(value, str) else str(value)

    def execute(self, statement, values=()):
        text = statement % tuple(map(self.literal, values)) if values else statement
        self.client.stdin.write(("%s;\nSELECT 'end of it';\n" % text).encode())
        self.client.stdin.flush()
        rows = []
        for line in iter(self.client.stdout.readline, b"end of it\n"):
            assert line, "the client ended: " + text
            rows.append((int(line),))
        return rows

    def rows(self, table):
        return compare.mariadb_rows(self.server, self.name, table, without=["row_id"])


class OpenEdgeSource(Source):
    """The look-alike of OpenEdge. Rows are changed and judged in the store behind it, by that
    store's own SQL; tables are made and altered by schema dumps."""

    row = "_ROWID_"
    special = java_environment()
    rounds = ROUNDS if LONG else 3  # each of their runs starts Java
    answers = {  # to what is not known, of those that no value depends on
        "autocommit_cursors": ["kept", "closed"], "cancel": ["works", "unsupported", "ignored"],
        "cursor_over_commit": ["closed", "held"], "error_codes": ["standard", "empty", "numbered"],
        "fetch_size": ["honoured", "ignored"], "isolation": ["works", "unsupported", "unknown"],
        "null_order": ["high", "low"], "offset_fetch": ["supported", "unsupported"],
        "query_timeout": ["works", "unsupported"], "recid_type": ["integer", "bigint"],
        "rowid_order": ["numeric", "text", "unsupported"]}

    def __init__(self, folder, *_):
        if jars_folder() is None:
            pytest.skip("left out: this build has no Java, or H2 is not installed")
        nothing = folder / "no-dumps"
        nothing.mkdir()
        self.server = OpenEdgeServer(nothing).__enter__()
        self.server.sql("SET SCHEMA PUB")
        self.connection = self.server

    def configure(self, mirror):
        mirror.source(**self.server.source_keys())
        mirror.config["postgres_db"]["schema"] = "mirror"

    def mood(self, chance):
        super().mood(chance)
        self.server.switch(**{name: chance.choice(all_) for name, all_ in self.answers.items()})
        if chance.random() < 0.3:
            self.server.mishap(chance.choice(["drop", "half"]), "read", chance.randint(1, 40))

    @staticmethod
    def literal(value):
        if value is None:
            return "NULL"
        return "'%s'" % value.replace("'", "''") if isinstance(value, str) else str(value)

    def execute(self, statement, values=()):
        text = statement % tuple(map(self.literal, values)) if values else statement
        return [tuple(row) for row in openedge_ddl.run(self.server, text)]

    def rows(self, table):
        return collections.Counter(self.execute("SELECT * FROM " + table))


class World:
    """The source as it is, and how it was since the last run that got through."""

    def __init__(self, source, chance):
        self.source = source
        self.chance = chance
        self.tables = {}      # name -> (kind, columns beside the key)
        self.versions = {}    # name -> contents since the last good run; None: shape has changed
        self.touched = set()  # names of tables that changed since remember()
        self.fresh = 0
        self.next_column = 0

    # -- one change each

    def create(self, name=None, size=None):
        kind = self.chance.choice(list(KEYS))
        name = name or "table_%d" % len(self.versions)
        columns = self.chance.sample(sorted(COLUMNS), self.chance.randint(1, len(COLUMNS)))
        definitions, constraint, _ = KEYS[kind]
        self.source.execute("CREATE TABLE %s%s (%s)" % (self.source.prefix, name, ", ".join(
            definitions + ["%s %s" % (c, COLUMNS[c][0]) for c in columns]
            + [extra for extra in (self.source.hidden, constraint) if extra])))
        self.tables[name] = (kind, columns)
        self.versions[name] = None
        self.insert(name, self.chance.choice([0, 1, 30, 300]) if size is None else size)

    def key_values(self, kind):
        self.fresh += 1
        if kind == "number":
            return [self.fresh]
        if kind == "pair":
            return [self.fresh // 3, "%s%d" % (self.chance.choice("aAbB"), self.fresh)]
        if kind == "word":
            return ["%s%d" % (self.chance.choice(["", "k", "K", "ä ", "'"]), self.fresh)]
        if kind == "holes":
            return [None if self.chance.random() < 0.15 else "k%d" % self.fresh]
        return [self.chance.randint(0, 20)]

    def value(self, column):
        base = column.split("_")[0]
        return None if self.chance.random() < 0.2 else COLUMNS[base][1](self.chance)

    def insert(self, name, count):
        kind, columns = self.tables[name]
        names = KEYS[kind][2] + columns
        statement = "INSERT INTO %s%s (%s) VALUES (%s)" % (
            self.source.prefix, name, ", ".join(names), ", ".join([self.source.mark] * len(names)))
        for _ in range(count):
            self.source.execute(
                statement, self.key_values(kind) + [self.value(column) for column in columns])

    def some_rows(self, name, share):
        rows = [row[0] for row in self.source.execute(
            "SELECT %s FROM %s%s" % (self.source.row, self.source.prefix, name))]
        if not rows:
            return []
        return self.chance.sample(rows, max(1, int(len(rows) * share * self.chance.random())))

    def each(self, name, share, what, values):
        for row in self.some_rows(name, share):
            self.source.execute(
                "%s WHERE %s = %s" % (what, self.source.row, self.source.mark), values() + [row])

    def update(self, name):
        _, columns = self.tables[name]
        if columns:
            column = self.chance.choice(columns)
            self.each(name, 0.3, "UPDATE %s%s SET %s = %s" % (
                self.source.prefix, name, column, self.source.mark), lambda: [self.value(column)])

    def delete(self, name, shares=(0.05, 0.05, 0.3, 3)):
        share = self.chance.choice(shares)
        self.each(name, min(share, 1), "DELETE FROM %s%s" % (self.source.prefix, name), list)

    def delete_some(self, name):
        self.delete(name, [0.05])

    def change_keys(self, name):
        kind, _ = self.tables[name]
        self.each(name, 0.1, "UPDATE %s%s SET %s" % (self.source.prefix, name, ", ".join(
            "%s = %s" % (column, self.source.mark) for column in KEYS[kind][2])),
            lambda: self.key_values(kind))

    def double(self, name):
        kind, _ = self.tables[name]
        if kind == "none":
            self.source.execute("INSERT INTO %s%s SELECT * FROM %s%s LIMIT %d" % (
                self.source.prefix, name, self.source.prefix, name, self.chance.randint(1, 20)))

    def add_column(self, name):
        kind, columns = self.tables[name]
        base = self.chance.choice(sorted(COLUMNS))
        # Some names come back after they were dropped.
        column = "%s_%d" % (base, self.chance.randint(0, 3))
        if column in columns:
            return
        self.source.execute("ALTER TABLE %s%s ADD COLUMN %s %s" % (
            self.source.prefix, name, column, COLUMNS[base][0]))
        self.tables[name] = (kind, columns + [column])
        self.versions[name] = None
        self.each(name, 0.5, "UPDATE %s%s SET %s = %s" % (
            self.source.prefix, name, column, self.source.mark), lambda: [self.value(column)])

    def drop_column(self, name):
        kind, columns = self.tables[name]
        if len(columns) > 1:
            column = self.chance.choice(columns)
            self.source.execute("ALTER TABLE %s%s DROP COLUMN %s" % (
                self.source.prefix, name, column))
            self.tables[name] = (kind, [c for c in columns if c != column])
            self.versions[name] = None

    def drop(self, name):
        if len(self.tables) > 4:
            self.source.execute("DROP TABLE %s%s" % (self.source.prefix, name))
            del self.tables[name]
            self.versions[name] = None

    def revive(self, _):
        gone = sorted(set(self.versions) - set(self.tables))
        if gone:
            self.create(self.chance.choice(gone))

    def change(self):
        changes = ([self.update] * 6 + [self.delete] * 4 + [self.change_keys] * 3 + [self.double] * 3
                   + [lambda name: self.insert(name, self.chance.randint(1, 60))] * 5
                   + [self.add_column, self.drop_column, self.drop, self.revive,
                      lambda _: self.create()])
        self.source.execute("BEGIN")
        for _ in range(self.chance.randint(0, 8)):
            name = self.chance.choice(sorted(self.tables))
            self.touched.add(name)
            self.chance.choice(changes)(name)
        self.source.execute("COMMIT")

    def change_rows(self):
        """One small transaction that leaves every table as it is defined."""
        changes = [self.update, self.delete_some, self.change_keys, self.double,
                   lambda name: self.insert(name, self.chance.randint(1, 5))]
        self.source.execute("BEGIN")
        self.chance.choice(changes)(self.chance.choice(sorted(self.tables)))
        self.source.execute("COMMIT")

    # -- what is there

    def columns(self, name):
        kind, columns = self.tables[name]
        return KEYS[kind][2] + columns

    def remember(self):
        """What every table is at this moment."""
        for name in self.touched.intersection(self.tables):
            if self.versions[name] is not None:
                self.versions[name].append(self.source.rows(name))
        self.touched.clear()

    def settle(self, rows):
        """Every table is mirrored, as the `rows` of its name."""
        for name in self.versions:
            self.versions[name] = [rows[name]] if name in self.tables else None
        self.touched.clear()


def mirrored_rows(database, name, columns):
    return collections.Counter(database.query(compare.SESSION + "; SELECT %s FROM mirror.%s" % (
        ", ".join('"%s"::text' % column for column in columns), name)))


def assert_no_mixture(world, database):
    there = database.tables()
    for name in world.tables:
        if name not in there or world.versions[name] is None:
            continue
        found = mirrored_rows(database, name, world.columns(name))
        assert found in world.versions[name], "%s is a mixture\n%s" % (
            name, compare.difference(world.versions[name][-1], found))


def assert_same(world, database, result):
    """Returns the rows of each table."""
    there = database.tables()
    rows = {}
    for name in world.tables:
        assert name in there, "%s is missing\n%s" % (name, result.explain())
        rows[name] = world.source.rows(name)
        wrong = compare.difference(
            rows[name], mirrored_rows(database, name, world.columns(name)))
        assert wrong is None, "%s: %s\n%s" % (name, wrong, result.explain())
    assert database.tables("oe2pg_staging") == [], result.explain()
    return rows


def run_and_kill(world, mirror, chance, duration):
    """At a fault point or by the clock; returns whether it came to that."""
    if chance.random() < 0.6:
        environment = {**world.source.environment,
                       "OE2PG_FAULT": "%d:kill" % chance.randint(1, 450)}
        return mirror.run(environment=environment).status == -9
    process = mirror.start("--allow-delete", "*", environment=world.source.environment)
    time.sleep(chance.uniform(0, duration))
    process.kill()
    return mirror.finish(process).status == -9


def forget_kills(database):
    """By chance several of them hit one table that was alone in hand, as if its driver died of it."""
    if "suspect" in database.tables("oe2pg"):
        database.query("DELETE FROM oe2pg.suspect")


@contextlib.contextmanager
def busy(world):
    """Somebody who changes rows all the time, in small transactions, by chances of their own."""
    is_over = threading.Event()
    quiet, world.chance = world.chance, random.Random(world.chance.random())

    def work():
        while not is_over.wait(0.005):
            world.change_rows()
    writer = threading.Thread(target=work)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()
        world.chance = quiet


def versions_on_disk(database):
    return [database.query("SELECT relname, relfilenode FROM pg_class WHERE relnamespace ="
                           " 'mirror'::regnamespace ORDER BY 1")] + [
        sorted(database.query("SELECT ctid::text, xmin::text FROM mirror.%s" % name))
        for name in database.tables()]


KINDS = {"SQLite": SqliteSource, "PostgreSQL": PostgresSource, "MariaDB": MariadbSource,
         "OpenEdge": OpenEdgeSource}


@pytest.fixture
def types():
    return "text"


@pytest.fixture(params=list(KINDS))
def world(request, types, mirror, second_pg, mariadb_server, tmp_path, chance):
    """Tables of all kinds, one of them larger; a mirror that is configured for them."""
    source = KINDS[request.param](tmp_path, second_pg, mariadb_server)
    source.configure(mirror)
    keep = chance.choice(["keep", "drop"])
    mirror.settings(batch_size=100, jobs=2, dropped_columns=keep, dropped_tables=keep,
                    memory_mb=LITTLE_MB, column_types=types)
    made = World(source, chance)
    for _ in range(TABLES - 1):
        made.create()
    made.create(size=ROWS_MAX)
    yield made
    with contextlib.suppress(Exception):
        source.connection.close()


def assert_quiet(world, mirror, pg):
    """One more run writes nothing."""
    pg.query("VACUUM")  # ours, so that nobody else's comes between the two pictures
    before = versions_on_disk(pg)
    mirror.run_well("--allow-delete", "*", environment=world.source.environment)
    assert versions_on_disk(pg) == before


def go_through_rounds(rounds, world, mirror, pg, chance):
    duration = 1.0
    kills = 0
    started = time.monotonic()
    for number in range(1, rounds + 1):
        where = "round %d, seed %d" % (number, SEED)
        try:
            world.source.mood(chance)
            for _ in range(chance.choice([0, 1, 1, 2, 3])):
                world.change()
                world.remember()
                kills += run_and_kill(world, mirror, chance, duration)
                assert_no_mixture(world, pg)
            if chance.random() < 0.5:
                with busy(world):
                    kills += run_and_kill(world, mirror, chance, duration)
            world.change()
            mirror.log_path.unlink(missing_ok=True)
            forget_kills(pg)
            began = time.monotonic()
            result = mirror.run("--allow-delete", "*", environment=world.source.environment)
            duration = time.monotonic() - began
            assert result.status == 0, result.explain()
            rows = assert_same(world, pg, result)
        except AssertionError as error:
            raise AssertionError("%s: %s" % (where, error)) from error
        world.settle(rows)
    print("%d rounds of %.2f s, %d runs killed" % (
        number, (time.monotonic() - started) / number, kills))
    assert_quiet(world, mirror, pg)


def test_random_changes_and_kills_end_equal(world, mirror, pg, chance):
    go_through_rounds(world.source.rounds, world, mirror, pg, chance)


@pytest.mark.parametrize("types", ["native"])
@pytest.mark.parametrize("world", list(KINDS) if LONG else ["SQLite", "PostgreSQL"], indirect=True)
def test_random_changes_and_kills_end_equal_in_native_types(types, world, mirror, pg, chance):
    go_through_rounds(NATIVE_ROUNDS, world, mirror, pg, chance)
    used = {name for name, in pg.query(
        "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'mirror'")}
    assert len(used) > 2, used


@pytest.mark.parametrize("world", list(KINDS) if LONG else ["PostgreSQL", "OpenEdge"], indirect=True)
def test_rows_that_change_while_runs_go_on_end_equal_in_a_quiet_run(world, mirror, pg, chance):
    world.source.mood(chance)
    mirror.run_well("--allow-delete", "*", environment=world.source.environment)
    for number in range(1, BUSY_ROUNDS + 1):
        world.source.mood(chance)
        with busy(world):
            for _ in range(2):
                result = mirror.run("--allow-delete", "*", environment=world.source.environment)
                # A table that never stands still may fail; no other.
                assert result.status in (0, 1), result.explain()
        result = mirror.run("--allow-delete", "*", environment=world.source.environment)
        assert result.status == 0, "round %d, seed %d\n%s" % (number, SEED, result.explain())
        assert_same(world, pg, result)
    assert_quiet(world, mirror, pg)
