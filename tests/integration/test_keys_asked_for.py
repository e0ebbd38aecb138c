"""Rows that a scan does not return are asked for by their key, whatever its type; where that cannot be,
what is missing in two scans goes. Somebody who deletes a row during each scan holds no run up."""

import pytest

from conftest import program
from doors import from_java, from_mariadb, from_postgres
from mirroring import go_on, last_run, need_fault_build, wait_until_stopped
from servers import JavaServer, java_environment, java_jars
from test_key_orders import FEW, JAVA_TYPES, MARIADB_TYPES, POSTGRES_TYPES, UUIDS

ROWS = 60
# The step behind each scan that found a difference. The statement before it names the table.
SCANNED = "could not count the differences"

pytestmark = pytest.mark.usefixtures("fault_build")


@pytest.fixture(scope="module")
def fault_build():
    need_fault_build(program())


class Tables:
    """Tables `names` of rows (k, n), n from 0, k a key of the table's own type."""

    def __init__(self, names, run, quote, insert):
        self.names = sorted(names)
        self.run = run
        self.quote = quote
        self.insert = insert  # the statement that brings row n of a table

    def put(self, name, n=0):
        self.run(self.insert(name, n))

    def remove(self, name, n=0):
        self.run("DELETE FROM %s%s%s WHERE %sn%s = %d" % (
            self.quote, name, self.quote, self.quote, self.quote, n))


def load(mirror, tables):
    tables.run(";".join(tables.insert(name, n) for name in tables.names for n in range(ROWS)))
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(jobs=1, full_below_rows=0, max_delete_percent=100)
    mirror.run_well(environment=java_environment())
    for name in tables.names:
        tables.remove(name)


def run_meddled(mirror, pg, tables, meddle):
    """A run in which meddle(name, scan) is called behind each scan of a table with differences; how many
    there were of each table."""
    scans = dict.fromkeys(tables.names, 0)
    process = mirror.start(environment={**java_environment(), "OE2PG_FAULT": "1:pace",
                                        "OE2PG_FAULT_NAME": SCANNED})
    while wait_until_stopped(process):
        last = pg.value("SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE query LIKE '%oe2pg_change%'"
                        " AND datname = current_database() AND pid <> pg_backend_pid()")
        name, = [name for name in tables.names if '"mirror"."%s"' % name in last]
        scans[name] += 1
        meddle(name, scans[name])
        go_on(process)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    return scans


def mirrored(pg, tables):
    return {name: sorted(n for n, in pg.query('SELECT n::int FROM mirror."%s"' % name)) for name in tables.names}


def assert_only_what_is_gone_goes(pg, mirror, tables, two_scans):
    load(mirror, tables)
    # Asked for, and there: nothing goes.
    back = run_meddled(mirror, pg, tables, lambda name, _: tables.put(name))
    assert set(back.values()) == {1}, back
    everything = dict.fromkeys(tables.names, list(range(ROWS)))
    assert mirrored(pg, tables) == everything and last_run(pg) == (0, 0, 0)
    # Row 0 is gone before the first scan, row n behind the n-th one.
    for name in tables.names:
        tables.remove(name)
    scans = run_meddled(mirror, pg, tables, tables.remove)
    assert {name: 2 if name in two_scans else 1 for name in tables.names} == scans
    assert mirrored(pg, tables) == dict.fromkeys(tables.names, list(range(1, ROWS)))
    mirror.run_well(environment=java_environment())
    found = mirrored(pg, tables)
    for name in tables.names:
        assert found[name] == list(range(3 if name in two_scans else 2, ROWS)), name


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_postgresqls_keys(mirror, pg, second_pg, door):
    from_postgres(mirror, second_pg, door, "public")
    for name, (kind, _) in POSTGRES_TYPES.items():
        second_pg.query('CREATE TABLE "%s" (k %s NOT NULL, n int NOT NULL, PRIMARY KEY (%s))' % (
            name, kind, "k, n" if name in FEW else "k"))
    tables = Tables(POSTGRES_TYPES, second_pg.query, '"', lambda name, n: (
        'INSERT INTO "%s" SELECT (%s)::%s, n FROM (VALUES (%d)) v (n)' % (
            name, POSTGRES_TYPES[name][1], POSTGRES_TYPES[name][0].split(" COLLATE")[0], n)))
    # Neither a float nor bytes are compared with a text; inet is no type of characters.
    assert_only_what_is_gone_goes(pg, mirror, tables, two_scans=("real", "bytes", "address"))


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_mariadbs_keys(mirror, pg, mariadb_server, door):
    server = mariadb_server
    server.sql("DROP DATABASE IF EXISTS asked; CREATE DATABASE asked CHARACTER SET utf8mb4")
    from_mariadb(mirror, server, door, "asked")
    types = dict(MARIADB_TYPES, text_of_any_length=("TEXT", "CONCAT('t', n)"))
    for name, (kind, value) in types.items():
        server.sql("CREATE TABLE `%s` (k %s NOT NULL, n INT NOT NULL, %s (%s))" % (
            name, kind, "UNIQUE" if kind == "TEXT" else "PRIMARY KEY",
            "k" if value is not None else "k, n"), dbname="asked")
    tables = Tables(types, lambda sql: server.sql(sql, dbname="asked"), "`", lambda name, n: (
        "INSERT INTO `%s` SELECT %s, n FROM (SELECT %d AS n) s" % (name, types[name][1] or "1 + n MOD 4", n)))
    assert_only_what_is_gone_goes(pg, mirror, tables, two_scans=())
    server.sql("DROP DATABASE asked")


@pytest.mark.parametrize("product", ["H2", "HSQLDB", "Derby"])
def test_a_java_databases_keys(mirror, pg, product):
    if java_jars(*JavaServer.jars[product]) is None:
        pytest.skip("the driver is not installed")
    types = dict(JAVA_TYPES, flag=("BOOLEAN", "%s", lambda n: str(n % 2 == 0).upper()))
    if product in UUIDS:
        types["uuid"] = (*UUIDS[product], lambda n: "%08x-1234-4567-89ab-%012d" % (n * 17895697, n))
        types["instant"] = ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP '%s'",
                            lambda n: "2024-10-27 %02d:00:00.%06d+02:30" % (n % 24, n))
        types["free"] = ("VARCHAR(1000000)", "'%s'", lambda n: "t%d" % n)

    def insert(name, n):
        _, literal, value = types[name]
        if product == "Derby":
            for word in ("DATE", "TIMESTAMP", "TIME"):
                literal = literal.replace(word + " '%s'", word + "('%s')")
        return 'INSERT INTO "%s" VALUES (%s, %d)' % (name, literal % value(n), n)

    with JavaServer(product) as server:
        for name, (kind, _, _) in types.items():
            server.sql('CREATE TABLE "%s" ("k" %s NOT NULL, "n" INT NOT NULL, PRIMARY KEY (%s))' % (
                name, kind, '"k", "n"' if name == "flag" else '"k"'))
        from_java(mirror, server)
        assert_only_what_is_gone_goes(pg, mirror, Tables(types, server.sql, '"', insert), two_scans=())
