"""Values that OpenEdge does not deliver, wider than their SQL width or otherwise, are read around: all
other rows and columns arrive, and quarantine tells which are missing."""

import json

import pytest

from forms import cases
from mirroring import errors, last_run, quarantined, row_versions
from servers import java_environment
from wide_table import COMPOSITE, KEYLESS, ROWS, TABLE, TEXT_KEY, TOO_WIDE, Wide

WEIGHT = 4  # see conftest.py


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def truncate(wide):
    wide.openedge.switch(session_truncates="obeyed")
    wide.mirror.settings(on_wide_value="truncate")


@pytest.mark.parametrize("bad", cases(
    [(1,), (1499, 1500, 1501), (10, 20, 30, 40, 2000, 2999, ROWS)],
    only_long=[(ROWS,), (1500,), (1, 2, 3)]), ids=lambda bad: "-".join(map(str, bad)))
def test_only_the_bad_values_are_missing(wide, bad):
    wide.make().spoil(*bad)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    wide.assert_all_else_is_there(missing=bad)
    assert quarantined(wide.pg, "key_columns", "key_values", "column_name", "reason", "value",
                       "value_bytes") == [
        (["Id"], [str(number)], "Text", "too_wide", None, None) for number in bad]
    assert all("10" in row[0] for row in quarantined(wide.pg, "detail"))


@pytest.mark.parametrize("number", cases([33], only_long=[32, 37]))
@pytest.mark.parametrize("definition", [TABLE, KEYLESS], ids=["with a key", "without"])
def test_a_connection_lost_while_a_bad_value_is_looked_for_costs_no_other(wide, definition, number):
    wide.openedge.switch(date_out_of_range="error", error_codes="empty", lost_state="empty",
                         is_closed="after_close")
    wide.make(definition).spoil(1500, assignment="\"Day\" = DATE '12000-01-01'")
    wide.openedge.mishap("drop", "execute", number)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    assert "trying again" in result.log
    assert wide.without("day") == [1500] and wide.without() == []
    assert quarantined(wide.pg, "column_name", "reason") == [("Day", "unreadable")]


def test_the_second_run_reads_around_what_is_known_and_writes_nothing(wide):
    wide.make().spoil(7, 8, 2500)
    wide.run()
    before = row_versions(wide.pg)
    wide.openedge.clear_log()
    wide.run_well()
    assert row_versions(wide.pg) == before and last_run(wide.pg) == (0, 0, 0)
    assert len(quarantined(wide.pg)) == 3


def test_a_full_comparison_reads_around_them_too(wide):
    wide.make().spoil(7)
    wide.run()
    before = row_versions(wide.pg)
    wide.run_well("--full-sync")
    assert row_versions(wide.pg) == before


@pytest.mark.parametrize("rows, definition", cases(
    [(100, "TABLE"), (100, "TEXT_KEY"), (ROWS, "KEYLESS")],
    only_long=[(ROWS, "TABLE"), (ROWS, "TEXT_KEY"), (100, "KEYLESS")]))
def test_verify_finds_the_rest_equal(wide, rows, definition):
    wide.make(globals()[definition], rows=rows)
    wide.spoil(7).spoil(50, assignment="\"Text\" = 'fünfzig Zeichen'")
    wide.run()
    result = wide.verify()
    assert result.status == 0 and "equal but for 2 values in quarantine, " in result.stdout, result.explain()
    wide.pg.query("UPDATE mirror.wide SET number = '9' WHERE id IN ('7', '8')")
    result = wide.verify()
    assert ("DIFFERENT: 2 changed, 0 missing" if definition == "TABLE" else "DIFFERENT") in \
        result.stdout, result.explain()


def test_a_value_that_is_mended_arrives_and_its_entry_is_resolved(wide):
    wide.make().spoil(7, 2500)
    wide.run()
    wide.spoil(7, assignment="\"Text\" = 'mended'")
    wide.run_well()
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == "mended"
    assert quarantined(wide.pg, "key_values") == [(["2500"],)]


def test_a_value_that_becomes_too_wide_is_taken_from_the_mirror_and_new(wide):
    wide.make().spoil(7)
    wide.run()
    wide.spoil(2500)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(missing=[7, 2500])
    wide.run_well()


