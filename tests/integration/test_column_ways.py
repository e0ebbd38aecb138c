"""A column whose values are wider than it is declared is read in another way where the source lets that be
done, and left out of its table where too many of its values are not to be had: once found out, for all
runs to come."""

import pytest

from forms import cases
from mirroring import last_run, quarantined, row_versions
from servers import java_environment
from wide_table import KEYLESS, TABLE, TEXT_KEY, Wide

WEIGHT = 4  # see conftest.py

LONG = "Straße der Pariser Kommune, Hinterhof  "
ROWS = 60


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def ways(pg):
    return pg.query("SELECT column_name, way FROM oe2pg.column_way ORDER BY column_name")


def texts(wide):
    return dict(wide.pg.query("SELECT id, text FROM mirror.wide"))


def stored(wide):
    return {str(row[0]): row[1] for row in wide.openedge.sql('SELECT "Id", "Text" FROM PUB."Wide"')}


def some_wide(wide, definition=TABLE, rows=ROWS):
    wide.make(definition, rows=rows, values="x, CASE MOD(x, 4) WHEN 0 THEN '%s' || x WHEN 1 THEN '' "
              "WHEN 2 THEN NULL ELSE 'ab ' || x || ' ' END, 1.5, DATE '2020-01-01'" % LONG)
    return wide


def assert_it_is_whole_and_stays_so(wide):
    assert texts(wide) == stored(wide)
    assert quarantined(wide.pg) == []
    wide.assert_the_next_run_writes_nothing()
    assert wide.verify().status == 0


@pytest.mark.parametrize("functions,way,definition", cases(
    [("pass", "cast", "TABLE"), ("cast", "cast", "KEYLESS"), ("substring", "slices", "KEYLESS"),
     ("cut", "slices", "TABLE")],
    only_long=[("pass", "cast", "KEYLESS"), ("cast", "cast", "TABLE"), ("substring", "slices", "TABLE"),
               ("cut", "slices", "KEYLESS")]))
def test_where_an_expression_gets_past_the_width_all_values_are_whole(wide, functions, way, definition):
    wide.openedge.switch(wide_functions=functions)
    some_wide(wide, globals()[definition])
    wide.run_well()
    assert ways(wide.pg) == [("Text", way)]
    assert_it_is_whole_and_stays_so(wide)


@pytest.mark.parametrize("switches", cases(
    [{"slice_beyond": "unknown"}, {"substring_unit": "bytes"}, {"rowid": "refused"}, {"width_unit": "bytes"}],
    only_long=[{"rows_before_bad": "delivered"}, {"wide_predicates": "all_rows"}, {"rowid": "blind"}]),
    ids=lambda switches: "-".join(*switches.items()))
def test_slices_are_whole_however_they_are_counted(wide, switches):
    wide.openedge.switch(wide_functions="substring", **switches)
    some_wide(wide)
    wide.run_well()
    assert ways(wide.pg) == [("Text", "slices")]
    assert_it_is_whole_and_stays_so(wide)


@pytest.mark.parametrize("functions,way", cases(
    [("cast", "cast"), ("cut", "rows")], only_long=[("pass", "cast")]))
def test_a_number_comes_by_a_cast_or_not_at_all(wide, functions, way):
    wide.openedge.switch(wide_functions=functions)
    wide.make(rows=50, values="x, 'text', CASE MOD(x, 9) WHEN 0 THEN -123456.5 ELSE x - 3.25 END, DATE '2020-01-01'")
    result = wide.run()
    assert ways(wide.pg) == [("Number", way)]
    assert result.status == (0 if way == "cast" else 1), result.explain()
    assert wide.without("number") == ([] if way == "cast" else [9, 18, 27, 36, 45])
    numbers = dict(wide.pg.query("SELECT id, number FROM mirror.wide WHERE number IS NOT NULL"))
    assert numbers == {str(x): "-123456.50" if x % 9 == 0 else "%.2f" % (x - 3.25)
                       for x in range(1, 51) if way == "cast" or x % 9}
    wide.assert_the_next_run_writes_nothing()


def test_slices_without_their_blanks_are_not_trusted(wide):
    wide.openedge.switch(wide_functions="substring", slice_blanks="stripped")
    some_wide(wide, rows=20)
    assert wide.run().status == 1
    assert ways(wide.pg) == [("Text", "rows")]
    kept = {key: value for key, value in stored(wide).items() if len(value or "") <= 10}
    assert {key: value for key, value in texts(wide).items() if key in kept} == kept
    wide.assert_the_next_run_writes_nothing()


@pytest.mark.parametrize("functions", ["fail", "cut_first"])
def test_where_nothing_gets_past_the_width_few_values_are_missing_alone(wide, functions):
    wide.openedge.switch(wide_functions=functions)
    wide.make(rows=300).spoil(7, 150)
    assert wide.run().status == 1
    assert ways(wide.pg) == [("Text", "rows")]
    wide.assert_all_else_is_there(300, [7, 150])
    wide.assert_the_next_run_writes_nothing()


def test_a_longer_value_that_comes_later_is_whole_too(wide):
    wide.openedge.switch(wide_functions="substring")
    some_wide(wide)
    wide.run_well()
    wide.spoil(7, assignment="\"Text\" = REPEAT('zwölf Boxkämpfer ', 40)")
    wide.run_well()
    assert_it_is_whole_and_stays_so(wide)


