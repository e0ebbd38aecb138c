"""A mirrored table that people attached to other things of theirs: what the source adds or drops
fails with the remedy, the remedy works, and nothing of theirs is changed."""

import pytest

from mirroring import errors, mirrored, quarantined, sqlite_file


@pytest.fixture
def loaded(mirror, tmp_path):
    mirror.path_of_source = sqlite_file(
        tmp_path / "source.sqlite", "CREATE TABLE t (id VARCHAR(9) NOT NULL PRIMARY KEY, v VARCHAR(9))",
        "CREATE TABLE other (id VARCHAR(9))", "INSERT INTO other VALUES ('o')",
        "INSERT INTO t VALUES ('1', 'a'), ('2', 'b')")
    mirror.sqlite(mirror.path_of_source).run_well()
    return mirror


def add_column(mirror):
    sqlite_file(mirror.path_of_source, "ALTER TABLE t ADD fresh VARCHAR(9)",
                "UPDATE t SET fresh = 'f' || id", "UPDATE other SET id = 'others go on'")


PARTITION = ("CREATE TABLE public.whole (id text, v text) PARTITION BY LIST (id);"
             "ALTER TABLE public.whole ATTACH PARTITION mirror.t DEFAULT")
TYPED = "CREATE TYPE public.kind AS (id text, v text); ALTER TABLE mirror.t OF public.kind"


@pytest.mark.parametrize("attach, told, remedy", [
    (PARTITION, "whole ADD COLUMN \"fresh\" text", "ALTER TABLE public.whole ADD COLUMN fresh text"),
    (PARTITION, "DETACH PARTITION", "ALTER TABLE public.whole DETACH PARTITION mirror.t"),
    (TYPED, "ADD ATTRIBUTE \"fresh\" text CASCADE", "ALTER TYPE public.kind ADD ATTRIBUTE fresh text CASCADE"),
    (TYPED, "NOT OF", "ALTER TABLE mirror.t NOT OF"),
    ("CREATE TABLE public.child () INHERITS (mirror.t); ALTER TABLE public.child OWNER TO stranger",
     "NO INHERIT", "ALTER TABLE public.child NO INHERIT mirror.t"),
    ("CREATE TABLE public.child (fresh int) INHERITS (mirror.t); ALTER TABLE public.child OWNER TO mirror",
     "NO INHERIT", "ALTER TABLE public.child NO INHERIT mirror.t")],
    ids=["a partition that gets the column from above", "a partition that is detached",
         "a typed table whose type gets the column", "a typed table that is none any more",
         "a parent of somebody else's table", "a parent of a table with another such column"])
def test_a_new_column_has_its_remedy_in_the_hint_and_the_remedy_works(loaded, pg, attach, told, remedy):
    pg.query(attach)
    add_column(loaded)
    result = loaded.run()
    assert result.status == 1 and told in errors(result), result.explain()
    assert mirrored(pg, "t") == [("1", "a"), ("2", "b")]
    assert mirrored(pg, "other") == [("others go on",)]
    pg.query(remedy)
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
    pg.query("ALTER TABLE mirror.t NO INHERIT public.parent")
    loaded.run_well()
    assert mirrored(pg, "t") == [("1",), ("2",)]


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
