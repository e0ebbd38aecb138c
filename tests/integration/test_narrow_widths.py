"""Whole databases whose SQL widths are too small for their data: what can be read is mirrored, and the
mirror stays as it is. The judge is the store behind the look-alike, asked in its own SQL."""

import os
import random

import pytest

from mirroring import last_run, quarantined, row_versions
from openedge_narrow import Widths, unlike
from openedge_server import OpenEdgeServer, jars_folder
from openedge_truth import Truth, differences
from servers import java_environment

WEIGHT = 20  # see conftest.py

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

IS_LONG = os.environ.get("OE2PG_LONG") == "1"
FOLDERS = [["webstate", "lobs"]] + ([["sports2000"]] if IS_LONG else [])
IDLE_RUNS = 5 if IS_LONG else 2


def run(mirror, *arguments, status=0):
    result = mirror.run(*arguments, environment=java_environment())
    assert result.status == status, result.explain()
    return result


def narrow_server(folders, real_data):
    return OpenEdgeServer(*[real_data / "openedge" / folder for folder in folders], memory="2g")


def assert_idle_runs_write_nothing(mirror, pg, count=IDLE_RUNS, schema="pub"):
    before = row_versions(pg, schema)
    for _ in range(count):
        run(mirror)
        assert last_run(pg) == (0, 0, 0)
    assert row_versions(pg, schema) == before


def statements(script):
    return [line for line in script.splitlines() if line.startswith("ALTER TABLE ")]


def widen_as_dba(own, mirror):
    """What check --widths prints, as often as it has something to print: "at least" may need two rounds."""
    own.add_user("dba", "d", dba="yes")
    with own.connect("dba", user="dba", password="d") as session:
        for statement in statements(run(mirror, "check", "--widths").stdout):
            session.execute(statement)


# --- real schemas, with a third of the width that their data needs

@pytest.mark.parametrize("folders", FOLDERS, ids="-".join)
def test_where_functions_pass_every_table_is_equal(mirror, pg, real_data, folders):
    with narrow_server(folders, real_data) as own:
        truth = Truth(own)
        Widths(own, truth).narrow()
        own.switch(wide_functions="pass")
        mirror.source(**own.source_keys())
        mirror.run(environment=java_environment())
        assert differences(truth, pg) == []
        assert_idle_runs_write_nothing(mirror, pg, 1)


@pytest.mark.parametrize("folders", FOLDERS, ids="-".join)
def test_where_they_fail_all_else_is_there_and_stays_until_the_widths_are_mended(mirror, pg, real_data,
                                                                                folders):
    with narrow_server(folders, real_data) as own:
        truth = Truth(own)
        widths = Widths(own, truth)
        widths.narrow()
        mirror.source(**own.source_keys())
        run(mirror, status=1)
        assert unlike(widths, pg) == []
        assert_idle_runs_write_nothing(mirror, pg)
        for _ in range(12):
            widen_as_dba(own, mirror)
            if mirror.run(environment=java_environment()).status == 0 and not quarantined(pg):
                break
        assert differences(truth, pg) == [] and quarantined(pg) == []
        assert statements(run(mirror, "check", "--widths").stdout) == []


# --- random tables with random bad values

KINDS = ["character", "decimal", "raw", "date", "integer", "words"]
DECLARED = {"character": "AS character", "decimal": "AS decimal\n  DECIMALS 2", "raw": "AS raw",
            "date": "AS date", "integer": "AS integer", "words": "AS character\n  EXTENT 2"}


