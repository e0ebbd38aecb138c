"""What is recorded of runs, and told about them: once, and nothing that was none."""

import json
import re
import signal
import sqlite3
import time
import contextlib

import psycopg2
import pytest

from conftest import program
from mirroring import go_on, need_fault_build, run_to


@pytest.fixture
def two_tables(mirror, tmp_path):
    path = tmp_path / "two.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for name in ("a", "b"):
            database.execute("CREATE TABLE %s (id INTEGER PRIMARY KEY)" % name)
    return mirror.sqlite(path)


def wait_until(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)


def runs(pg):
    return pg.query("SELECT id, state FROM oe2pg.run ORDER BY id")


def test_a_wrong_name_on_the_command_line_is_no_run(two_tables, pg):
    two_tables.run_well()
    before = runs(pg)
    for arguments in (["--table", "c"], ["--ignore-table", "c"], ["--allow-delete", "c*"],
                      ["verify", "--table", "c"]):
        assert two_tables.run(*arguments).status == 2
    assert runs(pg) == before
    status = two_tables.run("status", "--exit-code")
    assert status.status == 0 and "Run %d (sync): done" % before[-1][0] in status.stdout
    two_tables.run_well()


def test_a_wrong_name_in_the_very_first_run_leaves_a_mirror_without_runs(two_tables, pg):
    assert two_tables.run("--table", "c").status == 2
    assert runs(pg) == []
    assert "No run yet" in two_tables.run("status").stdout
    assert two_tables.run("status", "--exit-code").status == 1
    two_tables.run_well()


def test_the_exit_code_of_status_tells_how_the_last_run_ended_where_it_is_asked_for(two_tables, pg):
    two_tables.run_well()
    for state, expected in (("failed", 1), ("interrupted", 1), ("running", 1), ("done", 0)):
        pg.query("UPDATE oe2pg.run SET state = %s", [state])
        assert two_tables.run("status").status == 0
        result = two_tables.run("status", "--exit-code")
        assert result.status == expected, (state, result.explain())
        assert ("is not done" in result.stderr) == (expected == 1)
    pg.query("UPDATE oe2pg.tracking SET state = 'failed', error = 'e' WHERE source_table = 'b'")
    assert two_tables.run("status", "--exit-code", "--json").status == 1
    assert two_tables.run("status", "--exit-code", "--table", "a").status == 0


def test_a_dead_run_is_described_by_what_is_known_of_its_end(two_tables, pg):
    two_tables.run_well()
    pg.query("UPDATE oe2pg.run SET state = 'running', finished_at = NULL")
    assert "the end of its log may say" in two_tables.run("status").stdout
    pg.query("UPDATE oe2pg.run SET is_stopping = true")
    assert "it was told to stop" in two_tables.run("status").stdout
    pg.query("UPDATE oe2pg.run SET error = 'the source does not answer'")
    text = two_tables.run("status").stdout
    assert "  the source does not answer\n  nobody holds the mirror. Start oe2pg again" in text
    two_tables.run_well()
    assert pg.value("SELECT error FROM oe2pg.run ORDER BY id LIMIT 1") == "the source does not answer"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_run_that_was_killed_or_crashed_left_no_word_and_its_tables_are_named(two_tables, pg, number):
    need_fault_build(program())
    two_tables.run_well()
    process = run_to(two_tables, "open a cursor", "--full-sync")
    process.send_signal(number)
    go_on(process)
    assert two_tables.finish(process).status == -number
    text = two_tables.run("status").stdout
    assert "Run 2 (full): dead, since" in text, text
    assert ("  nobody holds the mirror, and how it ended is not recorded: the end of its log may say."
            " Start oe2pg again; it continues from what is there.\n") in text
    assert re.search(r"in hand when it ended; .+:\n  job \d  [ab] ", text), text
    assert two_tables.run("status", "--exit-code").status == 1
    assert "was in hand when an earlier run ended in the middle of it" in two_tables.run_well().stderr
    assert runs(pg)[1:] == [(2, "interrupted"), (3, "done")]


def test_a_run_that_nothing_can_reach_leaves_a_word_before_it_ends_at_once(two_tables, pg):
    two_tables.run_well()
    two_tables.source(stall_seconds=1).config["postgres_db"]["timeout"] = 1
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLE oe2pg.tracking")
        result = two_tables.run()
    assert result.status == 4, result.explain()
    word = pg.value("SELECT error FROM oe2pg.run WHERE id = 2 AND state = 'running'")
    assert word == "could not take the mirror: no answer" and word in result.stderr
    wait_until(lambda: not pg.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'oe2pg'"))
    text = two_tables.run("status").stdout
    assert "  %s\n  nobody holds the mirror. Start oe2pg again" % word in text, text
    two_tables.run_well()
    assert pg.query("SELECT state, error FROM oe2pg.run WHERE id = 2") == [("interrupted", word)]


def test_what_ends_a_run_is_told_once(two_tables, pg):
    """Only the first connection to PostgreSQL can be had."""
    result = two_tables.settings(jobs=1).run(environment={
        "OE2PG_FAULT": "2:always", "OE2PG_FAULT_NAME": "connect to PostgreSQL", "OE2PG_TEST_PAUSE_MS": "1"})
    assert result.status == 4, result.explain()
    told = [line for line in result.log.splitlines() if "could not connect to PostgreSQL" in line]
    assert len([line for line in told if " - ERROR - " in line]) == 1, result.log
    assert told[-1] == result.log.splitlines()[-1]
    assert len([line for line in told if " - WARNING - " in line]) == 1
    assert result.log.count("the same again - trying again") == 3
