"""Values that drivers are known to fail at, or to change: days that are none, or beyond what a program's own
type of a day reaches, numbers that are none or have more digits than one is sent with, bytes that are no
text. They stand in keys and in other columns of random tables, and each read is cut behind every fifth row; the
mirror has what the product's own client prints of each, or NULL and an entry in quarantine where
PostgreSQL has no such text. OE2PG_LONG=1 makes 150 tables of each product, of OE2PG_SEED."""

import os
import random
import sqlite3

import pytest

from conftest import program
from doors import from_java, from_mariadb, from_postgres, jars
from mirroring import last_run, need_fault_build, quarantined, sqlite_file
from servers import JavaServer, java_environment, java_jars

TABLES = 150 if os.environ.get("OE2PG_LONG") else 3
SEED = int(os.environ.get("OE2PG_SEED", "7"))
ROWS, PAGE = 26, 5
HANGS_AFTER_S = 60 + 20 * TABLES
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_TEST_PAGE_ROWS": str(PAGE)}

pytestmark = pytest.mark.usefixtures("fault_build")


@pytest.fixture(scope="module")
def fault_build():
    need_fault_build(program())


# --- values: generators of a literal and its text in the mirror (None: there is none)

def quoted(*texts, form="'%s'"):
    return [(form % text, text) for text in texts]


def mixed(bad, good):
    return lambda rng: rng.choice(bad) if rng.random() < 0.4 else good(rng)


def day(form="'%s'", first=1600, last=9999):
    def make(rng):
        text = "%04d-%02d-%02d" % (rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))
        return form % text, text
    return make


def stamp(form="'%s'", tail="", first=1600, last=9999):
    def make(rng):
        text = "%s %02d:%02d:%02d%s" % (day("%s", first, last)(rng)[1], rng.randrange(24), rng.randrange(60),
                                        rng.randrange(60), rng.choice(["", ".5"]))
        return form % (text + tail), text + tail
    return make


def number(scale):
    def make(rng):
        text = "%d.%0*d" % (rng.randint(-999, 9999), scale, rng.randrange(10 ** scale))
        return text, text
    return make


def word(rng):
    text = "".join(rng.choice("abzÄé 0") for _ in range(rng.randint(1, 6))) + "x"
    return "'%s'" % text, text


