"""Reads that are cut by keys of every type: where the source orders a type in another way than it
compares it, no row is lost and none comes twice."""

import collections

import pytest

from conftest import program
from doors import from_java, from_mariadb, from_postgres
from mirroring import last_run, need_fault_build, sqlite_file
from openedge_server import jars_folder
from servers import JavaServer, java_environment, java_jars
from wide_table import TEXT_KEY, Wide

WEIGHT = 4  # see conftest.py

# Each batch is as old as a statement may be: a read is cut behind every 50 rows, or behind every page
# of a driver that holds whole results.
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_TEST_PAGE_ROWS": "50"}
ROWS = 240
CONDEMNED = "in another way than it compares it"

pytestmark = pytest.mark.usefixtures("fault_build")


@pytest.fixture(scope="module")
def fault_build():
    need_fault_build(program())


def settings(mirror, **keys):
    mirror.config["postgres_db"]["schema"] = "mirror"
    return mirror.settings(batch_size=50, jobs=1, full_below_rows=0, **keys)


def assert_each_row_once(pg, table, rows, column="n"):
    found = pg.query('SELECT "%s"::text::int FROM mirror."%s"' % (column, table))
    often = collections.Counter(n for n, in found)
    assert sorted(often) == list(rows) and set(often.values()) <= {1}, (
        table, len(found), [n for n in rows if n not in often][:5],
        [n for n, times in often.items() if times > 1][:5])


# --- MariaDB

