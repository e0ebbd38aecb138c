"""oe2pg plan: what a sync would do, and that it changes nothing."""

import contextlib
import json
import re
import sqlite3

import pytest


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.sqlite"
    with sqlite3.connect(path) as source:
        source.execute("CREATE TABLE customer (cust_num INTEGER PRIMARY KEY, name VARCHAR(60))")
        source.executemany("INSERT INTO customer VALUES (?, ?)",
                           ((i, "Kunde %d" % i) for i in range(5000)))
        for number in range(4):
            source.execute("CREATE TABLE small_%d (id INTEGER PRIMARY KEY, name VARCHAR(60))"
                           % number)
            source.execute("INSERT INTO small_%d VALUES (1, 'one')" % number)
        source.execute("ANALYZE")
    return path


@pytest.fixture
def planned(mirror, source):
    return mirror.sqlite(source)


def plan_json(mirror, *arguments):
    result = mirror.run("plan", "--json", *arguments)
    assert result.status in (0, 1), result.explain()
    return json.loads(result.stdout)


def table(answer, name):
    return next(t for t in answer["tables"] if t["source_table"] == name)


# Everything that a statement could have left behind.
FOOTPRINT = """
SELECT 'schema', nspname::text, '' FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)'
UNION ALL SELECT 'relation', oid::regclass::text, relfilenode::text FROM pg_class WHERE oid >= 16384
UNION ALL SELECT 'type', oid::regtype::text, '' FROM pg_type WHERE oid >= 16384
UNION ALL SELECT 'written', relid::regclass::text, (n_tup_ins + n_tup_upd + n_tup_del)::text
  FROM pg_stat_all_tables WHERE schemaname ~ '^(oe2pg|mirror)'
ORDER BY 1, 2"""


def test_before_the_first_run_everything_is_a_first_load_and_nothing_changes(planned):
    before = planned.database.query(FOOTPRINT)
    result = planned.run("plan")
    assert result.status == 0, result.explain()
    assert planned.database.query(FOOTPRINT) == before
    assert "does not exist yet" in result.stdout
    assert "To be read: 5 tables, ~5004 rows" in result.stdout
    assert re.search(r"^customer +load +cust_num +~5\.0k +~\d+ kB|^customer +load +cust_num +~5\.0k",
                     result.stdout, re.M)
    assert 'CREATE SCHEMA "mirror"' in result.stdout
    assert result.stderr == ""
    answer = plan_json(planned)
    assert not answer["has_mirror"]
    assert answer["totals"]["load"] == 5 and answer["totals"]["compare"] == 0
    assert answer["totals"]["estimated_disk_bytes"] > 0
    assert table(answer, "customer")["estimated_seconds"] is None


def test_after_a_run_the_short_plan_is_short_and_nothing_changes(planned):
    planned.run_well()
    before = planned.database.query(FOOTPRINT)
    result = planned.run("plan")
    assert result.status == 0
    assert "5 more: read and compared as before" in result.stdout
    assert "customer" not in result.stdout
    everything = planned.run("plan", "--all").stdout
    assert re.search(r"^customer +full +cust_num ", everything, re.M)
    answer = plan_json(planned)
    assert answer["totals"]["estimated_rows"] == 5004
    assert table(answer, "customer")["estimated_seconds"] is not None
    assert planned.database.query(FOOTPRINT) == before
    assert planned.database.value("SELECT count(*) FROM oe2pg.run") == 1


def test_changes_of_shape(planned, source):
    planned.run_well()
    with sqlite3.connect(source) as connection:
        connection.execute("ALTER TABLE customer ADD COLUMN phone VARCHAR(20)")
        connection.execute("ALTER TABLE customer RENAME COLUMN name TO full_name")
        connection.execute("DROP TABLE small_3")
        connection.execute("CREATE TABLE new_one (id INTEGER PRIMARY KEY)")
    result = planned.run("plan")
    assert result.status == 0, result.explain()
    assert 'ALTER TABLE "mirror"."customer" ADD COLUMN "phone" text' in result.stdout
    assert 'column "name" is gone from the source: kept' in result.stdout
    assert re.search(r"^new_one +load ", result.stdout, re.M)
    assert "small_3: gone from the source: its mirror stays" in result.stdout

    planned.settings(dropped_columns="drop", dropped_tables="drop")
    planned.database.query("CREATE VIEW public.names AS SELECT name FROM mirror.customer")
    result = planned.run("plan")
    assert result.status == 1
    assert 'DROP COLUMN "name"' in result.stdout and "view public.names" in result.stdout
    assert "small_3: gone from the source: its mirror is dropped" in result.stdout
    assert table(plan_json(planned), "small_3")["statements"] == ['DROP TABLE "mirror"."small_3"']
    # What it says is what the run does.
    planned.database.query("DROP VIEW public.names")
    announced = [s for t in plan_json(planned)["tables"] for s in t["statements"]
                 if s.startswith("ALTER")]
    planned.run_well()
    done = [row[0] for row in planned.database.query(
        "SELECT statement FROM oe2pg.schema_change WHERE statement LIKE 'ALTER%' ORDER BY id")]
    assert [s.replace(" text", "") for s in announced] == [s.replace(" text", "") for s in done]


@pytest.mark.parametrize("view", [
    "SELECT * FROM mirror.small_3", "SELECT count(*) AS rows FROM mirror.small_3"])
