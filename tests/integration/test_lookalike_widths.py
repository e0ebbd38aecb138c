"""SQL widths of the look-alike: what gets past one, what is cut at it, and who alters it."""

import pytest

from openedge_server import Refused

TABLE = """
ADD TABLE "Narrow"
ADD FIELD "Id" OF "Narrow" AS integer
ADD FIELD "Text" OF "Narrow" AS character
  MAX-WIDTH 10
ADD FIELD "Words" OF "Narrow" AS character
  EXTENT 3
  MAX-WIDTH 8
ADD FIELD "Number" OF "Narrow" AS decimal
  MAX-WIDTH 6
  DECIMALS 2
ADD INDEX "Id" ON "Narrow"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
TEXT = "zwölf Zeichen "
FROM = ' FROM PUB."Narrow" WHERE "Id" = 1'
SUBSTRING = 'SUBSTRING("Text", 8, 6)'
CAST = 'CAST("Text" AS VARCHAR(100))'
ELEMENT = 'PRO_ELEMENT("Words", 3, 3)'
LENGTH = 'LENGTH("Text")'


@pytest.fixture
def narrow(openedge):
    openedge.df(TABLE)
    openedge.sql("INSERT INTO PUB.\"Narrow\" VALUES (1, '%s', ARRAY['a;b', NULL, 'nine long'], 1.5),"
                 " (2, 'zwölf Zeit', ARRAY['a', 'b', 'c'], 2.5), (3, NULL, NULL, NULL)" % TEXT)
    yield openedge
    openedge.df('DROP TABLE "Narrow"')


@pytest.fixture
def session(narrow):
    with narrow.connect() as connection:
        yield connection


def answer(session, expression):
    """The value, or None where the column is too wide for the function."""
    try:
        return session.value("SELECT " + expression + FROM)
    except Refused as refused:
        assert refused.code == 210012
        return None


# --- what gets past a width

@pytest.mark.parametrize("functions, substring, cast, element, length", [
    ("fail", None, None, None, None),
    ("pass", "eichen", TEXT, "nine long", 14),
    ("cut", "eichen", TEXT[:10], "nine lon", 14),
    ("cut_first", "eic", TEXT[:10], "n", 10),
    ("substring", "eichen", None, "nine long", None),
    ("cast", None, TEXT, None, None)])
def test_which_functions_get_past_a_width_is_a_switch(narrow, session, functions, substring, cast,
                                                      element, length):
    narrow.switch(wide_functions=functions)
    found = [answer(session, expression) for expression in (SUBSTRING, CAST, ELEMENT, LENGTH)]
    assert found == [substring, cast, element, length]


@pytest.mark.parametrize("functions", ["pass", "cut", "cut_first", "substring", "cast"])
@pytest.mark.parametrize("sql", [
    'SELECT "Text"' + FROM, 'SELECT "Id" FROM PUB."Narrow" WHERE "Text" > \'a\'',
    'SELECT "Id" FROM PUB."Narrow" ORDER BY "Text"'])
def test_the_column_itself_never_does(narrow, session, functions, sql):
    narrow.switch(wide_functions=functions)
    with pytest.raises(Refused, match="Column Text"):
        session.query(sql)


def test_unknown_values_and_empty_ones_stay_apart_in_functions(narrow, session):
    narrow.switch(wide_functions="pass", substring_unit="bytes", slice_blanks="stripped")
    narrow.sql("UPDATE PUB.\"Narrow\" SET \"Text\" = '' WHERE \"Id\" = 2")
    query = 'SELECT SUBSTRING("Text", 1, 5), CAST("Text" AS VARCHAR(100)) FROM PUB."Narrow" ORDER BY "Id"'
    assert session.query(query)[1:] == [["", ""], [None, None]]


# --- slices

@pytest.mark.parametrize("setting, slices", [
    ({}, ["zwö", "lf ", "", "chen "]),
    ({"substring_unit": "bytes"}, ["zw", "lf", "", "ichen "]),
    ({"substring_unit": "bytes", "code_page": "1252"}, ["zwö", "lf ", "", "chen "]),
    ({"slice_blanks": "stripped"}, ["zwö", "lf", "", "chen"]),
    ({"slice_beyond": "unknown"}, ["zwö", "lf ", None, "chen "])])
def test_what_a_slice_counts_and_loses_is_a_switch(narrow, session, setting, slices):
    """By bytes of UTF-8 the third and the fourth are one letter, and a slice has no halves."""
    narrow.switch(wide_functions="pass", **setting)
    assert session.query('SELECT SUBSTRING("Text", 1, 3), SUBSTRING("Text", 4, 3), '
                         'SUBSTRING("Text", 16, 3), SUBSTRING("Text", 10)' + FROM) == [slices]


def test_slices_by_bytes_that_overlap_by_four_lose_no_letter(narrow, session):
    narrow.switch(wide_functions="pass", substring_unit="bytes")
    narrow.sql("UPDATE PUB.\"Narrow\" SET \"Text\" = 'aü€😀ü€😀b' WHERE \"Id\" = 1")
    slices = [session.value('SELECT SUBSTRING("Text", %d, 8)%s' % (at, FROM))
              for at in range(1, 21, 4)]
    assert slices == ["aü€", "😀ü", "ü€", "€😀b", "b"]


# --- what a width counts

def test_a_width_may_count_bytes(narrow, session):
    query = 'SELECT "Text" FROM PUB."Narrow" WHERE "Id" = 2'
    assert session.value(query) == "zwölf Zeit"
    narrow.switch(width_unit="bytes")
    with pytest.raises(Refused, match="Column Text"):
        session.value(query)
    with narrow.connect("cutting", truncateTooLarge="output") as cutting:
        assert cutting.value(query) == "zwölf Zei"
    narrow.switch(code_page="ISO8859-1")
    assert session.value(query) == "zwölf Zeit"


# --- cut by the source

SORTED = 'SELECT "Text" FROM PUB."Narrow" WHERE "Text" LIKE \'zwölf Zeich%\' ORDER BY "Text"'


@pytest.mark.parametrize("mode, version, found", [
    ("output", "12.2.0", [["zwölf Zeic"]]), ("on", "12.2.0", []), ("on", "12.8.0", [["zwölf Zeic"]])])
def test_output_cuts_what_is_delivered_and_on_all_that_is_done(narrow, mode, version, found):
    narrow.switch(version=version)
    with narrow.connect("cutting", truncateTooLarge=mode) as cutting:
        assert cutting.query(SORTED) == found


@pytest.mark.parametrize("functions, rest", [("fail", ""), ("pass", "hen "), ("substring", "hen ")])
def test_where_output_is_cut_a_function_sees_what_it_gets_past(narrow, functions, rest):
    narrow.switch(wide_functions=functions)
    with narrow.connect("cutting", truncateTooLarge="output") as cutting:
        assert cutting.value('SELECT SUBSTRING("Text", 11, 10)' + FROM) == rest


# --- elements

def test_elements_are_taken_out_of_an_array(narrow, session):
    narrow.switch(wide_functions="pass")
    assert session.query('SELECT PRO_ELEMENT("Words", 1, 1), PRO_ELEMENT("Words", 2, 2), '
                         'PRO_ELEMENT("Words", 2, 3), PRO_ARR_DESCAPE(PRO_ELEMENT("Words", 1, 1))'
                         + FROM) == [["a~;b", None, "?;nine long", "a;b"]]


def test_elements_are_taken_out_of_texts_alone(session):
    with pytest.raises(Refused, match="PRO_ELEMENT"):
        session.query('SELECT PRO_ELEMENT("Id", 1, 1)' + FROM)


# --- widths that are altered

ALTER = 'ALTER TABLE PUB."Narrow" ALTER COLUMN "Text" SET PRO_SQL_WIDTH %s'
WIDTH = "SELECT WIDTH FROM SYSPROGRESS.SYSCOLUMNS WHERE TBL = 'Narrow' AND COL = 'Text'"


@pytest.fixture
def dba(narrow):
    narrow.add_user("dba", "d", dba="yes")
    with narrow.connect("dba", user="dba", password="d") as connection:
        yield connection


def test_a_dba_alters_a_width(session, dba):
    assert session.value(WIDTH) == 10
    dba.execute(ALTER % 20)
    assert session.value(WIDTH) == 20
    assert session.value('SELECT "Text"' + FROM) == TEXT


def test_so_does_a_dump(narrow, session):
    narrow.df('UPDATE FIELD "Text" OF "Narrow"\n  MAX-WIDTH 20\n')
    assert session.value('SELECT "Text"' + FROM) == TEXT


def test_nobody_else_does(narrow, session):
    with pytest.raises(Refused, match=r"Access denied \(Authorization failed\) \(7512\)"):
        session.execute(ALTER % 20)
    assert session.value(WIDTH) == 10


@pytest.mark.parametrize("statement, words", [
    (ALTER % 31996, "31996"), (ALTER % 0, "PRO_SQL_WIDTH"), (ALTER % "?", "Syntax"),
    (ALTER.replace('"Text"', '"Id"') % 20, "PRO_SQL_WIDTH"),
    (ALTER.replace('"Text"', '"None"') % 20, "Column not found"),
    (ALTER.replace('"Narrow"', '"None"') % 20, "not found")])
def test_what_is_no_width_or_no_such_column_is_refused(session, dba, statement, words):
    with pytest.raises(Refused, match=words):
        dba.execute(statement)
    assert session.value(WIDTH) == 10


def test_not_while_the_schema_is_held_nor_where_nothing_is_written(narrow, session, dba):
    session.start("r", 'SELECT "Id" FROM PUB."Narrow"')
    with pytest.raises(Refused, match="lock of the schema"):
        dba.execute(ALTER % 20)
    session.stop("r")
    dba.set("isolation", 1)
    with pytest.raises(Refused, match="READ UNCOMMITTED"):
        dba.execute(ALTER % 20)


def test_nor_in_a_frozen_table(narrow, session, dba):
    narrow.df('UPDATE TABLE "Narrow"\n  FROZEN\n')
    with pytest.raises(Refused, match="frozen"):
        dba.execute(ALTER % 20)
