"""The source's catalogue, table by table: one whose entry cannot be read fails alone, one that is
ignored is not asked about, and what a driver answers is what it was asked for."""

import contextlib
import json

import pytest

from mirroring import errors, sqlite_file
from servers import JavaServer, java_environment, java_jars

SQLITE_JARS = java_jars("sqlite-jdbc.jar")
MARIADB_JARS = java_jars("mariadb-java-client.jar")
POSTGRES_JARS = java_jars("postgresql.jar")
ENVIRONMENT = java_environment()

# A virtual table of a module that is nowhere: its columns and keys cannot be asked for.
ABSENT = ("PRAGMA writable_schema = ON",
          "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', "
          "'SpatialIndex', 'SpatialIndex', 0, "
          "'CREATE VIRTUAL TABLE SpatialIndex USING VirtualSpatialIndex()')")


def need(jars):
    if jars is None:
        pytest.skip("the driver is not installed")
    return jars


def by_sqlite_jdbc(mirror, path):
    return mirror.source(jar_file=need(SQLITE_JARS), jdbc_url="jdbc:sqlite:%s" % path, schema="")


@pytest.fixture(params=["odbc", "jdbc"])
def sqlite_door(request):
    """How a mirror is told of a SQLite file, by either door."""
    if request.param == "jdbc":
        need(SQLITE_JARS)
        return by_sqlite_jdbc
    return lambda mirror, path: mirror.sqlite(path)


def tracked(pg, *columns):
    return dict((row[0], row[1:]) for row in pg.query(
        "SELECT source_table, %s FROM oe2pg.tracking" % ", ".join(columns or ("state",))))


# --- what cannot be read fails alone --------------------------------------------------------------

@pytest.fixture
def roads(tmp_path):
    return sqlite_file(
        tmp_path / "roads.db",
        "CREATE TABLE road (id INTEGER PRIMARY KEY, name TEXT, town INT, code TEXT UNIQUE, "
        "len INT AS (length(name)))",
        "CREATE UNIQUE INDEX part ON road (town) WHERE town > 5",
        "INSERT INTO road (id, name, town, code) VALUES (1, 'A1', 1, 'a'), (2, 'B22', 1, 'b')",
        *ABSENT)


def test_a_table_whose_entry_cannot_be_read_fails_alone(pg, mirror, roads, sqlite_door):
    sqlite_door(mirror, roads)
    for _ in range(2):
        result = mirror.run(environment=ENVIRONMENT)
        assert result.status == 1, result.explain()
        assert 'table "SpatialIndex": ' in errors(result)
        assert "no such module: VirtualSpatialIndex" in errors(result)
        assert 'table "road"' not in errors(result)
    assert pg.value("SELECT count(*) FROM mirror.road") == 2
    found = tracked(pg, "state", "error", "hint")
    assert found["road"] == ("done", None, None)
    assert found["SpatialIndex"][0] == "failed" and "VirtualSpatialIndex" in found["SpatialIndex"][1]
    assert "ignore file" in found["SpatialIndex"][2]


def test_the_others_are_read_as_whole_as_without_it(pg, mirror, roads):
    """By ODBC: the columns that the driver keeps back, and no key that is only a partial index."""
    mirror.sqlite(roads)
    assert mirror.run().status == 1
    assert pg.query("SELECT id, name, town, code, len FROM mirror.road ORDER BY 1") == [
        ("1", "A1", "1", "a", "2"), ("2", "B22", "1", "b", "3")]
    sqlite_file(roads, "DROP TABLE road",
                "CREATE TABLE road (town INT, name TEXT)",
                "CREATE UNIQUE INDEX part ON road (town) WHERE town > 5",
                "INSERT INTO road VALUES (1, 'x'), (1, 'x'), (1, 'y')")
    assert mirror.run("--allow-delete", "road").status == 1
    assert tracked(pg, "array_length(key_columns, 1)")["road"] == (None,)
    assert pg.value("SELECT count(*) FROM mirror.road") == 3


