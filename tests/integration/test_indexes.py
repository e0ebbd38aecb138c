"""Keys, indexes and NOT NULL of the source in the mirror: made, followed, and never in the way of a
row. Judged by PostgreSQL's own catalogue."""

import contextlib
import random

import psycopg2
import pytest

from mirroring import last_run, quarantined, row_versions, sqlite_file
from openedge_server import jars_folder
from servers import java_environment
from test_catalogue import database
from test_native_types import assert_idle, by_jdbc, server_of

SHOP = ["CREATE TABLE customer (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT, city TEXT)",
        "CREATE INDEX by_city ON customer (city, name)",
        "CREATE INDEX half ON customer (name) WHERE city > 'm'",
        "CREATE INDEX folded ON customer (lower(name))",
        ("INSERT INTO customer VALUES (?, ?, ?, ?)",
         [(n, "c%d" % n, "name %d" % (n % 3), "city %d" % (n % 5)) for n in range(20)])]


def indexes(pg, schema="mirror", table=None):
    """{name: what it is}"""
    return dict(pg.query(
        "SELECT c.relname, CASE WHEN i.indisprimary THEN 'PRIMARY KEY' WHEN i.indisunique THEN 'UNIQUE'"
        " ELSE 'INDEX' END || substring(pg_get_indexdef(i.indexrelid) FROM ' \\(.*$')"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid"
        " WHERE c.relnamespace = to_regnamespace(%s) AND i.indisvalid AND t.relname = COALESCE(%s, t.relname)",
        ['"%s"' % schema, table]))


def not_nulls(pg, table, schema="mirror"):
    return [name for name, in pg.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND attnotnull"
        " ORDER BY attnum", ['"%s"."%s"' % (schema, table)])]


def objects(pg):
    """The rows of oe2pg.object, and who wrote each."""
    return pg.query("SELECT o.*, o.xmin::text FROM oe2pg.object o ORDER BY source_table, kind, source_name")


def states(pg, table):
    return {name: state for name, state in pg.query(
        "SELECT source_name, state FROM oe2pg.object WHERE source_table = %s AND kind IN ('index', 'not null')",
        [table])}


def assert_idle_objects(mirror, pg, **keywords):
    """Runs over an unchanged source leave every object alone."""
    before = objects(pg), indexes(pg)
    assert_idle(mirror, pg, **keywords)
    assert (objects(pg), indexes(pg)) == before


@pytest.fixture
def shop(mirror, pg, tmp_path):
    """A mirror in native types of a file that is given statements."""
    path = tmp_path / "shop.db"

    def change(*statements, run=True):
        sqlite_file(path, *statements)
        return mirror.run_well() if run else None
    mirror.sqlite(path).settings(column_types="native")
    change.path = path
    return change


CUSTOMER = {"customer_pkey": "PRIMARY KEY (id)", "customer_by_city_idx": "INDEX (city, name)",
            "customer_sqlite_autoindex_customer_1_idx": "UNIQUE (code)"}


@pytest.mark.parametrize("rows", [0, 1000], ids=["compared", "in a group"])
def test_a_native_mirror_has_the_keys_and_indexes_of_the_source(shop, pg, mirror, rows):
    mirror.settings(full_below_rows=rows)
    shop(*SHOP, run=False)
    planned = mirror.run("plan", "--json").stdout.replace('\\"', '"')
    for statement in ('ADD CONSTRAINT "customer_pkey" PRIMARY KEY ("id")',
                      'ALTER COLUMN "id" SET NOT NULL, ALTER COLUMN "code" SET NOT NULL',
                      'CREATE INDEX "customer_by_city_idx" ON "mirror"."customer" ("city", "name")'):
        assert statement in planned, planned
    mirror.run_well()
    assert indexes(pg) == CUSTOMER
    assert not_nulls(pg, "customer") == ["id", "code"]
    assert_idle_objects(mirror, pg)


