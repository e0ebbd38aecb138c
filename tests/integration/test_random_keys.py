"""Tables with keys of random types, of every type that each product documents for an index, with values
that orders and comparisons are known to disagree about. Each read is cut behind a sixth of its rows; whatever is
loaded, or changed later, is what the product itself says. OE2PG_LONG=1 makes more of them."""

import collections
import os
import random

import pytest

import compare
from conftest import program
from doors import from_java, from_mariadb, from_postgres
from mirroring import last_run, need_fault_build, sqlite_file
from servers import JavaServer, java_environment, java_jars

WEIGHT = 8  # see conftest.py

SEEDS, PAGE = (60, 50) if os.environ.get("OE2PG_LONG") else (3, 20)
HANGS_AFTER_S = 24 * SEEDS
ROWS = 6 * PAGE
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_TEST_PAGE_ROWS": str(PAGE)}

pytestmark = pytest.mark.usefixtures("fault_build")


@pytest.fixture(scope="module")
def fault_build():
    need_fault_build(program())


# --- values, as SQL writes them: generators that take the random numbers

LETTERS = "aAbBzZäÄéÉßsS0 9_-%.€"


def whole(low, high):
    near = max(low, -500)
    return lambda rng: str(rng.choice([low, high, near, rng.randint(low, high),
                                       rng.randint(near, min(high, near + 1000))]))


def decimal(digits, scale):
    return lambda rng: "%s%d.%0*d" % (rng.choice(["", "-"]), rng.choice([0, 1, 10 ** (digits - scale) - 1,
                                      rng.randrange(10 ** (digits - scale)), rng.randrange(200)]),
                                      scale, rng.randrange(10 ** scale))


def word(size, quote="'%s'"):
    def make(rng):
        text = "".join(rng.choice(LETTERS) for _ in range(rng.randint(0, min(size, 4))))
        if rng.random() < 0.3:
            text += " " * rng.randint(1, 2)
        elif rng.random() < 0.2:
            text += rng.choice(["''", "\t", "~", "e\u0301"])
        return quote % text[:size if not text.endswith("''") else size + 1]
    return make


def date(form="'%s'", first=1, last=9999):
    return lambda rng: form % "%04d-%02d-%02d" % (
        rng.choice([first, last, 2024, rng.randint(first, last)]), rng.randint(1, 12), rng.randint(1, 28))


def time(form="'%s'", digits=0):
    return lambda rng: form % clock(rng, digits)


def clock(rng, digits):
    fraction = ""
    if digits:
        parts = [0, 1, 5 * 10 ** (digits - 1), rng.randrange(10 ** digits)]
        fraction = ".%0*d" % (digits, rng.choice(parts))
    hour = rng.choice([0, 23, rng.randrange(24)])
    return "%02d:%02d:%02d%s" % (hour, rng.randrange(60), rng.randrange(60), fraction)


def stamp(form="'%s'", digits=6, first=1, last=9999, has_zone=False):
    day = date("%s", first, last)
    return lambda rng: form % ("%s %s%s" % (
        day(rng), clock(rng, digits), rng.choice(["+00:00", "+02:00", "-11:30"]) if has_zone else ""))


def real(rng):
    return rng.choice(["0", "0.1", "-1e30", "1e-30", repr(rng.uniform(-9, 9)), repr(rng.uniform(-1e9, 1e9))])


def choice(*literals):
    return lambda rng: rng.choice(literals)


def uuid(form="'%s'"):
    return lambda rng: form % "%08x-%04x-4%03x-%04x-%012x" % (
        rng.choice([0, 2**32 - 1, rng.getrandbits(32)]), rng.getrandbits(16), rng.getrandbits(12),
        rng.choice([0x8000, 0xbfff]), rng.choice([0, rng.getrandbits(48)]))


def binary(form):
    return lambda rng: form % bytes(rng.choice([0, 32, 65, 97, 255]) for _ in range(rng.randint(1, 6))).hex()


INT2, INT4, INT8 = whole(-2**15, 2**15 - 1), whole(-2**31, 2**31 - 1), whole(-2**63, 2**63 - 1)