def test_an_ignored_table_is_not_asked_about(pg, mirror, roads, sqlite_door):
    sqlite_door(mirror, roads)
    result = mirror.run_well("--ignore-table", "spatialindex", environment=ENVIRONMENT)
    assert "SpatialIndex" not in errors(result)
    assert pg.tables() == ["road"]


def test_commands_know_a_table_whose_entry_cannot_be_read(mirror, roads, sqlite_door):
    sqlite_door(mirror, roads)
    planned = mirror.run("plan", environment=ENVIRONMENT)
    assert "VirtualSpatialIndex" in planned.stdout, planned.explain()
    checked = mirror.run("check", environment=ENVIRONMENT)
    assert "VirtualSpatialIndex" in checked.stdout, checked.explain()
    mirror.run(environment=ENVIRONMENT)
    shown = mirror.run("status")
    assert "SpatialIndex" in shown.stdout and "VirtualSpatialIndex" in shown.stdout, shown.explain()


def test_a_mirrored_table_whose_entry_cannot_be_read_is_failed_not_gone(
        pg, mirror, tmp_path, sqlite_door):
    path = sqlite_file(tmp_path / "s.db", "CREATE TABLE road (id INTEGER PRIMARY KEY)",
                       "INSERT INTO road VALUES (1)",
                       "CREATE TABLE spatialindex (id INTEGER PRIMARY KEY)",
                       "INSERT INTO spatialindex VALUES (7)")
    sqlite_door(mirror, path).settings(dropped_tables="drop")
    mirror.run_well(environment=ENVIRONMENT)
    sqlite_file(path, "DROP TABLE spatialindex", *(
        statement.replace("'SpatialIndex'", "'spatialindex'") for statement in ABSENT))
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 1 and "gone from the source" not in result.log, result.explain()
    assert tracked(pg)["spatialindex"] == ("failed",)
    assert pg.query("SELECT id FROM mirror.spatialindex") == [("7",)]
    sqlite_file(path, "PRAGMA writable_schema = ON",
                "DELETE FROM sqlite_master WHERE name = 'spatialindex'")
    sqlite_file(path, "CREATE TABLE spatialindex (id INTEGER PRIMARY KEY)",
                "INSERT INTO spatialindex VALUES (8)")
    mirror.run_well(environment=ENVIRONMENT)
    assert tracked(pg)["spatialindex"] == ("done",)
    assert pg.query("SELECT id FROM mirror.spatialindex") == [("8",)]


def test_columns_that_a_driver_cannot_list_at_once_are_listed_table_by_table(pg, mirror, tmp_path):
    """sqlite-jdbc makes one compound SELECT of all columns, which SQLite limits to 500 terms."""
    path = sqlite_file(tmp_path / "many.db", *(
        "CREATE TABLE t%d (id INTEGER PRIMARY KEY, %s)" % (
            i, ", ".join("c%d INT" % k for k in range(20))) for i in range(40)),
        "CREATE TABLE broad (%s)" % ", ".join("c%d INT" % k for k in range(600)))
    result = by_sqlite_jdbc(mirror, path).run(environment=ENVIRONMENT)
    assert len(pg.tables()) >= 40, result.explain()
    assert set(tracked(pg).values()) <= {("done",), ("failed",)}
    assert all("broad" in line for line in result.log_lines("ERROR")
               if 'table "' in line), result.explain()


# --- names that are patterns ----------------------------------------------------------------------

def database(server, name):
    """A configuration of one database of the MariaDB server by either door."""
    return {
        "odbc": {"odbc_connection": "Driver=MariaDB Unicode;Server=%s;Port=%d;Database=%s;UID=%s;PWD=%s"
                 % (server.host, server.port, name, server.user, server.password), "schema": ""},
        "jdbc": {"jar_file": MARIADB_JARS, "user": server.user, "password": server.password,
                 "jdbc_url": "jdbc:mariadb://%s:%d/%s" % (
                     server.host, server.port, name), "schema": ""},
    }


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
@pytest.mark.parametrize("name, others", [
    ("shop_1", ["shopx1", "SHOP_1"]), ("it's 5%", ["it's 50"])])
