"""Time-outs that an administrator set for the role do not end what a mirror does.

No clock judges here: the program stands still at a fault point until PostgreSQL has ended another
session of the same role that does what the program does, and goes on then.
"""

import contextlib
import time

import psycopg2
import pytest

from mirroring import errors, go_on, need_fault_build, run_to, sqlite_file


TIME_OUTS = ("statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
             "transaction_timeout")


@pytest.fixture
def impatient(mirror, pg, tmp_path):
    """A mirror, changed at the source since, whose role has every time-out that the server knows."""
    need_fault_build(mirror.command()[:1])
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       "INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    mirror.sqlite(path).settings(full_below_rows=0).run_well()
    sqlite_file(path, "UPDATE t SET v = 'new' WHERE id = 2")
    for (name,) in pg.query("SELECT name FROM pg_settings WHERE name = ANY (%s)", [list(TIME_OUTS)]):
        pg.query("ALTER ROLE mirror SET %s = '200ms'" % name)
    yield mirror
    pg.query("ALTER ROLE mirror RESET ALL")


def wait_until(is_so):
    while not is_so():
        time.sleep(0.05)


def wait_until_postgres_ends_a_session(pg, statement):
    """One that does nothing more after the statement."""
    with contextlib.closing(psycopg2.connect(pg.dsn)) as session, session.cursor() as cursor:
        session.autocommit = True
        if statement:
            cursor.execute(statement)
        pid = session.info.backend_pid
        wait_until(lambda: not pg.query("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]))


@pytest.mark.parametrize("place, statement", [
    ("read the mirror's digests", ""), ("could not lock the mirrored table", "BEGIN")],
    ids=["an idle session", "an idle transaction"])
def test_no_time_out_of_the_role_ends(impatient, pg, place, statement):
    process = run_to(impatient, place)
    wait_until_postgres_ends_a_session(pg, statement)
    go_on(process)
    result = impatient.finish(process)
    assert result.status == 0, result.explain()
    assert "trying again" not in result.log, result.explain()
    assert pg.query("SELECT * FROM mirror.t ORDER BY id") == [("1", "a"), ("2", "new")]


def test_no_time_out_of_the_role_ends_a_statement_that_waits(impatient, pg):
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLE mirror.t")
        process = impatient.start()
        wait_until(lambda: pg.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation ="
                                    " 'mirror.t'::regclass") or process.poll() is not None)
        with contextlib.closing(psycopg2.connect(pg.dsn)) as session, session.cursor() as other:
            with pytest.raises(psycopg2.errors.QueryCanceled):
                other.execute("SELECT pg_sleep(60)")
        holder.rollback()
    result = impatient.finish(process)
    assert result.status == 0, result.explain()
    assert "trying again" not in result.log, result.explain()


def test_a_time_out_that_the_program_does_not_know_is_named(impatient, pg):
    pg.query("ALTER ROLE mirror RESET ALL")
    pg.query("ALTER ROLE mirror SET idle_session_timeout = '2h'")
    environment = {"OE2PG_TEST_KNOWN_TIMEOUTS": "3"}
    result = impatient.run(environment=environment)
    assert result.status == 0 and any(
        "idle_session_timeout = 7200000" in line for line in result.log_lines("WARNING")), result.explain()
    checked = impatient.run("check", environment=environment)
    assert "idle_session_timeout = 7200000" in checked.stdout, checked.explain()


def test_only_known_time_outs_are_not_worth_a_word(impatient):
    result = impatient.run_well()
    assert "time-out" not in result.log + errors(result)
