"""A driver that dies takes the whole process along. The table that was in hand is known then; the next
run reads it last and alone, and when it is clear that it is this table, it fails and all others are
mirrored. kill -9 looks the same, and costs no table that it did not hit again and again."""

import json
import os
import re
import signal

import pytest

from conftest import program
from mirroring import need_fault_build, run_to, sqlite_file, steps
from servers import odbc_driver
from source_reader import dump_program

TABLES = ["a", "bad", "c", "d"]


@pytest.fixture
def deadly(mirror, tmp_path):
    """Four tables; with deadly.environment the driver dies of one of them."""
    real = odbc_driver("libsqlite3odbc.so")
    if real is None:
        pytest.skip("left out: the SQLite ODBC driver is not installed")
    path = sqlite_file(tmp_path / "source.sqlite", *(
        part for name in TABLES for part in (
            "CREATE TABLE %s (id INTEGER PRIMARY KEY, v VARCHAR(20))" % name,
            ("INSERT INTO %s VALUES (?, ?)" % name, [(n, "v%d" % n) for n in range(40)]))))
    mirror.source(schema="", odbc_connection="Driver=%s;Database=%s;StepAPI=1;NoCreat=1" % (
        os.path.join(os.path.dirname(dump_program()), "thin_odbc.so"), path))
    mirror.settings(jobs=1)
    mirror.well = {"OE2PG_THIN_DRIVER": real}
    mirror.environment = {**mirror.well, "OE2PG_THIN_LIES": "die_in=bad"}
    return mirror


def dies(mirror, *arguments):
    result = mirror.run(*arguments, environment=mirror.environment)
    assert result.status == -signal.SIGSEGV, result.explain()
    return result


def states(pg):
    return dict(pg.query("SELECT source_table, state FROM oe2pg.tracking"))


def suspects(pg):
    return pg.query("SELECT source_table, deaths FROM oe2pg.suspect ORDER BY 1")


def test_a_table_that_a_driver_dies_of_is_read_last_and_then_fails(deadly, pg):
    dies(deadly)
    text = deadly.run("status").stdout
    assert re.search(r"^  in hand when it ended; .+:\n  job 1  bad  ", text, re.M), text
    found = json.loads(deadly.run("status", "--json").stdout)
    assert found["run"]["is_dead"] and [w["source_table"] for w in found["workers"]] == ["bad"]

    result = dies(deadly)
    assert "table \"bad\" was in hand when an earlier run ended" in result.stderr
    assert suspects(pg) == [("bad", 1)]
    assert {name for name, state in states(pg).items() if state == "done"} == {"a", "c", "d"}

    result = deadly.run(environment=deadly.environment)
    assert result.status == 1, result.explain()
    assert states(pg) == {"a": "done", "bad": "failed", "c": "done", "d": "done"}
    error, hint = pg.query("SELECT error, hint FROM oe2pg.tracking WHERE source_table = 'bad'")[0]
    assert "died 2 times" in error and "alone in hand" in error and error in result.stderr
    assert "oe2pg --table \"bad\"" in hint
    # As long as nobody says otherwise.
    assert deadly.run(environment=deadly.environment).status == 1


def test_a_table_that_failed_so_is_tried_again_by_name(deadly, pg):
    for _ in range(2):
        dies(deadly)
    assert deadly.run(environment=deadly.environment).status == 1
    dies(deadly, "--table", "a", "--table", "bad")
    assert deadly.run(environment=deadly.environment).status == 1
    assert suspects(pg) == [("bad", 3)]
    deadly.run_well("--table", "bad", environment=deadly.well)
    assert suspects(pg) == []
    deadly.run_well(environment=deadly.well)
    assert set(states(pg).values()) == {"done"}


def test_with_several_jobs_all_that_was_in_hand_is_read_one_at_a_time(deadly, pg):
    need_fault_build(program())
    deadly.settings(jobs=2)
    deadly.run_well(environment=deadly.well)
    process = run_to(deadly, "open a cursor", "--full-sync", environment=deadly.well)
    process.kill()
    deadly.finish(process)
    # As if another job had had these, whoever came first.
    pg.query("DELETE FROM oe2pg.activity WHERE worker > (SELECT min(worker) FROM oe2pg.activity);"
             " INSERT INTO oe2pg.activity (run_id, worker,"
             " source_schema, source_table, phase, phase_since, table_since, heartbeat, rows, bytes)"
             " SELECT run_id, n + 2, source_schema, t, phase, phase_since, table_since, heartbeat, 0, 0"
             " FROM oe2pg.activity, unnest('{c,d}'::text[]) WITH ORDINALITY u(t, n)"
             " WHERE t <> source_table")
    in_hand = [name for (name,) in pg.query("SELECT source_table FROM oe2pg.activity")]
    assert len(in_hand) > 1
    dead = pg.value("SELECT max(id) FROM oe2pg.run")
    seen = []
    for _ in steps(deadly, "--full-sync", environment=deadly.well):
        beside = [name for (name,) in pg.query(
            "SELECT source_table FROM oe2pg.activity WHERE run_id > %s", [dead])]
        if set(beside) & set(in_hand):
            assert len(beside) == 1
            seen += beside
    assert deadly.result.status == 0, deadly.result.explain()
    assert set(seen) == set(in_hand) and suspects(pg) == []


def test_a_death_among_small_tables_is_followed_by_a_run_that_takes_them_one_by_one(deadly, pg):
    deadly.run_well(environment=deadly.well)
    dies(deadly)
    assert pg.query("SELECT tables FROM oe2pg.activity") == [(4,)]
    dies(deadly)
    assert ("bad",) in pg.query("SELECT source_table FROM oe2pg.activity WHERE tables = 1")
    assert all(deaths == 0 for _, deaths in suspects(pg))
    dies(deadly)
    result = deadly.run(environment=deadly.environment)
    assert result.status == 1 and states(pg)["bad"] == "failed", result.explain()
    assert {name for name, state in states(pg).items() if state == "done"} == {"a", "c", "d"}


def test_a_failure_in_the_ordinary_way_ends_the_suspicion(deadly, pg, tmp_path):
    dies(deadly)
    assert pg.query("SELECT source_table FROM oe2pg.activity") == [("bad",)]
    deadly.settings(tables={"bad": {"where": "no such column"}})
    assert deadly.run(environment=deadly.well).status == 1
    assert suspects(pg) == [] and states(pg)["bad"] == "failed"


def test_a_run_that_was_told_to_stop_leaves_no_suspect(deadly, pg):
    need_fault_build(program())
    deadly.run_well(environment=deadly.well)
    process = run_to(deadly, "open a cursor", "--full-sync", environment=deadly.well)
    pg.query("UPDATE oe2pg.run SET is_stopping = true WHERE state = 'running'")
    process.kill()
    deadly.finish(process)
    deadly.run_well(environment=deadly.well)
    assert suspects(pg) == []
    assert pg.query("SELECT count(*) FROM oe2pg.run WHERE state = 'interrupted'") == [(1,)]


def test_a_first_load_that_gets_further_each_time_is_killed_any_number_of_times(deadly, pg):
    need_fault_build(program())
    deadly.settings(batch_size=10)
    often = {**deadly.well, "OE2PG_TEST_COMMIT_MS": "0", "OE2PG_FAULT_NAME": "fetch rows"}
    for _ in range(3):
        process = deadly.start("--table", "a", environment={**often, "OE2PG_FAULT": "3:kill"})
        assert deadly.finish(process).status == -signal.SIGKILL
    assert all(deaths <= 1 for _, deaths in suspects(pg))
    deadly.run_well(environment=deadly.well)