POSTGRESQL = [
    ("smallint", INT2), ("integer", INT4), ("bigint", INT8), ("numeric(12,3)", decimal(12, 3)),
    ("numeric", real),
    ("oid", whole(0, 2**32 - 1)), ("real", real), ("double precision", real), ("money", decimal(9, 2)),
    ("varchar(9)", word(9)), ("char(6)", word(6)), ("text", word(9)),
    ("name", word(9)), ('varchar(9) COLLATE "de-x-icu"', word(9)),
    ('text COLLATE "und-x-icu"', word(9)), ("bytea", binary("'\\x%s'")),
    ("date", choice("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2024-02-29'")), ("date", date()),
    ("time(3)", time(digits=3)),
    ("time with time zone", lambda rng: "'%s%s'" % (clock(rng, 3), rng.choice(["+00", "+02", "-11:30"]))),
    ("timestamp", stamp()), ("timestamptz", stamp(has_zone=True)), ("interval", lambda rng: "'%d mon %d days %s'" % (
        rng.randint(-2, 2), rng.randint(-70, 70), clock(rng, 2))),
    ("boolean", choice("true", "false")), ("uuid", uuid()),
    ("inet", lambda rng: "'10.%d.0.%d/%d'" % (rng.randrange(3), rng.randrange(256), rng.choice([8, 24, 32]))),
    ("macaddr", lambda rng: "'08:00:2b:%02x:%02x:ff'" % (rng.randrange(256), rng.randrange(256))),
    ("bit varying(9)", lambda rng: "B'%s'" % format(rng.randrange(256), "b")),
    ("int[]", lambda rng: "'{%d,%s}'" % (rng.randint(-9, 99), rng.choice(["NULL", "1", "10"]))),
    ("int4range", lambda rng: "'[%d,%d)'" % (rng.randint(-99, 0), rng.randint(1, 99))),
    ("jsonb", lambda rng: "'{\"a\": %d}'" % rng.randint(-99, 999)), ("mood", choice("'z'", "'a'", "'m'")),
]
MARIADB = [
    ("TINYINT", whole(-128, 127)), ("SMALLINT UNSIGNED", whole(0, 2**16 - 1)),
    ("MEDIUMINT", whole(-2**23, 2**23 - 1)), ("INT", INT4),
    ("BIGINT", INT8), ("BIGINT UNSIGNED", whole(0, 2**64 - 1)), ("DECIMAL(12,3)", decimal(12, 3)),
    ("DOUBLE", real), ("FLOAT", real),
    ("BIT(1)", choice("b'0'", "b'1'")), ("BIT(12)", whole(0, 4095)), ("BOOLEAN", choice("0", "1")),
    ("YEAR", whole(1901, 2155)),
    ("DATE", date()), ("TIME(3)", lambda rng: "'%s%03d:%02d:01.%03d'" % (
        rng.choice(["", "-"]), rng.randrange(838), rng.randrange(60), rng.randrange(1000))),
    ("DATETIME(6)", stamp()), ("TIMESTAMP(3)", stamp(digits=3, first=1971, last=2037)), ("CHAR(9)", word(9)),
    ("VARCHAR(9)", word(9)),
    ("VARCHAR(9) COLLATE utf8mb4_bin", word(9)), ("VARCHAR(9) COLLATE utf8mb4_nopad_bin", word(9)),
    ("VARCHAR(9) COLLATE utf8mb4_german2_ci", word(9)), ("VARCHAR(9) CHARACTER SET ucs2", word(9)),
    ("VARBINARY(9)", binary("x'%s'")), ("BINARY(6)", binary("x'%s'")),
    ("ENUM('z','a','m')", choice("'z'", "'a'", "'m'")),
    ("SET('z','a','m')", choice("''", "'z'", "'a,z'", "'m,a'", "'m'")), ("UUID", uuid()),
    ("INET4", lambda rng: "'10.%d.0.%d'" % (rng.randrange(3), rng.randrange(256))),
    ("INET6", lambda rng: "'::%x:%x'" % (rng.randrange(3), rng.randrange(65536))),
]
SQLITE = [
    (kind, lambda rng: rng.choice([INT4, INT8, real, word(9), whole(0, 99)])(rng))
    for kind in ("INT", "BIGINT", "VARCHAR(9)", "VARCHAR(9) COLLATE NOCASE", "TEXT", "TEXT COLLATE RTRIM",
                 "DECIMAL(10,2)", "REAL", "NUMERIC", "DATE", "BOOLEAN")
] + [("INTEGER", INT8), ("TEXT", word(9)), ("DATE", date()), ("DATETIME", stamp(digits=3)), ("BLOB", binary("x'%s'"))]
JAVA = [
    ("SMALLINT", INT2), ("INTEGER", INT4), ("BIGINT", INT8), ("DECIMAL(12,3)", decimal(12, 3)),
    ("DOUBLE", real), ("BOOLEAN", choice("TRUE", "FALSE")),
    ("VARCHAR(9)", word(9)), ("CHAR(6)", word(6)),
]
STANDARD = [
    ("DATE", date("DATE '%s'", first=1583)), ("TIME", time("TIME '%s'")),
    ("TIMESTAMP(6)", stamp("TIMESTAMP '%s'", first=1583)),
    ("TIMESTAMP(6) WITH TIME ZONE", stamp("TIMESTAMP '%s'", first=1583, has_zone=True)),
    ("VARBINARY(9)", binary("X'%s'")), ("TINYINT", whole(-128, 127)),
]
JAVA_TYPES = {
    "H2": JAVA + STANDARD + [("UUID", uuid("UUID '%s'")), ("VARCHAR_IGNORECASE(9)", word(9)), ("REAL", real),
        ("VARCHAR", word(9))],
    "HSQLDB": JAVA + STANDARD + [("UUID", uuid("CAST('%s' AS UUID)")), ("VARCHAR_IGNORECASE(9)", word(9)),
        ("VARCHAR(99999)", word(9))],
    "Derby": JAVA + [("DATE", date("DATE('%s')", first=1583)), ("TIME", time("TIME('%s')")),
                     ("TIMESTAMP", stamp("TIMESTAMP('%s')", first=1583)),
                     ("VARCHAR(9) FOR BIT DATA", binary("X'%s'"))],
}


