"""Where no function gets past a width, but the server cuts what is too wide for a session that asks for
it: values that are too short to have been cut are whole, the others are read plainly or NULL."""

import pytest

from forms import cases
from mirroring import quarantined
from servers import java_environment
from wide_table import KEYLESS, TABLE, TEXT_KEY, Wide

WEIGHT = 4  # see conftest.py

ROWS = 300
SHORT = "x, CASE MOD(x, 3) WHEN 0 THEN 'ab ' WHEN 1 THEN '' ELSE NULL END, 1.5, DATE '2020-01-01'"
LONG = "\"Text\" = 'ein langer Text ' || \"Id\""


@pytest.fixture
def wide(openedge, mirror, pg):
    made = Wide(openedge, mirror, pg)
    openedge.switch(session_truncates="obeyed", wide_functions="fail")
    yield made
    openedge.df('DROP TABLE "Wide"')


def ways(wide):
    return wide.pg.query("SELECT column_name, way FROM oe2pg.column_way ORDER BY column_name")


def stored(wide):
    return {str(row[0]): row[1] for row in wide.openedge.sql('SELECT "Id", "Text" FROM PUB."Wide"')}


def mirrored(wide):
    return dict(wide.pg.query("SELECT id, text FROM mirror.wide"))


def assert_all_but(wide, missing):
    """Values are whole or NULL, and NULL only there."""
    source, found = stored(wide), mirrored(wide)
    assert found.keys() == source.keys()
    expected = {key: None if int(key) in missing else value for key, value in source.items()}
    assert found == expected


def assert_it_stays_so(wide, runs=2):
    for _ in range(runs):
        wide.assert_the_next_run_writes_nothing()


@pytest.mark.parametrize("definition", cases([TABLE, TEXT_KEY], only_long=[KEYLESS]), ids=cases(
    ["key", "text key"], only_long=["no key"]))
def test_values_at_the_width_are_read_plainly_and_only_longer_ones_are_missing(wide, definition):
    values = SHORT if definition != TEXT_KEY else SHORT.replace("'ab '", "'k ' || x").replace(
        "''", "'l ' || x").replace("NULL", "'m ' || x")
    wide.make(definition, rows=ROWS, values=values)
    wide.spoil(8, 9, assignment="\"Text\" = 'zehn ' || (10000 + \"Id\")")
    wide.spoil(7, 50, 299, assignment=LONG)
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "cut")]
    assert_all_but(wide, {7, 50, 299})
    assert sorted(quarantined(wide.pg, "column_name", "reason")) == [("Text", "too_wide")] * 3
    assert_it_stays_so(wide, 5 if definition == TABLE else 2)
    assert wide.verify().status == 0


def test_a_value_that_is_mended_or_spoilt_later_is_found(wide):
    wide.make(rows=ROWS, values=SHORT).spoil(7, 50, assignment=LONG)
    wide.run()
    wide.spoil(7, assignment="\"Text\" = 'mended'")
    wide.spoil(60, assignment=LONG)
    assert wide.run().status == 1
    assert_all_but(wide, {50, 60})
    assert_it_stays_so(wide)


def test_where_they_are_many_all_that_may_have_been_cut_are_null_in_one_entry(wide):
    wide.make(rows=ROWS, values=SHORT).spoil(*range(1, 201), assignment=LONG)
    wide.spoil(250, assignment="\"Text\" = 'genau zehn'")
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "short")]
    assert_all_but(wide, {*range(1, 201), 250})
    assert quarantined(wide.pg, "column_name", "reason", "key_values") == [("Text", "too_wide", None)]
    wide.openedge.clear_log()
    assert_it_stays_so(wide, 5)
    assert len([sql for sql in wide.queries() if '"Wide"' in sql]) <= 5 * 3
    assert wide.pg.value("SELECT value_count FROM oe2pg.quarantine") == 201
    status = wide.mirror.run("status", "--quarantine", environment=java_environment())
    assert "Quarantine: 201 values" in status.stdout and "too_wide  201 values" in status.stdout
    assert "equal but for 201 values in quarantine" in wide.verify().stdout
    widths = wide.mirror.run("check", "--widths", environment=java_environment())
    assert " 201 " in widths.stdout and "shorter ones whole" in widths.stdout
    wide.openedge.df('UPDATE FIELD "Text" OF "Wide"\n  MAX-WIDTH 60\n')
    wide.run_well()
    assert ways(wide) == [] and quarantined(wide.pg) == []
    assert_all_but(wide, set())