@pytest.mark.parametrize("said, expected", [
    ({"column_types": "text"}, {}), ({"column_types": "text", "indexes": "all"}, CUSTOMER),
    ({"indexes": "none"}, {}),
    ({"indexes": "keys"}, {n: d for n, d in CUSTOMER.items() if not d.startswith("INDEX")})],
    ids=["text", "text with all", "none", "keys"])
def test_the_option_says_which_indexes_there_are(shop, pg, mirror, said, expected):
    mirror.settings(**said)
    shop(*SHOP)
    assert indexes(pg) == expected
    assert not_nulls(pg, "customer") == (["id", "code"] if expected else [])


def test_a_table_that_was_staged_has_its_indexes_when_it_is_first_seen(shop, pg, mirror):
    shop("CREATE TABLE big (id INTEGER PRIMARY KEY, v TEXT)", "CREATE INDEX of_v ON big (v)",
         ("INSERT INTO big VALUES (?, ?)", [(n, "v%d" % n) for n in range(30000)]), run=False)
    mirror.run_well(environment={"OE2PG_TEST_COMMIT_MS": "0"})
    assert indexes(pg) == {"big_pkey": "PRIMARY KEY (id)", "big_of_v_idx": "INDEX (v)"}
    assert pg.tables("oe2pg_staging") == []


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_every_door_delivers_the_indexes_of_postgresql(second_pg, pg, mirror, door):
    second_pg.query("CREATE TABLE t (a int, b text NOT NULL, c int, PRIMARY KEY (b, a));"
                    "CREATE UNIQUE INDEX u ON t (c); CREATE INDEX o ON t (c, a);"
                    "CREATE INDEX p ON t (a) WHERE c > 0; CREATE INDEX e ON t ((a + c));"
                    "CREATE INDEX gin ON t USING gin (to_tsvector('simple', b)); INSERT INTO t VALUES (1, 'x', 2)")
    mirror.source(**(dict(server_of(second_pg), odbc_driver="PostgreSQL Unicode") if door == "odbc"
                     else by_jdbc(second_pg)))
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(column_types="native")
    mirror.run_well(environment=java_environment() if door == "jdbc" else None)
    assert indexes(pg) == {"t_pkey": "PRIMARY KEY (b, a)", "t_u_idx": "UNIQUE (c)", "t_o_idx": "INDEX (c, a)"}
    assert not_nulls(pg, "t") == ["a", "b"]


def test_mariadb_delivers_its_indexes(mariadb_server, pg, mirror):
    server = mariadb_server
    server.sql("CREATE DATABASE indexed")
    try:
        server.sql("CREATE TABLE t (a int PRIMARY KEY, b varchar(9) UNIQUE, c varchar(50), KEY k (c, a),"
                   " KEY pre (c(3)), FULLTEXT KEY words (c)); INSERT INTO t VALUES (1, 'x', 'y')",
                   dbname="indexed")
        mirror.source(**database(server, "indexed")["odbc"]).settings(column_types="native")
        mirror.run_well()
    finally:
        server.sql("DROP DATABASE indexed")
    assert indexes(pg) == {"t_pkey": "PRIMARY KEY (a)", "t_b_idx": "UNIQUE (b)", "t_k_idx": "INDEX (c, a)"}


# --- later runs ---------------------------------------------------------------------------------------

def test_changes_of_the_sources_indexes_are_followed_and_peoples_own_stay(shop, pg, mirror):
    shop(*SHOP)
    pg.query("CREATE INDEX ours ON mirror.customer (name)")
    versions = row_versions(pg)
    shop("DROP INDEX by_city", "CREATE INDEX by_city ON customer (city)", "CREATE UNIQUE INDEX both ON customer (id, code)")
    now = {**CUSTOMER, "ours": "INDEX (name)", "customer_by_city_idx": "INDEX (city)",
           "customer_both_idx": "UNIQUE (id, code)"}
    assert indexes(pg) == now
    shop("DROP INDEX both", "CREATE INDEX named ON customer (name)")
    del now["customer_both_idx"]  # theirs serves, and no second one of the same columns is made
    assert indexes(pg) == now
    assert states(pg, "customer")["named"] == "somebody's"
    assert row_versions(pg) == versions
    assert_idle_objects(mirror, pg)
    pg.query("DROP INDEX mirror.ours, mirror.customer_by_city_idx")
    mirror.run_well()
    del now["ours"]
    assert indexes(pg) == {**now, "customer_named_idx": "INDEX (name)"}


