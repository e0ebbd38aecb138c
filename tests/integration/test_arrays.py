"""Arrays of OpenEdge: an array, a column for each element, or the one text that SQL makes of them; over the
look-alike and from dumps, judged by what the test put in."""

import pytest

from dump_files import Folder, table
from mirroring import last_run, quarantined, row_versions
from openedge_server import jars_folder
from servers import java_environment

WEIGHT = 4  # see conftest.py

needs_openedge = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

SCHEMA = """
ADD TABLE "Rates"
ADD FIELD "Id" OF "Rates" AS integer
  MANDATORY
ADD FIELD "Words" OF "Rates" AS character
  EXTENT 3
  MAX-WIDTH 60
ADD FIELD "Counts" OF "Rates" AS integer
  EXTENT 2
  MAX-WIDTH 40
ADD FIELD "Days" OF "Rates" AS date
  EXTENT 2
  MAX-WIDTH 40
ADD FIELD "Flags" OF "Rates" AS logical
  EXTENT 2
  MAX-WIDTH 20
ADD FIELD "Sums" OF "Rates" AS decimal
  EXTENT 2
  DECIMALS 2
  MAX-WIDTH 80
ADD FIELD "Counts-1" OF "Rates" AS character
  MAX-WIDTH 10
ADD INDEX "Id" ON "Rates"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
ROWS = """
INSERT INTO PUB."Rates" VALUES
 (1, ARRAY['a;b', 'c~d', '?'], ARRAY['7', '-2'], ARRAY['2020-02-29', '1999-12-31'], ARRAY['true', 'false'],
  ARRAY['1.5', '-0.01'], 'x'),
 (2, ARRAY['', 'q"\\, {}', NULL], ARRAY['2147483647', NULL], ARRAY[NULL, '0001-01-01'], ARRAY[NULL, 'true'],
  ARRAY['99999999999999999999.99', NULL], NULL),
 (3, ARRAY['NULL', ' ', '~;~'], ARRAY['0', '0'], ARRAY['2020-01-02', NULL], ARRAY['false', 'false'],
  ARRAY['0', '10'], ''),
 (4, NULL, NULL, NULL, NULL, NULL, 'n')
