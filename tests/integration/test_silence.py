"""Commands that only look wait for nobody without a limit: a locked table, a side that stopped."""

import contextlib
import os
import signal
import time

import psycopg2
import pytest

from conftest import program
from mirroring import go_on, need_fault_build, run_to, sqlite_file
from servers import odbc_driver

WEIGHT = 20  # see conftest.py

STALL = 2


@contextlib.contextmanager
def stopped(database, process):
    """The server's sessions in the database stand still while the process goes on."""
    pids = [row[0] for row in database.query(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()")]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        go_on(process)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def shop(mirror, second_pg):
    """Two tables in PostgreSQL as the source."""
    driver = odbc_driver("psqlodbcw.so")
    if driver is None:
        pytest.skip("left out: no ODBC driver for PostgreSQL")
    second_pg.query("CREATE TABLE public.one (id int PRIMARY KEY);"
                    "CREATE TABLE public.two (id int PRIMARY KEY)")
    mirror.source(schema="public", stall_seconds=STALL, connect_timeout=2, odbc_connection=(
        "Driver=%s;Server=%s;Port=%d;Database=%s;UID=postgres" % (
            driver, second_pg.server.host, second_pg.server.port, second_pg.name)))
    mirror.config["postgres_db"].update(schema="copy", timeout=2)
    return second_pg


def test_check_goes_on_after_a_locked_table(mirror, shop):
    with contextlib.closing(psycopg2.connect(shop.admin_dsn)) as holder:
        holder.cursor().execute("LOCK TABLE public.one IN ACCESS EXCLUSIVE MODE")
        result = mirror.finish(mirror.start("check"))
    assert result.status == 1, result.explain()
    line, = [line for line in result.stdout.splitlines() if 'table "one"' in line]
    assert line.startswith("WRONG") and "the source said nothing for 2 s" in line
    assert "who holds a lock" in line
    assert "1 of 2 tables cannot be read" in result.stdout
    assert "nothing is in their way" in result.stdout


def test_check_ends_when_the_source_stops_while_its_catalogue_is_read(mirror, shop):
    need_fault_build(program())
    process = run_to(mirror, "read the source's catalogue", "check")
    with stopped(shop, process):
        result = mirror.finish(process)
    assert result.status == 3, result.explain()
    assert "WRONG    source" in result.stdout and "wrong: 1" in result.stdout
    assert "says nothing" in result.stdout


@pytest.mark.parametrize("command, point", [
    ("check", "could not look for the tracking tables"),
    ("check", "could not look at the target schema"),
    ("status", "could not look for the tracking tables"),
    ("plan", "could not look for the tracking tables")])
def test_a_stopped_postgresql_is_status_4_in_time(mirror, shop, pg, command, point):
    need_fault_build(program())
    process = run_to(mirror, point, command)
    with stopped(pg, process):
        result = mirror.finish(process)
    assert result.status == 4, result.explain()
    assert " - ERROR - " in result.stderr and "PostgreSQL" in result.stderr
    if command == "check":
        assert "WRONG    PostgreSQL" in result.stdout and "wrong: 1" in result.stdout


def test_watching_ends_when_postgresql_stops(mirror, shop, pg):
    need_fault_build(program())
    mirror.run_well()
    process = run_to(mirror, "could not look for the tracking tables", "status", "--watch", number=2)
    with stopped(pg, process):
        result = mirror.finish(process)
    assert result.status == 4, result.explain()


@pytest.mark.parametrize("number, status", [
    (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_check_can_be_interrupted(mirror, shop, number, status):
    mirror.source(stall_seconds=60)
    with contextlib.closing(psycopg2.connect(shop.admin_dsn)) as holder:
        holder.cursor().execute("LOCK TABLE public.one IN ACCESS EXCLUSIVE MODE")
        process = mirror.start("check")
        while not shop.query("SELECT 1 FROM pg_locks WHERE NOT granted"):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(number)
        result = mirror.finish(process)
    assert result.status == status, result.explain()


@pytest.fixture
def numbers(mirror, tmp_path):
    path = sqlite_file(
        tmp_path / "numbers.sqlite", "CREATE TABLE number (id INTEGER PRIMARY KEY, t VARCHAR(20))",
        ("INSERT INTO number VALUES (?, 'x')", [(number,) for number in range(20_000)]))
    return mirror.sqlite(path, stall_seconds=STALL).settings(batch_size=5000, jobs=1)


def test_postgresql_takes_the_time_it_takes_to_compare(numbers, pg):
    numbers.run_well()
    # Its digests of the keys take longer than anybody may be silent.
    pg.query("CREATE TYPE mirror.slow AS (v text);"
             "CREATE FUNCTION mirror.slow_text(x mirror.slow) RETURNS text LANGUAGE plpgsql AS"
             " 'BEGIN PERFORM pg_catalog.pg_sleep(0.0002); RETURN x.v; END';"
             "CREATE CAST (mirror.slow AS text) WITH FUNCTION mirror.slow_text(mirror.slow);"
             "ALTER TABLE mirror.number ALTER id TYPE mirror.slow USING ROW(id)::mirror.slow;"
             "INSERT INTO mirror.number (id, t) VALUES (ROW('19990')::mirror.slow, 'doubled')")
    result = numbers.run_well(timeout=300)
    assert "has said nothing" not in result.log
    assert pg.value("SELECT count(*) FROM mirror.number") == 20_000


def test_a_run_goes_on_that_may_not_tell_how_far_it_is(numbers, pg):
    numbers.run_well()
    pg.query("REVOKE INSERT, UPDATE ON oe2pg.activity FROM mirror")
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as holder:
        holder.cursor().execute("LOCK TABLE mirror.number IN ACCESS EXCLUSIVE MODE")
        process = numbers.start()
        time.sleep(STALL + 3)  # longer than anybody may be silent
        assert process.poll() is None, numbers.finish(process).explain()
    result = numbers.finish(process)
    assert result.status == 0, result.explain()
    assert result.log.count("status will show no progress: could not record what a worker") == 1
