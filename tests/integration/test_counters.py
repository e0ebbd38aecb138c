"""A table to which nothing was written, by the server's own counters, is not read: once these proved
themselves, and only where what was read before cannot be undone any more."""

import os
import random

import pytest

from mirroring import last_run, row_versions
from servers import java_environment

WEIGHT = 5  # see conftest.py

NAMES = ("Counted", "Other")
TABLE = """
ADD TABLE "%(name)s"
ADD FIELD "Id" OF "%(name)s" AS integer
  MANDATORY
ADD FIELD "Text" OF "%(name)s" AS character
  MAX-WIDTH 60
ADD INDEX "Id" ON "%(name)s"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
ROWS = 40


class Counted:
    """Two tables that the look-alike counts, and their mirror."""

    def __init__(self, openedge, mirror, pg):
        self.openedge, self.mirror, self.pg = openedge, mirror, pg
        mirror.source(**openedge.source_keys())
        mirror.settings(witness_proofs=1)
        openedge.switch(primary_keys="primary_index", index_info="all", table_counters="all")
        for name in NAMES:
            openedge.df(TABLE % {"name": name})
            openedge.sql('INSERT INTO PUB."%s" SELECT x, \'text \' || x FROM SYSTEM_RANGE(1, %d)' % (name, ROWS))

    def run(self, *arguments):
        self.openedge.clear_log()
        return self.mirror.run("--table", "Counted", "--table", "Other", *arguments,
                               environment=java_environment())

    def run_well(self, *arguments):
        result = self.run(*arguments)
        assert result.status == 0, result.explain()
        return result

    def were_read(self):
        """Tables from which the last run read rows."""
        statements = [entry["sql"] for entry in self.openedge.log() if entry["kind"] == "statements"]
        return [name for name in NAMES if any('FROM "PUB"."%s"' % name in sql for sql in statements)]

    def change(self, name, text="changed", where='"Id" = 7', counted=True):
        change = 'UPDATE PUB."%s" SET "Text" = \'%s\' WHERE %s' % (name, text, where)
        (self.openedge.sql if counted else self.openedge.uncounted)(change)

    def is_equal(self, name):
        stored = {int(row[0]): row[1] for row in
                  self.openedge.sql('SELECT "Id", "Text" FROM PUB."%s"' % name)}
        mirrored = dict(self.pg.query("SELECT id::int, text FROM mirror.%s" % name.lower()))
        return stored == mirrored

    def trust(self):
        """Loaded, and the counters believed at the operator's word."""
        self.mirror.settings(trust="now")
        self.run_well()
        return self

    def prove(self):
        """Loaded, and changed once so that the counters told of it."""
        self.run_well()
        self.change("Other", "first change")
        self.run_well()
        assert self.state() == "trusted"
        return self

    def state(self, table=""):
        return self.pg.value("SELECT state FROM oe2pg.witness WHERE source_table = %s", [table])

    def make_due(self):
        self.pg.query("UPDATE oe2pg.witness SET whole_at = whole_at - interval '2 days'")


@pytest.fixture
def counted(openedge, mirror, pg):
    mirror.config["postgres_db"]["schema"] = "mirror"
    yield Counted(openedge, mirror, pg)
    for name in NAMES:
        openedge.df('DROP TABLE "%s"' % name)


# --- what is read, and what is not

def test_a_table_to_which_nothing_was_written_is_not_read(counted):
    counted.trust()
    versions = row_versions(counted.pg)
    read_from = counted.pg.value("SELECT min(read_from) FROM oe2pg.tracking")
    result = counted.run_well()
    assert counted.were_read() == []
    assert row_versions(counted.pg) == versions and last_run(counted.pg) == (0, 0, 0)
    assert "2 of 2 tables need not be read by the server's counters" in result.log
    assert counted.pg.value("SELECT min(read_from) FROM oe2pg.tracking") > read_from
    assert counted.pg.value("SELECT count(*) FROM oe2pg.tracking WHERE reason LIKE 'not read: %%'") == 2