MARIADB_TYPES = {
    "tiny": ("TINYINT", "n - 120"), "number": ("BIGINT UNSIGNED", "CAST(18446744073709551615 - n * 7 AS UNSIGNED)"),
    "decimal": ("DECIMAL(20,4)", "(n - 100) * 1234567.0001"), "year": ("YEAR", "1901 + n"),
    "date": ("DATE", "DATE '1000-01-01' + INTERVAL n * 37 DAY"),
    "time": ("TIME(3)", "SEC_TO_TIME((n - 120) * 3671.125)"),
    "stamp": ("DATETIME(6)", "TIMESTAMP '2024-10-27 00:00:00' + INTERVAL n * 61000001 MICROSECOND"),
    "instant": ("TIMESTAMP(3)", "TIMESTAMP '2024-10-27 00:00:00' + INTERVAL n * 61001 * 1000 MICROSECOND"),
    "text": ("VARCHAR(20)", "CONCAT(ELT(1 + n MOD 4, 'b', 'A', 'ä', 'Z'), n)"),
    "binary_text": ("VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                    "CONCAT(ELT(1 + n MOD 4, 'b', 'A', 'ä', 'Z'), n)"),
    "latin": ("CHAR(12) CHARACTER SET latin1 COLLATE latin1_german2_ci",
              "CONCAT(ELT(1 + n MOD 4, 'b', 'A', 'ä', 'Z'), n)"),
    "uuid": ("UUID", "CONCAT(LPAD(HEX(n * 79190071), 8, '0'), '-1234-1', LPAD(n, 3, '0'), '-8abc-', LPAD(n, 12, '0'))"),
    "address": ("INET6", "CONCAT('::ffff:10.0.', n DIV 7, '.', n * 31 MOD 256)"),
    "bits": ("BIT(40)", "n * 99991"),
    "choice": ("ENUM('new','open','closed','archived')", None), "set": ("SET('z','b','a')", None),
}


@pytest.fixture
def mariadb(mariadb_server):
    mariadb_server.sql("DROP DATABASE IF EXISTS orders; CREATE DATABASE orders CHARACTER SET utf8mb4")
    yield mariadb_server
    mariadb_server.sql("DROP DATABASE orders")


def make_mariadb_tables(server):
    for name, (kind, value) in MARIADB_TYPES.items():
        key = "k" if value is not None else "k, n"
        server.sql("CREATE TABLE `%s` (k %s NOT NULL, n INT NOT NULL, PRIMARY KEY (%s));"
                   "INSERT INTO `%s` SELECT %s, n FROM (SELECT CAST(seq AS INT) AS n FROM seq_0_to_%d) s"
                   % (name, kind, key, name, value or "1 + n MOD %d" % (4 if name == "choice" else 7),
                      ROWS - 1), dbname="orders")


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_mariadbs_key_types_lose_no_row_at_a_cut(mirror, pg, mariadb, door):
    make_mariadb_tables(mariadb)
    settings(from_mariadb(mirror, mariadb, door, "orders"))
    cut = {**CUT, **java_environment()}
    for _ in range(2):
        result = mirror.run_well(environment=cut)
        for name in MARIADB_TYPES:
            assert_each_row_once(pg, name, range(ROWS))
    assert last_run(pg) == (0, 0, 0), result.explain()
    verified = mirror.run("verify", environment=cut)
    assert verified.status == 0, verified.explain()


TICKETS = ("CREATE TABLE ticket (state ENUM('new','open','closed','archived') NOT NULL, id INT NOT NULL,"
           " PRIMARY KEY (state, id)%s);"
           "INSERT INTO ticket SELECT 1 + seq MOD 4, seq FROM seq_1_to_400")


def test_a_key_that_begins_with_an_enum_is_never_cut(mirror, pg, mariadb):
    mariadb.sql(TICKETS % "", dbname="orders")
    settings(from_mariadb(mirror, mariadb, "odbc", "orders"))
    planned = mirror.run("plan", "--all", environment=CUT)
    result = mirror.run_well(environment=CUT)
    assert_each_row_once(pg, "ticket", range(1, 401), column="id")
    assert CONDEMNED in planned.stdout
    assert "WARNING" not in result.log  # it was known before


def test_another_key_is_chosen_where_the_primary_key_cannot_be_cut(mirror, pg, mariadb):
    mariadb.sql(TICKETS % ", UNIQUE KEY by_id (id)", dbname="orders")
    settings(from_mariadb(mirror, mariadb, "odbc", "orders"))
    mirror.run_well(environment=CUT)
    assert_each_row_once(pg, "ticket", range(1, 401), column="id")
    assert pg.value("SELECT key_columns FROM oe2pg.tracking") == ["id"]


# --- PostgreSQL

POSTGRES_TYPES = {
    "small": ("int2", "n - 120"), "large": ("int8", "n * 36028797018963968 - 4611686018427387904"),
    "decimal": ("numeric(20,4)", "(n - 100) * 1234567.0001"),
    "free": ("numeric", "CASE n WHEN 7 THEN 'NaN' ELSE (n - 100) / 7.0 END"),
    "date": ("date", "CASE n WHEN 0 THEN '-infinity' WHEN 1 THEN 'infinity' ELSE date '0044-03-15 BC' + n * 5000 END"),
    "time": ("time", "time '00:00' + n * interval '301.000001 s'"),
    "stamp": ("timestamp", "timestamp '2024-10-27 00:00' + n * interval '61.000001 s'"),
    "instant": ("timestamptz", "timestamptz '2024-10-27 00:00+00' + n * interval '61.000001 s'"),
    "flag": ("boolean", "n % 2 = 0"), "uuid": ("uuid", "md5(n::text)::uuid"),
    "text": ("varchar(20)", "(ARRAY['b', 'A', 'ä', 'Z', ' '])[1 + n % 5] || n"),
    "german": ("varchar(20) COLLATE \"de-x-icu\"", "(ARRAY['b', 'A', 'ä', 'Z', ' '])[1 + n % 5] || n"),
    "padded": ("char(12)", "(ARRAY['b', 'A', 'ä', 'Z', ' '])[1 + n % 5] || n"),
    "named": ("name", "(ARRAY['b', 'A', 'ä', 'Z', ' '])[1 + n % 5] || n"),
    "loose": ("text", "md5(n::text)"), "bytes": ("bytea", "decode(md5(n::text), 'hex')"),
    "real": ("float8", "sqrt(n)"), "address": ("inet", "inet '10.0.0.0' + n * 77"),
}
# Two values are enough for one half of the rows.
FEW = ("flag",)


def make_postgres_tables(database):
    database.query("CREATE SCHEMA orders; " + "".join(
        'CREATE TABLE orders."%s" (k %s NOT NULL, n int NOT NULL, PRIMARY KEY (%s));'
        'INSERT INTO orders."%s" SELECT (%s)::%s, n FROM generate_series(0, %d) n;'
        % (name, kind, "k, n" if name in FEW else "k", name, value, kind.split(" COLLATE")[0], ROWS - 1)
        for name, (kind, value) in POSTGRES_TYPES.items()) + "SELECT 1")


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_postgresqls_key_types_lose_no_row_at_a_cut(mirror, pg, second_pg, door):
    make_postgres_tables(second_pg)
    settings(from_postgres(mirror, second_pg, door, "orders"))
    for _ in range(2):
        result = mirror.run_well(environment={**CUT, **java_environment()})
        for name in POSTGRES_TYPES:
            assert_each_row_once(pg, name, range(ROWS))
        assert CONDEMNED not in result.log
    assert last_run(pg) == (0, 0, 0), result.explain()


# --- SQLite, whose columns hold what they are given

SQLITE_KEYS = {
    "rowid": "INTEGER PRIMARY KEY", "number": "INT UNIQUE NOT NULL", "big": "BIGINT UNIQUE NOT NULL",
    "text": "VARCHAR(20) UNIQUE NOT NULL", "nocase": "VARCHAR(20) COLLATE NOCASE UNIQUE NOT NULL",
    "trimmed": "VARCHAR(20) COLLATE RTRIM UNIQUE NOT NULL", "decimal": "DECIMAL(10,2) UNIQUE NOT NULL",
    "real": "REAL UNIQUE NOT NULL", "date": "DATE UNIQUE NOT NULL", "free": "BLOB UNIQUE NOT NULL",
}


def sqlite_values(name):
    """Of every storage class, but where the type rules that out."""
    for n in range(ROWS):
        if name == "rowid":
            yield n * 3 - 300, n
        elif name in ("text", "nocase", "trimmed"):
            yield ("bAzZ "[n % 5] + str(n), n)
        elif name == "date":
            yield "%04d-%02d-%02d" % (1900 + n, 1 + n % 12, 1 + n % 28), n
        elif name == "free":
            yield b"%05d" % n, n
        else:
            yield (n * 8 - 400, n * 8 + 0.25, "t%d" % n)[n % 3], n


def test_sqlites_keys_of_every_storage_class_lose_no_row_at_a_cut(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "source.sqlite",
        *("CREATE TABLE %s (k %s, n INTEGER NOT NULL)" % (name, kind) for name, kind in SQLITE_KEYS.items()),
        *(("INSERT INTO %s VALUES (?, ?)" % name, list(sqlite_values(name))) for name in SQLITE_KEYS))
    settings(mirror.sqlite(path))
    for _ in range(2):
        result = mirror.run_well(environment=CUT)
        for name in SQLITE_KEYS:
            assert_each_row_once(pg, name, range(ROWS))
    assert last_run(pg) == (0, 0, 0), result.explain()


# --- databases in Java

JAVA_TYPES = {
    "whole": ("INT", "%d", lambda n: n * 7 - 400), "large": ("BIGINT", "%d", lambda n: n * 2**55 - 2**62),
    "amount": ("DECIMAL(20,4)", "%s", lambda n: "%d.0%d" % (n * 1234 - 99999, n % 10)),
    "born": ("DATE", "DATE '%s'", lambda n: "%04d-%02d-%02d" % (1000 + n * 9, 1 + n % 12, 1 + n % 28)),
    "hour": ("TIME", "TIME '%s'", lambda n: "%02d:%02d:%02d" % (n // 11, n % 60, n * 7 % 60)),
    "moment": ("TIMESTAMP", "TIMESTAMP '%s'", lambda n: "2024-10-27 %02d:%02d:00.%03d" % (
        n // 60, n % 60, n)),
    "word": ("VARCHAR(20)", "'%s'", lambda n: "bAäZ "[n % 5] + str(n)),
    "filled": ("CHAR(12)", "'%s'", lambda n: "bAäZ "[n % 5] + str(n)),
}
UUIDS = {"H2": ("UUID", "UUID '%s'"), "HSQLDB": ("UUID", "CAST('%s' AS UUID)")}


@pytest.mark.parametrize("product", ["H2", "HSQLDB", "Derby"])
def test_a_java_databases_key_types_lose_no_row_at_a_cut(mirror, pg, product):
    if java_jars(*JavaServer.jars[product]) is None:
        pytest.skip("the driver is not installed")
    types = dict(JAVA_TYPES)
    if product in UUIDS:
        types["uuid"] = (*UUIDS[product], lambda n: "%08x-1234-4567-89ab-%012d" % (n * 17895697, n))
    with JavaServer(product) as server:
        for name, (kind, literal, value) in types.items():
            if product == "Derby":
                literal = literal.replace("DATE '%s'", "DATE('%s')").replace(
                    "TIMESTAMP '%s'", "TIMESTAMP('%s')").replace("TIME '%s'", "TIME('%s')")
            server.sql('CREATE TABLE "%s" ("k" %s NOT NULL PRIMARY KEY, "n" INT NOT NULL)' % (name, kind))
            server.sql('INSERT INTO "%s" VALUES ' % name + ", ".join(
                "(%s, %d)" % (literal % value(n), n) for n in range(ROWS)))
        settings(from_java(mirror, server))
        for _ in range(2):
            result = mirror.run_well(environment={**CUT, **java_environment()})
            for name in types:
                assert_each_row_once(pg, name, range(ROWS))
        assert last_run(pg) == (0, 0, 0), result.explain()


# --- OpenEdge, of whose characters nobody has written down how an index puts them

TWO_KEYS = TEXT_KEY + """
ADD INDEX "Ids" ON "Wide"
  UNIQUE
  INDEX-FIELD "Id" ASCENDING
"""


class Words(Wide):
    """A table whose key is of characters."""

    def cut(self, *arguments):
        settings(self.mirror)
        return self.mirror.run_well(*arguments, "--table", "Wide", environment={**CUT, **java_environment()})

    def condemned(self):
        return self.pg.query("SELECT source_table, key_columns FROM oe2pg.condemned_key")


@pytest.fixture
def words(openedge, mirror, pg):
    if jars_folder() is None:
        pytest.skip("left out: this build has no Java, or H2 is not installed")
    yield Words(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def word(rows, definition=TEXT_KEY):
    return dict(definition=definition, rows=rows, values="x, CHAR(97 + MOD(x, 5)) || x, 1.5, DATE '2020-01-01'")


def test_characters_are_read_in_parts_where_their_order_is_proved(words):
    words.make(**word(ROWS))
    for _ in range(2):
        result = words.cut()
        assert CONDEMNED not in result.log
        assert any("COUNT(*)" in sql for sql in words.queries())
        assert_each_row_once(words.pg, "wide", range(1, ROWS + 1), column="id")
    assert words.condemned() == []


@pytest.mark.parametrize("order", ["by_length", "swapped"])
def test_an_order_that_is_not_that_of_the_comparison_costs_no_row(words, order):
    """Of "swapped" the counts are right, where the cut is: a key comes twice."""
    words.openedge.switch(character_order=order)
    words.make(**word(ROWS))
    result = words.cut()
    assert_each_row_once(words.pg, "wide", range(1, ROWS + 1), column="id")
    assert CONDEMNED in "\n".join(result.log_lines("WARNING")) and "read in one go" in result.log
    assert words.condemned() == [("Wide", ["Text"])]
    # Remembered: no warning, and plan says why.
    log = len(result.log)
    again = words.cut()
    assert CONDEMNED not in again.log[log:] and last_run(words.pg) == (0, 0, 0)
    assert CONDEMNED in words.mirror.run("plan", "--all", "--table", "Wide",
                                         environment=java_environment()).stdout
    # Another version of the source is another source.
    words.pg.query("UPDATE oe2pg.condemned_key SET source_version = 'of before'")
    assert CONDEMNED in words.cut().log[log + len(again.log[log:]):]


@pytest.mark.parametrize("predicates", ["matching_rows", "all_rows"])
def test_a_key_that_is_not_counted_for_a_value_of_it_is_not_condemned(words, predicates):
    """Each count meets the value, or only the one of all rows: the table is read by ROWID while it is there."""
    words.openedge.switch(wide_predicates=predicates)
    words.make(**word(ROWS)).spoil(ROWS)
    settings(words.mirror)
    result = words.mirror.run("--table", "Wide", environment={**CUT, **java_environment()})
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    assert CONDEMNED not in result.log and words.condemned() == []
    assert sum("COUNT(*)" in sql for sql in words.queries()) <= 2
    assert_each_row_once(words.pg, "wide", range(1, ROWS + 1), column="id")
    assert words.without() == [ROWS]


def test_a_mirror_that_is_there_is_compared_by_another_key(words):
    words.make(**word(ROWS, TWO_KEYS))
    words.cut()
    words.openedge.switch(character_order="by_length")
    words.openedge.sql('UPDATE PUB."Wide" SET "Number" = 2 WHERE "Id" > %d' % (ROWS - 3))
    result = words.cut()
    assert "unique index" in "\n".join(result.log_lines("WARNING"))
    assert words.pg.value("SELECT key_columns FROM oe2pg.tracking WHERE source_table = 'Wide'") == ["id"]
    assert_each_row_once(words.pg, "wide", range(1, ROWS + 1), column="id")
    assert last_run(words.pg) == (0, 3, 0)
