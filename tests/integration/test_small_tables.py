"""Small tables that are mirrored already: compared in memory, many at a time; whatever is not plainly
unchanged is left to the ordinary way."""

import pytest

import compare
from conftest import LoadedOnce
from mirroring import last_run, quarantined, row_versions, sqlite_file

COUNT = 80
ROWS = 5


def name(number):
    return "small_%02d" % number


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    """Eighty tables of five rows, mirrored by one job."""
    statements = []
    for number in range(COUNT):
        statements.append("CREATE TABLE %s (id INTEGER PRIMARY KEY, t VARCHAR(20))" % name(number))
        statements.append(("INSERT INTO %s VALUES (?, ?)" % name(number),
                           [(row, "t%d ü" % row if row % 2 else None) for row in range(ROWS)]))
    return LoadedOnce(pg_server, sqlite_file(tmp_path_factory.mktemp("loaded") / "source.sqlite", *statements),
                      jobs=1)


@pytest.fixture
def many(mirror, loaded_once):
    mirror.path_of_source = loaded_once.path
    return mirror.sqlite(loaded_once.path).settings(jobs=1)


def commits(pg):
    """By how many transactions the last run recorded its tables."""
    return pg.value("SELECT count(DISTINCT xmin::text) FROM oe2pg.tracking"
                    " WHERE run_id = (SELECT max(id) FROM oe2pg.run)")


def read_by_last_run(pg):
    return pg.query("SELECT count(*), sum(rows_read), count(*) FILTER (WHERE state = 'done')"
                    " FROM oe2pg.table_run WHERE run_id = (SELECT max(id) FROM oe2pg.run)")[0]


def test_unchanged_tables_are_recorded_many_in_one_transaction(many, pg):
    before = row_versions(pg)
    result = many.run_well()
    assert row_versions(pg) == before
    assert commits(pg) == 3  # of 32, 32 and 16
    assert read_by_last_run(pg) == (COUNT, COUNT * ROWS, COUNT)
    assert "%d of %d tables mirrored" % (COUNT, COUNT) in result.stderr


def test_each_record_says_when_the_table_was_read_and_found_so(many, pg):
    many.run_well()
    assert pg.value("SELECT bool_and(state = 'done' AND rows = 5 AND error IS NULL AND read_from <= read_to"
                    " AND read_to <= last_success_at AND reason LIKE '%compared in memory%')"
                    " FROM oe2pg.tracking")


def test_full_below_rows_0_compares_each_table_alone(many, pg):
    many.settings(full_below_rows=0).run_well()
    assert commits(pg) == COUNT


def test_a_table_with_as_many_rows_as_the_limit_is_not_small(many, pg):
    many.settings(full_below_rows=ROWS).run_well()
    assert commits(pg) == COUNT


def test_one_changed_table_is_brought_up_to_date_and_the_others_are_not_touched(many, pg):
    before = row_versions(pg)
    sqlite_file(many.path_of_source, "UPDATE small_40 SET t = 'changed' WHERE id = 2",
                "DELETE FROM small_40 WHERE id = 3", "INSERT INTO small_41 VALUES (9, 'new')")
    many.run_well()
    compare.assert_sqlite_mirrored(pg, many.path_of_source)
    assert last_run(pg) == (1, 1, 1)
    after = row_versions(pg)
    assert [table for table in before if before[table] != after[table]] == ["small_40", "small_41"]


@pytest.mark.parametrize("edit", [
    "UPDATE mirror.small_07 SET t = 'by hand' WHERE id = '1'", "DELETE FROM mirror.small_07 WHERE id = '1'",
    "INSERT INTO mirror.small_07 VALUES ('99', NULL)", "TRUNCATE mirror.small_07",
    "INSERT INTO mirror.small_07 SELECT n::text FROM generate_series(100, 5000) n",
    "DROP TABLE mirror.small_07", "ALTER TABLE mirror.small_07 DROP COLUMN t"])
def test_what_people_did_to_a_small_mirrored_table_is_repaired(many, pg, edit):
    pg.query(edit)
    many.run_well("--allow-delete", "small_07")
    compare.assert_sqlite_mirrored(pg, many.path_of_source)


def test_a_value_that_turned_bad_goes_into_quarantine_though_the_mirror_had_null(many, pg):
    sqlite_file(many.path_of_source, "UPDATE small_11 SET t = CAST(x'ff' AS TEXT) WHERE id = 0")
    assert many.run().status == 1
    assert quarantined(pg, "source_table", "key_values", "column_name") == [("small_11", ["0"], "t")]
    many.run_well()  # known: named, but no failure
    assert len(quarantined(pg)) == 1


def test_a_table_whose_shape_may_have_changed_is_looked_at_alone(many, pg):
    pg.query("UPDATE oe2pg.tracking SET schema_fingerprint = '0' WHERE source_table = 'small_05'")
    many.run_well()
    assert commits(pg) == 5  # 5, itself, 32, 32 and 10


def test_verify_looks_at_small_tables_one_by_one(many, pg):
    pg.query("UPDATE mirror.small_30 SET t = 'by hand' WHERE id = '1'")
    result = many.run("verify")
    assert result.status == 1
    assert "small_30: DIFFERENT" in result.stdout
    assert result.stdout.count(": equal") == COUNT - 1