def test_tables_of_other_databases_are_not_those_of_this_one(
        pg, mirror, mariadb_server, door, name, others):
    if door == "jdbc":
        need(MARIADB_JARS)
    server = mariadb_server
    with contextlib.ExitStack() as stack:
        for other in [name] + others:
            stack.callback(server.sql, "DROP DATABASE `%s`" % other)
            server.sql("CREATE DATABASE `%s`" % other)
        server.sql("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 2);"
                   "CREATE TABLE only_here (id INT PRIMARY KEY);"
                   "CREATE TABLE t_1 (a INT UNIQUE); CREATE TABLE tx1 (b INT UNIQUE);"
                   "CREATE TABLE `it\\'s %_` (c INT PRIMARY KEY)", dbname=name)
        for other in others:
            server.sql("CREATE TABLE t (id INT PRIMARY KEY, z INT); CREATE TABLE alien (id INT);"
                       "CREATE TABLE t_1 (id INT PRIMARY KEY)", dbname=other)
        mirror.source(**database(server, name)[door]).settings(naming="exact")
        mirror.run_well(environment=ENVIRONMENT)
    assert pg.tables() == sorted(["it\\'s %_", "only_here", "t", "t_1", "tx1"])
    assert pg.query("SELECT * FROM mirror.t") == [("1", "2")]
    assert pg.query("SELECT column_name FROM information_schema.columns "
                    "WHERE table_schema = 'mirror' AND table_name = 't_1'") == [("a",)]
    assert tracked(pg, "key_columns")["t"] == (["id"],)
    assert tracked(pg, "key_columns")["tx1"] == (["b"],)


ODD_NAMES = ["plain_1", "plainx1", "per%cent", "back\\slash", "back\\_slash", "it's", 'dou"ble', "a b"]


def postgres_door(database, door, schema):
    server = database.server
    if door == "jdbc":
        return {"jar_file": need(POSTGRES_JARS), "user": "postgres", "schema": schema,
                "jdbc_url": "jdbc:postgresql://%s:%d/%s" % (server.host, server.port, database.name)}
    return {"odbc_driver": "PostgreSQL Unicode", "host": server.host, "port": server.port,
            "db_name": database.name, "user": "postgres", "schema": schema}


def quoted(name):
    return '"%s"' % name.replace('"', '""')


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
@pytest.mark.parametrize("schema", ["back\\slash", "it's _%"])
def test_names_of_postgres_with_wildcards_and_escapes(pg, second_pg, mirror, door, schema):
    alike = schema.replace("\\", "").replace("_", "x").replace("%", "y").replace("'", "")
    for name in (schema, alike):
        second_pg.query("CREATE SCHEMA %s" % quoted(name).replace("%", "%%"), [])
        for table in ODD_NAMES if name == schema else ["plain_1", "alien"]:
            where = ("%s.%s" % (quoted(name), quoted(table))).replace("%", "%%")
            second_pg.query("CREATE TABLE %s (%s int PRIMARY KEY, v text);"
                            "INSERT INTO %s VALUES (1, 'v')" % (
                                where, quoted(table).replace("%", "%%"), where), [])
    mirror.source(**postgres_door(second_pg, door, schema)).settings(naming="exact")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.tables() == sorted(ODD_NAMES)
    for table in ODD_NAMES:
        assert pg.query("SELECT v FROM mirror.%s" % quoted(table).replace("%", "%%"), []) == [("v",)]
        assert tracked(pg, "key_columns")[table] == ([table],)


def test_names_of_sqlite_with_wildcards_and_quotes(pg, mirror, tmp_path, sqlite_door):
    path = sqlite_file(tmp_path / "odd.db", *(
        "CREATE TABLE %s (%s INTEGER PRIMARY KEY, v TEXT)" % (quoted(name), quoted(name))
        for name in ODD_NAMES), *ABSENT)
    sqlite_door(mirror, path).settings(naming="exact")
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 1, result.explain()
    # sqlite-jdbc makes a statement of a table's name without doubling its quotes.
    names = sorted(set(ODD_NAMES) - ({"it's"} if sqlite_door is by_sqlite_jdbc else set()))
    assert pg.tables() == names, errors(result)
    for name in names:
        assert tracked(pg, "key_columns")[name] == ([name],)


