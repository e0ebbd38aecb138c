"""Whatever differs between source and mirror is made equal, whatever way the comparison takes."""

import random

import pytest

import compare
from conftest import LoadedOnce, program
from mirroring import (
    errors, go_on, last_run, mirrored, need_fault_build, quarantined, row_versions, run_to, sqlite_file)

# memory_mb is at least as large as one digest map needs; the fault build makes the map small.
ONE_BY_ONE = {"OE2PG_MIRROR_SETTINGS_FULL_BELOW_ROWS": "0"}
WAYS = {
    "many at a time": {},
    "map": ONE_BY_ONE,
    "no map": {"OE2PG_TEST_MAP_BYTES": "64", **ONE_BY_ONE},
    "no map, much differs": {"OE2PG_TEST_MAP_BYTES": "64", "OE2PG_TEST_ASKED_ROWS": "0", **ONE_BY_ONE},
    "SHA-256": {"OE2PG_TEST_SHA256": "1", **ONE_BY_ONE},
    "SHA-256, no map": {"OE2PG_TEST_SHA256": "1", "OE2PG_TEST_MAP_BYTES": "64", **ONE_BY_ONE},
}

SCHEMA = [
    "CREATE TABLE keyed (id INTEGER PRIMARY KEY, t VARCHAR(40), n DECIMAL(10,2))",
    "CREATE TABLE pair (a INTEGER, b VARCHAR(10) COLLATE NOCASE, t VARCHAR(40), PRIMARY KEY (a, b))",
    "CREATE TABLE holes (k VARCHAR(10), t VARCHAR(40))", "CREATE UNIQUE INDEX u ON holes (k)",
    "CREATE TABLE loose (t VARCHAR(40), n INTEGER)",
    "CREATE TABLE pictures (id INTEGER PRIMARY KEY, p BLOB)",
    ("INSERT INTO keyed VALUES (?, ?, ?)", [(n, "text %d" % n, n / 4) for n in range(200)]),
    ("INSERT INTO pair VALUES (?, ?, ?)", [(n // 4, "abcd"[n % 4], "p%d" % n) for n in range(80)]),
    ("INSERT INTO holes VALUES (?, ?)", [(None if n % 4 == 0 else "k%d" % n, "h%d" % (n % 9))
                                         for n in range(80)]),
    ("INSERT INTO loose VALUES (?, ?)", [("row %d" % (n % 20), n % 5) for n in range(120)]),
    ("INSERT INTO pictures VALUES (?, ?)", [(n, bytes(range(n))) for n in range(40)]),
]

CHANGES = {
    "new rows": ["INSERT INTO keyed VALUES (900, NULL, NULL), (901, '', 0)",
                 "INSERT INTO loose VALUES ('new', NULL), (NULL, NULL)"],
    "changed values": ["UPDATE keyed SET t = 'ü' || t WHERE id % 7 = 0",
                       "UPDATE pictures SET p = CAST(x'00ff' || p AS BLOB) WHERE id % 9 = 0"],
    "NULL becomes empty and empty NULL": ["UPDATE keyed SET t = NULL WHERE id < 5",
                                          "UPDATE pair SET t = '' WHERE a < 2"],
    "rows that are gone": ["DELETE FROM keyed WHERE id % 50 = 1", "DELETE FROM pair WHERE a = 7"],
    "changed keys": ["UPDATE keyed SET id = id + 5000 WHERE id % 40 = 3",
                     "UPDATE pair SET b = 'z' || b WHERE a = 3"],
    "a key that changes its case": ["UPDATE pair SET b = upper(b) WHERE a IN (2, 4)"],
    "keys that swap": ["UPDATE keyed SET id = -1 WHERE id = 10", "UPDATE keyed SET id = 10 WHERE id = 11",
                       "UPDATE keyed SET id = 11 WHERE id = -1"],
    "NULLs in keys": ["UPDATE holes SET t = 'n' WHERE k IS NULL AND rowid % 8 = 1",
                      "UPDATE holes SET k = NULL WHERE k = 'k5'",
                      "UPDATE holes SET k = 'was NULL' WHERE rowid = 1",
                      "DELETE FROM holes WHERE rowid = 5", "INSERT INTO holes VALUES (NULL, 'h1')"],
    "equal rows become fewer": ["DELETE FROM loose WHERE rowid IN (SELECT max(rowid) FROM loose"
                                " GROUP BY t, n)"],
    "equal rows become more": ["INSERT INTO loose SELECT t, n FROM loose WHERE n = 2"],
}


@pytest.fixture(params=list(WAYS))
def way(request):
    """The environment that makes a run take one of the ways to compare."""
    if WAYS[request.param]:
        need_fault_build(program())
    return WAYS[request.param]


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    return LoadedOnce(pg_server, sqlite_file(tmp_path_factory.mktemp("loaded") / "source.sqlite", *SCHEMA))


def test_every_kind_of_difference_is_made_equal(loaded, pg, way):
    for kind, statements in CHANGES.items():
        sqlite_file(loaded.path_of_source, *statements)
        result = loaded.run_well(environment=way)
        for table in compare.sqlite_tables(loaded.path_of_source):
            found = compare.difference(compare.sqlite_rows(loaded.path_of_source, table),
                                       compare.postgres_rows(pg.admin_dsn, "mirror", table))
            assert found is None, "%s: %s: %s\n%s" % (kind, table, found, result.explain())
        assert sum(last_run(pg)) > 0, kind


def test_an_unchanged_source_writes_nothing_whatever_way_is_taken(loaded, pg, way):
    before = row_versions(pg)
    loaded.run_well("--full-sync", environment=way)
    assert row_versions(pg) == before


def test_hand_edits_of_the_mirror_are_repaired(loaded, pg, way):
    pg.query("UPDATE mirror.keyed SET t = 'by hand' WHERE id IN ('3', '4');"
             "DELETE FROM mirror.keyed WHERE id = '5';"
             "INSERT INTO mirror.keyed SELECT * FROM mirror.keyed WHERE id = '6';"
             "INSERT INTO mirror.keyed VALUES ('7000', 'invented', '1.00');"
             "UPDATE mirror.loose SET n = '77' WHERE ctid = (SELECT min(ctid) FROM mirror.loose);"
             "INSERT INTO mirror.loose SELECT * FROM mirror.loose LIMIT 2")
    loaded.run_well(environment=way)
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_three_equal_rows_of_a_keyless_table_that_become_two_cost_one_delete(mirror, pg, tmp_path, way):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (a VARCHAR(9), b INTEGER)",
                       "INSERT INTO t VALUES ('x', 1), ('x', 1), ('x', 1), ('y', NULL)")
    mirror.sqlite(path).run_well()
    sqlite_file(path, "DELETE FROM t WHERE rowid = 2")
    mirror.run_well(environment=way)
    assert mirrored(pg, "t") == [("x", "1"), ("x", "1"), ("y", None)]
    assert last_run(pg) == (0, 0, 1)


def test_changed_rows_of_a_key_are_updated_not_replaced(loaded, pg):
    sqlite_file(loaded.path_of_source, "UPDATE keyed SET t = 'changed' WHERE id < 10",
                "UPDATE pair SET t = NULL WHERE a = 3")
    loaded.run_well()
    assert last_run(pg) == (0, 14, 0)


def test_a_key_that_changes_its_case_only_is_another_key(loaded, pg):
    sqlite_file(loaded.path_of_source, "UPDATE pair SET b = upper(b) WHERE a = 2")
    loaded.run_well()
    assert last_run(pg) == (4, 0, 4)
    assert mirrored(pg, "pair", "b") != [] and pg.value(
        "SELECT string_agg(b, '' ORDER BY b) FROM mirror.pair WHERE a = '2'") == "ABCD"


def test_random_changes_over_many_runs_end_equal(loaded, pg):
    chance = random.Random(2025)
    for _ in range(4):
        statements = []
        for _ in range(chance.randrange(1, 12)):
            key = chance.randrange(260)
            statements.append(chance.choice([
                "UPDATE OR IGNORE keyed SET t = 'r%d' WHERE id = %d" % (chance.randrange(9), key),
                "UPDATE OR IGNORE keyed SET id = %d WHERE id = %d" % (chance.randrange(300), key),
                "DELETE FROM keyed WHERE id = %d" % key,
                "INSERT OR IGNORE INTO keyed VALUES (%d, NULL, 1)" % key,
                "INSERT INTO loose SELECT t, n FROM loose WHERE rowid = %d" % (key % 120),
                "DELETE FROM loose WHERE rowid = %d" % (key % 120),
                "UPDATE holes SET k = NULL WHERE rowid = %d" % (key % 80),
                "UPDATE OR IGNORE holes SET k = 'n%d' WHERE rowid = %d" % (key, key % 80)]))
        sqlite_file(loaded.path_of_source, *statements)
        loaded.run_well()
        compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


# --- somebody writes to the mirror meanwhile ----------------------------------------------------------

def change_meanwhile(mirror, pg, point, statement, number=1):
    """A run over changed rows; somebody changes the mirror just before the step."""
    need_fault_build(program())
    sqlite_file(mirror.path_of_source, "UPDATE keyed SET t = 'changed' WHERE id < 20",
                "DELETE FROM keyed WHERE id = 150", "INSERT INTO keyed VALUES (901, 'new', 1)")
    process = run_to(mirror, point, "--table", "keyed", number=number)
    pg.query(statement)
    go_on(process)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    compare.assert_mirrored(pg, "mirror", "keyed", compare.sqlite_rows(mirror.path_of_source, "keyed"))


POINTS = ["could not pair the differences", "could not lock the mirrored table"]


@pytest.mark.parametrize("point", POINTS)
def test_a_row_that_is_moved_during_the_comparison_is_found_again(loaded, pg, point):
    change_meanwhile(loaded, pg, point, "UPDATE mirror.keyed SET t = t")


@pytest.mark.parametrize("point", POINTS)
def test_a_row_that_is_edited_during_the_comparison_ends_right(loaded, pg, point):
    change_meanwhile(loaded, pg, point, "UPDATE mirror.keyed SET t = 'edited' WHERE id = '7'")


@pytest.mark.parametrize("point", POINTS)
def test_a_row_that_is_deleted_during_the_comparison_is_inserted(loaded, pg, point):
    change_meanwhile(loaded, pg, point, "DELETE FROM mirror.keyed WHERE id IN ('8', '150')")


def test_a_row_that_is_edited_while_constraints_refuse_others_ends_right(loaded, pg):
    need_fault_build(program())
    pg.query("ALTER TABLE mirror.keyed ADD CHECK (t <> 'refused')")
    sqlite_file(loaded.path_of_source, "UPDATE keyed SET t = 'refused' WHERE id = 3",
                "UPDATE keyed SET t = 'changed' WHERE id BETWEEN 4 AND 9")
    process = run_to(loaded, "could not lock the mirrored table", "--table", "keyed")
    pg.query("UPDATE mirror.keyed SET t = 'edited' WHERE id = '7'")
    go_on(process)
    result = loaded.finish(process)
    assert result.status == 1 and "went to quarantine anew" in errors(result), result.explain()
    source = compare.sqlite_rows(loaded.path_of_source, "keyed")
    del source["3", "refused", "0.75"]
    compare.assert_mirrored(pg, "mirror", "keyed", source)
    assert quarantined(pg, "key_values") == [(["3"],)]


def test_a_row_that_a_trigger_of_peoples_keeps_out_goes_to_quarantine(loaded, pg):
    pg.query("CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
             " 'BEGIN RETURN NULL; END';"
             "CREATE TRIGGER refuse BEFORE INSERT ON mirror.keyed FOR EACH ROW"
             " EXECUTE FUNCTION public.refuse()")
    sqlite_file(loaded.path_of_source, "INSERT INTO keyed VALUES (901, 'new', 1)",
                "UPDATE pair SET t = 'others go on' WHERE a = 1")
    before = row_versions(pg)["keyed"]
    result = loaded.run()
    assert result.status == 1
    assert "quarantine" in errors(result)
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine WHERE source_table = 'keyed'") == 1
    assert row_versions(pg)["keyed"] == before
    compare.assert_mirrored(pg, "mirror", "pair", compare.sqlite_rows(loaded.path_of_source, "pair"))


def test_where_digests_do_not_fit_only_rows_that_differ_are_read_again(mirror, pg, tmp_path):
    need_fault_build(program())
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE keyed (id INTEGER PRIMARY KEY, t VARCHAR(20))",
                       ("INSERT INTO keyed VALUES (?, ?)", [(n, "t%d" % n) for n in range(900)]))
    mirror.sqlite(path).settings(jobs=1).run_well()
    sqlite_file(path, "UPDATE keyed SET t = 'new' WHERE id IN (3, 500)", "INSERT INTO keyed VALUES (2000, 'n')",
                "DELETE FROM keyed WHERE id = 700")
    environment = {**WAYS["no map"], "OE2PG_FAULT": "count", "OE2PG_FAULT_NAME": "open a cursor"}
    result = mirror.run_well(environment=environment)
    compare.assert_sqlite_mirrored(pg, path)
    assert last_run(pg) == (1, 2, 1)
    # The scan, three rows that differ, and the key that is gone.
    assert "fault points: 5\n" in result.stderr


def test_a_table_that_was_emptied_is_emptied_where_digests_do_not_fit(mirror, pg, tmp_path):
    need_fault_build(program())
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE keyed (id INTEGER PRIMARY KEY, t VARCHAR(20))",
                       ("INSERT INTO keyed VALUES (?, ?)", [(n, "t%d" % n) for n in range(9)]))
    mirror.sqlite(path).run_well()
    sqlite_file(path, "DELETE FROM keyed")
    mirror.run_well("--allow-delete", "keyed", environment=WAYS["no map"])
    assert mirrored(pg, "keyed") == []