# --- tables

class RandomTable:
    """CREATE and INSERT statements of one table: 1 to 3 columns of a key, n, and a value v."""

    def __init__(self, seed, types, quote):
        self.rng = random.Random(seed)
        self.name = "r%d" % seed
        self.quote = quote
        # Seeds go through all types, first columns in turn.
        picked = [types[seed * 7 % len(types)]] + self.rng.choices(types, k=self.rng.randrange(3))
        self.makers = [maker for _, maker in picked]
        self.is_primary = self.rng.random() < 0.5
        columns = ["%s %s%s" % (self.q("k%d" % i), kind, " NOT NULL" if self.is_primary else self.null(kind))
                   for i, (kind, _) in enumerate(picked)]
        names = [self.q("k%d" % i) for i in range(len(picked))]
        self.create = ["CREATE TABLE %s (%s, %s INT NOT NULL, %s VARCHAR(20)%s)" % (
            self.q(self.name), ", ".join(columns), self.q("n"), self.q("v"),
            ", PRIMARY KEY (%s)" % ", ".join(names) if self.is_primary else "")]
        if not self.is_primary:
            self.create.append("CREATE UNIQUE INDEX %s ON %s (%s)" % (
                self.q("u" + self.name), self.q(self.name),
                ", ".join(name + self.rng.choice(["", " DESC"]) for name in names)))
        self.types = [kind for kind, _ in picked]

    @staticmethod
    def null(kind):
        return " NULL" if kind.startswith("TIMESTAMP(3)") else ""  # MariaDB's would not be

    def q(self, name):
        return self.quote + name + self.quote

    def insert(self, n, verb="INSERT INTO", tail=""):
        values = [maker(self.rng) if self.is_primary or self.rng.random() > 0.05 else "NULL" for maker in self.makers]
        return "%s %s VALUES (%s, %d, 'v%d')%s" % (verb, self.q(self.name), ", ".join(values), n, n, tail)

    def inserts(self, first=0, count=ROWS, **words):
        return [self.insert(n, **words) for n in range(first, first + count)]

    def changes(self, **words):
        name, n, v = self.q(self.name), self.q("n"), self.q("v")
        gone = "3, %d, %d, %d, %d" % (PAGE, PAGE + 1, 3 * PAGE - 1, 5 * PAGE)
        changed = "7, %d, %d, %d, %d" % (PAGE - 1, PAGE + 2, 2 * PAGE, ROWS - 1)
        return ["DELETE FROM %s WHERE %s IN (%s)" % (name, n, gone),
                "UPDATE %s SET %s = 'new' WHERE %s IN (%s)" % (name, v, n, changed),
                *self.inserts(ROWS, 20, **words)]


