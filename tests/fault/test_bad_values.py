"""Random tables of the look-alike of OpenEdge in which random values cannot be read.

However the rows are grouped by their key, wherever the bad values stand and whatever the source
answers: a run ends, by few statements; every row is there, every value is the source's or, where it
is bad, NULL; and once the bad values are known, no other is missing, but of columns that are left
out as a whole, and a run is a success.
"""

import decimal

import pytest

from conftest import LONG, SEED
from openedge_server import OpenEdgeServer, jars_folder
from servers import java_environment
from wide_table import Wide

ROUNDS = 150 if LONG else 2
FIELDS = [("X", "integer", ""), ("Id", "integer", ""), ("Line", "integer", ""),
          ("Text", "character", "  MAX-WIDTH 10\n"),
          ("Number", "decimal", "  MAX-WIDTH 6\n  DECIMALS 2\n"), ("Day", "date", "")]
INDEXES = [["X"], ["Id", "Line"], ["Text"], ["Text", "X"], ["Day", "X"], ["Id", "Day", "Line"],
           ["Number", "X"], []]
BAD = {"Text": "\"Text\" = 'elf ' || \"X\" || ' Zeichen'", "Number": '"Number" = 123456 + "X"',
       "Day": "\"Day\" = DATEADD(DAY, MOD(\"X\", 90), DATE '12000-01-01')"}
ANSWERS = {
    "error_codes": ["standard", "empty", "numbered"], "fetch_size": ["honoured", "ignored"],
    "rows_before_bad": ["lost", "delivered"], "wide_predicates": ["matching_rows", "all_rows"],
    "rowid_order": ["numeric", "text", "unsupported"], "null_order": ["high", "low"],
    "autocommit_cursors": ["kept", "closed"], "cursor_over_commit": ["closed", "held"]}
STATEMENTS = 700  # two hundred to look for values, the same for ids, and what reads
KNOWN = 90        # bad values that a run can know
KNOWN_BY_KEY = 8  # those that it finds again each time, where it reads by ROWID
ROWID = "the table is read by ROWID"


def definition(index):
    text = 'ADD TABLE "Wide"\n' + "".join(
        'ADD FIELD "%s" OF "Wide" AS %s\n%s%s' % (
            name, kind, "  MANDATORY\n" if name in index else "", more)
        for name, kind, more in FIELDS)
    if index:
        text += 'ADD INDEX "Key" ON "Wide"\n  UNIQUE\n  PRIMARY\n' + "".join(
            '  INDEX-FIELD "%s" ASCENDING\n' % name for name in index)
    return text


def is_bad(name, value):
    return value is not None and (
        (name == "Text" and len(value) > 10)
        or (name == "Number" and abs(decimal.Decimal(value)) >= 10000)
        or (name == "Day" and len(str(value)) > 10))


