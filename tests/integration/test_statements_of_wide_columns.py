"""How many statements it takes until a column that hardly ever comes is left out: they are counted, for each
is a wait for a source that has better things to do."""

import pytest

from wide_table import KEYLESS, TABLE, Wide

WEIGHT = 6  # see conftest.py

MOST = 30  # beyond those of a plain read


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def make(wide, definition, text):
    wide.openedge.switch(wide_functions="fail")
    wide.make(definition, values="x, %s, 1.5, DATE '2020-01-01'" % text)
    wide.openedge.clear_log()
    assert wide.run().status == 1
    assert wide.pg.query("SELECT column_name, way FROM oe2pg.column_way") == [("Text", "left_out")]
    wide.assert_all_else_is_there(missing=range(1, 3001))


def beyond_plain(wide):
    """Those up to the last that asked for the column; what comes behind is the plain read of the others."""
    queries = wide.queries()
    return max(i for i, sql in enumerate(queries) if '"Text"' in sql) + 1


EVERYWHERE = "'ein langer Text ' || x"
SCATTERED = "CASE MOD(x, 4) WHEN 0 THEN 'kurz' ELSE 'ein langer Text ' || x END"


@pytest.mark.parametrize("definition,text", [
    (TABLE, EVERYWHERE), (TABLE, SCATTERED), (KEYLESS, EVERYWHERE)],
    ids=["with a key", "with a key, scattered", "without a key"])
def test_a_column_with_hardly_a_good_value_is_told_by_few_statements(wide, definition, text):
    make(wide, definition, text)
    assert beyond_plain(wide) <= MOST


def test_without_a_key_scattered_values_cost_some_more(wide):
    make(wide, KEYLESS, SCATTERED)
    assert beyond_plain(wide) <= MOST + 10


def test_the_next_runs_look_at_the_first_rows_alone(wide):
    make(wide, TABLE, EVERYWHERE)
    wide.openedge.clear_log()
    wide.run_well()
    looks = [sql for sql in wide.queries() if '"Text"' in sql]
    assert len(looks) == 1 and "TOP 500" in looks[0] and "ORDER BY" in looks[0]


@pytest.mark.parametrize("definition", [TABLE, KEYLESS], ids=["with a key", "without a key"])
def test_ten_such_columns_are_told_together(wide, definition):
    field = 'ADD FIELD "Text" OF "Wide" AS character\n  MAX-WIDTH 10\n'
    more = "".join(field.replace("Text", "Text%d" % i) for i in range(2, 11))
    wide.openedge.switch(wide_functions="fail")
    wide.make(definition.replace('ADD FIELD "Day"', more + 'ADD FIELD "Day"'),
              values="x, %s, 1.5, %s DATE '2020-01-01'" % (EVERYWHERE, 9 * (EVERYWHERE + ", ")))
    wide.openedge.clear_log()
    assert wide.run().status == 1
    assert wide.pg.query("SELECT way, count(*) FROM oe2pg.column_way GROUP BY way") == [("left_out", 10)]
    wide.assert_all_else_is_there(missing=range(1, 3001))
    assert beyond_plain(wide) <= 200  # each alone would cost 25 to 30 more, and the others over again


@pytest.mark.parametrize("definition", [TABLE, KEYLESS], ids=["with a key", "without a key"])
def test_a_table_is_begun_anew_once_however_much_longer_later_values_are(wide, definition):
    wide.openedge.switch(wide_functions="substring")
    wide.make(definition, values="x, CASE x WHEN 5 THEN REPEAT('ab', 10) WHEN 1000 THEN REPEAT('cd', 30)"
              " WHEN 2000 THEN REPEAT('ef', 90) WHEN 2900 THEN REPEAT('gh', 300) ELSE 'kurz' END,"
              " 1.5, DATE '2020-01-01'")
    wide.openedge.clear_log()
    wide.run_well()
    whole = [sql for sql in wide.queries()
             if "SUBSTRING" in sql and '"Day"' in sql and "IS NULL" not in sql]
    assert len(whole) == 2  # one in the slices that the first value needs, one in those that all need
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE length(text) > 10") == 4
    wide.assert_all_else_is_there()
    wide.assert_the_next_run_writes_nothing()
