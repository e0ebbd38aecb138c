"""The log: its form, what it tells, where it goes."""

import contextlib
import re
import sqlite3
import stat

import pytest

from conftest import LOG_LINE

SYNCED = re.compile(r" - INFO - Synced \d+ rows for \S.*? \(total: \d+"
                    r"( of ~?\d+ \(~?\d{1,3}\.\d%\))?\)$")


@pytest.fixture
def loaded(mirror, tmp_path):
    path = tmp_path / "log.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20))")
        database.executemany("INSERT INTO customer VALUES (?, ?)",
                             ((n, "name %d" % n) for n in range(3000)))
    return mirror.sqlite(path)


def test_every_line_on_the_console_and_in_the_file_has_the_form(loaded):
    result = loaded.run_well()
    assert result.log
    for text in (result.stderr, result.log):
        assert [line for line in text.splitlines() if not LOG_LINE.match(line)] == []


def test_console_and_file_say_the_same(loaded):
    result = loaded.run_well()
    assert result.stderr == result.log


def test_synced_rows_are_told_in_the_words_people_know(loaded):
    result = loaded.run_well()
    lines = [line for line in result.log.splitlines() if "Synced " in line]
    assert lines, result.explain()
    assert [line for line in lines if not SYNCED.search(line)] == []
    last = lines[-1]
    assert "Synced 3000 rows for customer (total: 3000 of 3000 (100.0%))" in last, last


def test_percentages_never_exceed_a_hundred(mirror, make_sample):
    result = mirror.sqlite(make_sample(20_000)).run_well()
    percentages = [float(p) for p in re.findall(r"(\d+\.\d)%", result.log)]
    assert percentages and max(percentages) <= 100.0


def test_the_log_file_is_for_its_owner_and_grows(loaded):
    loaded.run_well()
    first = loaded.log_path.read_text()
    assert stat.S_IMODE(loaded.log_path.stat().st_mode) == 0o600
    loaded.run()
    assert loaded.log_path.read_text().startswith(first)
    assert len(loaded.log_path.read_text()) > len(first)


def test_results_go_to_stdout_only_when_there_are_some(loaded):
    result = loaded.run_well()
    assert [line for line in result.stdout.splitlines() if LOG_LINE.match(line)] == []


def test_the_summary_counts_tables_and_rows(mirror, make_sample):
    result = mirror.sqlite(make_sample(1_000)).run_well()
    tail = "\n".join(result.log_lines()[-15:])
    assert re.search(r"\b36\b", tail) and re.search(r"\b1000\b", tail), tail


def test_no_value_of_a_row_is_logged(mirror, tmp_path):
    path = tmp_path / "secret.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE people (name VARCHAR(60) PRIMARY KEY, born DATE)")
        database.executemany("INSERT INTO people VALUES (?, ?)",
                             [("Wilhelmina Sonderbar %d" % n, "no date") for n in range(50)])
    result = mirror.sqlite(path).run()
    assert "Sonderbar" not in result.log + result.stderr + result.stdout


def test_a_log_file_that_cannot_be_opened_is_status_2(loaded):
    result = loaded.settings(log_file="no/such/folder/sync.log").run()
    assert result.status == 2, result.explain()
    assert "no/such/folder/sync.log" in result.stderr