def test_a_table_that_was_written_to_is_read_and_no_other(counted):
    counted.trust()
    for write in ('INSERT INTO PUB."Counted" VALUES (1000, \'new\')',
                  'UPDATE PUB."Counted" SET "Text" = NULL WHERE "Id" = 3',
                  'DELETE FROM PUB."Counted" WHERE "Id" = 5'):
        counted.openedge.sql(write)
        counted.run_well()
        assert counted.were_read() == ["Counted"], write
        assert counted.is_equal("Counted"), write


def test_counters_are_believed_after_three_runs_that_found_changes(counted):
    counted.mirror.settings(witness_proofs=3)
    counted.run_well()
    for change in range(3):
        counted.run_well()  # finds none: proves nothing
        counted.change("Other", "change %d" % change)
        counted.run_well()
        assert counted.were_read() == list(NAMES)
    counted.run_well()
    assert counted.were_read() == []


def test_a_table_may_be_taken_out(counted):
    counted.mirror.settings(tables={"Counted": {"witness": "none"}})
    counted.trust()
    counted.run_well()
    assert counted.were_read() == ["Counted"]


def test_plan_says_what_will_not_be_read_and_who_asks_for_all_gets_all(counted):
    counted.trust()
    result = counted.run_well("plan")
    assert "To be read: 0 tables" in result.stdout and "not to be read: 2" in result.stdout, result.explain()
    for arguments in (["--full-sync"], ["verify"]):
        counted.run_well(*arguments)
        assert counted.were_read() == list(NAMES)


@pytest.mark.parametrize("counters, words", [
    ("all", "counts what is written to each table"), ("none", "to 0 tables, and not to ")])
def test_check_says_what_the_server_counts(counted, counters, words):
    counted.openedge.switch(table_counters=counters)
    result = counted.mirror.run("check", environment=java_environment())
    assert words in result.stdout, result.explain()


# --- when they say nothing

def test_counters_that_began_again_say_nothing(counted):
    counted.trust()
    for event in ("restart", "zero"):
        counted.change("Counted", "before a " + event)
        counted.run_well()
        counted.openedge.control(event)
        counted.change("Counted", "behind a " + event, counted=False)
        counted.run_well()
        assert "Counted" in counted.were_read() and counted.is_equal("Counted")


def test_after_a_restart_they_are_proved_anew(counted):
    counted.prove()
    counted.openedge.control("restart")
    counted.run_well()
    counted.run_well()
    assert counted.were_read() == list(NAMES) and counted.state() == "probation"
    counted.change("Other", "after the restart")
    counted.run_well()
    counted.run_well()
    assert counted.were_read() == []


def test_a_table_outside_the_counted_range_is_read_when_anything_was_written(counted):
    counted.openedge.switch(table_counters="none")
    counted.trust()
    counted.change("Other", "elsewhere")
    counted.run_well()
    assert counted.were_read() == list(NAMES)
    counted.run_well()
    assert counted.were_read() == []


def test_the_partitions_of_a_table_are_added_up(counted):
    counted.openedge.switch(table_counters="parted")
    counted.trust()
    counted.openedge.sql('DELETE FROM PUB."Counted" WHERE "Id" = 5')
    counted.run_well()
    assert counted.were_read() == ["Counted"] and counted.is_equal("Counted")


def test_who_may_not_read_them_reads_every_table_and_is_told(counted):
    counted.openedge.add_user("narrow", "secret", metaschema="no")
    counted.mirror.source(**{**counted.openedge.source_keys(), "user": "narrow", "password": "secret"})
    counted.mirror.settings(witness="counters", trust="now")
    counted.run_well()
    result = counted.run_well()
    assert counted.were_read() == list(NAMES)
    assert "every table is read: the server's counters" in "\n".join(result.log_lines("WARNING"))


def test_a_mirrored_table_that_somebody_dropped_is_loaded_again(counted):
    counted.trust()
    counted.pg.query("DROP TABLE mirror.counted")
    counted.run_well()
    assert counted.were_read() == ["Counted"] and counted.is_equal("Counted")


# --- what may be undone