"""
WORDS = [["a;b", "c~d", "?"], ["", 'q"\\, {}', None], ["NULL", " ", "~;~"], None]
COUNTS = [["7", "-2"], ["2147483647", None], ["0", "0"], None]
DAYS = [["2020-02-29", "1999-12-31"], [None, "0001-01-01"], ["2020-01-02", None], None]
FLAGS = [["true", "false"], [None, "true"], ["false", "false"], None]
SUMS = [["1.50", "-0.01"], ["99999999999999999999.99", None], ["0.00", "10.00"], None]
ARRAYS = {"words": WORDS, "counts": COUNTS, "days": DAYS, "flags": FLAGS, "sums": SUMS}
NATIVE = {"words": "text", "counts": "integer", "days": "date", "flags": "boolean", "sums": "numeric(50,2)"}
# "Counts-1" has the name of the first of "Counts".
FIRST = {"words": "words_1", "counts": "counts__1", "days": "days_1", "flags": "flags_1", "sums": "sums_1"}


def types_of(pg, name="rates", schema="mirror"):
    return dict(pg.query(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped", ['"%s"."%s"' % (schema, name)]))


def elements_of(pg, column, count):
    """Of each row the elements as PostgreSQL has them, as texts; None for an unknown array."""
    return [None if row[0] is None else list(row[1:]) for row in pg.query(
        "SELECT array_length(%s, 1)::text, %s FROM mirror.rates ORDER BY id::int" % (column, ", ".join(
            "CASE WHEN %s IS NOT NULL THEN concat_ws('', (%s)[%d]::text) END" % (
                "(%s)[%d]" % (column, n), column, n) for n in range(1, count + 1))))]


def as_text(flag):
    return {"t": "true", "f": "false"}.get(flag, flag)


def assert_arrays(pg, rows=4):
    for column, expected in ARRAYS.items():
        found = elements_of(pg, column, len(expected[0]))
        assert [row if row is None else [as_text(one) for one in row] for row in found] == expected[:rows], column


def assert_columns(pg, rows=4):
    for column, expected in ARRAYS.items():
        count = len(expected[0])
        names = [FIRST[column][:-1] + str(n) for n in range(1, count + 1)]
        found = pg.query("SELECT %s FROM mirror.rates ORDER BY id::int" % ", ".join(
            "%s::text" % name for name in names))
        assert [list(row) for row in found] == [row or [None] * count for row in expected[:rows]], column


class Rates:
    """The table in the look-alike, and its mirror."""

    def __init__(self, openedge, mirror, pg):
        self.openedge, self.mirror, self.pg = openedge, mirror, pg
        openedge.switch(primary_keys="primary_index", index_info="all")
        mirror.source(**openedge.source_keys())
        mirror.config["postgres_db"]["schema"] = "mirror"

    def make(self, rows=ROWS, schema=SCHEMA):
        self.openedge.df(schema)
        self.openedge.sql(rows)
        return self

    def settings(self, **keys):
        self.mirror.config.setdefault("mirror_settings", {}).pop("arrays", None)
        self.mirror.settings(**keys)
        return self

    def run(self, *arguments, **variables):
        words = arguments or ("sync",)
        return self.mirror.run(words[0], "--table", "Rates", *words[1:],
                               environment={**java_environment(), **variables})

    def run_well(self, *arguments, **variables):
        result = self.run(*arguments, **variables)
        assert result.status == 0, result.explain()
        return result

    def assert_idle(self, status=0):
        before = row_versions(self.pg), quarantined(self.pg, "*")
        assert self.run("sync", "--full-sync").status == 0
        assert last_run(self.pg) == (0, 0, 0)
        assert (row_versions(self.pg), len(quarantined(self.pg))) == (before[0], len(before[1]))
        verified = self.run("verify")
        assert verified.status == status, verified.explain()


@pytest.fixture
def rates(openedge, mirror, pg):
    yield Rates(openedge, mirror, pg)
    openedge.df('DROP TABLE "Rates"')


# --- the forms -----------------------------------------------------------------------------------------

@needs_openedge
@pytest.mark.parametrize("switches, below", [({}, 0), ({"tilde": "before_special", "array_values": "iso"}, 1000)],
                         ids=["older and row by row", "newer and small"])
def test_a_native_mirror_has_arrays_of_the_elements_type(rates, pg, switches, below):
    rates.openedge.switch(**switches)
    rates.make().settings(column_types="native", full_below_rows=below).run_well()
    types = types_of(pg)
    assert {name: types[name] for name in NATIVE} == {name: kind + "[]" for name, kind in NATIVE.items()}
    assert_arrays(pg)
    assert quarantined(pg) == []
    rates.assert_idle()
    rates.openedge.sql('UPDATE PUB."Rates" SET "Words" = ARRAY[\'neu\', NULL, \'x\'] WHERE "Id" = 3')
    rates.run_well()
    assert last_run(pg) == (0, 1, 0)
    assert pg.value("SELECT words::text FROM mirror.rates WHERE id = 3") == "{neu,NULL,x}"


@needs_openedge
@pytest.mark.parametrize("kind", ["text", "native"])
def test_each_element_has_a_column_where_arrays_are_columns(rates, pg, kind):
    rates.make().settings(column_types=kind, arrays="columns", full_below_rows=0).run_well()
    types = types_of(pg)
    assert {name: types[FIRST[name]] for name in NATIVE} == {
        name: native if kind == "native" else "text" for name, native in NATIVE.items()}
    assert types["counts_1"] == "text" and "words" not in types and len(types) == 2 + 3 + 4 * 2
    assert_columns(pg)
    assert pg.query("SELECT counts_1 FROM mirror.rates ORDER BY id::int") == [("x",), (None,), ("",), ("n",)]
    rates.assert_idle()
    rates.openedge.sql('UPDATE PUB."Rates" SET "Days" = ARRAY[\'2024-02-29\', NULL] WHERE "Id" = 3')
    rates.run_well()
    assert last_run(pg) == (0, 1, 0)
    assert pg.query("SELECT days_1::text, days_2::text FROM mirror.rates WHERE id::int = 3") == [
        ("2024-02-29", None)]


@needs_openedge
def test_a_mirror_of_text_has_what_it_had_and_arrays_where_they_are_asked_for(rates, pg):
    rates.make().settings(column_types="text").run_well()
    assert set(types_of(pg).values()) == {"text"}
    assert pg.query("SELECT words, counts, days, flags, sums FROM mirror.rates WHERE id = '1'") == [
        ("a~;b;c~~d;~?", "7;-2", "02/29/2020;12/31/1999", "1;0", "1.5;-0.01")]
    planned = rates.settings(column_types="text", arrays="array").run_well("plan", "--json").stdout
    assert "other forms of arrays than mirror_settings.arrays says, and keeps them" in planned
    assert "OE2PG_POSTGRES_DB_SCHEMA=mirror_arrays oe2pg sync" in planned
    rates.assert_idle()
    assert set(types_of(pg).values()) == {"text"}
    rates.run_well(OE2PG_POSTGRES_DB_SCHEMA="mirror_arrays")
    assert types_of(pg, schema="mirror_arrays")["days"] == "text[]"
    assert pg.query("SELECT days::text, sums::text FROM mirror_arrays.rates WHERE id = '1'") == [
        ("{2020-02-29,1999-12-31}", "{1.50,-0.01}")]


@needs_openedge
@pytest.mark.parametrize("first, then", [("columns", "array"), ("array", "columns"), ("text", "columns")])
def test_what_is_mirrored_keeps_its_form(rates, pg, first, then):
    rates.make().settings(column_types="native", arrays=first).run_well()
    before = types_of(pg)
    rates.settings(column_types="native", arrays=then)
    assert "forms of arrays" in rates.run_well("plan", "--json").stdout
    # What is new has the form of the setting.
    rates.openedge.df('ADD FIELD "More" OF "Rates" AS integer\n  EXTENT 2\n  MAX-WIDTH 20\n')
    rates.openedge.sql('UPDATE PUB."Rates" SET "More" = ARRAY[\'3\', \'4\']')
    rates.run_well()
    rates.assert_idle()
    added = {name: kind for name, kind in types_of(pg).items() if name not in before}
    assert before.items() <= types_of(pg).items()
    assert added == ({"more": "integer[]"} if then == "array" else {"more_1": "integer", "more_2": "integer"})


@needs_openedge
def test_a_table_without_a_key_has_its_arrays_too(rates, pg):
    rates.make(schema=SCHEMA[:SCHEMA.index("ADD INDEX")]).settings(column_types="native", full_below_rows=0)
    rates.run_well()
    assert_arrays(pg)
    rates.openedge.sql('INSERT INTO PUB."Rates" SELECT * FROM PUB."Rates" WHERE "Id" = 1')
    rates.run_well()
    assert last_run(pg) == (1, 0, 0)
    rates.assert_idle()


# --- what is none --------------------------------------------------------------------------------------

BAD = """
INSERT INTO PUB."Rates" ("Id", "Words", "Counts", "Days") VALUES
 (1, ARRAY['a', 'b'], ARRAY['1', '2'], ARRAY['2020-01-01', NULL]),
 (2, ARRAY['a', 'b', 'c'], ARRAY['1', 'zwei'], ARRAY['2020-13-01', NULL]),
 (3, ARRAY['a', 'b', 'c'], ARRAY['1', '2'], ARRAY['2020-01-01', NULL])