def test_other_changes_of_the_same_row_arrive(wide):
    wide.make().spoil(7)
    wide.run()
    wide.spoil(7, assignment='"Number" = 2.5')
    wide.run_well()
    assert wide.pg.query("SELECT text, number FROM mirror.wide WHERE id = '7'") == [(None, "2.50")]


def test_several_columns_of_one_row(wide):
    wide.make().spoil(7).spoil(7, 9, assignment='"Number" = 123456.5')
    assert wide.run().status == 1
    assert wide.without() == [7] and wide.without("number") == [7, 9]
    assert sorted(quarantined(wide.pg, "key_values", "column_name")) == [
        (["7"], "Number"), (["7"], "Text"), (["9"], "Number")]
    wide.run_well()


@pytest.mark.parametrize("codes", cases(["standard", "empty"], only_long=["numbered"]))
def test_a_value_whose_column_the_source_does_not_name_is_found(wide, codes):
    wide.openedge.switch(date_out_of_range="error", error_codes=codes)
    wide.make().spoil(7, 2500, assignment="\"Day\" = DATE '12000-01-01'")
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    assert wide.without("day") == [7, 2500]
    assert quarantined(wide.pg, "key_values", "column_name", "reason") == [
        (["7"], "Day", "unreadable"), (["2500"], "Day", "unreadable")]
    wide.run_well()


@pytest.mark.parametrize("rows_before_bad, fetch_size", cases(
    [("lost", 50), ("delivered", 50)], only_long=[("lost", 1), ("delivered", 1)]))
def test_whatever_becomes_of_the_rows_of_the_same_block(wide, rows_before_bad, fetch_size):
    wide.openedge.switch(rows_before_bad=rows_before_bad)
    wide.mirror.source(fetch_size=fetch_size)
    wide.make(rows=300).spoil(1, 100, 101, 300)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(300, [1, 100, 101, 300])