def test_a_table_that_cannot_be_dropped_is_named_with_what_needs_it(planned, source, view):
    planned.run_well()
    planned.database.query("CREATE VIEW public.needed AS " + view)
    with sqlite3.connect(source) as connection:
        connection.execute("DROP TABLE small_3")
    planned.settings(dropped_tables="drop")
    assert planned.run("plan", "--json").status == 1
    obstacle = table(plan_json(planned), "small_3")["obstacles"][0]
    assert "view public.needed needs it" in obstacle["what"]
    assert planned.run().status == 1
    planned.settings(dropped_tables="keep")
    assert planned.run("plan").status == 0


def test_obstacles_are_named_with_their_remedy(planned, source):
    planned.run_well()
    database = planned.database
    database.query("CREATE PUBLICATION feed FOR TABLE mirror.small_0")
    database.query("ALTER TABLE mirror.small_1 OWNER TO postgres")
    database.query("ALTER TABLE mirror.small_2 ENABLE ROW LEVEL SECURITY")
    assert plan_json(planned)["totals"]["blocked"] == 2  # an owner is above plain row security
    database.query("ALTER TABLE mirror.small_2 FORCE ROW LEVEL SECURITY")
    database.query("ALTER TABLE mirror.small_3 ADD COLUMN mine integer NOT NULL DEFAULT 1")
    database.query("ALTER TABLE mirror.small_3 ALTER COLUMN mine DROP DEFAULT")
    database.query("CREATE VIEW mirror.latecomer AS SELECT 1 AS one")
    with sqlite3.connect(source) as connection:
        connection.execute("CREATE TABLE latecomer (id INTEGER)")
        connection.execute('CREATE TABLE "order-x" (id INTEGER)')
        connection.execute('CREATE TABLE "order_x" (id INTEGER)')
    result = planned.run("plan")
    assert result.status == 1
    for expected in ('publication "feed"', 'REPLICA IDENTITY FULL', "belongs to another role",
                     "row-level security", "NOT NULL without a default",
                     '"mirror"."latecomer" exists already (a view)',
                     'tables "order-x" and "order_x" of the source would both need the name'):
        assert expected in result.stdout, expected
    database.query("ALTER TABLE mirror.small_0 REPLICA IDENTITY FULL")
    assert 'publication "feed"' not in planned.run("plan").stdout


def test_publication_for_all_tables(planned):
    planned.database.query("CREATE PUBLICATION everything FOR ALL TABLES")
    result = planned.run("plan")
    assert result.status == 1
    assert 'publication "everything" takes every new table' in result.stdout


def test_ignored_and_by_which_line(planned):
    (planned.directory / "ignored_tables.txt").write_text("# comment\nsmall_1\nsmall_[0-9]\nsmall_2*\n")
    answer = plan_json(planned, "--ignore-table", "small_3")
    assert "line 2 (small_1)" in table(answer, "small_1")["ignored_by"]
    assert "line 4 (small_2*)" in table(answer, "small_2")["ignored_by"]
    assert "--ignore-table (small_3)" in table(answer, "small_3")["ignored_by"]
    assert table(answer, "small_0")["verdict"] == "load"
    assert any("small_[0-9]" in warning for warning in answer["warnings"])
    text = planned.run("plan").stdout
    assert re.search(r"by .*ignored_tables\.txt, line 2 \(small_1\): 1", text)


def test_selected_tables(planned):
    answer = plan_json(planned, "--table", "cust*")
    assert answer["totals"]["load"] == 1
    assert table(answer, "small_0")["verdict"] == "not_selected"
    assert planned.run("plan", "--table", "nothing").status == 2


def test_a_role_without_rights(planned):
    planned.database.query("REVOKE CREATE ON DATABASE %s FROM mirror" % planned.database.name)
    result = planned.run("plan")
    assert result.status == 1
    assert "may not create schemas" in result.stdout and "GRANT CREATE" in result.stdout


def test_another_source_is_refused_as_by_a_run(planned, source):
    planned.run_well()
    other = source.with_name("other.sqlite")
    other.write_bytes(source.read_bytes())
    planned.sqlite(other)
    result = planned.run("plan")
    assert result.status == 2 and "is the mirror of another source" in result.stderr
    assert planned.run("plan", "--accept-source").status == 0


def test_sides_out_of_reach(planned):
    planned.source(odbc_connection="Driver=SQLite3;Database=/no/such/file")
    assert planned.run("plan").status == 3
    planned.config["postgres_db"]["conn_string"] = "host=127.0.0.1 port=1 dbname=x"
    assert planned.run("plan").status == 4


def test_two_thousand_tables(mirror, tmp_path):
    path = tmp_path / "many.sqlite"
    with sqlite3.connect(path) as source:
        for number in range(2000):
            source.execute("CREATE TABLE t_%04d (id INTEGER PRIMARY KEY, name VARCHAR(9))" % number)
    result = mirror.sqlite(path).run("plan")
    assert result.status == 0
    assert "... and 1980 more like these" in result.stdout
    assert len(mirror.run("plan", "--all").stdout.splitlines()) > 2000


def test_a_table_that_was_only_refused_and_is_gone_is_no_news(planned, source):
    with contextlib.closing(sqlite3.connect(source)) as database, database:
        database.execute('CREATE TABLE "odd 1" (a INTEGER)')
        database.execute("CREATE TABLE odd_1 (a INTEGER)")
    assert planned.run().status == 1
    with contextlib.closing(sqlite3.connect(source)) as database, database:
        database.execute('DROP TABLE "odd 1"')
    result = planned.run("plan")
    assert result.status == 0, result.explain()
    assert "gone from the source" not in result.stdout and "odd 1" not in result.stdout
    assert table(plan_json(planned), "odd_1")["reason"] == "first load: the table was never mirrored"