class World:
    def __init__(self, wide, chance, compares_all):
        self.wide = wide
        self.chance = chance
        self.compares_all = compares_all
        self.index = chance.choice(INDEXES)
        self.rows = chance.choice([5, 60, 400, 1500, 3000])
        width = chance.choice([1, 2, 7, 16, 17, 60, 5000])
        group = chance.choice(["x / %d" % width,
                               "CAST(FLOOR((SQRT(8 * x + 1) - 1) / 2) AS INTEGER)"])
        day = chance.choice([1, 5, 30, 5000])
        print("key %s, %d rows, %s, %d rows a day" % (self.index, self.rows, group, day))
        wide.make(definition(self.index), rows=self.rows, values=(
            "x, %s, x, 't' || x, x / 100.0, DATEADD(DAY, x / %d, DATE '2020-01-01')" % (group, day)))

    def sql(self, statement):
        return self.wide.openedge.sql(statement)

    def some(self):
        """A condition that a few rows meet, or many."""
        chance = self.chance
        first = chance.randint(1, self.rows)
        return chance.choice([
            '"X" IN (%s)' % ", ".join(str(chance.randint(1, self.rows))
                                      for _ in range(chance.randint(1, 12))),
            '"X" BETWEEN %d AND %d' % (first, first + chance.randint(0, 20)),
            '"X" IN (SELECT MIN("X") FROM PUB."Wide" WHERE "X" >= %d GROUP BY "Id" '
            'FETCH FIRST %d ROWS ONLY)' % (first, chance.randint(1, 20)),
            '"X" IN (SELECT MAX("X") FROM PUB."Wide" WHERE "X" >= %d GROUP BY "Day" '
            'FETCH FIRST %d ROWS ONLY)' % (first, chance.randint(1, 20)),
            '"X" IN (1, %d)' % self.rows,
            '"X" >= %d AND MOD("X", %d) = 0' % (
                first, chance.choice([1, 2, 10] if self.rows <= 400 else [20, 50]))
            if chance.random() < 0.2 else '"X" = %d' % first])

    def spoil(self):
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            name = self.chance.choice(sorted(BAD))
            # A row known by its key cannot be asked for where others with a bad key are in the way.
            if name in self.index and self.compares_all:
                continue
            statement = 'UPDATE PUB."Wide" SET %s WHERE %s' % (BAD[name], self.some())
            print(statement)
            self.sql(statement)

    def mend(self):
        for name, value in (("Text", "'m' || \"X\""), ("Number", '"X" / 50.0'),
                            ("Day", "DATEADD(DAY, \"X\", DATE '2021-01-01')")):
            if self.chance.random() < 0.5:
                self.sql('UPDATE PUB."Wide" SET "%s" = %s WHERE %s' % (name, value, self.some()))
        if self.chance.random() < 0.5:
            self.sql('DELETE FROM PUB."Wide" WHERE ' + self.some())

    def truth(self):
        names = [name for name, _, _ in FIELDS]
        return {int(row[0]): dict(zip(names, row)) for row in self.sql(
            'SELECT %s FROM PUB."Wide"' % ", ".join('"%s"' % name for name in names))}

    def left_out(self):
        """Once its values were too many, a column is NULL for as long as any of them is bad."""
        return [row[0] for row in self.wide.pg.query(
            "SELECT column_name FROM oe2pg.column_way WHERE way IN ('left_out', 'short')")]

    def found(self):
        names = [name for name, _, _ in FIELDS]
        return {int(row[0]): dict(zip(names, row)) for row in self.wide.pg.query(
            "SELECT %s FROM mirror.wide" % ", ".join(name.lower() for name in names))}


def plain(name, value):
    if value is None:
        return None
    return decimal.Decimal(value) if name in ("X", "Id", "Line", "Number") else str(value)


def assert_mirrored(world, result, is_strict):
    """Returns how many values are bad."""
    truth, found = world.truth(), world.found()
    left_out = world.left_out()
    count = world.wide.pg.value("SELECT count(*) FROM mirror.wide")
    assert count == len(found) and set(found) == set(truth), result.explain()
    bad = 0
    for number, row in truth.items():
        for name, value in row.items():
            there = found[number][name]
            is_right = plain(name, there) == plain(name, value)
            if is_bad(name, value):
                bad += 1
                is_right = there is None
            elif there is None:
                is_right = is_right or not is_strict or name in left_out
            assert is_right, "row %d, %s: %r is %r\n%s" % (
                number, name, value, there, result.explain())
    return bad


def run_until_known(world):
    for _ in range(10):
        world.wide.openedge.clear_log()
        result = world.wide.run("--allow-delete", "*")
        assert result.status in (0, 1) and ", 0 failed" in result.stderr, result.explain()
        bad = assert_mirrored(world, result, is_strict=False)
        assert len(world.wide.queries()) <= STATEMENTS + 20 * bad, result.explain()
        if result.status == 0:
            break
    if bad <= (KNOWN if ROWID not in result.stderr else KNOWN_BY_KEY):
        assert result.status == 0, result.explain()
        assert_mirrored(world, result, is_strict=True)
        assert "equal" in world.wide.verify().stdout


@pytest.fixture(scope="module")
def server():
    if jars_folder() is None:
        pytest.skip("left out: this build has no Java, or H2 is not installed")
    with OpenEdgeServer("sports2020") as made:
        yield made


@pytest.mark.parametrize("number", range(ROUNDS))
def test_bad_values_at_random_take_no_other_along(server, mirror, pg, chance, number):
    print("round %d, seed %d" % (number, SEED))
    server.reset()
    wide = Wide(server, mirror, pg)
    answers = {name: chance.choice(choices) for name, choices in ANSWERS.items()}
    server.switch(date_out_of_range="error", primary_keys="primary_index", index_info="all",
                  **answers)
    mirror.settings(batch_size=chance.choice([1, 7, 100, 10_000]),
                    full_below_rows=chance.choice([0, 10_000]))
    if chance.random() < 0.5:
        mirror.source(fetch_size=chance.choice([1, 7, 50]))
    world = World(wide, chance, answers["wide_predicates"] == "all_rows")
    try:
        for _ in range(chance.randint(1, 3)):
            world.spoil()
            run_until_known(world)
            world.mend()
    finally:
        server.df('DROP TABLE "Wide"')