def assert_mirrored_at_each_step(mirror, pg, tables, rows_of, change, canonical=None):
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(batch_size=PAGE, jobs=2, full_below_rows=0, max_delete_percent=100)
    read = canonical or (lambda name: compare.postgres_rows(pg.admin_dsn, "mirror", name))
    for step in ("load", "idle", "changed"):
        if step == "changed":
            change()
        result = mirror.run_well(environment={**CUT, **java_environment()}, timeout=HANGS_AFTER_S)
        for table in tables:
            found = compare.difference(rows_of(table.name), read(table.name))
            assert found is None, "%s of %s (%s%s)\n%s" % (
                step, table.name, ", ".join(table.types), "" if table.is_primary else ", unique", found)
        if step == "idle":
            assert last_run(pg) == (0, 0, 0), result.explain()


def test_sqlite(mirror, pg, tmp_path):
    tables = [RandomTable(seed, SQLITE, '"') for seed in range(SEEDS)]
    words = {"verb": "INSERT OR IGNORE INTO"}
    path = sqlite_file(tmp_path / "s.sqlite", *(sql for table in tables for sql in (
        *table.create, "BEGIN", *table.inserts(**words), "COMMIT")))
    mirror.sqlite(path)
    def change():
        sqlite_file(path, *(sql for table in tables for sql in ("BEGIN", *table.changes(**words), "COMMIT")))
    assert_mirrored_at_each_step(
        mirror, pg, tables, lambda name: compare.sqlite_rows(path, name), change)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_postgresql(mirror, pg, second_pg, door):
    from_postgres(mirror, second_pg, door, "public")
    second_pg.query("CREATE TYPE mood AS ENUM ('z', 'a', 'm')")
    shift = 0 if door == "odbc" else SEEDS  # other tables
    tables = [RandomTable(shift + seed, POSTGRESQL, '"') for seed in range(SEEDS)]
    words = {"tail": " ON CONFLICT DO NOTHING"}
    for table in tables:
        second_pg.query(";".join(table.create + table.inserts(**words)))
    def change():
        for table in tables:
            second_pg.query(";".join(table.changes(**words)))
    assert_mirrored_at_each_step(mirror, pg, tables, lambda name: compare.postgres_rows(
        second_pg.admin_dsn, "public", name), change)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_mariadb(mirror, pg, mariadb_server, door):
    server = mariadb_server
    server.sql("DROP DATABASE IF EXISTS dice; CREATE DATABASE dice CHARACTER SET utf8mb4")
    from_mariadb(mirror, server, door, "dice")
    shift = 0 if door == "odbc" else SEEDS
    tables = [RandomTable(shift + seed, MARIADB, "`") for seed in range(SEEDS)]
    words = {"verb": "INSERT IGNORE INTO"}
    def send(statements):
        server.sql("SET time_zone = '+00:00', sql_mode = ''; START TRANSACTION; %s; COMMIT" % ";".join(statements),
                   dbname="dice")
    for table in tables:
        server.sql(";".join(table.create), dbname="dice")
        send(table.inserts(**words))
    def rows_of(name):
        return compare.mariadb_rows(server, "dice", name, without=("k0", "k1", "k2"))
    assert_mirrored_at_each_step(
        mirror, pg, tables, rows_of, lambda: [send(table.changes(**words)) for table in tables],
        lambda name: plain_columns(pg, name))
    server.sql("DROP DATABASE dice")


def plain_columns(pg, name):
    """Rows by what identifies them to the test: their keys are printed in another way by each product."""
    return collections.Counter(pg.query('SELECT n::text, v FROM mirror."%s"' % name))


@pytest.mark.parametrize("product", ["H2", "HSQLDB", "Derby"])
def test_a_java_database(mirror, pg, product):
    if java_jars(*JavaServer.jars[product]) is None:
        pytest.skip("the driver is not installed")
    tables = [RandomTable(seed, JAVA_TYPES[product], '"') for seed in range(SEEDS)]
    with JavaServer(product) as server:
        def send(statements):
            for sql in statements:
                try:
                    server.sql(sql)
                except RuntimeError as error:  # a key that is there already, or one that does not fit
                    if "INSERT" not in str(error):
                        raise
        for table in tables:
            for sql in table.create:
                server.sql(sql)
            send(table.inserts())
        from_java(mirror, server)
        assert_mirrored_at_each_step(
            mirror, pg, tables, lambda name: collections.Counter(
                (str(n), v) for n, v in server.sql('SELECT "n", "v" FROM "%s"' % name)),
            lambda: [send(table.changes()) for table in tables], lambda name: plain_columns(pg, name))
