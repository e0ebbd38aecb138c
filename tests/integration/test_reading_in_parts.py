"""Reads that are cut and continued: by max_transaction_seconds, and because a driver holds whole results."""

import re

import pytest

import compare
from conftest import program
from mirroring import last_run, need_fault_build, sqlite_file

# Every statement is as old as it may be at once. How many were opened is said at the end.
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_FAULT": "count", "OE2PG_FAULT_NAME": "open a cursor"}
ROWS = 3000


def statements(result):
    return int(re.search(r"^fault points: (\d+)$", result.stderr, re.M).group(1))


@pytest.fixture
def tables(mirror, tmp_path):
    need_fault_build(program())
    path = sqlite_file(
        tmp_path / "source.sqlite",
        "CREATE TABLE keyed (a INTEGER, b VARCHAR(10), t VARCHAR(20), PRIMARY KEY (a, b))",
        "CREATE TABLE holes (k VARCHAR(10), t VARCHAR(20))", "CREATE UNIQUE INDEX u ON holes (k)",
        "CREATE TABLE repeated (g INTEGER NOT NULL, t VARCHAR(20))",
        "CREATE TABLE keyless (t VARCHAR(20))",
        ("INSERT INTO keyed VALUES (?, ?, ?)", [(n // 3, "abc"[n % 3], "t%d" % n) for n in range(ROWS)]),
        ("INSERT INTO holes VALUES (?, ?)",
         [(None if n % 5 == 0 else "k%d" % n, "t%d" % n) for n in range(ROWS)]),
        ("INSERT INTO repeated VALUES (?, ?)", [(n // 700, "t%d" % n) for n in range(ROWS)]),
        ("INSERT INTO keyless VALUES (?)", [("t%d" % (n % 99),) for n in range(ROWS)]))
    mirror.path_of_source = path
    return mirror.sqlite(path).settings(batch_size=100, jobs=1, full_below_rows=0,
                                        tables={"repeated": {"key": ["g"]}})


def test_a_read_that_takes_too_long_is_cut_and_nothing_is_lost(tables, pg):
    result = tables.run_well(environment=CUT)
    compare.assert_sqlite_mirrored(pg, tables.path_of_source)
    assert statements(result) > ROWS / 100
    # Compared in the same way, and nothing is written.
    assert statements(tables.run_well(environment=CUT)) > ROWS / 100
    assert last_run(pg) == (0, 0, 0)
    verified = tables.run("verify", environment=CUT)
    assert verified.status == 0, verified.explain()


def test_changes_are_found_in_a_read_that_is_cut(tables, pg):
    tables.run_well()
    sqlite_file(tables.path_of_source, "UPDATE keyed SET t = 'new' WHERE a % 50 = 0",
                "DELETE FROM keyed WHERE a = 999", "INSERT INTO keyed VALUES (5000, 'z', NULL)",
                "UPDATE holes SET t = 'new' WHERE rowid % 500 = 1", "DELETE FROM holes WHERE rowid = 1001",
                "UPDATE repeated SET t = 'new' WHERE rowid % 900 = 7")
    tables.run_well(environment=CUT)
    compare.assert_sqlite_mirrored(pg, tables.path_of_source)


@pytest.mark.parametrize("environment", [{}, CUT], ids=["whole", "cut"])
def test_a_configured_key_that_is_not_unique_loses_no_row(tables, pg, environment):
    for _ in range(2):
        tables.run_well("--table", "repeated", environment=environment)
        assert pg.value("SELECT count(*) FROM mirror.repeated") == ROWS
    compare.assert_mirrored(pg, "mirror", "repeated",
                            compare.sqlite_rows(tables.path_of_source, "repeated"))


def test_a_driver_that_holds_whole_results_loses_no_row_of_a_repeated_key(mirror, pg, mariadb_server):
    mariadb_server.sql("DROP TABLE IF EXISTS repeated; CREATE TABLE repeated (g INT NOT NULL, n INT);"
                       "INSERT INTO repeated SELECT seq DIV 30000, seq FROM seq_0_to_44999")
    mirror.source(host=mariadb_server.host, port=mariadb_server.port, db_name=mariadb_server.dbname,
                  user=mariadb_server.user, password=mariadb_server.password,
                  odbc_driver="MariaDB Unicode", schema="")
    mirror.settings(tables={"repeated": {"key": ["g"]}}, jobs=1)
    for _ in range(2):
        mirror.run_well("--table", "repeated")
        assert pg.query("SELECT count(*), count(DISTINCT n) FROM mirror.repeated") == [(45000, 45000)]
    mariadb_server.sql("DROP TABLE repeated")


def test_a_null_that_the_declaration_rules_out_is_no_place_to_go_on_from(mirror, pg, tmp_path):
    need_fault_build(program())
    path = sqlite_file(
        tmp_path / "source.sqlite", "CREATE TABLE holes (k INTEGER, t VARCHAR(20))",
        "CREATE UNIQUE INDEX u ON holes (k)",
        ("INSERT INTO holes VALUES (?, ?)", [(n if n > 100 else None, "t%d" % n)
                                             for n in range(1, ROWS + 1)]),
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'k INTEGER', 'k INTEGER NOT NULL')")
    mirror.sqlite(path).settings(batch_size=100, jobs=1, full_below_rows=0)
    for _ in range(2):
        mirror.run_well(environment={**CUT, "OE2PG_TEST_COMMIT_MS": "0"})
        compare.assert_mirrored(pg, "mirror", "holes", compare.sqlite_rows(path, "holes"))