# --- kinds of objects: one rule, the same by both doors -------------------------------------------

OBJECTS = """
CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SCHEMA erp; CREATE SCHEMA elsewhere;
CREATE TABLE erp.plain (id int PRIMARY KEY); INSERT INTO erp.plain VALUES (1);
CREATE TABLE erp.whole (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE erp.part_a PARTITION OF erp.whole FOR VALUES FROM (0) TO (10);
CREATE TABLE erp.part_b PARTITION OF erp.whole FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE erp.part_b1 PARTITION OF erp.part_b FOR VALUES FROM (10) TO (15);
INSERT INTO erp.whole VALUES (1, 'a'), (12, 'b');
CREATE TABLE elsewhere.root (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE erp.orphan PARTITION OF elsewhere.root FOR VALUES FROM (0) TO (9);
INSERT INTO erp.orphan VALUES (3);
CREATE VIEW erp.seen AS SELECT id FROM erp.plain;
CREATE MATERIALIZED VIEW erp.kept AS SELECT id, 'k' AS v FROM erp.plain;
CREATE UNIQUE INDEX ON erp.kept (id);
CREATE FOREIGN TABLE erp.far (line text) SERVER files OPTIONS (filename '/etc/hostname');
CREATE SEQUENCE erp.counter;
"""


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_views_and_partitions_of_postgres_are_mirrored_when_they_are_named(
        pg, second_pg, mirror, door):
    second_pg.query(OBJECTS + "SELECT 1")
    mirror.source(**postgres_door(second_pg, door, "erp"))
    result = mirror.run_well(environment=ENVIRONMENT)
    tables = ["orphan", "plain", "whole"]
    assert pg.tables("erp") == tables and "3 to mirror, 3 ignored" in result.log, result.explain()
    assert pg.value("SELECT count(*) FROM erp.whole") == 2
    mirror.settings(include_views=["kep*", "erp.seen", "far", "part_a"])
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.tables("erp") == sorted(tables + ["far", "kept", "part_a", "seen"])
    assert tracked(pg, "key_columns")["kept"] == (["id"],)
    # What the mirror has stays in it, and current, though nothing names it any more.
    del mirror.config["mirror_settings"]["include_views"]
    second_pg.query("INSERT INTO erp.plain VALUES (2); REFRESH MATERIALIZED VIEW erp.kept; SELECT 1")
    result = mirror.run_well(environment=ENVIRONMENT)
    assert "gone from the source" not in result.log
    assert [pg.value("SELECT count(*) FROM erp.%s" % name) for name in ("kept", "seen", "part_a")] == [
        2, 2, 1]
    checked = mirror.run("check", environment=ENVIRONMENT)
    assert "7 to mirror" in checked.stdout, checked.explain()


def test_a_view_that_is_not_included_says_so_when_it_is_asked_for(second_pg, mirror):
    second_pg.query(OBJECTS + "SELECT 1")
    mirror.source(**postgres_door(second_pg, "odbc", "erp")).settings(include_views=["nowhere"])
    result = mirror.run_well("--table", "seen", "--table", "plain")
    assert "a view that mirror_settings.include_views does not name" in result.log
    assert '"nowhere" matches no' in result.log
    planned = json.loads(mirror.run("plan", "--json").stdout)
    found = {table["source_table"]: table.get("ignored_by") for table in planned["tables"]}
    assert found["kept"].startswith("a materialized view that mirror_settings.include_views")
    assert found["far"].startswith("a foreign table that")
    assert found["part_b1"].startswith('a partition of "part_b"')


