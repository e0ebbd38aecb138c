"""`oe2pg check --widths`: what the source's administrator runs, and that the mirror is whole behind it."""

import re
import sqlite3

import pytest

from mirroring import last_run, quarantined, row_versions
from servers import java_environment
from wide_table import TABLE, TEXT_KEY, Wide

WIDE_NUMBER = '"Number" = 123456.5'


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def check_widths(mirror, status=0):
    result = mirror.run("check", "--widths", environment=java_environment())
    assert result.status == status, result.explain()
    return result


def statements(script):
    """What a client of SQL would run of it: all else is comment."""
    return [line for line in script.splitlines() if not line.startswith("--")]


def line_of(script, column):
    """The cells of a column's line, as they are parted by two blanks or more."""
    lines = [line for line in script.splitlines() if re.match("--   PUB.Wide +%s " % column, line)]
    assert len(lines) == 1, script
    return re.split("  +", lines[0][5:].strip())


def run_as_dba(openedge, script):
    openedge.add_user("dba", "d", dba="yes")
    with openedge.connect("dba", user="dba", password="d") as session:
        for statement in statements(script):
            if statement != "COMMIT;":
                session.execute(statement)


@pytest.mark.parametrize("definition", [TABLE, TEXT_KEY], ids=["a column", "a key"])
def test_what_it_prints_makes_the_next_run_equal(wide, definition):
    """The whole round: values that are too wide, the script, the DBA, a mirror without exceptions."""
    wide.make(definition, rows=200).spoil(7).spoil(9, assignment=WIDE_NUMBER)
    first = wide.run()
    assert first.status == 1, first.explain()
    assert "2 columns have values wider than the source declares: oe2pg check --widths" in first.stderr
    script = check_widths(wide.mirror).stdout
    assert statements(script) == [
        'ALTER TABLE "PUB"."Wide" ALTER COLUMN "Number" SET PRO_SQL_WIDTH 20;',
        'ALTER TABLE "PUB"."Wide" ALTER COLUMN "Text" SET PRO_SQL_WIDTH 30;', "COMMIT;"]
    run_as_dba(wide.openedge, script)
    second = wide.run_well()
    assert "wider than" not in second.stderr
    assert wide.pg.query("SELECT id, text, number FROM mirror.wide WHERE id IN ('7', '9') ORDER BY 1") == [
        ("7", "elf Zeichen", "1.50"), ("9", "text 9", "123456.50")]
    assert quarantined(wide.pg) == []
    assert statements(check_widths(wide.mirror).stdout) == []
    wide.assert_the_next_run_writes_nothing()


def test_it_tells_width_longest_and_rows_and_what_a_dba_does(wide):
    wide.make(rows=100).spoil(7, 8)
    wide.run()
    before = row_versions(wide.pg)
    wide.openedge.clear_log()
    script = check_widths(wide.mirror).stdout
    assert line_of(script, "Text")[:5] == ["PUB.Wide", "Text", "10", "at least 11", "2"]
    assert "dbtool sports2020" in script and "2. SQL Width Scan w/Fix" in script
    assert "check against your release's SQL Reference" in script and "31995" in script
    assert wide.queries() == [] and row_versions(wide.pg) == before


@pytest.mark.parametrize("functions, mirrored", [
    ("pass", "whole, read by CAST"), ("substring", "whole, read in slices")])
def test_of_values_that_come_whole_the_longest_is_known(wide, functions, mirrored):
    wide.openedge.switch(wide_functions=functions)
    wide.make(rows=100).spoil(*range(1, 90), assignment="\"Text\" = 'forty characters, which is four times ten'")
    wide.run_well()
    script = check_widths(wide.mirror).stdout
    assert line_of(script, "Text")[2:] == ["10", "41", "89", mirrored]
    assert statements(script) == [
        'ALTER TABLE "PUB"."Wide" ALTER COLUMN "Text" SET PRO_SQL_WIDTH 70;', "COMMIT;"]
    run_as_dba(wide.openedge, script)
    wide.run_well()
    assert statements(check_widths(wide.mirror).stdout) == []
    wide.assert_the_next_run_writes_nothing()


def test_a_column_that_is_left_out_is_widened_too_but_no_day_is(wide):
    wide.make(rows=400, values="x, 'ein langer Text ' || x, 1.5, DATE '12000-01-01'")
    assert wide.run().status == 1
    script = check_widths(wide.mirror).stdout
    assert line_of(script, "Text")[2:] == ["10", "at least 11", "400", "NULL in every row"]
    assert "Day" not in script and len(statements(script)) == 2
    assert "1 column has values wider than the source declares" in wide.run().stderr


def test_a_width_never_exceeds_what_can_be_declared(wide):
    wide.make(TABLE.replace("MAX-WIDTH 10", "MAX-WIDTH 20000").replace("MAX-WIDTH 6", "MAX-WIDTH 40"),
              rows=20)
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = REPEAT(\'x\', 20001) WHERE "Id" = 7')
    wide.openedge.sql('UPDATE PUB."Wide" SET "Number" = CAST(\'1%s\' AS NUMERIC(62, 2)) WHERE "Id" = 8'
                      % ("0" * 39))
    wide.run()
    assert [int(re.search(r"(\d+);", line)[1]) for line in statements(
        check_widths(wide.mirror).stdout) if line != "COMMIT;"] == [50, 31995]


def test_a_column_that_was_widened_since_needs_nothing_but_the_next_run(wide):
    wide.make(rows=20).spoil(7)
    wide.run()
    wide.openedge.df('UPDATE FIELD "Text" OF "Wide"\n  MAX-WIDTH 20\n')
    script = check_widths(wide.mirror).stdout
    assert statements(script) == [] and "Wide.Text: declared wider since" in script


def test_a_column_that_is_gone_is_told_as_such(wide):
    wide.make(rows=20).spoil(7)
    wide.run()
    wide.openedge.df('DROP FIELD "Text" OF "Wide"\n')
    script = check_widths(wide.mirror).stdout
    assert statements(script) == [] and "Wide.Text: no such column in the source's catalogue" in script


def test_names_cannot_leave_their_quotes_nor_the_comment(wide):
    wide.make(rows=20)
    wide.run_well()
    wide.pg.query("INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table, column_name,"
                  " reason, detail, first_run_id, last_run_id) SELECT id, 'PUB', E'a\nDROP TABLE x;',"
                  " 'c', 'too_wide', 'wider than its declared width of 5', 1, 1 FROM oe2pg.mirror")
    assert statements(check_widths(wide.mirror).stdout) == []


def test_before_the_first_run_nothing_is_known(wide):
    wide.make(rows=20).spoil(7)
    script = check_widths(wide.mirror).stdout
    assert statements(script) == [] and "no run has met a value wider" in script


def test_a_source_whose_data_fits_its_columns_is_told_as_such(mirror, tmp_path):
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(5))")
        database.execute("INSERT INTO item VALUES (1, 'longer than five')")
    database.close()
    mirror.sqlite(path).run_well()
    script = check_widths(mirror).stdout
    assert statements(script) == [] and "no width to set" in script


def test_a_source_that_cannot_be_asked_is_an_error_of_its_own(mirror, wide):
    wide.make(rows=20)
    mirror.source(password="wrong")
    result = check_widths(mirror, status=3)
    assert result.stdout == "" and "could not connect to the source" in result.stderr