def test_good_values_of_the_width_are_not_given_up_for_bad_ones(wide):
    wide.make(rows=ROWS, values="x, 'zehn ' || (10000 + x), 1.5, DATE '2020-01-01'")
    wide.spoil(7, assignment=LONG)
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "rows")]
    assert_all_but(wide, {7})


@pytest.mark.parametrize("switches", [
    {"session_truncates": "ignored"}, {"truncated_to": "half"}], ids=lambda answers: "-".join(*answers.items()))
def test_a_server_that_does_not_cut_at_the_width_is_not_relied_on(wide, switches):
    wide.openedge.switch(**switches)
    wide.make(rows=ROWS, values=SHORT).spoil(7, 50, assignment=LONG)
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "rows")]
    assert_all_but(wide, {7, 50})
    assert_it_stays_so(wide, 1)


@pytest.mark.parametrize("halved", ["dropped", "replaced"])
def test_bytes_are_counted_where_the_source_counts_them(wide, halved):
    """Of nine letters and one of two bytes the ten bytes that are left are nine, or nine and a half."""
    wide.openedge.switch(width_unit="bytes", halved_character=halved)
    wide.make(rows=ROWS, values="x, CASE MOD(x, 3) WHEN 0 THEN 'ä' ELSE 'abcdef' END, 1.5, DATE '2020-01-01'")
    wide.spoil(7, 50, assignment="\"Text\" = 'neunneunnäh'")
    wide.spoil(9, assignment="\"Text\" = 'äöüäö'")
    wide.spoil(11, assignment="\"Text\" = 'äöüäöü'")
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "cut")]
    assert_all_but(wide, {7, 11, 50})
    assert wide.pg.value("SELECT counts_bytes FROM oe2pg.column_way") is True
    assert_it_stays_so(wide)


def test_the_server_that_cuts_no_more_is_found_out(wide):
    wide.make(rows=ROWS, values=SHORT).spoil(7, assignment=LONG)
    wide.run()
    wide.openedge.switch(session_truncates="ignored")
    wide.spoil(100, assignment=LONG)
    assert wide.run().status == 1
    assert ways(wide) == [("Text", "rows")]
    assert_all_but(wide, {7, 100})


def test_a_bad_day_in_a_row_that_is_cut_is_missing_alone(wide):
    wide.openedge.switch(date_out_of_range="error")
    wide.make(rows=ROWS, values=SHORT).spoil(7, 50, assignment=LONG)
    wide.spoil(50, 80, assignment="\"Day\" = DATE '12000-01-01'")
    assert wide.run().status == 1
    assert_all_but(wide, {7, 50})
    assert wide.without("day") == [50, 80]
    assert_it_stays_so(wide)


@pytest.mark.parametrize("rowid", ["refused", "blind"])
def test_without_key_and_ids_it_is_as_without_a_session_that_cuts(wide, rowid):
    wide.openedge.switch(rowid=rowid)
    wide.make(KEYLESS, rows=ROWS, values=SHORT).spoil(7, assignment=LONG)
    assert wide.run().status == 1
    assert ways(wide)[0][1] == "rows"
    assert wide.pg.value("SELECT count(*) FROM mirror.wide") == ROWS


def test_a_broker_with_no_room_for_the_session_costs_no_more_than_before(wide):
    wide.openedge.switch(servers=2)
    wide.make(rows=ROWS, values=SHORT).spoil(7, assignment=LONG)
    wide.mirror.settings(jobs=1)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    assert_all_but(wide, {7})
