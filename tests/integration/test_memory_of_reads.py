"""memory_mb bounds the process while rows are read that a driver would keep, and with many jobs.

The release build is measured: a sanitizer's own memory would be counted.
"""

import contextlib
import os
import sqlite3

import pytest

from servers import odbc_driver
# Fixtures and the measure, used by their names.
from test_memory import LIMIT, measured, plain  # noqa: F401

LONG = bool(os.environ.get("OE2PG_LONG"))
SQLITE_ROWS = 2_000_000 if LONG else 400_000
JOBS = 64


def sqlite_of(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return path


def numbers(last):
    return "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < %d) " % last


def test_a_sqlite_read_that_is_cut_and_goes_on(measured, pg, tmp_path):  # noqa: F811
    path = sqlite_of(
        tmp_path / "s.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
        "INSERT INTO t " + numbers(SQLITE_ROWS) + "SELECT n, printf('%060d', n) FROM g")
    measured.mirror.sqlite(path, max_transaction_seconds=1)
    measured.run()
    assert pg.value("SELECT count(*) FROM mirror.t") == SQLITE_ROWS


def test_pages_of_mariadb_have_fewer_rows_where_these_are_long(measured, pg, mariadb_server):  # noqa: F811
    rows, size, server = 5000, 16_000, mariadb_server
    server.sql("CREATE TABLE long_rows (id INT PRIMARY KEY, v VARCHAR(%d));"
                " INSERT INTO long_rows SELECT seq, REPEAT('x', %d) FROM seq_1_to_%d" % (size, size, rows))
    measured.mirror.source(
        schema="", odbc_connection="Driver=%s;Server=%s;Port=%d;Database=%s;UID=%s;PWD=%s" % (
            odbc_driver("libmaodbc.so"), server.host, server.port, server.dbname, server.user,
            server.password)).settings(jobs=1)
    measured.run()
    assert pg.query("SELECT count(*), sum(length(v)) FROM mirror.long_rows") == [(rows, rows * size)]


def test_there_are_no_more_jobs_than_the_memory_is_enough_for(measured, pg, tmp_path):  # noqa: F811
    path = sqlite_of(tmp_path / "s.sqlite", *(
        statement for table in range(JOBS) for statement in (
            "CREATE TABLE t%d (id INTEGER PRIMARY KEY, v TEXT)" % table,
            "INSERT INTO t%d " % table + numbers(3000) + "SELECT n, printf('%060d', n) FROM g")))
    measured.mirror.sqlite(path).settings(jobs=JOBS)
    told = "memory_mb %d has room for 14 of %d jobs" % (LIMIT, JOBS)
    assert "".join(measured.run().log_lines("WARNING")).count(told) == 1
    assert pg.value("SELECT count(*) FROM oe2pg.tracking WHERE state = 'done'") == JOBS
    measured.mirror.settings(jobs=14)
    assert "".join(measured.run().log_lines("WARNING")).count(told) == 1
