"""A mirrored table that people attached to other things of theirs, or made something else of: what the
source adds or drops fails with the remedy, which is a statement that works as it stands, and nothing
of theirs is changed by any other."""

import re

import pytest

from conftest import LoadedOnce
from mirroring import errors, mirrored, quarantined, sqlite_file


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    return LoadedOnce(pg_server, sqlite_file(
        tmp_path_factory.mktemp("loaded") / "source.sqlite",
        "CREATE TABLE t (id VARCHAR(9) NOT NULL PRIMARY KEY, v VARCHAR(9))",
        "CREATE TABLE other (id VARCHAR(9))", "INSERT INTO other VALUES ('o')",
        "INSERT INTO t VALUES ('1', 'a'), ('2', 'b')"))


def add_column(mirror):
    sqlite_file(mirror.path_of_source, "ALTER TABLE t ADD fresh VARCHAR(9)",
                "UPDATE t SET fresh = 'f' || id", "UPDATE other SET id = 'others go on'")


PARTITION = ("CREATE TABLE public.whole (id text, v text) PARTITION BY LIST (id);"
             "ALTER TABLE public.whole ATTACH PARTITION mirror.t DEFAULT")
TYPED = "CREATE TYPE public.kind AS (id text, v text); ALTER TABLE mirror.t OF public.kind"


def remedies(result):
    """The statements in the hints of what failed."""
    return re.findall(r"ALTER (?:FOREIGN )?(?:TABLE|TYPE|ROLE|VIEW) [^;]*;", errors(result))


@pytest.mark.parametrize("attach, number", [
    (PARTITION, 0), (PARTITION, 1), (TYPED, 0), (TYPED, 1),
    ("CREATE TABLE public.child () INHERITS (mirror.t); ALTER TABLE public.child OWNER TO stranger;"
     "CREATE TABLE public.other () INHERITS (mirror.t)", slice(None)),
    ("CREATE TABLE public.child (fresh int) INHERITS (mirror.t); ALTER TABLE public.child OWNER TO mirror", 0)],
    ids=["a partition that gets the column from above", "a partition that is detached",
         "a typed table whose type gets the column", "a typed table that is none any more",
         "a parent of somebody else's table", "a parent of a table with another such column"])
def test_a_new_column_has_its_remedy_in_the_hint_and_the_remedy_works(loaded, pg, attach, number):
    pg.query(attach)
    add_column(loaded)
    result = loaded.run()
    assert result.status == 1, result.explain()
    assert mirrored(pg, "t") == [("1", "a"), ("2", "b")]
    assert mirrored(pg, "other") == [("others go on",)]
    told = dict.fromkeys(remedies(result))  # each is told when it fails and in the summary
    pg.query("".join(list(told)[number]))
    loaded.run_well()
    assert mirrored(pg, "t", "id, v, fresh") == [("1", "a", "f1"), ("2", "b", "f2")]


@pytest.mark.parametrize("attach", [
    "CREATE TABLE public.parent (v text); ALTER TABLE mirror.t INHERIT public.parent",
    "CREATE TABLE public.child () INHERITS (mirror.t); ALTER TABLE public.child OWNER TO mirror",
    "CREATE VIEW public.seen AS SELECT * FROM mirror.t",
    "CREATE PUBLICATION narrow FOR TABLE mirror.t (id, v); ALTER TABLE mirror.t ADD PRIMARY KEY (id)"],
    ids=["a child", "a parent", "one under a view", "one published by a list of columns"])
def test_a_new_column_arrives_in(loaded, pg, attach):
    pg.query(attach)
    add_column(loaded)
    loaded.run_well()
    assert mirrored(pg, "t", "id, v, fresh")[-2:] == [("1", "a", "f1"), ("2", "b", "f2")]


def test_a_column_that_a_parent_gives_is_dropped_there(loaded, pg):
    pg.query("CREATE TABLE public.parent (v text); ALTER TABLE mirror.t INHERIT public.parent")
    loaded.settings(dropped_columns="drop")
    sqlite_file(loaded.path_of_source, "ALTER TABLE t DROP v")
    result = loaded.run()
    assert result.status == 1 and "inherits from" in errors(result), result.explain()
    assert 'ALTER TABLE public.parent DROP COLUMN "v"' in errors(result)
    pg.query(remedies(result)[-1].split("or: ")[-1])
    loaded.run_well()
    assert mirrored(pg, "t") == [("1",), ("2",)]