def test_indexes_that_are_not_wanted_any_more_go_and_only_those_that_oe2pg_made(shop, pg, mirror):
    shop(*SHOP)
    pg.query("CREATE INDEX ours ON mirror.customer (name); ALTER INDEX mirror.customer_by_city_idx RENAME TO cities")
    mirror.settings(indexes="none").run_well()
    assert indexes(pg) == {"ours": "INDEX (name)"}
    assert not_nulls(pg, "customer") == []
    assert objects(pg) == []
    mirror.settings(indexes="all").run_well()
    assert indexes(pg) == {**CUSTOMER, "ours": "INDEX (name)"}
    assert not_nulls(pg, "customer") == ["id", "code"]
    assert pg.query("SELECT conname FROM pg_constraint WHERE contype = 'c'"
                    " AND connamespace = 'mirror'::regnamespace") == []


def test_an_upgrade_indexes_native_mirrors_in_its_first_run(shop, pg, mirror):
    mirror.settings(indexes="none")
    shop(*SHOP)
    mirror.config["mirror_settings"].pop("indexes")
    told = '1 table ("customer") has indexes, NOT NULL or comments that are not as'
    assert told in " ".join(mirror.run("plan").stdout.split())
    mirror.run_well()
    assert told not in " ".join(mirror.run("plan").stdout.split())
    assert last_run(pg) == (0, 0, 0)
    assert indexes(pg) == CUSTOMER
    assert_idle_objects(mirror, pg)


def test_names_that_are_taken_or_too_long_get_a_hash(shop, pg, mirror):
    long = "very_long_name_" * 4
    shop("CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)", "CREATE TABLE a_b_idx (id INTEGER PRIMARY KEY)",
         "CREATE INDEX b ON a (x)", "CREATE INDEX %s1 ON a (x, id)" % long, run=False)
    mirror.settings(jobs=1).run_well("--table", "a_b_idx")
    mirror.run_well()
    names = sorted(indexes(pg, table="a"))
    assert len(names) == 3 and "a_pkey" in names and "a_b_idx" not in names
    assert all(len(name) <= 63 for name in names)
    assert sum(name.startswith("a_b_idx_") for name in names) == 1


def test_a_reader_of_an_older_snapshot_goes_on_while_indexes_are_made(shop, pg, mirror):
    mirror.settings(indexes="none")
    shop(*SHOP)
    sqlite_file(shop.path, "UPDATE customer SET code = 'd' || id, name = NULL")
    mirror.settings(indexes="all")
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as reader, reader.cursor() as cursor:
        reader.set_session(isolation_level="REPEATABLE READ")
        cursor.execute("SELECT id, code, name FROM mirror.customer WHERE id > 0 ORDER BY id")
        before = cursor.fetchall()
        # The reader holds its lock on the table to the end.
        mirror.run_well()
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SELECT id, code, name FROM mirror.customer WHERE id > 0 ORDER BY id")
        assert cursor.fetchall() == before
        cursor.execute("SELECT count(*) FROM mirror.customer WHERE code = 'c7'")
        assert cursor.fetchall() == [(1,)]
    assert set(indexes(pg)) >= {"customer_by_city_idx"}
    mirror.run_well()
    assert indexes(pg) == CUSTOMER


# --- never in the way of a row ------------------------------------------------------------------------

LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))