DAYS = ["infinity", "-infinity", "4713-01-01 BC", "0001-12-31 BC", "20222-01-01", "5874897-12-31"]
STAMPS = ["infinity", "-infinity", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "20222-01-01 00:00:00.5"]
POSTGRESQL = [
    ("date", mixed(quoted(*DAYS), day())), ("timestamp", mixed(quoted(*STAMPS), stamp())),
    ("timestamptz", mixed(quoted("infinity", "4713-01-01 00:00:00+00 BC", "294276-12-31 23:59:59+00"), stamp(tail="+00"))),
    ("numeric", mixed(quoted("NaN", "Infinity", "-Infinity", "1" + "0" * 200, "0." + "0" * 200 + "1"), number(3))),
    ("double precision", mixed(quoted("NaN", "Infinity", "-Infinity", "5e-324", "1.7976931348623157e+308"), lambda rng: (
        str(rng.randint(1, 999)) + ".5",) * 2)),
    ("interval", mixed(quoted("178000000 years", "-178000000 years"), lambda rng: quoted(
        "%d mons" % rng.randint(2, 9))[0])),
    ("text", word), ("time", mixed(quoted("24:00:00"), lambda rng: quoted("%02d:00:01" % rng.randrange(24))[0])),
]
ZEROS = ["0000-00-00", "2024-00-00", "2024-02-31", "0000-01-01", "0001-00-05"]
MARIADB = [
    ("DATE", mixed(quoted(*ZEROS), day())),
    ("DATETIME(6)", mixed(quoted("0000-00-00 00:00:00", "2024-00-15 10:00:00.5", "2024-02-31 10:00:00"), stamp())),
    ("TIMESTAMP(1) NULL", mixed(quoted("0000-00-00 00:00:00"), stamp(first=1971, last=2037))),
    ("TIME(6)", mixed(quoted("838:59:59.999999", "-838:59:59.999999", "-00:00:00.500000"), lambda rng: quoted(
        "%02d:00:01" % rng.randrange(99))[0])),
    ("YEAR", mixed([("0", "0")], lambda rng: (str(rng.randint(1901, 2155)),) * 2)),
    ("DECIMAL(65,30)", mixed([(("9" * 35 + "." + "9" * 30),) * 2], number(30))),
    ("DOUBLE", mixed([("1.7976931348623157e308", "1.7976931348623157e+308")], lambda rng: (
        str(rng.randint(1, 999)) + ".5",) * 2)),
    ("ENUM('a','b')", lambda rng: rng.choice([("'a'", "a"), ("'b'", "b"), ("'zz'", "")])),
    ("VARCHAR(12)", mixed([("'a\\0b'", None), ("'a\\0c'", None)], word)),
]
FAR = ["-1000000000-01-01", "1000000000-12-31", "20222-01-01", "0000-01-01", "-0001-01-01"]
FAR_TEXTS = ["1000000001-01-01 BC", "1000000000-12-31", "20222-01-01", "0001-01-01 BC", "0002-01-01 BC"]
H2 = [
    ("DATE", mixed([("DATE '%s'" % own, text) for own, text in zip(FAR, FAR_TEXTS)], day("DATE '%s'"))),
    ("TIMESTAMP(6)", mixed([("TIMESTAMP '%s 01:02:03.5'" % own, " 01:02:03.5".join((
        text.removesuffix(" BC"), " BC" if text.endswith("BC") else ""))) for own, text in zip(FAR, FAR_TEXTS)],
        stamp("TIMESTAMP '%s'"))),
    ("DECFLOAT(100)", mixed(quoted("NaN", "Infinity", "-Infinity", form="CAST('%s' AS DECFLOAT)") + [
        ("CAST('1e2000' AS DECFLOAT)", "1" + "0" * 2000)], lambda rng: (str(rng.randint(1, 99)) + ".5",) * 2)),
    ("DOUBLE PRECISION", mixed(quoted("NaN", "Infinity", "-Infinity", form="CAST('%s' AS DOUBLE PRECISION)"),
                               lambda rng: (str(rng.randint(1, 99)) + ".5",) * 2)),
    ("VARCHAR(20)", mixed([("U&'a\\0000b'", None), ("U&'a\\D800b'", None), ("U&'a\\D801b'", None)], word)),
]
SQLITE = [
    (kind, mixed([("9e999", "Infinity"), ("-9e999", "-Infinity"), ("'abc'", "abc"), ("x'ff'", "X'FF'"),
                  ("1e30", "1e+30")], lambda rng: (str(rng.randint(1, 10 ** 6)),) * 2))
    for kind in ("INT", "BIGINT")
] + [
    ("DATE", mixed(quoted("0000-00-00", "20222-01-01", "2024-13-45", "-0001-01-01", "") + [("20240229",) * 2], day())),
    ("VARCHAR(20)", mixed([("CAST(x'4100' AS TEXT)", None), ("CAST(x'ff41' AS TEXT)", None), ("x'fe'", None)], word)),
]


# --- tables

