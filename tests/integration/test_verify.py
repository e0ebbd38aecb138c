"""verify: what differs is found and named, nothing is written, a moving source is no difference."""

import contextlib
import hashlib
import json
import re
import sqlite3

import pytest

from conftest import LoadedOnce, PROJECT

ROWS = 400


def execute(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    """Two tables with a key, of every kind of value, and one without."""
    path = tmp_path_factory.mktemp("loaded") / "source.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE item (num INTEGER PRIMARY KEY, name VARCHAR(40), price"
                         " DECIMAL(17,2), weight DOUBLE, made DATE, seen TIMESTAMP, image BLOB,"
                         " note TEXT)")
        for number in range(ROWS):
            database.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (
                number, "Name %d" % number, number / 4, number * 1.1, "2024-01-02",
                "2024-01-02 03:04:05.5", hashlib.sha256(b"%d" % number).digest(),
                None if number % 3 else "Größe %d" % number))
        database.execute("CREATE TABLE pair (a VARCHAR(9), b INTEGER, v TEXT, PRIMARY KEY (a, b))")
        database.executemany("INSERT INTO pair VALUES (?, ?, ?)",
                             [("k%d" % (n % 5), n, "v") for n in range(40)])
        database.execute("CREATE TABLE loose (v TEXT)")
        database.executemany("INSERT INTO loose VALUES (?)", [("same",)] * 3 + [("other",)])
    return LoadedOnce(pg_server, path)


@pytest.fixture
def mirrored(mirror, loaded_once):
    mirror.source_path = loaded_once.path
    return mirror.sqlite(loaded_once.path)


def verify(mirror, *arguments):
    return mirror.run("verify", *arguments)


def test_an_equal_mirror_is_said_to_be_equal_and_exit_status_is_0(mirrored, pg):
    result = verify(mirrored)
    assert result.status == 0, result.explain()
    assert "item: equal, %d rows" % ROWS in result.stdout
    assert "loose: equal, 4 rows" in result.stdout
    assert pg.query("SELECT bool_and(is_equal), count(*) FROM oe2pg.verification") == [(True, 3)]
    assert pg.value("SELECT count(*) FROM oe2pg.tracking WHERE verified_at IS NOT NULL") == 3


PLANTED = {
    "name": ("UPDATE mirror.item SET name = 'Name 17.' WHERE num = '17'", "changed"),
    "name ": ("UPDATE mirror.item SET name = name || ' ' WHERE num = '17'", "changed"),
    "price": ("UPDATE mirror.item SET price = '4.250' WHERE num = '17'", "changed"),
    "weight": ("UPDATE mirror.item SET weight = '18.700000000000004' WHERE num = '17'", "changed"),
    "made": ("UPDATE mirror.item SET made = '2024-01-03' WHERE num = '17'", "changed"),
    "seen": ("UPDATE mirror.item SET seen = '2024-01-02 03:04:05.50' WHERE num = '17'", "changed"),
    "image": ("UPDATE mirror.item SET image = overlay(image placing '0' from 40) WHERE num = '17'"
              " AND substr(image, 40, 1) <> '0'", "changed"),
    "note": ("UPDATE mirror.item SET note = '' WHERE num = '17'", "changed"),
    "first row": ("UPDATE mirror.item SET note = 'x' WHERE num = '0'", "changed"),
    "last row": ("UPDATE mirror.item SET note = 'x' WHERE num = '%d'" % (ROWS - 1), "changed"),
    "row gone": ("DELETE FROM mirror.item WHERE num = '17'", "missing"),
    "row too many": ("INSERT INTO mirror.item (num) VALUES ('4711')", "surplus"),
}


COUNTS = {"changed": "DIFFERENT: 1 changed, 0 missing in the mirror, 0 only in the mirror",
          "missing": "DIFFERENT: 0 changed, 1 missing in the mirror, 0 only in the mirror",
          "surplus": "DIFFERENT: 0 changed, 0 missing in the mirror, 1 only in the mirror"}


@pytest.mark.parametrize("where", sorted(PLANTED))
def test_one_planted_difference_is_found_and_named(mirrored, pg, where):
    statement, kind = PLANTED[where]
    pg.query(statement)
    result = verify(mirrored)
    assert result.status == 1, result.explain()
    assert COUNTS[kind] in result.stdout, result.stdout
    if kind == "changed":
        column = "note" if "row" in where else where.strip()
        assert "  changed in 1 of them: %s (1)\n" % column in result.stdout
    found = [line for line in verify(mirrored, "--values").stdout.splitlines()
             if line.startswith("  ")]
    assert len(found) == 1 and found[0].split()[0] == kind, found
    assert "pair: equal" in result.stdout