@pytest.mark.parametrize("functions", ["pass", "substring"])
def test_a_key_that_is_too_wide_identifies_rows_in_the_mirror_alone(wide, functions):
    wide.openedge.switch(wide_functions=functions)
    wide.make(TEXT_KEY, rows=ROWS, values="x, 'ein langer Schlüssel ' || x, 1.5, DATE '2020-01-01'")
    wide.run_well()
    assert_it_is_whole_and_stays_so(wide)
    wide.openedge.clear_log()
    wide.openedge.sql('DELETE FROM PUB."Wide" WHERE "Id" IN (3, 4)')
    wide.spoil(5, assignment='"Number" = 2.5')
    wide.run_well()
    assert texts(wide) == stored(wide) and last_run(wide.pg) == (0, 1, 2)
    assert not [sql for sql in wide.queries() if "WHERE" in sql and '"Text"' in sql.split("WHERE")[1]]
    plan = wide.mirror.run_well("plan", "--table", "Wide", "--all", environment=java_environment())
    assert "read in one go: values of key column \"Text\" are wider than its declaration" in plan.stdout
    assert "column \"Text\" is read " + ("by a cast" if functions == "pass" else "in slices") in plan.stdout


def test_beside_a_key_that_is_too_wide_a_bad_value_is_missing_alone(wide):
    wide.openedge.switch(wide_functions="substring", date_out_of_range="error")
    wide.make(TEXT_KEY, rows=ROWS, values="x, 'ein langer Schlüssel ' || x, 1.5, DATE '2020-01-01'")
    wide.spoil(7, assignment="\"Day\" = DATE '12000-01-01'")
    assert wide.run().status == 1
    assert texts(wide) == stored(wide) and wide.without("day") == [7]
    assert quarantined(wide.pg, "key_columns", "column_name", "reason") == [(["ROWID"], "Day", "unreadable")]
    wide.assert_the_next_run_writes_nothing()


@pytest.mark.parametrize("definition", [TABLE, TEXT_KEY], ids=["beside the key", "of the key"])
def test_a_column_with_hardly_a_good_value_is_left_out_and_the_mirror_stays(wide, definition):
    wide.openedge.switch(wide_functions="fail")
    wide.make(definition, rows=400, values="x, 'ein langer Schlüssel ' || x, 1.5, DATE '2020-01-01'")
    assert wide.run().status == 1
    assert ways(wide.pg) == [("Text", "left_out")]
    assert wide.without() == list(range(1, 401))
    assert quarantined(wide.pg, "column_name", "reason") == [("Text", "not_read")]
    for _ in range(3):
        wide.assert_the_next_run_writes_nothing()
    assert wide.verify().status == 0


def test_a_number_that_is_too_wide_in_each_row_does_not_change_the_mirror_again(wide):
    wide.make(rows=2155, values="x, 'text ' || x, 123456.5 + x, DATE '2020-01-01'")
    wide.spoil(7, 8, 900)
    wide.openedge.clear_log()
    wide.run()
    assert ("Number", "left_out") in ways(wide.pg)
    for _ in range(2):
        wide.assert_the_next_run_writes_nothing()
    assert wide.verify().status == 0


@pytest.mark.parametrize("functions", ["fail", "substring"])
def test_after_the_width_was_mended_the_column_is_read_plainly_again(wide, functions):
    wide.openedge.switch(wide_functions=functions)
    some_wide(wide, rows=ROWS)
    wide.spoil(*range(1, ROWS + 1), assignment="\"Text\" = 'ein langer Text ' || \"Id\"")
    wide.run()
    wide.openedge.df('UPDATE FIELD "Text" OF "Wide"\n  MAX-WIDTH 60\n')
    wide.run_well()
    assert ways(wide.pg) == []
    assert_it_is_whole_and_stays_so(wide)


def test_values_that_were_mended_are_found_by_the_next_run(wide):
    wide.openedge.switch(wide_functions="fail")
    wide.make(rows=200, values="x, 'ein langer Text ' || x, 1.5, DATE '2020-01-01'")
    wide.run()
    wide.spoil(*range(1, 201), assignment="\"Text\" = 'kurz ' || \"Id\"")
    wide.run_well()
    assert ways(wide.pg) == []
    assert_it_is_whole_and_stays_so(wide)


def test_one_import_of_bad_values_costs_no_good_one(wide):
    wide.make(rows=2000).spoil(*range(1, 13))
    assert wide.run().status == 1
    wide.assert_all_else_is_there(2000, range(1, 13))


def test_another_release_of_the_server_is_tried_again(wide):
    wide.openedge.switch(wide_functions="fail")
    wide.make(rows=100).spoil(7)
    wide.run()
    wide.openedge.switch(wide_functions="pass", version="12.8.0")
    wide.run_well()
    assert ways(wide.pg) == [("Text", "cast")]
    assert_it_is_whole_and_stays_so(wide)


ARRAY = TABLE.replace('AS character\n  MAX-WIDTH 10', 'AS character\n  EXTENT 3\n  MAX-WIDTH 10')


@pytest.mark.parametrize("functions,way", cases(
    [("pass", "cast"), ("substring", "elements"), ("cut_first", "rows")], only_long=[("cut", "elements")]))
def test_an_array_comes_by_its_elements(wide, functions, way):
    wide.openedge.switch(wide_functions=functions)
    wide.make(ARRAY, rows=40, values="x, CASE MOD(x, 8) WHEN 0 THEN ARRAY['eins;', NULL, 'drei drei'] "
              "ELSE ARRAY['a', '', 'c~'] END, 1.5, DATE '2020-01-01'")
    result = wide.run()
    assert ways(wide.pg) == [("Text", way)]
    if way == "rows":
        assert wide.without() == [8, 16, 24, 32, 40]
    else:
        assert result.status == 0, result.explain()
        assert texts(wide)["8"] == "eins~;;?;drei drei"
        assert wide.without() == []
    assert texts(wide)["1"].startswith("a;;c~")
    wide.assert_the_next_run_writes_nothing()
