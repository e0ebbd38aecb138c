"""Tables that grow while they are read: before each statement rows come behind the last one, as many as the
statement can return. The read ends, with all that was there when it began."""

import os

import pytest

from conftest import program
from mirroring import go_on, need_fault_build, wait_until_stopped
from servers import JavaServer, compiled_classes, java_environment, java_jars, odbc_driver
from source_reader import dump_program
from wide_table import TEXT_KEY, Wide

WEIGHT = 5  # see conftest.py

FIRST, AT_ONCE = 20, 5
STOPS = 150  # a read of so few rows has fewer statements, or never ends
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_TEST_PAGE_ROWS": str(AT_ONCE), "OE2PG_TEST_CUTS_UNBOUNDED": "3"}


@pytest.fixture(autouse=True)
def fault_build():
    need_fault_build(program())


class Growing:
    """A table of a source, and its mirror."""

    def __init__(self, mirror, pg, send, insert, table="grows", column="id", environment=(),
                 first=FIRST, at_once=AT_ONCE):
        self.mirror, self.pg, self.send, self.insert = mirror, pg, send, insert
        self.place, self.column, self.environment = "mirror." + table, column, dict(environment)
        mirror.config["postgres_db"]["schema"] = "mirror"
        mirror.settings(jobs=1, full_below_rows=0, batch_size=AT_ONCE)
        self.rows, self.at_once = 0, at_once
        self.grow(first)

    def grow(self, count):
        self.send(self.insert(self.rows + 1, self.rows + count))
        self.rows += count

    def run(self, environment=(), *arguments):
        """Rows come whenever the source is asked for some."""
        process = self.mirror.start(*arguments, environment={
            **self.environment, **dict(environment), "OE2PG_FAULT": "1:pace", "OE2PG_FAULT_NAME": "open a cursor"})
        stops = 0
        while wait_until_stopped(process):
            stops += 1
            if stops > STOPS:
                process.kill()
                pytest.fail("no end within %d statements\n%s" % (STOPS, self.mirror.finish(process).explain()))
            self.grow(self.at_once)
            go_on(process)
        result = self.mirror.finish(process)
        assert result.status == 0 and stops > 3, result.explain()
        return result

    def assert_all_of(self, rows):
        """And what came behind them, without a gap, as far as it was read."""
        found = sorted(n for n, in self.pg.query("SELECT %s::text::int FROM %s" % (self.column, self.place)))
        assert found == list(range(1, len(found) + 1)) and len(found) >= rows


def series(first, last):
    return "INSERT INTO grows SELECT n, 'v' FROM generate_series(%d, %d) n" % (first, last)


@pytest.fixture
def in_postgresql(mirror, pg, second_pg):
    """A table whose key has that type."""
    server = second_pg.server

    def make(kind, is_limited=False):
        second_pg.query("CREATE TABLE grows (id %s PRIMARY KEY, v text)" % kind)
        driver, environment, size = odbc_driver("psqlodbcw.so"), {}, {}
        if is_limited:  # each result is one block, of a row in a table of wide ones
            size = dict(first=5, at_once=1)
            environment = {"OE2PG_THIN_DRIVER": driver, "OE2PG_THIN_LIES": "end_in=grows,end_at_block=2"}
            driver = os.path.join(os.path.dirname(dump_program()), "thin_odbc.so")
        mirror.source(schema="public", odbc_connection="Driver=%s;Servername=%s;Port=%d;Database=%s;UID=postgres" % (
            driver, server.host, server.port, second_pg.name))
        value = "lpad(n::text, 6, '0')" if kind != "integer" else "n"
        return Growing(mirror, pg, second_pg.query, lambda first, last: series(first, last).replace(
            "SELECT n", "SELECT " + value), environment=environment, **size)
    return make


@pytest.fixture
def in_mariadb(mirror, pg, mariadb_server):
    server = mariadb_server
    server.sql("CREATE TABLE grows (id INT PRIMARY KEY, v VARCHAR(9))")

    mirror.source(schema="", host=server.host, port=server.port, db_name=server.dbname, user=server.user,
                  password=server.password, odbc_driver="MariaDB Unicode")
    yield Growing(mirror, pg, server.sql, lambda first, last:
                  "INSERT INTO grows SELECT seq, 'v' FROM seq_%d_to_%d" % (first, last))
    server.sql("DROP TABLE grows")


# --- results that end early


@pytest.mark.parametrize("kind", ["integer", "varchar(9)"])
def test_a_result_that_ends_early_is_read_on_to_the_end_of_before(in_postgresql, kind):
    growing = in_postgresql(kind, is_limited=True)
    rows = growing.rows
    growing.run()
    growing.assert_all_of(rows)


@pytest.mark.skipif(java_jars("h2.jar") is None, reason="left out: there is no H2")
def test_a_limited_result_of_h2_is_read_on_to_the_end_of_before(mirror, pg):
    with JavaServer("H2") as h2:
        h2.sql("CREATE TABLE grows (id INT PRIMARY KEY, v VARCHAR(9))")
        mirror.source(jar_file=[compiled_classes(), *java_jars("h2.jar")], driver_class="LimitedDriver",
                      schema="PUBLIC", user="sa", password="sa", jdbc_url="jdbc:limited:%d:kept:%s" % (AT_ONCE, h2.url))
        growing = Growing(mirror, pg, h2.sql, lambda first, last:
                          "INSERT INTO grows SELECT x, 'v' FROM SYSTEM_RANGE(%d, %d)" % (first, last),
                          environment=java_environment())
        growing.run()
        growing.assert_all_of(FIRST)


# --- reads that are cut again and again


@pytest.mark.parametrize("kind", ["integer", "varchar(9)"])
def test_a_read_of_postgresql_that_is_cut_often_ends(in_postgresql, kind):
    growing = in_postgresql(kind)
    growing.run(CUT)
    growing.assert_all_of(FIRST)


def test_pages_of_mariadb_end(in_mariadb):
    for _ in range(2):
        rows = in_mariadb.rows
        in_mariadb.run(CUT, "--table", "grows")  # beside the tables of others
        in_mariadb.assert_all_of(rows)


def test_a_read_of_openedge_that_is_cut_often_ends(openedge, mirror, pg):
    wide = Wide(openedge, mirror, pg).make(TEXT_KEY, rows=0)
    growing = Growing(mirror, pg, openedge.sql, lambda first, last:
                      'INSERT INTO PUB."Wide" SELECT x, \'t\' || LPAD(x, 5, \'0\'), 1.5, DATE \'2020-01-01\''
                      " FROM SYSTEM_RANGE(%d, %d)" % (first, last), table="wide",
                      environment=java_environment())
    growing.run(CUT, "--table", "Wide")
    growing.assert_all_of(FIRST)
    openedge.df('DROP TABLE "Wide"')