def test_values_are_shown_only_on_request(mirrored, pg):
    pg.query("UPDATE mirror.item SET name = 'hand-made' WHERE num = '17'")
    silent = verify(mirrored).stdout
    assert "hand-made" not in silent and '"17"' not in silent
    assert "oe2pg verify --values" in silent
    result = verify(mirrored, "--values")
    assert 'changed  num="17": name source "Name 17" mirror "hand-made"' in result.stdout
    assert "hand-made" not in result.log + result.stderr


@pytest.mark.parametrize("arguments", [[], ["--values"]])
def test_why_rows_of_a_table_without_key_are_not_named_is_said(mirrored, pg, arguments):
    pg.query("DELETE FROM mirror.loose WHERE v = 'other'")
    result = verify(mirrored, "--table", "loose", *arguments)
    assert result.status == 1
    assert result.stdout.splitlines() == [
        "loose: DIFFERENT: 0 changed, 1 missing in the mirror, 0 only in the mirror, of 3 rows",
        "  which rows: not to be told, for the table has no key"]


def test_the_documented_question_for_the_slowest_tables_is_answered_after_a_verify_too(mirrored, pg):
    document = (PROJECT / "docs" / "tracking.md").read_text()
    question = re.search(r"Which tables took longest.*?```sql\n(.*?)```", document, re.S).group(1)
    before = sorted(row[0] for row in pg.query(question))
    assert before == ["item", "loose", "pair"]
    assert verify(mirrored).status == 0
    assert sorted(row[0] for row in pg.query(question)) == before


def test_verify_writes_nothing_into_the_mirror(mirrored, pg):
    pg.query("UPDATE mirror.item SET name = 'x' WHERE num = '17'")
    before = pg.query("SELECT ctid::text, xmin::text FROM mirror.item ORDER BY 1")
    verify(mirrored)
    assert pg.query("SELECT ctid::text, xmin::text FROM mirror.item ORDER BY 1") == before
    assert pg.query("SELECT state, rows FROM oe2pg.tracking WHERE source_table = 'item'") == [
        ("done", ROWS)]


def assert_is_told_as_repaired(result):
    log = "\n".join(result.log_lines())
    assert "Repaired: item: 1 updated, 0 inserted, 0 deleted" in log
    assert "Repaired: loose: 0 updated, 1 inserted, 0 deleted" in log
    assert "Repaired: pair" not in log
    assert "again: 2 of 3 tables differed from the source and were repaired" in log
    assert "Not everything" not in log and "differ from" not in log


def test_repair_syncs_what_differs_and_nothing_else(mirrored, pg):
    pg.query("UPDATE mirror.item SET name = 'x' WHERE num = '17'")
    pg.query("DELETE FROM mirror.loose WHERE v = 'other'")
    untouched = pg.query("SELECT ctid::text, xmin::text FROM mirror.pair ORDER BY 1")
    result = verify(mirrored, "--repair")
    assert result.status == 1
    assert_is_told_as_repaired(result)
    assert pg.value("SELECT error FROM oe2pg.run ORDER BY id DESC LIMIT 1") == (
        "2 of 3 tables differed from the source and were repaired")
    result = verify(mirrored)
    assert result.status == 0, result.explain()
    assert pg.query("SELECT ctid::text, xmin::text FROM mirror.pair ORDER BY 1") == untouched


def test_a_table_that_fails_in_its_repair_is_recorded_as_failed(mirrored, pg):
    execute(mirrored.source_path, "DELETE FROM item WHERE num > 10")
    mirrored.settings(max_delete_rows=10)
    result = verify(mirrored, "--repair")
    assert result.status == 1
    assert "Not everything is as it should be: 1 of 3 tables failed; 1 of 3 tables differs" in result.log
    assert pg.query("SELECT source_table, state, error LIKE '%gone from the source%', hint LIKE"
                    " '%--allow-delete item%' FROM oe2pg.tracking WHERE error IS NOT NULL") == [
        ("item", "failed", True, True)]
    assert pg.query("SELECT source_table, state, method, reason, error IS NOT NULL FROM"
                    " oe2pg.table_run WHERE run_id = (SELECT max(id) FROM oe2pg.run)") == [
        ("item", "failed", "full", "verify --repair found it different", True)]
    assert mirrored.run("status", "--max-age", "26h").status == 1


