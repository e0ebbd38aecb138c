"""What is known of a column that is not read plainly is kept current, without a run over an unchanged table
writing it again, and told by `oe2pg status`."""

import json

import pytest

from wide_table import Wide

ROWS = 40


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def seen(pg):
    return pg.query("SELECT column_name, rows_concerned, longest, longest_is_exact FROM oe2pg.column_way ORDER BY 1")


def version(pg):
    return pg.query("SELECT xmin::text, since, probed_at FROM oe2pg.column_way ORDER BY column_name")


def told(wide):
    text = wide.mirror.run_well("status").stdout
    return [line.strip() for line in text.splitlines() if line.strip().startswith("column ")]


def told_as_json(wide):
    status = json.loads(wide.mirror.run_well("status", "--json").stdout)
    return status["tables"][0]["columns_not_read_plainly"]


def test_how_many_values_are_too_wide_and_how_long_they_are_is_kept_current(wide):
    wide.openedge.switch(wide_functions="substring")
    wide.make(rows=ROWS).spoil(7, 8)
    wide.run_well()
    assert seen(wide.pg) == [("Text", 2, 11, True)]
    before = version(wide.pg)
    wide.assert_the_next_run_writes_nothing()
    assert version(wide.pg) == before
    wide.spoil(9, assignment="\"Text\" = 'fünfzehn Zeich.'")
    wide.run_well()
    assert seen(wide.pg) == [("Text", 3, 15, True)]
    assert version(wide.pg)[0][1:] == before[0][1:]
    line, = told(wide)
    assert line.startswith('column "Text" is read in slices since ')
    assert line.endswith(", for 3 rows: values are wider than its declaration, and SUBSTRING gets past it")
    way, = told_as_json(wide)
    assert way["column"] == "Text" and way["way"] == "slices" and way["rows"] == 3
    assert way["longest"] == 15 and way["longest_is_exact"] and way["since"] and way["probed_at"]


def test_rows_without_a_value_are_counted(wide):
    wide.openedge.switch(wide_functions="fail")
    wide.make(rows=ROWS).spoil(7, 30)
    wide.run()
    assert seen(wide.pg)[0][:2] == ("Text", 2)
    before = version(wide.pg)
    wide.assert_the_next_run_writes_nothing()
    assert version(wide.pg) == before
    assert 'column "Text" is read plainly, and around its bad values, since ' in told(wide)[0]
    assert ", for 2 rows: " in told(wide)[0]


def test_when_a_column_that_is_left_out_was_last_asked_for_is_told(wide):
    wide.openedge.switch(wide_functions="fail")
    wide.make(rows=ROWS, values="x, 'ein langer Text ' || x, 1.5, DATE '2020-01-01'")
    wide.run()
    assert seen(wide.pg)[0][:2] == ("Text", ROWS)
    before = version(wide.pg)
    wide.assert_the_next_run_writes_nothing()
    assert version(wide.pg)[0][1] == before[0][1] and version(wide.pg)[0][2] > before[0][2]
    assert 'column "Text" is left out, NULL in every row since ' in told(wide)[0]


def test_nothing_is_told_where_all_columns_are_read_plainly(wide):
    wide.make(rows=ROWS)
    wide.run_well()
    assert told(wide) == [] and told_as_json(wide) == []
