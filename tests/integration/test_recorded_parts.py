"""A first load in several parts: recorded whole, gone on with as they were cut, each row counted once.

OE2PG_TEST_PART_ROWS cuts every table that can be cut behind so many rows.
"""

import os
import subprocess

import pytest

import compare
from conftest import program
from mirroring import need_fault_build, older_tracking, row_versions, sqlite_file

ROWS = 200
PARTS = {"OE2PG_TEST_PART_ROWS": "50", "OE2PG_TEST_COMMIT_MS": "0", "OE2PG_TEST_PAUSE_MS": "10"}


def fault(number, mode="kill", point="fetch rows", **environment):
    return {**PARTS, **environment, "OE2PG_FAULT": "%d:%s" % (number, mode), "OE2PG_FAULT_NAME": point}


def is_killed(mirror, number, point="fetch rows", **environment):
    """A run that dies there. What is remembered of it is forgotten: it was not the table's fault."""
    status = mirror.run(environment=fault(number, point=point, **environment)).status
    if mirror.database.value("SELECT to_regclass('oe2pg.suspect')"):
        mirror.database.query("DELETE FROM oe2pg.suspect")
    return status == -9


@pytest.fixture
def shop(mirror, tmp_path):
    """Keys of two columns, one of them in quotes of every kind; a key with NULLs; one from large to small."""
    need_fault_build(program())
    mirror.path_of_source = sqlite_file(
        tmp_path / "shop.sqlite",
        "CREATE TABLE pair (a VARCHAR(20), b INTEGER, t VARCHAR(20), PRIMARY KEY (a, b))",
        "CREATE TABLE holes (k VARCHAR(10), t VARCHAR(20))", "CREATE UNIQUE INDEX u ON holes (k)",
        ("INSERT INTO pair VALUES (?, ?, ?)",
         [("%s%d" % (["a,b", '"', "\\", "{}", "'", "ä"][n % 6], n % 3), n, "t%d" % n) for n in range(ROWS)]),
        ("INSERT INTO holes VALUES (?, ?)",
         [("k%03d" % n if n % 4 else None, "t%d" % n) for n in range(ROWS)]))
    return mirror.sqlite(mirror.path_of_source).settings(batch_size=20, jobs=1, full_below_rows=0)


def recorded(pg):
    return pg.query("SELECT source_table, piece, kind, lower_bound::text, upper_bound::text, state, position,"
                    " rows, is_null_part, is_done FROM oe2pg.piece ORDER BY source_table, piece")


def bounds(pg):
    return {row[:5] for row in recorded(pg)}


def assert_mirrored(mirror, pg):
    compare.assert_sqlite_mirrored(pg, mirror.path_of_source)
    assert recorded(pg) == [] and pg.tables("oe2pg_staging") == []


def assert_counted_once(pg):
    assert pg.query("SELECT source_table, rows_read, rows_inserted FROM oe2pg.table_run"
                    " WHERE state = 'done' ORDER BY 1") == [("holes", ROWS, ROWS), ("pair", ROWS, ROWS)]


def test_parts_of_every_form_come_back_as_they_were_recorded(shop, pg):
    shop.run_well()
    again = subprocess.run(
        [os.path.join(os.environ["OE2PG_TEST_PROGRAMS"], "piece_again"), pg.dsn, "1", "pair"],
        capture_output=True, text=True)
    assert again.returncode == 0, again.stderr


def test_a_load_in_parts_killed_after_every_few_batches_goes_on_with_the_same_parts(shop, pg):
    seen, staged, deaths = set(), 0, 0
    # Later and later: a load that goes on has more to compare.
    while is_killed(shop, 9 + 6 * deaths):
        deaths += 1
        assert deaths < 40, "no run gets any further"
        under_way = {row[0] for row in recorded(pg)}
        assert {row for row in seen if row[0] in under_way} <= bounds(pg)
        seen |= bounds(pg)
        for name, rows in pg.query(
                "SELECT staging_table, sum(p.rows) FROM oe2pg.tracking JOIN oe2pg.piece p"
                " USING (mirror_id, source_schema, source_table) GROUP BY 1"):
            assert pg.value('SELECT count(*) FROM oe2pg_staging."%s"' % name) == rows
            staged += 1
    assert deaths > 3 and staged > 1
    assert len([row for row in seen if row[0] == "pair"]) == ROWS // 50 + 2
    assert [row[2:] for row in seen if row[0] == "holes" and row[3] is None and row[4] is None] == [
        ("keys with NULL", None, None)]
    assert_mirrored(shop, pg)


def test_a_load_in_parts_whose_source_fails_for_good_is_resumed_and_counts_each_row_once(shop, pg):
    assert shop.run(environment=fault(20, "always")).status == 1
    assert {row[5] for row in recorded(pg)} >= {"done", "waiting"}
    shop.run_well(environment=PARTS)
    assert_mirrored(shop, pg)
    assert_counted_once(pg)


