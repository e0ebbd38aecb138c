"""What nobody has written down about OpenEdge: oe2pg is run under each answer. Texts with a NUL or
with bytes of no code page, conditions on columns with a value that is too wide."""

import pytest

from forms import cases
from mirroring import errors, quarantined
from openedge_server import jars_folder
from openedge_truth import Truth, differences
from servers import java_environment
from wide_table import COMPOSITE, KEYLESS, TABLE, TEXT_KEY, Wide

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

ROWS = 20
NUL = "\"Text\" = 'a' || CHAR(0) || 'b'"
NO_CHARACTER = "\"Text\" = 'a\ue000b'"  # the look-alike's way to hold a byte of no code page


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


# --- texts

# What the row holds, the switches, what arrives, why it does not, and the bytes that are kept.
TEXTS = cases([
    (NUL, {"embedded_nul": "delivered"}, None, "nul_byte", b"a\0b"),
    (NUL, {"embedded_nul": "cut"}, "a", None, None),
    (NUL, {"embedded_nul": "error", "error_codes": "numbered"}, None, "unreadable", None),
    (NO_CHARACTER, {"unconvertible": "replaced"}, "a\N{REPLACEMENT CHARACTER}b", None, None),
    (NO_CHARACTER, {"unconvertible": "error", "error_codes": "standard"}, None, "unreadable", None),
], only_long=[
    (NUL, {"embedded_nul": "error", "error_codes": "standard"}, None, "unreadable", None),
    (NO_CHARACTER, {"unconvertible": "question_mark"}, "a?b", None, None),
])


def name_of(case):
    return "-".join(case[1].values()) + ("-nul" if case[0] == NUL else "-byte")


@pytest.mark.parametrize("text,answers,arrives,reason,kept", TEXTS, ids=map(name_of, TEXTS))
def test_a_text_that_sql_cannot_have_costs_itself_at_most(wide, text, answers, arrives, reason,
                                                          kept):
    """Sections 9 and 11.8. A text that the source shortens or alters without a word arrives so:
    nobody can tell."""
    wide.openedge.switch(**answers)
    wide.make(rows=ROWS).spoil(7, assignment=text)
    result = wide.run()
    wide.assert_all_else_is_there(ROWS, missing=[7] if arrives is None else [])
    assert wide.pg.value("SELECT text FROM mirror.wide WHERE id = '7'") == arrives
    if reason is None:
        assert result.status == 0 and not result.log_lines("WARNING"), result.explain()
        assert quarantined(wide.pg) == []
    else:
        assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
        assert "1 values or rows went to quarantine anew" in errors(result)
        found = quarantined(wide.pg, "key_columns", "key_values", "column_name", "reason", "value")
        assert [(*row[:4], row[4] and bytes(row[4])) for row in found] == [
            (["Id"], ["7"], "Text", reason, kept)]
    wide.assert_the_next_run_writes_nothing()


DELIVERED = (NUL, {"embedded_nul": "delivered"}, None, "nul_byte")
REFUSED = (NO_CHARACTER, {"unconvertible": "error"}, ["ROWID"], "unreadable")


@pytest.mark.parametrize("definition, case", cases(
    [(KEYLESS, DELIVERED), (TEXT_KEY, REFUSED)], only_long=[(TEXT_KEY, DELIVERED), (KEYLESS, REFUSED)]),
    ids=cases(["delivered, without a key", "refused in the key"],
              only_long=["delivered in the key", "refused, without a key"]))
def test_its_row_is_mirrored_where_no_key_leads_to_it(wide, definition, case):
    text, answers, key, reason = case
    wide.openedge.switch(**answers)
    wide.make(definition, rows=ROWS).spoil(7, assignment=text)
    result = wide.run()
    assert result.status == 1 and ", 0 failed" in result.stderr, result.explain()
    wide.assert_all_else_is_there(ROWS, missing=[7])
    assert quarantined(wide.pg, "key_columns", "column_name", "reason") == [(key, "Text", reason)]
    wide.assert_the_next_run_writes_nothing()