"""


@needs_openedge
def test_what_is_no_array_of_its_column_is_null_and_whole_in_quarantine(rates, pg):
    rates.openedge.switch(array_values="iso")
    rates.make(BAD).settings(column_types="native", full_below_rows=0)
    assert rates.run().status == 1
    assert sorted(quarantined(pg, "column_name", "reason", "convert_from(value, 'UTF8')")) == [
        ("Counts", "does_not_fit", "1;zwei"), ("Days", "does_not_fit", "2020-13-01;?"),
        ("Words", "does_not_fit", "a;b")]
    assert pg.query("SELECT words::text, counts::text, days::text FROM mirror.rates ORDER BY id") == [
        (None, "{1,2}", "{2020-01-01,NULL}"), ("{a,b,c}", None, None),
        ("{a,b,c}", "{1,2}", "{2020-01-01,NULL}")]
    rates.assert_idle(status=0)
    # A person makes room.
    pg.query("ALTER TABLE mirror.rates ALTER COLUMN counts TYPE text[]")
    rates.run()
    assert pg.value("SELECT counts::text FROM mirror.rates WHERE id = 2") == "{1,zwei}"
    assert len(quarantined(pg)) == 2


@needs_openedge
def test_an_array_that_cannot_be_taken_apart_is_whole_in_quarantine_and_null_in_its_columns(rates, pg):
    rates.openedge.switch(array_values="iso")
    rates.make(BAD).settings(column_types="native", arrays="columns", full_below_rows=0)
    assert rates.run().status == 1
    assert sorted(quarantined(pg, "column_name", "reason", "convert_from(value, 'UTF8')")) == [
        ("Counts__2", "does_not_fit", "zwei"), ("Days_1", "does_not_fit", "2020-13-01"),
        ("Words", "misfit", "a;b")]
    assert pg.query("SELECT words_1, words_2, words_3, counts__1 FROM mirror.rates ORDER BY id") == [
        (None, None, None, 1), ("a", "b", "c", 1), ("a", "b", "c", 1)]
    rates.assert_idle(status=0)


@needs_openedge
@pytest.mark.parametrize("best", [False, True], ids=["quarantine", "best"])
def test_an_array_that_is_wider_than_declared_is_one_value_in_quarantine_or_comes_by_its_elements(rates, pg, best):
    rates.openedge.switch(wide_functions="cut")
    rates.make(schema=SCHEMA.replace("MAX-WIDTH 60", "MAX-WIDTH 14"))
    # An unknown array has no elements: by elements it would be another value.
    rates.openedge.sql('DELETE FROM PUB."Rates" WHERE "Id" = 4')
    rates.openedge.sql('UPDATE PUB."Rates" SET "Words" = ARRAY[\'vierzehn\', NULL, \'und mehr\'] WHERE "Id" = 2')
    rates.settings(arrays="columns", full_below_rows=0, on_wide_value="best" if best else "quarantine")
    result = rates.run()
    rows = pg.query("SELECT words_1, words_2, words_3 FROM mirror.rates ORDER BY id")
    assert rows[0] == ("a;b", "c~d", "?")
    if best:
        assert result.status == 0, result.explain()
        assert rows[1] == ("vierzehn", None, "und mehr")
        assert pg.query("SELECT column_name, way FROM oe2pg.column_way") == [("Words", "elements")]
        assert quarantined(pg) == []
    else:
        assert result.status == 1, result.explain()
        assert rows[1] == (None, None, None)
        assert quarantined(pg, "column_name", "reason") == [("Words", "too_wide")]
    assert pg.query("SELECT counts__2 FROM mirror.rates WHERE id = '1'") == [("-2",)]
    before = row_versions(pg)
    rates.run_well()
    assert row_versions(pg) == before and last_run(pg) == (0, 0, 0)


# --- dumps ---------------------------------------------------------------------------------------------

FIELDS = [("Id", "integer", "MANDATORY"), ("Words", "character", "EXTENT 3"), ("Counts", "integer", "EXTENT 2"),
          ("Days", "date", "EXTENT 2"), ("Flags", "logical", "EXTENT 2"), ("Sums", "decimal", "EXTENT 2", "DECIMALS 2"),
          ("Counts-1", "character")]
RECORDS = ['1 "a;b" "c~d" "?" 7 -2 02/29/2020 12/31/1999 yes no 1,5 -,01 "x"',
           '2 "" "q""\\, {}" ? 2147483647 ? ? 01/01/0001 ? yes 99999999999999999999,99 ? ?',
           '3 "NULL" " " "~;~" 0 0 01/02/2020 ? no no 0 10 ""']


@pytest.mark.parametrize("form", ["array", "columns"])
def test_a_dump_gives_the_same_arrays(mirror, pg, tmp_path, form):
    folder = Folder(tmp_path / "dumps").df(table("Rates", FIELDS, key=["Id"]))
    folder.d("Rates", *RECORDS, numformat="46,44")
    mirror.source(interface="dump", dump_dir=str(folder.path), db_name="shop")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(column_types="native", arrays=form).run_well()
    assert quarantined(pg) == []
    # A dump does not know an array that is unknown as a whole.
    (assert_arrays if form == "array" else assert_columns)(pg, rows=3)
    before = row_versions(pg)
    mirror.run_well("--full-sync")
    assert row_versions(pg) == before and last_run(pg) == (0, 0, 0)
