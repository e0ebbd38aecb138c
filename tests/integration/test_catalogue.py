"""The source's catalogue, table by table: one whose entry cannot be read fails alone, one that is
ignored is not asked about, and what a driver answers is what it was asked for."""

import contextlib
import json

import pytest

from mirroring import errors, sqlite_file
from servers import java_environment, java_jars

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
