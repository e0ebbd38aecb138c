"""A table of the look-alike of OpenEdge in which some values cannot be read, and its mirror."""

from mirroring import last_run, row_versions
from servers import java_environment

ROWS = 3000
TABLE = """
ADD TABLE "Wide"
ADD FIELD "Id" OF "Wide" AS integer
  MANDATORY
ADD FIELD "Text" OF "Wide" AS character
  MAX-WIDTH 10
ADD FIELD "Number" OF "Wide" AS decimal
  MAX-WIDTH 6
  DECIMALS 2
ADD FIELD "Day" OF "Wide" AS date
ADD INDEX "Id" ON "Wide"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
COMPOSITE = TABLE.replace('ADD FIELD "Text"', """ADD FIELD "Line" OF "Wide" AS integer
  MANDATORY
ADD FIELD "Text\"""").replace('"Id" ASCENDING', '"Id" ASCENDING\n  INDEX-FIELD "Line" ASCENDING')
TEXT_KEY = TABLE.replace('INDEX-FIELD "Id"', 'INDEX-FIELD "Text"')
KEYLESS = TABLE[:TABLE.index("ADD INDEX")]
TOO_WIDE = "elf Zeichen"


class Wide:
    """A table in the look-alike, and its mirror."""

    def __init__(self, openedge, mirror, pg):
        self.openedge = openedge
        self.mirror = mirror
        self.pg = pg
        mirror.source(**openedge.source_keys())
        mirror.config["postgres_db"]["schema"] = "mirror"
        openedge.switch(primary_keys="primary_index", index_info="all", session_truncates="ignored")

    def make(self, definition=TABLE, rows=ROWS, values="x, 'text ' || x, 1.5, DATE '2020-01-01'"):
        self.openedge.df(definition)
        self.openedge.sql(
            'INSERT INTO PUB."Wide" SELECT %s FROM SYSTEM_RANGE(1, %d)' % (values, rows))
        return self

    def spoil(self, *ids, assignment='"Text" = \'%s\'' % TOO_WIDE):
        for first in range(0, len(ids), 500):
            self.openedge.sql('UPDATE PUB."Wide" SET %s WHERE "Id" IN (%s)' % (
                assignment, ", ".join(map(str, ids[first:first + 500]))))
        return self

    def run(self, *arguments):
        return self.mirror.run("--table", "Wide", *arguments, environment=java_environment())

    def run_well(self, *arguments):
        return self.mirror.run_well("--table", "Wide", *arguments, environment=java_environment())

    def verify(self):
        return self.mirror.run("verify", "--table", "Wide", environment=java_environment())

    def queries(self):
        """Statements that read the table, since the log was last cleared."""
        return [entry["sql"] for entry in self.openedge.log() if entry["kind"] == "statements"
                and 'FROM "PUB"."Wide"' in entry["sql"]]

    def rowid(self, number):
        return str(self.openedge.sql('SELECT _ROWID_ FROM PUB."Wide" WHERE "Id" = %d' % number)[0][0])

    def assert_the_next_run_writes_nothing(self):
        before = row_versions(self.pg)
        self.run_well()
        assert row_versions(self.pg) == before and last_run(self.pg) == (0, 0, 0)

    def without(self, column="text"):
        """Ids of the rows that lack the column in the mirror."""
        return [int(row[0]) for row in self.pg.query(
            'SELECT id FROM mirror.wide WHERE "%s" IS NULL ORDER BY id::int' % column)]

    def assert_all_else_is_there(self, rows=ROWS, missing=()):
        assert self.pg.value("SELECT count(*) FROM mirror.wide") == rows
        assert self.pg.value("SELECT count(*) FROM mirror.wide WHERE number = '1.50'"
                             " AND day = '2020-01-01'") == rows
        assert self.without() == sorted(missing)
