"""A driver of a product that nobody prepared (tests/support/thin_odbc.c over SQLite's) whose results end
early, or which has no catalogue to give: said, and never a mirror that is taken for whole."""

import os

import pytest

from mirroring import sqlite_file
from servers import odbc_driver
from source_reader import dump_program

ROWS = 500


@pytest.fixture
def lying(mirror, tmp_path):
    """lying(lies): a run with that driver."""
    real = odbc_driver("libsqlite3odbc.so")
    if real is None:
        pytest.skip("left out: the SQLite ODBC driver is not installed")
    path = sqlite_file(tmp_path / "source.sqlite", *(
        part for name, key in (("keyed", "PRIMARY KEY"), ("keyless", "")) for part in (
            "CREATE TABLE %s (id INTEGER %s, v VARCHAR(20))" % (name, key),
            ("INSERT INTO %s VALUES (?, ?)" % name, [(n, "v%d" % n) for n in range(ROWS)]))))
    mirror.source(schema="", odbc_connection="Driver=%s;Database=%s;StepAPI=1;NoCreat=1" % (
        os.path.join(os.path.dirname(dump_program()), "thin_odbc.so"), path))
    mirror.settings(batch_size=50)
    return lambda lies, *arguments: mirror.run(
        *arguments, environment={"OE2PG_THIN_DRIVER": real, "OE2PG_THIN_LIES": lies})


def count(pg, table):
    return pg.value("SELECT count(*) FROM mirror." + table)


def test_rows_behind_the_end_of_a_short_result_are_asked_for_by_key(lying, pg):
    result = lying("end_in=keyed,end_at_block=3", "--table", "keyed")
    assert count(pg, "keyed") == ROWS, result.explain()


def test_a_result_that_ends_early_without_a_key_is_never_taken_for_whole(lying, pg):
    result = lying("end_in=keyless,end_at_block=3", "--table", "keyless")
    assert "keyless: the source counts %d rows, and 100 arrive" % ROWS in result.stderr, result.explain()
    # A result that is whole is counted, and nothing is said.
    result = lying("")
    assert count(pg, "keyless") == ROWS and "the source counts" not in result.stderr


@pytest.mark.parametrize("lie", ["no_tables", "no_columns"])
def test_a_driver_without_a_catalogue_is_told_by_its_error(lying, pg, lie):
    result = lying(lie)
    assert result.status in (1, 3), result.explain()
    assert "driver does not support this function" in result.stderr
    assert pg.tables() == []


def test_a_driver_that_lists_no_views_is_told_of(lying, pg):
    """An include_views that names one would find none, and nobody would know why."""
    result = lying("no_views")
    told = "\n".join(result.log_lines("WARNING"))
    assert result.status == 0 and "lists no views" in told, result.explain()
    assert "driver does not support this function" in told
    assert pg.tables() == ["keyed", "keyless"]
    assert "lists no views" not in lying("").stderr


def test_results_of_other_types_than_the_catalogue_says_are_gone_by(lying, pg):
    result = lying("other_types")
    told = [line for line in result.log_lines() if "types that its catalogue says" in line]
    assert result.status == 0 and len(told) == 1, result.explain()
    assert "changed while" not in result.log
    for table in ("keyed", "keyless"):
        assert pg.query("SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE v = 'v' || id)"
                        " FROM mirror." + table) == [(ROWS, ROWS, ROWS)]
    result = lying("other_types", "--full-sync")
    assert "0 inserted, 0 updated, 0 deleted" in result.log, result.explain()


def test_a_type_that_really_changed_says_so(lying, pg):
    result = lying("moved", "--table", "keyed")
    assert result.status == 1, result.explain()
    assert "the table changed while it was being read: a column has another type" in result.stderr
    assert "The next run reads the catalogue again." in result.stderr
    assert "types that its catalogue says" not in result.log
    assert lying("", "--table", "keyed").status == 0 and count(pg, "keyed") == ROWS