@pytest.mark.parametrize("bad", cases([(1,), (2999, 3000)], only_long=[(17, 18)]))
def test_a_key_of_several_columns(wide, bad):
    values = "x / 10, MOD(x, 10), 'text ' || x, 1.5, DATE '2020-01-01'"
    wide.make(COMPOSITE, values=values)
    for number in bad:
        wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Id" = %d AND "Line" = %d'
                          % (TOO_WIDE, number // 10, number % 10))
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide") == ROWS
    assert wide.pg.query("SELECT id::int * 10 + line::int FROM mirror.wide WHERE text IS NULL"
                         " ORDER BY 1") == [
        (number,) for number in bad]
    assert quarantined(wide.pg, "key_values") == [
        ([str(number // 10), str(number % 10)],) for number in bad]
    wide.run_well()


GROUP = "CAST(FLOOR((SQRT(8 * x + 1) - 1) / 2) AS INTEGER)"
GROUPS = "%s, x - %s * (%s + 1) / 2, 'text ' || x, 1.5, DATE '2020-01-01'" % (GROUP, GROUP, GROUP)


@pytest.mark.parametrize("first", cases([1, 31], only_long=[16, 46]))
def test_bad_rows_that_begin_a_group_of_the_key(wide, first):
    """Groups of 2 to 61 rows: what is left of one before the bad row is of every length."""
    wide.make(COMPOSITE, rows=1890, values=GROUPS)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Line" = 0 AND "Id" BETWEEN %d '
                      'AND %d' % (TOO_WIDE, first, first + 14))
    assert wide.run().status == 1
    assert wide.pg.query("SELECT count(*), count(DISTINCT (id, line)), count(text) FROM mirror.wide"
                         ) == [(1890, 1890, 1875)]
    wide.run_well()


def test_more_bad_rows_than_are_looked_for_that_begin_a_group_of_the_key(wide):
    """They are passed by pieces without the column, and a group may end in a piece; the next runs look
    for the others."""
    wide.mirror.settings(on_wide_value="quarantine")
    wide.make(COMPOSITE, rows=1890, values=GROUPS)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Line" = 0' % TOO_WIDE)
    for _ in range(3):
        assert wide.run().status == 1
        assert wide.pg.query("SELECT count(*), count(DISTINCT (id, line)), count(day) "
                             "FROM mirror.wide") == [(1890, 1890, 1890)]
    wide.run_well()
    assert wide.pg.value("SELECT count(text) FROM mirror.wide") == 1830


def test_a_bad_value_in_the_key_costs_that_value_alone(wide):
    wide.make(TEXT_KEY).spoil(7).spoil(2500, assignment="\"Text\" = 'zwölf Zeichen'")
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    wide.assert_all_else_is_there(missing=[7, 2500])
    assert quarantined(wide.pg, "key_columns", "key_values", "column_name", "reason") == [
        (["ROWID"], [wide.rowid(number)], "Text", "too_wide") for number in (7, 2500)]
    assert TOO_WIDE not in result.stderr
    wide.assert_the_next_run_writes_nothing()


def test_more_bad_values_of_the_key_than_others_are_looked_for(wide):
    """Without its key a good row would seem to be gone; and each pass comes to the same rows."""
    wide.make(TEXT_KEY, rows=600).spoil(
        *range(1, 600, 15), assignment="\"Text\" = 'zwölf Zeichen ' || \"Id\"")
    wide.spoil(*range(5, 600, 15), assignment='"Number" = 123456.5')
    for _ in range(6):
        result = wide.run()
        assert ", 0 failed" in result.stderr, result.explain()
        assert wide.pg.query("SELECT count(*), count(text) FROM mirror.wide") == [(600, 560)]
        if result.status == 0:
            break
    assert wide.pg.value("SELECT count(number) FROM mirror.wide") == 560
    wide.assert_the_next_run_writes_nothing()


@pytest.mark.parametrize("rows, predicates", cases(
    [(ROWS, "matching_rows"), (100, "all_rows")],
    only_long=[(100, "matching_rows"), (ROWS, "all_rows")]))
def test_a_value_of_the_key_that_becomes_bad_takes_no_other_row_along(wide, rows, predicates):
    wide.openedge.switch(wide_predicates=predicates)
    wide.make(TEXT_KEY, rows=rows)
    wide.run_well()
    wide.spoil(7).openedge.sql('DELETE FROM PUB."Wide" WHERE "Id" = 9')
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide") == rows - 1
    assert wide.without() == [7]
    wide.assert_the_next_run_writes_nothing()


def test_a_bad_value_in_a_part_of_the_key(wide):
    definition = TABLE.replace('"Id" ASCENDING', '"Id" ASCENDING\n  INDEX-FIELD "Text" ASCENDING')
    wide.make(definition).spoil(7)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(missing=[7])
    wide.assert_the_next_run_writes_nothing()


def test_other_bad_values_of_a_table_whose_key_has_one_stand_by_their_key(wide):
    wide.make(TEXT_KEY).spoil(7).spoil(7, 9, assignment='"Number" = 123456.5')
    assert wide.run().status == 1
    assert wide.without() == [7] and wide.without("number") == [7, 9]
    assert sorted(quarantined(wide.pg, "key_values", "column_name")) == sorted([
        ([wide.rowid(7)], "Number"), ([wide.rowid(7)], "Text"), (["text 9"], "Number")])
    wide.assert_the_next_run_writes_nothing()


def test_a_bad_value_in_the_key_fails_its_table_where_rowid_is_refused(wide):
    wide.openedge.switch(rowid="refused")
    wide.make(TEXT_KEY).spoil(7)
    result = wide.run()
    assert result.status == 1 and wide.pg.tables() == []
    assert "Text" in errors(result) and "ROWID" in result.stderr and "dbtool" in result.stderr
    assert TOO_WIDE not in result.stderr


NULL_KEYS = TABLE.replace("  MANDATORY\n", "").replace("  PRIMARY\n", "")


def make_null_keys(wide):
    wide.make(NULL_KEYS, rows=200)
    wide.openedge.sql('INSERT INTO PUB."Wide" SELECT NULL, \'null \' || x, 1.5,'
                      " DATE '2020-01-01' FROM SYSTEM_RANGE(1, 5)")
    wide.spoil(7)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Text" = \'null 3\'' % TOO_WIDE)


def test_a_row_with_null_in_its_key_loses_the_bad_value_alone(wide):
    make_null_keys(wide)
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == 205
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE text IS NULL") == 2
    assert sorted(row[0] for row in quarantined(wide.pg, "key_columns")) == [["Id"], ["ROWID"]]
    wide.assert_the_next_run_writes_nothing()


def test_rows_with_null_in_their_key_lose_the_column_together_where_rowid_is_refused(wide):
    wide.openedge.switch(rowid="refused")
    make_null_keys(wide)
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == 205
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE text IS NULL") == 6
    assert ("not_read", "the column was not read in 5 rows") in quarantined(
        wide.pg, "reason", "detail")
    wide.assert_the_next_run_writes_nothing()


# --- tables without a key

@pytest.mark.parametrize("bad", [(1,), (7, 8, 1500, ROWS)], ids=["first", "some"])
def test_a_table_without_a_key_is_read_around_by_rowid(wide, bad):
    wide.make(KEYLESS).spoil(*bad)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    wide.assert_all_else_is_there(missing=bad)
    assert quarantined(wide.pg, "key_columns", "key_values", "column_name", "reason") == [
        (["ROWID"], [wide.rowid(number)], "Text", "too_wide") for number in bad]
    assert all("10" in row[0] for row in quarantined(wide.pg, "detail"))
    wide.openedge.clear_log()
    wide.assert_the_next_run_writes_nothing()
    assert len(wide.queries()) <= 2 * len(bad) + 2
    assert sum("ROWID <>" in sql for sql in wide.queries()) == 1


def test_a_large_table_without_a_key_is_swept_not_read_in_groups(wide):
    rows, bad = 20000, [3000, 17000]
    wide.make(KEYLESS, rows=rows).spoil(*bad)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(rows, missing=bad)
    assert len(wide.queries()) <= 50


def test_rowid_is_never_in_quotes(wide):
    wide.make(KEYLESS, rows=100).spoil(7)
    wide.run()
    asked = [sql for sql in wide.queries() if "ROWID" in sql.upper()]
    assert asked and not any('"ROWID"' in sql.upper() for sql in asked)


def test_a_further_bad_row_without_a_key_is_found(wide):
    wide.make(KEYLESS).spoil(7)
    wide.run()
    wide.spoil(2500)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(missing=[7, 2500])
    wide.assert_the_next_run_writes_nothing()


def test_a_row_without_a_key_that_is_mended_arrives_and_its_entry_is_resolved(wide):
    wide.make(KEYLESS).spoil(7, 2500)
    wide.run()
    wide.spoil(7, assignment="\"Text\" = 'mended'")
    wide.run_well()
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == "mended"
    assert quarantined(wide.pg, "key_values") == [([wide.rowid(2500)],)]


def test_a_row_without_a_key_that_went_is_resolved(wide):
    wide.make(KEYLESS).spoil(7, 2500)
    wide.run()
    wide.openedge.sql('DELETE FROM PUB."Wide" WHERE "Id" = 7')
    wide.run_well()
    assert wide.pg.value("SELECT count(*) FROM mirror.wide") == ROWS - 1
    assert quarantined(wide.pg, "key_values") == [([wide.rowid(2500)],)]


def test_equal_rows_without_a_key_each_arrive(wide):
    wide.make(KEYLESS, values="MOD(x, 3), 'text', 1.5, DATE '2020-01-01'", rows=30)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Id" = 1' % TOO_WIDE)
    assert wide.run().status == 1
    assert wide.pg.query("SELECT id, text, count(*) FROM mirror.wide GROUP BY 1, 2 ORDER BY 1") == [
        ("0", "text", 10), ("1", None, 10), ("2", "text", 10)]
    assert len(quarantined(wide.pg)) == 10
    wide.assert_the_next_run_writes_nothing()


def test_a_table_of_one_column_keeps_its_rows(wide):
    wide.make('ADD TABLE "Wide"\nADD FIELD "Text" OF "Wide" AS character\n  MAX-WIDTH 10\n',
              values="'text ' || x", rows=50)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "Text" = \'text 7\'' % TOO_WIDE)
    assert wide.run().status == 1
    assert wide.pg.query("SELECT count(*), count(text) FROM mirror.wide") == [(50, 49)]
    wide.assert_the_next_run_writes_nothing()


def test_a_large_table_is_begun_anew_by_rowid_when_its_key_has_a_bad_value(wide):
    rows = 25000
    wide.make(TEXT_KEY, rows=rows).spoil(20000)
    result = wide.mirror.run(
        "--table", "Wide", environment={**java_environment(), "OE2PG_TEST_COMMIT_MS": "1"})
    assert result.status == 1 and "by ROWID" in result.stderr
    wide.assert_all_else_is_there(rows, missing=[20000])
    assert wide.pg.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'oe2pg_staging'") == 0


def test_a_row_that_moves_while_rowids_are_listed_is_mirrored_once(wide):
    wide.make(KEYLESS, rows=100).spoil(7)
    wide.openedge.move("twice", "Wide", '"Id" = 90', times=1)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(100, missing=[7])


def test_rowids_that_several_rows_share_are_not_relied_on(wide):
    wide.make(KEYLESS, rows=100).spoil(7)
    wide.openedge.move("twice", "Wide", '"Id" = 90', times=-1)
    result = wide.run()
    assert result.status == 1 and len(wide.without()) == 101
    assert any("several rows have the same ROWID" in line for line in result.log_lines("WARNING"))


def test_a_restriction_holds_where_rows_are_read_by_rowid(wide):
    wide.mirror.settings(tables={"Wide": {"where": '"Id" <= 50 OR "Id" > 90 -- the ends'}})
    wide.make(KEYLESS, rows=100).spoil(7, 60)
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide") == 60 and wide.without() == [7]
    wide.assert_the_next_run_writes_nothing()


@pytest.mark.parametrize("answer, reason", [
    ("refused", "ROWID"), ("blind", "not found by their ROWID")])
def test_a_table_without_a_key_is_mirrored_without_the_column(wide, answer, reason):
    wide.openedge.switch(rowid=answer)
    wide.make(KEYLESS).spoil(7)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr
    wide.assert_all_else_is_there(missing=range(1, ROWS + 1))
    assert quarantined(wide.pg, "column_name", "reason", "detail") == [
        ("Text", "not_read", "the column was not read in 3000 rows")]
    assert any("3000 rows" in line and "dbtool" in line and reason in line
               for line in result.log_lines("WARNING"))
    wide.assert_the_next_run_writes_nothing()


def test_known_rows_that_cannot_be_left_out_are_met_again(wide):
    wide.openedge.switch(rowid="no_unequal")
    wide.make(KEYLESS).spoil(7, 1500)
    wide.run()
    wide.assert_all_else_is_there(missing=[7, 1500])
    wide.assert_the_next_run_writes_nothing()


def test_a_keyless_table_whose_source_names_no_column(wide):
    wide.openedge.switch(date_out_of_range="error", error_codes="empty")
    wide.make(KEYLESS, rows=100).spoil(7, assignment="\"Day\" = DATE '12000-01-01'")
    assert wide.run().status == 1
    assert wide.without("day") == [7] and wide.without() == []


def test_truncate_without_a_key(wide):
    truncate(wide)
    wide.make(KEYLESS).spoil(7)
    assert wide.run().status == 1
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == TOO_WIDE[:10]
    assert quarantined(wide.pg, "key_columns", "reason") == [(["ROWID"], "truncated")]
    wide.assert_the_next_run_writes_nothing()


def test_truncate_in_the_key(wide):
    truncate(wide)
    wide.make(TEXT_KEY).spoil(7)
    assert wide.run().status == 1
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == TOO_WIDE[:10]
    assert quarantined(wide.pg, "key_columns", "reason") == [(["ROWID"], "truncated")]
    wide.assert_the_next_run_writes_nothing()


def test_fail_without_a_key(wide):
    wide.mirror.settings(on_wide_value="fail")
    wide.make(KEYLESS).spoil(7)
    result = wide.run()
    assert result.status == 1 and wide.pg.tables() == [] and "dbtool" in result.stderr


def test_more_bad_rows_than_can_be_looked_for_without_a_key(wide):
    wide.mirror.settings(on_wide_value="quarantine")
    bad = list(range(5, ROWS, 9))
    wide.make(KEYLESS).spoil(*bad)
    wide.openedge.clear_log()
    assert wide.run().status == 1
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == ROWS
    assert set(bad) <= set(wide.without())
    assert len(wide.queries()) < 350


def test_more_than_can_be_looked_for_cost_their_neighbours_but_no_row(wide):
    wide.mirror.settings(on_wide_value="quarantine")
    bad = list(range(5, ROWS, 9))
    wide.make().spoil(*bad)
    wide.openedge.clear_log()
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == ROWS
    assert set(bad) <= set(wide.without())
    assert ("not_read",) in quarantined(wide.pg, "reason")
    assert len(wide.queries()) < 250
    assert any("dbtool" in line for line in result.log_lines("WARNING"))
    assert wide.run().status in (0, 1)
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == ROWS
    assert set(bad) <= set(wide.without())


# --- mirror_settings.on_wide_value

def test_truncate_takes_what_fits_and_records_each(wide):
    truncate(wide)
    wide.make().spoil(7, 2500)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(missing=[])
    assert wide.pg.query("SELECT id, text FROM mirror.wide WHERE id IN ('7', '2500')") == [
        ("7", TOO_WIDE[:10]), ("2500", TOO_WIDE[:10])]
    found = quarantined(wide.pg, "key_values", "column_name", "reason", "value")
    assert [(*row[:3], bytes(row[3])) for row in found] == [
        ([key], "Text", "truncated", TOO_WIDE[:10].encode()) for key in ("7", "2500")]
    before = row_versions(wide.pg)
    wide.run_well()
    assert row_versions(wide.pg) == before


def test_truncate_cannot_help_numbers(wide):
    truncate(wide)
    wide.make().spoil(7, assignment='"Number" = 123456.5')
    assert wide.run().status == 1
    assert wide.without("number") == [7]
    assert quarantined(wide.pg, "reason") == [("too_wide",)]


def test_fail_fails_the_table_and_names_key_column_and_remedy(wide):
    wide.mirror.settings(on_wide_value="fail")
    wide.make().spoil(7)
    result = wide.run()
    assert result.status == 1 and wide.pg.tables() == []
    assert "Text" in errors(result) and "dbtool" in result.stderr and "key: Id" in result.stderr
    assert TOO_WIDE not in result.stderr


@pytest.mark.parametrize("product", ["short", "long"])
def test_values_of_exactly_the_width_are_counted_as_perhaps_cut(wide, product):
    wide.openedge.switch(truncate_too_large="output", product=product)
    wide.make().spoil(7, 2500).spoil(8, assignment="\"Text\" = 'zehn Äöüß.'")
    result = wide.run_well()
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == TOO_WIDE[:10]
    told = [line for line in result.log_lines("INFO") if "exactly as long" in line]
    assert len(told) == 1 and "3 values are exactly as long as the SQL width of their column (in 1 column)" in \
        told[0]


def test_a_value_that_a_server_cut_arrives_whole_when_its_width_has_grown(wide):
    """-SQLWidthUpdate: the first query is cut, the width is mended behind it."""
    wide.openedge.switch(truncate_too_large="output")
    wide.make(rows=100).spoil(7)
    wide.run_well()
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == TOO_WIDE[:10]
    wide.openedge.df('UPDATE FIELD "Text" OF "Wide"\n  MAX-WIDTH 22\n')
    wide.run_well()
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == TOO_WIDE
    assert last_run(wide.pg) == (0, 1, 0)


def test_values_of_exactly_the_width_are_told_by_status_and_check(wide):
    wide.make(rows=100).spoil(8, assignment="\"Text\" = 'zehn Äöüß.'")
    wide.run_well()
    noted = 'values as long as their SQL width, perhaps cut: 1 of "Text" (10)'
    wide.run_well()  # a small table that has not changed keeps its note
    assert noted in wide.mirror.run("status").stdout
    assert json.loads(wide.mirror.run("status", "--json").stdout)["tables"][0]["hint"] == noted
    checked = wide.mirror.run("check", environment=java_environment()).stdout
    assert any("width in the last run" in line and noted in line for line in checked.split("\n"))
    wide.spoil(8, assignment="\"Text\" = 'short'")
    wide.run_well()
    assert noted not in wide.mirror.run("status").stdout


def test_a_source_whose_values_are_shorter_is_not_suspected(wide):
    wide.make(rows=100)
    result = wide.run_well()
    assert "perhaps cut" not in wide.mirror.run("status").stdout
    assert "exactly as long" not in result.stderr


LINES_OF_TEXT = TABLE.replace('INDEX-FIELD "Id"', 'INDEX-FIELD "Text" ASCENDING\n  INDEX-FIELD "Id"')
KEYS = "x, 'k' || LPAD(x, 9, '0'), 1.5, DATE '2020-01-01'"


@pytest.mark.parametrize("cut", cases(["output"], only_long=["on"]))
@pytest.mark.parametrize("definition", [TEXT_KEY, LINES_OF_TEXT], ids=["alone", "with another"])
def test_a_read_that_cannot_go_on_after_a_key_that_was_cut_is_begun_anew_or_fails(wide, definition, cut):
    """The server shows ten characters and compares eleven: each row behind the cut came twice. The read
    is cut behind one batch of a hundred or behind two."""
    wide.openedge.switch(truncate_too_large=cut)
    wide.make(definition, rows=300, values=KEYS).spoil(
        100, 200, assignment="\"Text\" = \"Text\" || 'X'")
    wide.mirror.settings(batch_size=100, jobs=1, full_below_rows=0)
    environment = {**java_environment(), "OE2PG_TEST_TRANSACTION_MS": "0"}
    for _ in range(2):
        result = wide.mirror.run("--table", "Wide", environment=environment)
        assert "trying again" not in result.log
        assert "k000000100" not in result.log and "k000000200" not in result.log
        if any("it is read anew" in line for line in result.log_lines("WARNING")) or result.status == 0:
            assert result.status == 0, result.explain()
            assert wide.pg.value("SELECT count(*) FROM mirror.wide") == 300
            continue
        assert result.status == 1 and wide.pg.tables() == [], result.explain()
        assert 'key column "Text"' in errors(result) and "SQL width" in errors(result)
        assert "dbtool" in result.log and "mirror_settings.tables" in result.log


@pytest.mark.parametrize("cut", cases(["output"], only_long=["on"]))
def test_a_mirror_whose_source_begins_to_cut_its_keys_is_left_as_it_is(wide, cut):
    """A server that compares what it shows orders such keys well: they seem not to have changed."""
    wide.make(TEXT_KEY, rows=300, values=KEYS)
    wide.mirror.settings(batch_size=100, jobs=1, full_below_rows=0)
    wide.run_well()
    wide.openedge.switch(truncate_too_large=cut)
    wide.spoil(100, 200, assignment="\"Text\" = \"Text\" || 'X'")
    before = row_versions(wide.pg)
    environment = {**java_environment(), "OE2PG_TEST_TRANSACTION_MS": "0"}
    result = wide.mirror.run("--table", "Wide", environment=environment)
    # Where the counts tell it first, the table is read in one go, and nothing of it has changed.
    is_read_anew = any("it is read anew" in line for line in result.log_lines("WARNING"))
    is_compared_cut = cut == "on"
    assert is_read_anew or is_compared_cut or 'key column "Text"' in errors(result), result.explain()
    assert result.status == (0 if is_read_anew or is_compared_cut else 1)
    assert row_versions(wide.pg) == before


# --- what it costs

@pytest.mark.parametrize("definition", [TABLE, KEYLESS], ids=["with a key", "without"])
def test_a_bad_row_costs_few_statements(wide, definition):
    wide.make(definition).spoil(1500)
    wide.run()
    # Three of them find out, once, whether an expression gets past the width.
    assert len(wide.queries()) <= (15 if definition == TABLE else 28)


@pytest.mark.parametrize("fetch_size", ["honoured", "ignored"])
def test_blocks_that_the_source_chooses_itself_cost_statements_but_no_row(wide, fetch_size):
    wide.openedge.switch(fetch_size=fetch_size)
    bad = [1, 49, 50, 51, 1500, ROWS]
    wide.make().spoil(*bad)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(missing=bad)
    assert len(wide.queries()) <= 21 * len(bad)


def test_a_large_table_may_cost_more_statements_than_a_small_one(wide):
    rows, bad = 30000, range(500, 30000, 750)
    wide.make(rows=rows).spoil(*bad)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(rows, missing=bad)
    assert ("not_read",) not in quarantined(wide.pg, "reason")


# --- a source without a mistake

def test_a_table_that_may_not_be_read_fails_and_the_others_go_on(wide):
    wide.make().spoil(7)
    wide.openedge.add_user("poor", "poor", metaschema="yes", tables="Wide")
    wide.mirror.source(user="poor", password="poor")
    result = wide.mirror.run("--table", "Wide", "--table", "Customer",
                             environment=java_environment())
    assert result.status in (1, 2)
    assert "Customer" in errors(result) and "7512" in errors(result) and "GRANT" in result.stderr
    wide.assert_all_else_is_there(missing=[7])