class BadTable:
    """One or two columns of a key, n, and two others; `rows` is what a row has in the mirror, by n."""

    def __init__(self, seed, types, quote):
        self.rng = random.Random(SEED * 1000 + seed)
        self.name = "b%d" % seed
        self.quote = quote
        keys = [types[seed % len(types)]] + self.rng.choices(types, k=self.rng.randrange(2))
        self.columns = keys + self.rng.choices(types, k=2)
        names = ["c%d" % i for i in range(len(self.columns))]
        self.create = "CREATE TABLE %s (%s, %s INT NOT NULL, PRIMARY KEY (%s))" % (self.q(self.name), ", ".join(
            "%s %s%s" % (self.q(name), kind.replace(" NULL", "") if i < len(keys) else kind,
                         " NOT NULL" if i < len(keys) else "")
            for i, (name, (kind, _)) in enumerate(zip(names, self.columns))), self.q("n"),
            ", ".join(map(self.q, names[:len(keys)])))
        self.rows = {}

    def q(self, name):
        return self.quote + name + self.quote

    def inserts(self, first=0, count=ROWS, verb="INSERT INTO", tail=""):
        for n in range(first, first + count):
            row = [make(self.rng) for _, make in self.columns]
            self.rows[n] = tuple(text for _, text in row)
            yield "%s %s VALUES (%s, %d)%s" % (
                verb, self.q(self.name), ", ".join(literal for literal, _ in row), n, tail)

    def changes(self, **words):
        yield "DELETE FROM %s WHERE %s IN (3, 4, 11)" % (self.q(self.name), self.q("n"))
        yield from self.inserts(ROWS, 6, **words)

    def describe(self):
        return "%s (%s)" % (self.name, ", ".join(kind for kind, _ in self.columns))


def assert_mirrored(mirror, pg, tables, source_rows, change):
    """After a load and after a change all is there, and a run in between wrote nothing."""
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(batch_size=PAGE, jobs=2, full_below_rows=0, max_delete_percent=100)
    for step in ("load", "idle", "changed"):
        if step == "changed":
            change()
        result = mirror.run(environment={**CUT, **java_environment()}, timeout=HANGS_AFTER_S)
        assert result.status in ((0,) if step == "idle" else (0, 1)), result.explain()
        assert "Failed:" not in result.log, result.explain()
        assert step != "idle" or last_run(pg) == (0, 0, 0), result.explain()
        for table in tables:
            found = {int(row[-1]): row[:-1] for row in pg.query('SELECT * FROM mirror."%s"' % table.name)}
            expected = {n: table.rows[n] for n in source_rows(table)}
            assert pg.value('SELECT count(*) FROM mirror."%s"' % table.name) == len(expected), table.describe()
            assert found == expected, "%s of %s" % (step, table.describe())
    assert {reason for reason, in quarantined(pg, "reason")} <= {"nul_byte", "invalid_utf8"}


def made(types, quote):
    return [BadTable(seed, types, quote) for seed in range(TABLES)]


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_sqlite(mirror, pg, tmp_path, door):
    tables = made(SQLITE, '"')
    words = {"verb": "INSERT OR IGNORE INTO"}
    path = sqlite_file(tmp_path / "s.sqlite", *(sql for table in tables for sql in (
        table.create, *table.inserts(**words))))
    if door == "odbc":
        mirror.sqlite(path)
    else:
        mirror.source(jar_file=jars("sqlite-jdbc.jar"), jdbc_url="jdbc:sqlite:%s" % path, schema="")
    def numbers(table):
        return [n for n, in sqlite3.connect(path).execute("SELECT n FROM %s" % table.name)]
    assert_mirrored(mirror, pg, tables, numbers, lambda: sqlite_file(
        path, *(sql for table in tables for sql in table.changes(**words))))


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_postgresql(mirror, pg, second_pg, door):
    from_postgres(mirror, second_pg, door, "public")
    tables = made(POSTGRESQL, '"')
    words = {"tail": " ON CONFLICT DO NOTHING"}
    for table in tables:
        second_pg.query(";".join((table.create, *table.inserts(**words))))
    assert_mirrored(mirror, pg, tables, lambda table: [
        n for n, in second_pg.query("SELECT n FROM %s" % table.name)], lambda: [
            second_pg.query(";".join(table.changes(**words))) for table in tables])


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_mariadb(mirror, pg, mariadb_server, door):
    server = mariadb_server
    server.sql("DROP DATABASE IF EXISTS bad; CREATE DATABASE bad CHARACTER SET utf8mb4")
    from_mariadb(mirror, server, door, "bad")
    tables = made(MARIADB, "`")
    words = {"verb": "INSERT IGNORE INTO"}
    def send(statements):
        server.sql("SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'; %s" % ";".join(statements), dbname="bad")
    send(sql for table in tables for sql in (table.create, *table.inserts(**words)))
    assert_mirrored(mirror, pg, tables, lambda table: map(int, server.sql(
        "SELECT n FROM %s" % table.name, dbname="bad").split()), lambda: send(
            sql for table in tables for sql in table.changes(**words)))
    server.sql("DROP DATABASE bad")


