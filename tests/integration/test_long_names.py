"""Names of many bytes, and of bytes that are no UTF-8: whatever is cut to fit is cut at a character,
in every place a name goes to, and what cannot be named fails alone."""

import contextlib
import sqlite3

import pytest

from mirroring import errors, mirrored, sqlite_file

LONG = "справочник_контрагентов_организации"
# Three bytes a character, and four: every remainder is met while the run's number grows.
LONG_NAMES = [LONG, "a" + LONG, "顧客台帳" * 12, "𝒯𝒶𝒷𝓁ℯ" * 6]


def test_tables_with_long_names_are_mirrored_whatever_the_digits_of_the_run(mirror, pg, tmp_path):
    path = tmp_path / "names.sqlite"
    for run in range(1, 13):
        sqlite_file(path, *['CREATE TABLE IF NOT EXISTS "%s" (id INTEGER PRIMARY KEY)' % name
                            for name in LONG_NAMES],
                    *['INSERT INTO "%s" VALUES (%d)' % (name, run) for name in LONG_NAMES])
        mirror.sqlite(path).run_well()
    assert pg.value("SELECT max(id) FROM oe2pg.run") == 12
    tables = pg.tables()
    assert len(tables) == len(LONG_NAMES)
    assert all(len(mirrored(pg, table)) == 12 for table in tables)


def test_messages_about_long_names_are_whole_characters(mirror, pg, tmp_path):
    names = ["é" * 240, "a" + "é" * 240]
    path = sqlite_file(tmp_path / "names.sqlite",
                       *['CREATE TABLE "%s" (id INTEGER PRIMARY KEY)' % name for name in names])
    mirror.sqlite(path).run_well()
    for table in pg.tables():
        pg.query('DROP TABLE mirror."%s"; CREATE TABLE mirror."%s" (own int)' % (table, table))
    result = mirror.run()  # what it printed is read strictly
    assert result.status == 1, result.explain()
    assert ["é" * 30 in told for told, in pg.query("SELECT error FROM oe2pg.tracking")] == [True] * 2
    for command in ("plan", "status", "check"):
        mirror.run(command)


@pytest.fixture
def latin(mirror, tmp_path):
    """A file whose names were written in Latin-1, by a program that did not care."""
    path = sqlite_file(
        tmp_path / "latin.sqlite", "CREATE TABLE good (id INTEGER PRIMARY KEY)",
        "INSERT INTO good VALUES (1)", "CREATE TABLE cafX (id INTEGER PRIMARY KEY)",
        "INSERT INTO cafX VALUES (1)",
        "CREATE TABLE menu (id INTEGER PRIMARY KEY, prX TEXT)", "INSERT INTO menu VALUES (1, 'a')")
    path.write_bytes(path.read_bytes().replace(b"cafX", b"caf\xe9").replace(b"prX", b"pr\xe9"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes
        assert database.execute("SELECT name FROM sqlite_master ORDER BY 1").fetchall()[0] == (
            b"caf\xe9",)
    return mirror.sqlite(path)


def test_names_that_are_no_utf8_fail_alone_and_say_so(latin, pg):
    result = latin.run()
    assert result.status == 1, result.explain()
    assert pg.tables() == ["good"]
    assert 'table "caf?": the name "caf?" holds bytes that are no UTF-8' in errors(result)
    assert 'table "menu": the name "pr?" holds bytes that are no UTF-8' in errors(result)
    assert "character set" in errors(result) and "22021" not in result.log
    assert result.log_lines("WARNING") == []
    assert pg.query("SELECT source_table, state FROM oe2pg.tracking ORDER BY 1") == [
        ("caf?", "failed"), ("good", "done"), ("menu", "failed")]


def test_what_looks_at_names_that_are_no_utf8_prints_text(latin):
    latin.run()
    for command in ("plan", "status", "check"):
        result = latin.run(command)
        assert "caf?" in result.stdout, result.explain()


def test_a_column_that_is_left_out_may_have_any_name(latin, pg):
    latin.settings(tables={"menu": {"exclude_columns": ["pr?"]}})
    latin.run_well("--ignore-table", "caf?")
    assert pg.tables() == ["good", "menu"]


def test_names_that_no_driver_is_asked_for_fail_their_table_alone(mirror, pg, tmp_path):
    """Of a table, longer than the catalogue's answers may be and longer than the driver's, and of a
    column. What is told of them is short."""
    path = sqlite_file(
        tmp_path / "names.sqlite", "CREATE TABLE plain (id INTEGER PRIMARY KEY)",
        "INSERT INTO plain VALUES (1)", "CREATE TABLE columned (id INTEGER PRIMARY KEY, c%s INT)" % ("é" * 600),
        *['CREATE TABLE "%s" (id INTEGER PRIMARY KEY)' % name for name in ("t" + "é" * 600, "u" + "é" * 1200)])
    result = mirror.sqlite(path).run()
    assert result.status == 1, result.explain()
    assert mirrored(pg, "plain") == [("1",)] and pg.tables() == ["plain"]
    assert 'table "columned": ' in errors(result) and "1023 bytes" in errors(result)
    assert all(len(line.encode()) < 2500 for line in result.log_lines())
    states = dict(pg.query("SELECT left(source_table, 5), state FROM oe2pg.tracking"))
    assert states.pop("plain") == "done" and set(states.values()) == {"failed"} and len(states) == 3
