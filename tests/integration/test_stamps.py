"""Tables that are read by a column which says when a row was written: only rows of late are asked for,
what they do not tell the next whole comparison finds, and a column that does not tell of a change is not
believed again."""

import datetime
import random
import sqlite3

import psycopg2
import pytest

from doors import from_mariadb, from_postgres
from forms import IS_LONG
from mirroring import last_run, row_versions
from servers import java_environment

OLD = "2020-02-03 04:05:06"
ROWS = 30
DF = """
ADD TABLE "Stamped"
ADD FIELD "id" OF "Stamped" AS integer
  MANDATORY
ADD FIELD "text" OF "Stamped" AS character
  MAX-WIDTH 60
ADD FIELD "changed" OF "Stamped" AS datetime
ADD INDEX "id" ON "Stamped"
  UNIQUE
  PRIMARY
  INDEX-FIELD "id" ASCENDING
ADD INDEX "changed" ON "Stamped"
  INDEX-FIELD "changed" ASCENDING
"""


class Source:
    """Table stamped (id, text, changed) at a source, and its mirror."""

    name = "stamped"
    now = "CURRENT_TIMESTAMP"
    environment = None

    def __init__(self, mirror, pg):
        self.mirror, self.pg = mirror, pg
        mirror.config["postgres_db"]["schema"] = "mirror"
        mirror.settings(full_below_rows=0, jobs=1, witness_proofs=1)
        self.table_settings(witness="stamp:changed")

    def table_settings(self, **keys):
        self.mirror.settings(tables={"stamped": keys})

    def fill(self):
        for n in range(1, ROWS + 1):
            self.sql("INSERT INTO %s VALUES (%d, 'text %d', %s)" % (self.name, n, n, self.at(OLD)))
        return self

    def at(self, stamp):
        return "'%s'" % stamp

    def ago(self, seconds):
        """A stamp by the clock of this machine, which is the sources' too."""
        return self.at((datetime.datetime.now() - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S"))

    def change(self, n, text, stamp=None):
        self.sql("UPDATE %s SET text = '%s'%s WHERE id = %d"
                 % (self.name, text, "" if stamp is None else ", changed = %s" % stamp, n))

    def insert(self, n, stamp):
        self.sql("INSERT INTO %s VALUES (%d, 'new', %s)" % (self.name, n, stamp))

    def delete(self, n):
        self.sql("DELETE FROM %s WHERE id = %d" % (self.name, n))

    def run(self, *arguments):
        return self.mirror.run("--table", "Stamped", *arguments, environment=self.environment)

    def run_well(self, *arguments):
        result = self.run(*arguments)
        assert result.status == 0, result.explain()
        return result

    def how(self):
        return self.pg.value("SELECT method FROM oe2pg.tracking")

    def rows_read(self):
        return self.pg.value("SELECT rows_read FROM oe2pg.table_run ORDER BY run_id DESC LIMIT 1")

    def stored(self):
        return {int(row[0]): row[1] for row in self.query("SELECT id, text FROM %s" % self.name)}

    def mirrored(self):
        rows = self.pg.query("SELECT id::int, text FROM mirror.stamped")
        assert len(dict(rows)) == len(rows)
        return dict(rows)

    def by_stamp(self):
        """A run that reads by stamp alone."""
        result = self.run_well()
        assert self.how() == "timestamp", self.pg.value("SELECT reason FROM oe2pg.tracking")
        return result

    def whole(self):
        """A run for which the whole comparison is due."""
        self.pg.query("UPDATE oe2pg.witness SET whole_at = whole_at - interval '2 days'")
        result = self.run_well()
        assert self.how() == "full"
        return result

    def state(self):
        return self.pg.query("SELECT state, proofs::int, misses::int FROM oe2pg.witness WHERE kind = 'stamp'")[0]

    def trust(self):
        """Loaded, and the stamp believed at the operator's word."""
        self.mirror.settings(trust="now")
        self.run_well()
        return self


class SqliteSource(Source):
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')"

    def __init__(self, mirror, pg, path):
        super().__init__(mirror, pg)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.sql("CREATE TABLE stamped (id INTEGER PRIMARY KEY, text TEXT, changed TIMESTAMP)")
        self.sql("CREATE INDEX stamped_changed ON stamped (changed)")
        mirror.sqlite(path)

    def sql(self, statement):
        self.database.execute(statement)

    def query(self, statement):
        return self.database.execute(statement).fetchall()

    def close(self):
        self.database.close()


class PostgresSource(Source):
    name = "stamps.stamped"
    now = "clock_timestamp()::timestamp"

    def __init__(self, mirror, pg, second, door="odbc"):
        super().__init__(mirror, pg)
        self.second = second
        self.session = psycopg2.connect(second.dsn)
        self.session.autocommit = True
        self.sql("CREATE SCHEMA stamps; CREATE TABLE stamps.stamped"
                 " (id int PRIMARY KEY, text text, changed timestamp);"
                 " CREATE INDEX ON stamps.stamped (changed)")
        from_postgres(mirror, second, door, "stamps")

    def sql(self, statement):
        with self.session.cursor() as cursor:
            cursor.execute(statement)

    def query(self, statement):
        with self.session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def close(self):
        self.session.close()


class MariadbSource(Source):
    now = "NOW(3)"

    def __init__(self, mirror, pg, server):
        super().__init__(mirror, pg)
        self.server = server
        server.sql("DROP DATABASE IF EXISTS stamps; CREATE DATABASE stamps")
        self.sql("CREATE TABLE stamped (id INT PRIMARY KEY, text VARCHAR(60), changed DATETIME(3), KEY (changed))")
        from_mariadb(mirror, server, "odbc", "stamps")

    def sql(self, statement):
        self.server.sql(statement, "stamps")

    def query(self, statement):
        return [line.split("\t") for line in self.server.sql(statement, "stamps").splitlines()]

    def close(self):
        self.server.sql("DROP DATABASE stamps")


class OpenedgeSource(Source):
    name = 'PUB."Stamped"'
    now = "CAST(LOCALTIMESTAMP AS TIMESTAMP(3))"

    def __init__(self, mirror, pg, openedge):
        super().__init__(mirror, pg)
        self.openedge = openedge
        self.environment = java_environment()
        mirror.source(**openedge.source_keys())
        openedge.switch(primary_keys="primary_index", index_info="all")
        openedge.df(DF)

    def sql(self, statement):
        self.openedge.sql(statement.replace(" id", ' "id"').replace("text =", '"text" =')
                          .replace("changed =", '"changed" ='))

    def query(self, statement):
        return self.openedge.sql(statement.replace("id, text", '"id", "text"'))

    def close(self):
        self.openedge.df('DROP TABLE "Stamped"')


SOURCES = ("sqlite", "postgres", "mariadb", "openedge")


@pytest.fixture
def source(request, mirror, pg, tmp_path):
    kind = getattr(request, "param", "sqlite")
    if kind == "sqlite":
        made = SqliteSource(mirror, pg, tmp_path / "stamps.sqlite")
    elif kind.startswith("postgres"):
        made = PostgresSource(mirror, pg, request.getfixturevalue("second_pg"),
                              "jdbc" if kind.endswith("jdbc") else "odbc")
    elif kind == "mariadb":
        made = MariadbSource(mirror, pg, request.getfixturevalue("mariadb_server"))
    else:
        made = OpenedgeSource(mirror, pg, request.getfixturevalue("openedge"))
    yield made.fill()
    made.close()


every_source = pytest.mark.parametrize("source", SOURCES + (("postgres-jdbc",) if IS_LONG else ()), indirect=True)


# --- what is read by stamp

@every_source
def test_only_rows_of_late_are_read(source):
    source.insert(100, source.now)
    source.trust()
    source.change(3, "stamped", source.now)
    source.insert(101, source.now)
    source.insert(102, "NULL")
    source.change(4, "back", source.at("2019-01-01 00:00:00"))
    source.by_stamp()
    assert source.rows_read() == 4  # 3, 100, 101, 102
    assert source.mirrored() == {**source.stored(), 4: "text 4"}
    source.whole()
    assert source.mirrored() == source.stored()


def test_a_read_by_stamp_of_what_did_not_change_writes_nothing(source):
    source.insert(100, source.now)
    source.insert(101, "NULL")
    source.trust()
    versions = row_versions(source.pg)
    source.by_stamp()
    assert row_versions(source.pg) == versions and last_run(source.pg) == (0, 0, 0)


def test_a_row_that_left_the_window_is_read_by_its_key_and_one_that_is_gone_goes(source):
    for n in (100, 101, 102):
        source.insert(n, source.now)
    source.trust()
    source.change(100, "set back", source.at(OLD))
    source.delete(101)
    source.delete(5)  # which nobody asks for
    source.by_stamp()
    assert last_run(source.pg) == (0, 1, 1)
    assert source.mirrored() == {**source.stored(), 5: "text 5"}
    source.whole()
    assert source.mirrored() == source.stored()


def test_a_key_that_changed_is_a_row_that_went_and_one_that_came(source):
    source.insert(100, source.now)
    source.trust()
    source.sql("UPDATE stamped SET id = 200, changed = %s WHERE id = 100" % source.now)
    source.by_stamp()
    assert source.mirrored() == source.stored()


def test_a_row_that_left_where_goes(source):
    source.insert(100, source.now)
    source.table_settings(witness="stamp:changed", where="text <> 'out'")
    source.trust()
    source.change(100, "out", source.now)
    source.change(7, "out", source.now)
    source.by_stamp()
    assert source.mirrored() == {n: text for n, text in source.stored().items() if text != "out"}


def test_a_stamp_of_the_future_comes_with_its_time_and_moves_nothing(source):
    source.insert(100, source.now)
    source.trust()
    source.insert(101, source.ago(-7 * 3600))
    source.insert(102, source.now)
    source.by_stamp()
    assert 101 not in source.mirrored() and 102 in source.mirrored()
    source.whole()
    assert 101 in source.mirrored()
    source.insert(103, source.now)
    source.by_stamp()
    assert source.mirrored() == source.stored()


@pytest.mark.parametrize("types", ("text", "native"))
@pytest.mark.parametrize("source", ("postgres",), indirect=True)
@pytest.mark.parametrize("kind", ("date", "timestamptz"))
def test_dates_and_instants_are_stamps_too(source, types, kind):
    source.sql("ALTER TABLE stamps.stamped ALTER changed TYPE %s" % kind)
    source.insert(100, "now()")
    source.mirror.settings(column_types=types)
    source.trust()
    source.change(3, "stamped", "now()")
    source.by_stamp()
    assert source.rows_read() == 2 and source.mirrored() == source.stored()


@pytest.mark.parametrize("source", ("postgres",), indirect=True)
def test_what_an_open_transaction_wrote_is_met_when_it_is_committed(source):
    """However long it was open, the overlap apart: the watermark stays where it began."""
    source.mirror.settings(overlap_seconds=0)
    source.insert(100, source.now)
    source.trust()
    with psycopg2.connect(source.second.dsn) as other, other.cursor() as cursor:
        cursor.execute("INSERT INTO stamps.stamped VALUES (101, 'late', clock_timestamp()::timestamp)")
        source.insert(102, source.now)
        source.by_stamp()
        assert 101 not in source.mirrored() and 102 in source.mirrored()
        point = source.pg.value("SELECT point FROM oe2pg.witness WHERE kind = 'stamp'").split("|")[0]
        assert point < source.query("SELECT changed::text FROM stamps.stamped WHERE id = 102")[0][0]
        other.commit()
    source.by_stamp()
    assert source.mirrored() == source.stored()


def test_both_indexes_are_made_and_go_with_the_setting(source):
    source.trust()
    names = [name for name, in source.pg.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'mirror' ORDER BY 1")]
    assert names == ["stamped_stamp_idx", "stamped_stamp_key_idx"]
    source.table_settings(priority=1)
    source.run_well()
    assert source.pg.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'mirror'") == []
    assert source.how() == "full"


@pytest.mark.parametrize("keys, words", [
    ({"witness": "stamp:text"}, "a stamp is a date, or a date and a time"),
    ({"timestamp_column": "nowhere"}, "there is no column"),
    ({"timestamp_column": "changed", "exclude_columns": ["changed"]}, "there is no column"),
])
def test_what_cannot_serve_is_refused_with_the_reason(source, keys, words):
    source.table_settings(**keys)
    result = source.run_well()
    assert words in "\n".join(result.log_lines("WARNING"))
    assert words in source.pg.value("SELECT reason FROM oe2pg.tracking")
    assert source.mirrored() == source.stored()


def test_plan_says_what_is_read_by_stamp_and_what_is_not(source):
    source.table_settings(timestamp_column="changed")
    source.insert(100, source.now)
    source.run_well()
    assert "on probation, 0 of 1 comparisons proved it" in source.mirror.run("plan", "--all").stdout
    source.mirror.settings(trust="now")
    plan = source.mirror.run("plan", "--all").stdout
    assert "read by stamp" in plan and "the operator trusts it" in plan


@pytest.mark.parametrize("source", ("postgres",), indirect=True)
def test_check_says_whether_a_stamp_can_serve(source):
    assert "read by stamp once these are believed: stamped" in source.mirror.run("check").stdout
    source.table_settings(witness="stamp:text")
    assert 'table "stamped" is read whole: column "text" is' in source.mirror.run("check").stdout


# --- whether it is believed

def test_a_stamp_is_believed_when_it_told_of_what_was_found(source):
    source.insert(100, source.now)
    source.run_well()
    assert source.state() == ("probation", 0, 0)
    source.run_well()  # nothing changed: nothing is proved
    source.delete(9)  # deletes prove nothing, and are no miss
    source.run_well()
    assert source.state() == ("probation", 0, 0) and source.how() == "full"
    source.change(3, "stamped", source.now)
    source.run_well()
    assert source.state() == ("trusted", 1, 0)
    source.change(4, "stamped", source.now)
    source.by_stamp()
    assert source.mirrored() == source.stored()


@every_source
def test_a_stamp_that_lies_is_caught_named_and_not_believed_again(source):
    source.insert(100, source.now)
    source.trust()
    source.change(12, "in silence")
    source.by_stamp()
    assert source.mirrored() == {**source.stored(), 12: "text 12"}
    result = source.whole()
    assert source.mirrored() == source.stored()
    assert source.state()[0] == "demoted" and source.state()[2] == 1
    evidence = source.pg.value("SELECT evidence FROM oe2pg.witness WHERE kind = 'stamp'")
    assert '"id" = 12' in evidence and '"changed"' in evidence and "run 3" in evidence
    assert "is read whole from now on" in "\n".join(result.log_lines("WARNING"))
    source.change(13, "in silence")
    source.run_well()
    assert source.how() == "full" and source.mirrored() == source.stored()


def test_what_somebody_did_to_the_mirror_is_no_miss(source):
    source.insert(100, source.now)
    source.run_well()
    source.pg.query("UPDATE mirror.stamped SET text = 'by hand' WHERE id::int = 12")
    source.change(3, "stamped", source.now)
    source.run_well()
    assert source.mirrored() == source.stored() and source.state() == ("trusted", 1, 0)


def test_another_where_is_no_miss(source):
    source.insert(100, source.now)
    source.table_settings(witness="stamp:changed", where="id > 10")
    source.run_well()
    source.table_settings(witness="stamp:changed")
    source.run_well()
    assert source.mirrored() == source.stored() and source.state()[2] == 0


# --- rounds of all that can happen

def play(source, chance, ids, hidden):
    """A round of work at the source. `hidden`: rows that changed while their stamp told nothing of it."""
    for _ in range(chance.randint(1, 6)):
        what = chance.randrange(8)
        n = chance.choice(sorted(ids))
        if what == 0:
            ids.add(max(ids) + 1)
            source.insert(max(ids), chance.choice((source.now, "NULL", source.ago(60))))
        elif what == 1 and len(ids) > 20:
            source.delete(n)
            ids.remove(n)
        elif what == 2:
            source.change(n, "set back %d" % chance.randrange(1000), source.at(OLD))
            hidden.add(n)
        elif what == 3 and chance.random() < 0.3:
            source.change(n, "in silence %d" % chance.randrange(1000))
            hidden.add(n)
        elif what == 4:
            source.sql("UPDATE %s SET changed = %s WHERE id < %d" % (source.name, source.ago(30), n))
            hidden.difference_update(range(n))
        else:
            source.change(n, "stamped %d" % chance.randrange(1000), chance.choice((source.now, source.ago(120))))
            hidden.discard(n)


@every_source
def test_rounds_of_work(source):
    """After a read by stamp all is there that was stamped; after a whole comparison all is equal, and a
    stamp that lied is not believed any more."""
    chance = random.Random(17)
    ids = set(range(1, ROWS + 1)) | {100}
    hidden = set()
    source.insert(100, source.now)
    source.trust()
    for n in range(500 if IS_LONG else 4):
        play(source, chance, ids, hidden)
        source.run_well() if n % 3 < 2 else source.whole()
        stored, mirrored = source.stored(), source.mirrored()
        if source.how() == "full":
            assert mirrored == stored
            hidden.clear()
            if source.state()[0] == "demoted":
                source.pg.query("DELETE FROM oe2pg.witness")
        else:
            assert {k: stored[k] for k in ids - hidden} == {k: mirrored.get(k) for k in ids - hidden}