def test_what_an_open_transaction_wrote_is_read_again_when_it_was_undone(counted):
    counted.trust()
    counted.openedge.begin(17)
    counted.change("Counted", "dirty")
    counted.run_well()
    assert counted.is_equal("Counted")
    counted.run_well()
    assert counted.were_read() == ["Counted"]  # still open
    counted.change("Counted", "text 7", counted=False)
    counted.openedge.end(17)
    counted.run_well()
    assert counted.were_read() == ["Counted"] and counted.is_equal("Counted")
    counted.run_well()
    assert counted.were_read() == []


def test_a_transaction_that_wrote_elsewhere_holds_nothing_up(counted):
    counted.trust()
    counted.openedge.begin(17)
    counted.run_well()
    assert counted.were_read() == []


# --- lies

def test_a_change_of_which_they_did_not_tell_costs_the_table_its_trust(counted):
    counted.prove()
    counted.change("Counted", "behind their back", counted=False)
    counted.run_well()
    assert not counted.is_equal("Counted")
    counted.make_due()
    result = counted.run_well()
    assert counted.is_equal("Counted")
    assert counted.state("Counted") == "demoted" and counted.state("Other") == "probation"
    assert "1 to update" in "\n".join(result.log_lines("WARNING"))
    counted.change("Counted", "again", counted=False)
    counted.run_well()
    assert counted.is_equal("Counted")


def test_misses_in_two_tables_are_the_end_of_it(counted):
    counted.prove()
    for name in NAMES:
        counted.change(name, "behind their back", counted=False)
    counted.make_due()
    counted.run_well()
    assert counted.state() == "demoted"
    counted.run_well()
    assert counted.were_read() == list(NAMES)


def test_a_table_is_read_again_when_its_time_has_come(counted):
    counted.trust()
    counted.make_due()
    counted.run_well()
    assert counted.were_read() == list(NAMES)
    counted.mirror.settings(reconcile_hours=0)
    counted.make_due()
    counted.run_well()
    assert counted.were_read() == []


# --- anything, in any order

class Business:
    """Writes that are committed, and such that are undone behind the counters' back."""

    def __init__(self, counted, seed):
        self.counted, self.random, self.open, self.last = counted, random.Random(seed), {}, 100

    def write(self):
        name, place = self.random.choice(NAMES), self.random.randrange(1, ROWS)
        self.last += 1
        self.counted.openedge.sql(self.random.choice([
            'INSERT INTO PUB."%s" VALUES (%d, \'new\')' % (name, self.last),
            'UPDATE PUB."%s" SET "Text" = \'%d\' WHERE "Id" = %d' % (name, self.last, place),
            'DELETE FROM PUB."%s" WHERE "Id" = %d' % (name, self.last - 3)]))

    def begin(self):
        """One transaction a table has a row of its own to write to."""
        name = self.random.choice(NAMES)
        if name in self.open:
            return
        self.last += 1
        self.open[name] = self.last
        self.counted.openedge.begin(self.last)
        self.counted.change(name, "dirty %d" % self.last, '"Id" = %d' % ROWS)

    def end(self):
        for name, number in list(self.open.items()):
            if self.random.random() < 0.5:
                self.counted.change(name, "text %d" % ROWS, '"Id" = %d' % ROWS, counted=False)
            self.counted.openedge.end(number)
            del self.open[name]

    def restart(self):
        """What is open is rolled back by it."""
        for name in self.open:
            self.counted.change(name, "text %d" % ROWS, '"Id" = %d' % ROWS, counted=False)
        self.open.clear()
        self.counted.openedge.control("restart")


def test_whatever_is_committed_or_undone_the_mirror_is_as_the_source_after_each_run(counted):
    rounds = 150 if os.environ.get("OE2PG_LONG") else 8
    business = Business(counted, seed=rounds)
    counted.trust()
    unread = 0
    for number in range(rounds):
        for step in business.random.choices(
                [business.write, business.begin, business.end, business.restart, lambda: None],
                weights=[3, 3, 3, 1, 4], k=2):
            step()
        counted.run_well()
        unread += len(NAMES) - len(counted.were_read())
        assert all(map(counted.is_equal, NAMES)), number
    assert unread > rounds / 4
