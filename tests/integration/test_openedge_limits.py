"""What OpenEdge's SQL takes no more of: characters of a statement, and keys named in one."""

import pytest

from openedge_server import jars_folder
from wide_table import KEYLESS, TOO_WIDE, Wide

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

STATEMENT_MAX = 131_000  # characters; the look-alike refuses a longer one
KEYS_MAX = 1459          # in one statement: with more, a release of OpenEdge is known to fail

# As earlier runs would have found them, the first one apart.
KNOWN = """INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table, key_columns,
        key_values, column_name, reason, detail, row_digest, first_run_id, last_run_id)
    SELECT mirror_id, source_schema, source_table, key_columns, n::text || key_values[2:],
        column_name, reason, detail, row_digest + n, first_run_id, last_run_id
    FROM oe2pg.quarantine, generate_series(2, %d) AS n"""


@pytest.fixture
def wide(openedge, mirror, pg):
    yield Wide(openedge, mirror, pg)
    openedge.df('DROP TABLE "Wide"')


def check_statements(wide, least_keys):
    """Section 1.3."""
    asked = wide.queries()
    assert max(map(len, asked)) < STATEMENT_MAX
    most = max(sql.count(" = ") + sql.count(" <> ") for sql in asked)
    assert least_keys <= most < KEYS_MAX


def test_many_rows_that_are_left_out_by_rowid_are_named_in_short_statements(wide):
    wide.make(KEYLESS, rows=700).spoil(1)
    assert wide.rowid(600) == "600" and wide.run().status == 1
    wide.spoil(*range(2, 601))
    wide.pg.query(KNOWN % 600)
    wide.openedge.clear_log()
    result = wide.run()
    assert ", 0 failed" in result.stderr, result.explain()
    assert wide.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'") == 700
    check_statements(wide, least_keys=500)


# --- a key of many columns, with names as long as SQL allows

FIELDS = ["Key-Field-Number-%02d-Of-The-Index" % i for i in range(1, 17)]
LONG_KEY = "ADD TABLE \"Wide\"\n" + "".join(
    'ADD FIELD "%s" OF "Wide" AS integer\n' % name for name in FIELDS) + """\
ADD FIELD "Text" OF "Wide" AS character
  MAX-WIDTH 10
ADD INDEX "Key" ON "Wide"
  UNIQUE
  PRIMARY
""" + "".join('  INDEX-FIELD "%s" ASCENDING\n' % name for name in FIELDS)


def test_many_rows_that_are_left_out_by_a_long_key_are_named_in_short_statements(wide):
    """All but one were mended since; whoever is known is left out all the same."""
    assert {len(name) for name in FIELDS} == {32}
    wide.make(LONG_KEY, rows=200, values="x, %s, 'text'" % ", ".join(["1"] * 15))
    wide.openedge.sql('UPDATE PUB."Wide" SET "Text" = \'%s\' WHERE "%s" = 1' % (
        TOO_WIDE, FIELDS[0]))
    assert wide.run().status == 1
    wide.pg.query(KNOWN % 120)
    wide.openedge.clear_log()
    wide.run_well()
    assert wide.pg.query("SELECT count(*), count(text) FROM mirror.wide") == [(200, 199)]
    check_statements(wide, least_keys=16 * 20)
