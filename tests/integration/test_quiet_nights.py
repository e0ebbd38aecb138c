"""A night on which nothing happened leaves few lines; what changed, and what is waited for, is told."""

import contextlib
import re
import sqlite3
import time

import pytest

from conftest import program
from mirroring import need_fault_build, sqlite_file


STILL = re.compile(r" - INFO - Still trying to (connect to the source|read the source's catalogue), for \d+ s now")


@pytest.fixture
def loaded(mirror, tmp_path):
    mirror.path_of_source = sqlite_file(
        tmp_path / "source.sqlite",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        ("INSERT INTO customer VALUES (?, ?)", [(n, "name %d" % n) for n in range(1500)]),
        "INSERT INTO item VALUES (1, 'x')")
    mirror.sqlite(mirror.path_of_source).run_well()
    return mirror


def lines_of(result, level, table="customer"):
    return [line.split(" - ", 2)[2] for line in result.stderr.splitlines()
            if " - %s - " % level in line and table in line]


def test_a_tables_line_says_what_changed_and_an_unchanged_one_has_none(loaded):
    assert lines_of(loaded.run_well(), "INFO") == []
    sqlite_file(loaded.path_of_source, "UPDATE customer SET name = 'new' WHERE id IN (3, 4)",
                "INSERT INTO customer VALUES (9000, 'late')", "DELETE FROM customer WHERE id = 7")
    result = loaded.run_well("--log-level", "debug")
    assert lines_of(result, "INFO") == [
        "Synced customer: 1500 rows, 4 changed (1 inserted, 2 updated, 1 deleted)"]
    assert lines_of(result, "DEBUG", "item is") == ["item is unchanged (1 rows)"]
    assert "Slow:" not in result.stderr


def test_quiet_leaves_the_console_to_warnings_and_the_file_whole(loaded):
    quiet = loaded.run_well("--quiet")
    assert quiet.stderr == ""
    assert quiet.log.count("Summary: 2 of 2 tables") == 2
    loaded.path.chmod(0o644)
    warned = loaded.run_well("--quiet")
    assert [line for line in warned.stderr.splitlines() if " - WARNING - " not in line] == []
    assert "chmod 0600" in warned.stderr


@pytest.mark.parametrize("arguments, environment, console, file", [
    (["--console-level", "error", "--file-level", "debug"], {}, set(), {"INFO", "DEBUG"}),
    (["--console-level", "debug"], {}, {"INFO", "DEBUG"}, {"INFO"}),
    (["--quiet", "--log-level", "debug"], {}, set(), {"INFO", "DEBUG"}),
    ([], {"OE2PG_CONSOLE_LEVEL": "error", "OE2PG_FILE_LEVEL": "warning"}, set(), set())])
def test_console_and_file_have_a_level_each(loaded, arguments, environment, console, file):
    before = len(loaded.log_path.read_text())
    result = loaded.run_well(*arguments, environment=environment)
    written = loaded.log_path.read_text()[before:]
    assert {line.split(" - ")[1] for line in result.stderr.splitlines()} == console, result.explain()
    assert {line.split(" - ")[1] for line in written.splitlines()} == file


def test_what_is_waited_for_is_told_while_the_source_is_locked(loaded):
    need_fault_build(program())
    with contextlib.closing(sqlite3.connect(loaded.path_of_source)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        process = loaded.start(environment={"OE2PG_TEST_STILL_MS": "200"})
        while process.poll() is None and not STILL.search(loaded.log_path.read_text()):
            time.sleep(0.05)
        assert process.poll() is None
        holder.rollback()
    result = loaded.finish(process, 60)
    assert result.status == 0, result.explain()