def test_data_that_allows_no_key_makes_weaker_indexes_in_a_first_load(shop, pg, mirror):
    shop("CREATE TABLE t (id INTEGER, a TEXT, n NUMERIC, PRIMARY KEY (id, a))",
         "CREATE UNIQUE INDEX of_n ON t (n)", "CREATE INDEX of_a ON t (a)",
         ("INSERT INTO t VALUES (?, ?, ?)", [(1, None, 1), (2, "A", "x"), (3, "a", "y"), (4, LONG, 2)]),
         run=False)
    result = mirror.run()
    assert result.status == 1  # 'x' and 'y' are no numbers
    assert indexes(pg) == {"t_of_n_idx": "UNIQUE (n)"}
    assert states(pg, "t") == {"PRIMARY KEY": "left out", "of_a": "left out", "of_n": "as declared",
                               "id": "as declared", "a": "left out"}
    assert "index \"of_a\" of the source (INDEX (\"a\")) is left out in the mirror: a value is too long" in result.log
    assert pg.value("SELECT count(*) FROM mirror.t") == 4
    assert_idle_objects(mirror, pg)


@pytest.mark.parametrize("key", ["PRIMARY KEY", ""], ids=["by key", "keyless"])
def test_rows_that_an_index_of_ours_would_keep_out_come_in_and_it_comes_back(shop, pg, mirror, key):
    mirror.settings(full_below_rows=0)
    shop("CREATE TABLE t (id INTEGER NOT NULL %s, u INTEGER, s TEXT NOT NULL, v TEXT)" % key,
         "CREATE INDEX of_v ON t (v)", *(["CREATE UNIQUE INDEX of_u ON t (u)"] if key else []),
         ("INSERT INTO t VALUES (?, ?, ?, ?)", [(n, n, "s", "v") for n in range(5)]))
    whole = indexes(pg)
    assert len(whole) == (3 if key else 1) and not_nulls(pg, "t") == ["id", "s"]
    # Two rows swap what is unique.
    shop("UPDATE t SET u = CASE u WHEN 1 THEN NULL ELSE 1 END WHERE u IN (1, 2)",
         "UPDATE t SET u = 2 WHERE u IS NULL")
    assert last_run(pg) == ((0, 2, 0) if key else (2, 0, 2))
    assert indexes(pg) == whole
    # NULL where there was none to be, and a value that has no place in an index.
    shop("CREATE TABLE n (id INTEGER %s, u INTEGER, s TEXT, v TEXT)" % key, "INSERT INTO n SELECT * FROM t",
         "DROP TABLE t", "ALTER TABLE n RENAME TO t", "CREATE INDEX of_v ON t (v)",
         ("INSERT INTO t VALUES (?, 7, NULL, ?)", [(9, LONG)]))
    assert pg.value("SELECT count(*) FROM mirror.t") == 6
    assert quarantined(pg) == []
    assert "t_of_v_idx" not in indexes(pg) and "s" not in not_nulls(pg, "t")
    assert states(pg, "t")["of_v"] == "left out"
    assert_idle_objects(mirror, pg)
    shop("DELETE FROM t WHERE id = 9")
    assert indexes(pg)["t_of_v_idx"] == "INDEX (v)"