def test_h2(mirror, pg):
    if java_jars(*JavaServer.jars["H2"]) is None:
        pytest.skip("the driver is not installed")
    tables = made(H2, '"')
    with JavaServer("H2") as server:
        def send(statements):
            for sql in statements:
                try:
                    server.sql(sql)
                except RuntimeError as error:  # a key that is there already
                    if "INSERT" not in str(error):
                        raise
        for table in tables:
            send((table.create, *table.inserts()))
        from_java(mirror, server)
        assert_mirrored(mirror, pg, tables, lambda table: [
            int(n) for n, in server.sql('SELECT "n" FROM "%s"' % table.name)], lambda: [
                send(table.changes()) for table in tables])


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_the_year_0_of_mariadb_is_not_the_year_2000(mirror, pg, mariadb_server, door):
    """As which it would understand a position that is a text."""
    server = mariadb_server
    server.sql("DROP DATABASE IF EXISTS years; CREATE DATABASE years")
    server.sql("CREATE TABLE y (k YEAR PRIMARY KEY, n INT); SET sql_mode = '';"
               "INSERT INTO y SELECT seq, seq FROM seq_1990_to_2009; INSERT INTO y VALUES (0, 0)", dbname="years")
    from_mariadb(mirror, server, door, "years")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(batch_size=1, full_below_rows=0, max_delete_percent=100)
    environment = {**CUT, **java_environment(), "OE2PG_TEST_PAGE_ROWS": "1"}
    mirror.run_well(environment=environment)
    assert sorted(int(k) for k, in pg.query("SELECT k FROM mirror.y")) == [0, *range(1990, 2010)]
    server.sql("DELETE FROM y WHERE n = 0", dbname="years")
    mirror.run_well(environment=environment)
    assert last_run(pg) == (0, 0, 1)
    server.sql("DROP DATABASE years")


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_a_day_0_of_mariadb_is_no_null(mirror, pg, mariadb_server, door):
    """IS NULL says so of one in a column that is NOT NULL: rows with a NULL in the key are read by themselves."""
    server = mariadb_server
    server.sql("DROP DATABASE IF EXISTS zeros; CREATE DATABASE zeros")
    server.sql("SET sql_mode = ''; CREATE TABLE z (d DATETIME NOT NULL, m INT, UNIQUE (d, m));"
               "INSERT INTO z VALUES (0, 1), (0, 2), (0, NULL), ('2024-01-01', 1)", dbname="zeros")
    from_mariadb(mirror, server, door, "zeros")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(batch_size=1, full_below_rows=0, max_delete_percent=100)
    environment = {**CUT, **java_environment(), "OE2PG_TEST_PAGE_ROWS": "1"}
    mirror.run_well(environment=environment)
    assert sorted(pg.query("SELECT d, COALESCE(m, '-') FROM mirror.z")) == [
        ("0000-00-00 00:00:00", "-"), ("0000-00-00 00:00:00", "1"), ("0000-00-00 00:00:00", "2"),
        ("2024-01-01 00:00:00", "1")]
    mirror.run_well(environment=environment)
    assert last_run(pg) == (0, 0, 0)
    server.sql("DROP DATABASE zeros")