def test_views_alone_are_no_tables(second_pg, mirror):
    second_pg.query("CREATE SCHEMA erp; CREATE VIEW erp.seen AS SELECT 1 AS id; SELECT 1")
    mirror.source(**postgres_door(second_pg, "odbc", "erp"))
    result = mirror.run()
    assert result.status == 3 and "has no tables" in errors(result), result.explain()
    mirror.settings(include_views="seen").run_well()


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_kinds_of_mariadb(pg, mirror, mariadb_server, door):
    if door == "jdbc":
        need(MARIADB_JARS)
    server = mariadb_server
    with contextlib.ExitStack() as stack:
        stack.callback(server.sql, "DROP DATABASE kinds")
        server.sql("CREATE DATABASE kinds")
        server.sql("CREATE TABLE plain (id INT PRIMARY KEY); INSERT INTO plain VALUES (1);"
                   "CREATE TABLE versioned (id INT PRIMARY KEY) WITH SYSTEM VERSIONING;"
                   "INSERT INTO versioned VALUES (1), (2); DELETE FROM versioned WHERE id = 1;"
                   "CREATE VIEW seen AS SELECT id FROM plain; CREATE SEQUENCE counter;"
                   "CREATE TABLE gone (id INT); CREATE VIEW broken AS SELECT id FROM gone;"
                   "DROP TABLE gone", dbname="kinds")
        mirror.source(**database(server, "kinds")[door])
        mirror.run_well(environment=ENVIRONMENT)
        assert pg.tables() == ["plain", "versioned"]
        assert pg.query("SELECT id FROM mirror.versioned") == [("2",)]
        mirror.settings(include_views=["seen"])
        mirror.run_well(environment=ENVIRONMENT)
        assert pg.tables() == ["plain", "seen", "versioned"]
        mirror.settings(include_views=["seen", "broken"])
        result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 1 and 'table "broken"' in errors(result), result.explain()


def test_kinds_of_sqlite(pg, mirror, tmp_path, sqlite_door):
    path = sqlite_file(
        tmp_path / "kinds.db", "CREATE TABLE plain (id INTEGER PRIMARY KEY)",
        "CREATE VIEW seen AS SELECT id, 'x' AS v FROM plain",
        "CREATE VIEW broken AS SELECT a FROM nowhere",
        "CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)",
        "CREATE TABLE box_lid (id INTEGER PRIMARY KEY)",
        "INSERT INTO plain VALUES (1)", "INSERT INTO box VALUES (1, 0, 2)")
    sqlite_door(mirror, path)
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.tables() == ["box", "box_lid", "plain"]
    mirror.settings(include_views=["seen"])
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.query("SELECT * FROM mirror.seen") == [("1", "x")]
    mirror.settings(include_views=["seen", "broken", "box_node"])
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 1 and "broken" in errors(result), result.explain()
    assert set(tracked(pg)) == {"box", "box_lid", "box_node", "broken", "plain", "seen"}


@pytest.mark.parametrize("product", ["H2", "HSQLDB", "Derby"])
def test_kinds_of_products_that_only_jdbc_reads(pg, mirror, product):
    need(java_jars(*JavaServer.jars[product]))
    with JavaServer(product) as server:
        for statement in ["CREATE TABLE plain (id INT NOT NULL PRIMARY KEY)",
                          "INSERT INTO plain VALUES (1)",
                          "CREATE VIEW seen (id) AS SELECT id FROM plain"]:
            server.sql(statement)
        schema = "SA" if product == "Derby" else "PUBLIC"
        mirror.source(jar_file=java_jars(*JavaServer.jars[product]), jdbc_url=server.url, user="sa",
                      password="sa", schema=schema)
        mirror.config["postgres_db"]["schema"] = "mirror"
        mirror.run_well(environment=ENVIRONMENT)
        assert pg.tables() == ["plain"]
        mirror.settings(include_views="se?n")
        mirror.run_well(environment=ENVIRONMENT)
    assert pg.tables() == ["plain", "seen"]
    assert pg.query("SELECT id FROM mirror.seen") == [("1",)]