@pytest.mark.parametrize("hang", [
    "CREATE VIEW public.seen AS SELECT id, v FROM mirror.t",
    "CREATE MATERIALIZED VIEW public.seen AS SELECT v FROM mirror.t",
    "ALTER TABLE mirror.t ADD twice text GENERATED ALWAYS AS (v || v) STORED",
    "ALTER TABLE mirror.t ADD UNIQUE (v);"
    "CREATE TABLE public.child (v text REFERENCES mirror.t (v)); INSERT INTO public.child VALUES ('a')"],
    ids=["a view", "a materialized view", "a column that is computed", "a foreign key"])
def test_a_column_on_which_others_hang_is_dropped_with_them_or_kept(loaded, pg, hang):
    pg.query(hang)
    loaded.settings(dropped_columns="drop")
    sqlite_file(loaded.path_of_source, "ALTER TABLE t DROP v", "INSERT INTO t VALUES ('3')")
    result = loaded.run()
    assert result.status == 1 and 'dropped_columns to "keep"' in errors(result), result.explain()
    assert mirrored(pg, "t", "id, v") == [("1", "a"), ("2", "b")]
    pg.query(remedies(result)[0])
    loaded.run_well()
    assert mirrored(pg, "t", "id") == [("1",), ("2",), ("3",)]


FOREIGN = ("ALTER TABLE mirror.t RENAME TO before; CREATE EXTENSION IF NOT EXISTS file_fdw;"
           "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE mirror.t (id text, v text)"
           " SERVER files OPTIONS (filename '/etc/hostname')")


@pytest.mark.parametrize("become", [
    FOREIGN,
    "ALTER TABLE mirror.t RENAME TO before; CREATE TABLE mirror.t (id text, v text) PARTITION BY LIST (id)",
    "ALTER TABLE mirror.t RENAME TO before; CREATE VIEW mirror.t AS SELECT * FROM mirror.before",
    "ALTER TABLE mirror.t RENAME TO before; CREATE MATERIALIZED VIEW mirror.t AS SELECT * FROM mirror.before",
    "ALTER TABLE mirror.t RENAME TO before; CREATE TYPE mirror.t AS (id text)",
    "GRANT USAGE ON SCHEMA mirror TO stranger; ALTER TABLE mirror.t OWNER TO stranger",
    "ALTER TABLE mirror.t ENABLE ROW LEVEL SECURITY; ALTER TABLE mirror.t FORCE ROW LEVEL SECURITY"],
    ids=["a foreign table", "a partitioned table", "a view", "a materialized view", "a type",
         "somebody else's", "one whose rows are hidden"])
def test_what_is_no_plain_table_of_ours_any_more_has_a_remedy_that_works(loaded, pg, become):
    pg.query(become)
    sqlite_file(loaded.path_of_source, "INSERT INTO t VALUES ('3', 'c')",
                "UPDATE other SET id = 'others go on'")
    result = loaded.run()
    assert result.status == 1, result.explain()
    assert mirrored(pg, "other") == [("others go on",)]
    pg.query(remedies(result)[0])
    loaded.run_well()
    assert mirrored(pg, "t") == [("1", "a"), ("2", "b"), ("3", "c")]


def test_rows_that_do_not_belong_into_the_partition_are_quarantined(loaded, pg):
    pg.query("CREATE TABLE public.whole (id text, v text) PARTITION BY LIST (id);"
             "ALTER TABLE public.whole ATTACH PARTITION mirror.t FOR VALUES IN ('1', '2', '3')")
    sqlite_file(loaded.path_of_source, "INSERT INTO t VALUES ('3', 'c'), ('4', 'd')")
    assert loaded.run().status == 1
    assert pg.query("SELECT * FROM public.whole ORDER BY id") == [("1", "a"), ("2", "b"), ("3", "c")]
    assert quarantined(pg, "reason", "key_values") == [("row_refused", ["4"])]


def test_a_publication_that_lacks_the_replica_identity_fails_the_table_with_the_remedy(loaded, pg):
    pg.query("ALTER TABLE mirror.t ADD PRIMARY KEY (id); CREATE PUBLICATION narrow FOR TABLE mirror.t (v)")
    sqlite_file(loaded.path_of_source, "UPDATE t SET v = 'new'")
    result = loaded.run()
    assert result.status == 1 and "ALTER PUBLICATION" in errors(result), result.explain()
    pg.query("ALTER PUBLICATION narrow SET TABLE mirror.t (id, v)")
    loaded.run_well()
    assert mirrored(pg, "t") == [("1", "new"), ("2", "new")]


def test_a_column_of_others_with_values_is_not_taken(loaded, pg):
    pg.query("ALTER TABLE mirror.t ADD fresh text; UPDATE mirror.t SET fresh = 'theirs'")
    add_column(loaded)
    assert loaded.run().status == 1
    assert mirrored(pg, "t", "fresh") == [("theirs",), ("theirs",)]