ELSEWHERE = """
ADD TABLE "Wide"
ADD FIELD "Id" OF "Wide" AS integer
  MANDATORY
ADD FIELD "Words" OF "Wide" AS character
  MAX-WIDTH 40
  EXTENT 2
ADD FIELD "Story" OF "Wide" AS clob
ADD INDEX "Id" ON "Wide"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""


def test_a_nul_in_an_array_or_a_clob_is_told_like_any_other(wide):
    wide.make(ELSEWHERE, rows=ROWS, values="x, ARRAY['a', 'b'], 'story ' || x")
    wide.spoil(7, assignment="\"Words\" = ARRAY['a' || CHAR(0), 'b']")
    wide.spoil(8, assignment="\"Story\" = 'a' || CHAR(0) || 'b'")
    assert wide.run().status == 1
    assert wide.pg.query("SELECT id, words, story FROM mirror.wide WHERE id IN ('7', '8')"
                         " ORDER BY id") == [("7", None, "story 7"), ("8", "a;b", None)]
    assert sorted(quarantined(wide.pg, "key_values", "column_name", "reason")) == [
        (["7"], "Words", "nul_byte"), (["8"], "Story", "nul_byte")]
    wide.assert_the_next_run_writes_nothing()


# --- conditions

def restrict(wide, predicates, condition):
    wide.openedge.switch(wide_predicates=predicates)
    wide.mirror.settings(tables={"Wide": {"where": condition}})


@pytest.mark.parametrize("predicates", ["matching_rows", "all_rows"])
def test_a_condition_on_other_columns_finds_the_bad_value_alone(wide, predicates):
    """Section 4: the width counts for columns that are operated on."""
    restrict(wide, predicates, '"Id" > 5')
    wide.make(rows=ROWS).spoil(3, 7)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(ROWS - 5, missing=[7])
    wide.assert_the_next_run_writes_nothing()


def test_a_condition_keeps_rows_out_whose_own_value_is_too_wide(wide):
    restrict(wide, "matching_rows", "\"Text\" LIKE 'text%'")
    wide.make(rows=ROWS).spoil(7)
    assert not wide.run_well().log_lines("WARNING")
    wide.assert_all_else_is_there(ROWS - 1)
    assert quarantined(wide.pg) == []


def test_a_condition_that_no_row_survives_fails_its_table_alone(wide):
    """Section 4: "width of the field data being operated on" may mean every row of the table."""
    restrict(wide, "all_rows", "\"Text\" LIKE 'text%'")
    wide.make(rows=ROWS).spoil(7)
    result = wide.run("--table", "State")
    assert result.status == 1 and ", 1 failed" in result.stderr, result.explain()
    assert "Text" in errors(result) and "dbtool" in result.stderr
    assert wide.pg.tables("mirror") == ["state"]
    assert differences(Truth(wide.openedge), wide.pg, "mirror", ["State"]) == []
    wide.spoil(7, assignment="\"Text\" = 'text 7'")
    wide.run_well()
    wide.assert_all_else_is_there(ROWS)


PART_OF_KEY = TABLE.replace('"Id" ASCENDING', '"Id" ASCENDING\n  INDEX-FIELD "Text" ASCENDING')


def test_a_bad_value_in_a_part_of_the_key_costs_itself(wide):
    wide.openedge.switch(wide_predicates="all_rows")
    wide.make(PART_OF_KEY, rows=ROWS).spoil(7)
    assert wide.run().status == 1
    wide.assert_all_else_is_there(ROWS, missing=[7])
    wide.assert_the_next_run_writes_nothing()
    assert "equal" in wide.verify().stdout


# --- mandatory columns

@pytest.mark.parametrize("environment", [{}, {"OE2PG_TEST_TRANSACTION_MS": "0"}],
                         ids=["whole", "cut"])
def test_a_row_with_null_in_a_mandatory_key_column_is_mirrored_like_any_other(wide, environment):
    """Whether MANDATORY holds for records that are there already is not known."""
    rows = 500
    wide.make(COMPOSITE, rows=rows, values="x, x, 'text ' || x, 1.5, DATE '2020-01-01'").spoil(7)
    # The catalogue goes on to call them mandatory.
    for column in ("Id", "Line"):
        wide.openedge.sql('ALTER TABLE PUB."Wide" ALTER COLUMN "%s" SET NULL' % column)
    wide.openedge.sql("INSERT INTO PUB.\"Wide\" VALUES (NULL, 1, 'no id', 1.5, DATE '2020-01-01'),"
                      " (5, NULL, 'no line', 1.5, DATE '2020-01-01')")
    wide.mirror.settings(batch_size=100, jobs=1, full_below_rows=0)
    for status in (1, 0):
        result = wide.mirror.run("--table", "Wide",
                                 environment={**java_environment(), **environment})
        assert result.status == status, result.explain()
        wide.assert_all_else_is_there(rows + 2, missing=[7])
        assert wide.pg.query("SELECT id, line, text FROM mirror.wide WHERE text LIKE 'no %'"
                             " ORDER BY text") == [(None, "1", "no id"), ("5", None, "no line")]
    wide.assert_the_next_run_writes_nothing()
    assert "equal" in wide.verify().stdout