def test_a_table_that_fails_in_the_comparison_alone_is_not_recorded(mirrored, pg):
    pg.query("ALTER TABLE mirror.item OWNER TO postgres")
    assert verify(mirrored, "--repair").status == 1
    assert pg.query("SELECT source_table FROM oe2pg.tracking WHERE state <> 'done'") == []
    assert mirrored.run("status", "--max-age", "26h").status == 0


def test_repair_keeps_what_is_in_quarantine(mirrored, pg):
    with contextlib.closing(sqlite3.connect(mirrored.source_path)) as database, database:
        database.execute("CREATE TABLE odd (id INTEGER PRIMARY KEY, t TEXT, u TEXT)")
        # More than is kept in memory until the end.
        database.executemany("INSERT INTO odd VALUES (?, CAST(? AS TEXT), 'x')",
                             [(n, b"\xff" * 65_000) for n in range(40)])
    assert mirrored.run("--table", "odd").status == 1
    execute(mirrored.source_path, "UPDATE odd SET u = 'y' WHERE id = 5")
    result = verify(mirrored, "--repair", "--table", "odd")
    assert result.status == 1, result.explain()
    assert pg.query("SELECT count(*), count(resolved_at) FROM oe2pg.quarantine") == [(40, 0)]
    assert pg.value("SELECT u FROM mirror.odd WHERE id = '5'") == "y"
    assert pg.query("SELECT method, reason FROM oe2pg.tracking WHERE source_table = 'odd'") == [
        ("full", "verify --repair found it different")]


def test_a_table_that_was_never_mirrored_differs(mirrored):
    execute(mirrored.source_path, "CREATE TABLE fresh (id INTEGER PRIMARY KEY)")
    result = verify(mirrored)
    assert result.status == 1
    assert "fresh: DIFFERENT: there is no such table in the mirror" in result.stdout


def test_a_column_that_the_mirror_does_not_have_is_named(mirrored):
    execute(mirrored.source_path, "ALTER TABLE item ADD COLUMN colour TEXT")
    result = verify(mirrored)
    assert result.status == 1
    assert 'item: DIFFERENT: column "colour" is not in the mirror' in result.stdout


def test_equal_rows_of_a_table_without_a_key_are_counted(mirrored, pg):
    pg.query("DELETE FROM mirror.loose WHERE ctid = (SELECT min(ctid) FROM mirror.loose"
             " WHERE v = 'same')")
    result = verify(mirrored)
    assert "loose: DIFFERENT: 0 changed, 1 missing in the mirror, 0 only" in result.stdout


def test_only_the_tables_asked_for_are_compared(mirrored):
    result = verify(mirrored, "--table", "pair")
    assert result.status == 0
    assert result.stdout.splitlines() == ["pair: equal, 40 rows"]


@pytest.mark.parametrize("room", ["0", "300", "1000000"])
def test_the_result_does_not_depend_on_what_fits_into_memory(mirrored, pg, room):
    pg.query("UPDATE mirror.item SET name = 'x' WHERE num = '17'")
    result = mirrored.run("verify", environment={"OE2PG_TEST_MAP_BYTES": room})
    assert result.status == 1
    assert "item: DIFFERENT: 1 changed, 0 missing in the mirror, 0 only" in result.stdout


def test_progress_as_json_is_json_alone_on_the_console(mirrored, pg):
    pg.query("UPDATE mirror.item SET name = 'x' WHERE num = '17'")
    result = verify(mirrored, "--progress", "json")
    assert result.status == 1, result.explain()
    lines = result.stderr.splitlines()
    assert lines
    for line in lines:
        assert "type" in json.loads(line)


def test_verify_where_nothing_is_mirrored_leaves_nothing_behind(mirror, pg, tmp_path):
    path = tmp_path / "new.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    result = verify(mirror.sqlite(path))
    assert result.status == 2, result.explain()
    assert "nothing is mirrored" in result.stderr and "oe2pg sync" in result.stderr
    assert pg.query("SELECT 1 FROM pg_namespace WHERE nspname IN ('oe2pg', 'mirror')") == []