class RandomTable:
    """Some columns of random types, a key of one or two of them or none, and a few hundred rows of which a
    random share has a value that is too wide, or no day."""

    def __init__(self, seed, number):
        self.random = random.Random("%d.%d" % (seed, number))
        self.name = "Random%d" % number
        self.kinds = [self.random.choice(KINDS) for _ in range(self.random.randint(1, 4))]
        self.rows = self.random.choice([1, 7, 60, 250])
        self.share = {place: self.random.choice([0, 0, 0.02, 0.3, 1]) for place in range(len(self.kinds))}
        self.key = self.random.choice([["Id"], ["Id"], ["Code"], ["Code", "Id"], []])

    def dump(self):
        text = 'ADD TABLE "%s"\nADD FIELD "Id" OF "%s" AS integer\n' % (self.name, self.name)
        text += 'ADD FIELD "Code" OF "%s" AS character\n  MAX-WIDTH 10\n' % self.name
        for place, kind in enumerate(self.kinds):
            text += 'ADD FIELD "C%d" OF "%s" %s\n' % (place, self.name, DECLARED[kind])
            if kind not in ("date", "integer"):
                text += "  MAX-WIDTH %d\n" % (8 if kind == "decimal" else 10)
        if self.key:
            text += 'ADD INDEX "Key" ON "%s"\n  UNIQUE\n  PRIMARY\n' % self.name
            text += "".join('  INDEX-FIELD "%s" ASCENDING\n' % name for name in self.key)
        return text

    def _value(self, kind, is_bad):
        length = self.random.randint(11, 60) if is_bad else self.random.randint(0, 10)
        if kind == "character":
            return "'%s'" % "".join(self.random.choice("abcü ß€z") for _ in range(length))
        if kind == "words":
            return "ARRAY['%s', %s]" % ("w" * (length if is_bad else length % 5), "NULL")
        if kind == "decimal":
            return "%d.25" % self.random.randrange(10 ** 6, 10 ** 9) if is_bad else "%d.5" % length
        if kind == "raw":
            return "X'%s'" % ("5a" * length)
        if kind == "date":
            return "DATE '12000-01-01'" if is_bad else "DATE '2020-01-%02d'" % (length + 1)
        return str(length)

    def _row(self, number):
        values = [str(number), "'%s'" % ("code %d" % number if self.random.random() > self.code_share
                                         else "a code that is too wide %d" % number)]
        for place, kind in enumerate(self.kinds):
            is_bad = self.random.random() < self.share[place]
            values.append("NULL" if self.random.random() < 0.1 else self._value(kind, is_bad))
        return "(%s)" % ", ".join(values)

    def fill(self, own):
        self.code_share = self.random.choice([0, 0, 0.02, 0.5])
        rows = [self._row(number) for number in range(self.rows)]
        own.sql('INSERT INTO PUB."%s" VALUES %s' % (self.name, ", ".join(rows)))


@pytest.fixture(scope="module")
def empty_server():
    with OpenEdgeServer("pathology") as server:
        yield server
        server.reset()


def known_widths(own, truth, tables):
    widths = Widths(own, truth)
    for table in tables:
        widths.widths[table.name, "Code"] = 10
        for place, kind in enumerate(table.kinds):
            if kind not in ("date", "integer"):
                widths.widths[table.name, "C%d" % place] = 6 if kind == "decimal" else 10
    return widths


@pytest.mark.parametrize("seed", [31] + ([7, 1912] if IS_LONG else []))
@pytest.mark.parametrize("functions", ["fail", "pass", "substring", "cast", "cut"] if IS_LONG else [
    "fail", "substring"])
def test_random_tables_with_random_bad_values(empty_server, mirror, pg, seed, functions):
    own = empty_server
    tables = [RandomTable(seed, number) for number in range(150 if IS_LONG else 15)]
    names = [table.name for table in tables]
    own.df("".join(table.dump() for table in tables))
    try:
        for table in tables:
            table.fill(own)
        own.switch(wide_functions=functions, primary_keys="primary_index", index_info="all")
        mirror.source(**own.source_keys())
        selected = [word for name in names for word in ("--table", name)]
        result = mirror.run(*selected, environment=java_environment())
        assert ", 0 failed" in result.stderr, result.explain()
        assert unlike(known_widths(own, Truth(own), tables), pg, names) == []
        settle(mirror, pg, selected)
    finally:
        own.df("".join('DROP TABLE "%s"\n' % name for name in names))


def settle(mirror, pg, selected):
    """From the second run on nothing is new and nothing is written."""
    before = row_versions(pg, "pub")
    for _ in range(2):
        run(mirror, *selected)
        assert last_run(pg) == (0, 0, 0)
    assert row_versions(pg, "pub") == before