def test_a_key_value_in_quarantine_makes_the_key_give_way_until_it_is_repaired(shop, pg, mirror):
    mirror.settings(full_below_rows=0)
    shop("CREATE TABLE t (k INT PRIMARY KEY, v TEXT)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    assert indexes(pg) == {"t_pkey": "PRIMARY KEY (k)"}
    sqlite_file(shop.path, "INSERT INTO t VALUES ('x', 'c'), ('y', 'd')")
    result = mirror.run()
    assert quarantined(pg) == [("t", "does_not_fit")] * 2
    assert pg.value("SELECT count(*) FROM mirror.t WHERE k IS NULL") == 2, result.explain()
    assert indexes(pg) == {"t_pkey": "UNIQUE (k)"} and not_nulls(pg, "t") == []
    before = objects(pg)
    mirror.run_well()
    assert objects(pg) == before
    sqlite_file(shop.path, "UPDATE t SET k = 3 WHERE k = 'x'", "UPDATE t SET k = 4 WHERE k = 'y'")
    mirror.run_well()
    assert indexes(pg) == {"t_pkey": "PRIMARY KEY (k)"} and not_nulls(pg, "t") == ["k"]


def test_peoples_things_that_hang_on_a_key_of_ours_keep_it_and_the_row_is_told_of(shop, pg, mirror):
    mirror.settings(full_below_rows=0)
    shop("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT NOT NULL)", "INSERT INTO t VALUES (1, 'a')")
    pg.query("CREATE TABLE public.mine (id bigint REFERENCES mirror.t)")
    mirror.settings(indexes="none")
    result = mirror.run_well()
    assert indexes(pg) == {"t_pkey": "PRIMARY KEY (id)"}
    assert "some of its indexes wait for the next run" in result.log


def test_what_is_not_unique_by_postgresqls_rules_has_a_plain_index_and_the_warning_says_how_many(
        shop, pg, mirror):
    mirror.settings(full_below_rows=0, indexes="none")
    shop("CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT UNIQUE)", "INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, 'b')")
    pg.query("CREATE COLLATION public.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
             "ALTER TABLE mirror.t ALTER u TYPE text COLLATE public.folded")
    told = "2 of its rows share their values with others, by PostgreSQL's rules, so it is not unique"
    plain, unique = ({"t_pkey": "PRIMARY KEY (id)", "t_sqlite_autoindex_t_1_idx": kind + " (u)"}
                     for kind in ("INDEX", "UNIQUE"))
    assert told in mirror.settings(indexes="all").run_well().log
    assert indexes(pg) == plain
    shop("UPDATE t SET u = 'c' WHERE id = 2")
    assert indexes(pg) == unique
    # The same in a later run: the row comes in, and the index makes way.
    shop("INSERT INTO t VALUES (4, 'B')")
    assert last_run(pg) == (1, 0, 0)
    assert indexes(pg) == plain


# --- what the dictionary says -------------------------------------------------------------------------

def comments(pg, table, schema="pub"):
    """{column, or "" for the table: its comment}"""
    return dict(pg.query(
        "SELECT COALESCE(a.attname, ''), d.description FROM pg_description d"
        " LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND a.attnum > 0"
        " WHERE d.objoid = to_regclass(%s)", ['"%s"."%s"' % (schema, table)]))


@pytest.mark.skipif(jars_folder() is None, reason="left out: no look-alike was built, or there is no H2")
def test_the_dictionarys_words_are_comments_and_a_persons_own_stay(openedge, mirror, pg):
    mirror.source(**openedge.source_keys()).settings(column_types="native")
    run = ["--table", "Customer", "--table", "Order"]
    mirror.run_well(*run, environment=java_environment())
    said = comments(pg, "customer")
    assert said[""] == "Customers\nWho buys"
    assert said["custnum"] == "Format: ->,>>>,>>9"
    assert {"customer_pkey", "customer_name_idx"} <= set(indexes(pg, "pub", "customer"))
    before = objects(pg)
    pg.query("COMMENT ON COLUMN pub.customer.name IS 'mine'; COMMENT ON COLUMN pub.customer.city IS 'old'")
    # As if the dictionary had said something else when oe2pg wrote this one last.
    pg.query("UPDATE oe2pg.object SET declared = 'old', definition = to_hex(hashtextextended('old', 0))"
             " WHERE kind = 'comment' AND source_name = 'City'")
    pg.query("UPDATE oe2pg.object SET declared = '0' WHERE kind = 'table' AND source_table = 'Customer'")
    mirror.run_well(*run, environment=java_environment())
    assert comments(pg, "customer") == {**said, "name": "mine"}
    before = objects(pg)
    mirror.run_well(*run, environment=java_environment())
    assert objects(pg) == before