@pytest.mark.parametrize("point", ["after COMMIT", "start COPY", "end COPY"])
def test_a_load_in_parts_killed_at_each_step_ends_equal_and_the_next_run_writes_nothing(
        shop, pg, point):
    number = 1
    while is_killed(shop, number, point) and number < 8:
        number += 1
    shop.run_well(environment=PARTS)
    compare.assert_sqlite_mirrored(pg, shop.path_of_source)
    before = row_versions(pg)
    shop.run_well(environment=PARTS)
    assert row_versions(pg) == before


def assert_tried_once_more(mirror, pg, result):
    assert result.status == 0, result.explain()
    assert " - trying again (1 of 5)" in result.log
    compare.assert_sqlite_mirrored(pg, mirror.path_of_source)
    runs = pg.query("SELECT attempts, rows_read - rows FROM oe2pg.table_run JOIN oe2pg.tracking USING"
                    " (source_schema, source_table, run_id) ORDER BY 1")
    assert runs == [(1, 0), (2, 0)]  # each row was counted once


def test_a_load_whose_source_fails_once_goes_on_where_it_was(shop, pg):
    assert_tried_once_more(shop, pg, shop.run(environment=fault(24, "once")))


@pytest.mark.parametrize("digests", ["in memory", "in PostgreSQL"])
def test_of_a_comparison_the_part_that_fails_is_read_again_by_itself(shop, pg, digests):
    settings = {"OE2PG_TEST_MAP_BYTES": "64"} if digests == "in PostgreSQL" else {}
    shop.run_well(environment=PARTS)
    again = []
    for number in (16, 22, 28, 34):
        sqlite_file(shop.path_of_source, "UPDATE pair SET t = 'new %d' WHERE b %% 10 = 3" % number,
                    "DELETE FROM pair WHERE b = %d" % number, "UPDATE holes SET t = 'n%d' WHERE k IS NULL" % number,
                    "INSERT INTO pair VALUES ('z', %d, 'z')" % (number + 1000))
        shop.log_path.unlink(missing_ok=True)
        result = shop.run("--file-level", "debug", environment=fault(number, "once", **settings))
        assert_tried_once_more(shop, pg, result)
        again += [line for line in result.log.splitlines() if " is read again by itself" in line]
    assert len(again) >= 2, again  # else the bounds were being read


@pytest.mark.parametrize("how", ["load", "comparison"])
def test_many_parts_may_fail_once_each_and_their_attempts_add_up(shop, pg, how):
    """Every fifteenth fetch fails: more often in all than one part may."""
    short = {"OE2PG_TEST_PART_ROWS": "10"}
    if how == "comparison":
        shop.run_well("--table", "pair")
        sqlite_file(shop.path_of_source, "UPDATE pair SET t = 'new' WHERE b % 9 = 3",
                    "DELETE FROM pair WHERE b % 50 = 7")
    shop.log_path.unlink(missing_ok=True)
    result = shop.run("--table", "pair", environment=fault(15, "each", **short))
    assert result.status == 0, result.explain()
    compare.assert_mirrored(pg, "mirror", "pair", compare.sqlite_rows(shop.path_of_source, "pair"))
    failures = result.log.count(" - trying again (")
    assert failures > 5, result.log
    assert pg.query("SELECT attempts, rows_read = rows FROM oe2pg.table_run JOIN oe2pg.tracking"
                    " USING (source_schema, source_table, run_id)") == [(failures + 1, True)]


def test_changes_before_and_behind_every_bound_are_mirrored(shop, pg):
    assert is_killed(shop, 25)
    assert recorded(pg)
    sqlite_file(shop.path_of_source, "UPDATE pair SET t = 'new' WHERE b % 10 = 3",
                "DELETE FROM pair WHERE b % 50 = 7",
                "INSERT INTO pair SELECT a, b + 1000, t FROM pair WHERE b % 40 = 1",
                "UPDATE holes SET k = NULL WHERE k = 'k101'",
                "UPDATE holes SET k = 'k000' WHERE t = 't4'")
    shop.run_well(environment=PARTS)
    compare.assert_sqlite_mirrored(pg, shop.path_of_source)


def test_another_key_begins_the_load_anew(shop, pg):
    assert shop.run("--table", "pair", environment=fault(22)).status == -9
    assert len(recorded(pg)) > 4
    shop.settings(tables={"pair": {"key": ["b"]}})
    shop.run_well("--table", "pair", environment=PARTS)
    compare.assert_mirrored(pg, "mirror", "pair", compare.sqlite_rows(shop.path_of_source, "pair"))
    assert pg.query("SELECT was_resumed FROM oe2pg.tracking WHERE source_table = 'pair'") == [(False,)]


def test_a_load_that_an_older_program_staged_is_gone_on_with(shop, pg):
    whole = {"OE2PG_TEST_PART_ROWS": "0"}
    assert shop.run(environment=fault(6, "always", **whole)).status == 1
    before = [row[:2] + row[5:] for row in recorded(pg)]
    assert "begun" in [row[2] for row in before]
    older_tracking(pg, 4)
    assert shop.run(environment=fault(1, "always", **whole)).status == 1
    assert [row[:2] + row[5:] for row in recorded(pg)] == before
    shop.run_well(environment={**PARTS, **whole})
    assert_mirrored(shop, pg)
    assert_counted_once(pg)
    assert ("done", True) in pg.query("SELECT state, was_resumed FROM oe2pg.tracking")
