"""A mirror of native types: what each type of a source becomes, at its extremes; what does not fit;
and that nothing else is different from a mirror of text. Judged by PostgreSQL and by the sources' own
clients."""

import pytest

from mirroring import last_run, quarantined, row_versions, sqlite_file
from openedge_server import jars_folder
from servers import JavaServer, java_environment, java_jars

WEIGHT = 4  # see conftest.py

SESSION = "SET DateStyle TO ISO; SET TimeZone TO 'UTC'; SET bytea_output TO hex; "


def types_of(pg, table="t", schema="mirror"):
    """{column: type as PostgreSQL prints it}"""
    return dict(pg.query(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
        " WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped",
        ['"%s"."%s"' % (schema, table)]))


def texts(pg, table="t", schema="mirror", order="id"):
    """The rows as PostgreSQL prints them, by their first column."""
    names = list(types_of(pg, table, schema))
    return pg.query(SESSION + 'SELECT %s FROM "%s"."%s" ORDER BY "%s"' % (
        ", ".join('"%s"::text' % name for name in names), schema, table, order))


def assert_idle(mirror, pg, **keywords):
    """The next runs, a full one and verify find nothing to do."""
    before = row_versions(pg), quarantined(pg, "*")
    for arguments in ([], ["--full-sync"]):
        mirror.run_well(*arguments, **keywords)
        assert last_run(pg) == (0, 0, 0)
    assert row_versions(pg) == before[0]
    assert len(quarantined(pg)) == len(before[1])
    verified = mirror.run("verify", **keywords)
    assert verified.status == 0, verified.explain()


def assert_types(pg, types, table="t"):
    found = types_of(pg, table)
    assert [(kind, found["c%d" % n]) for n, (kind, native, _) in enumerate(types)
            if found["c%d" % n] != native] == []


# --- PostgreSQL as a source: its type, the mirror's, values -----------------------------------------

POSTGRESQL = [
    ("smallint", "smallint", ["-32768", "32767", "0"]),
    ("integer", "integer", ["-2147483648", "2147483647", "-1"]),
    ("bigint", "bigint", ["-9223372036854775808", "9223372036854775807", "10"]),
    ("numeric(12,4)", "numeric(12,4)", ["99999999.9999", "-0.0001", "10000"]),
    ("numeric", "numeric", ["'NaN'", "1e130", "-0.00000000000000000000000001"]),
    ("numeric(4,0)", "numeric(4,0)", ["9999", "-9999", "0"]),
    ("real", "real", ["'NaN'", "3.4028235e38", "-1e-45"]),
    ("double precision", "double precision", ["'-Infinity'", "1.7976931348623157e308", "'-0'"]),
    ("boolean", "boolean", ["true", "false", "true"]),
    ("date", "date", ["'infinity'", "'4713-01-01 BC'", "'5874897-12-31'"]),
    ("time", "time without time zone", ["'24:00'", "'00:00'", "'23:59:59.999999'"]),
    ("timestamp", "timestamp without time zone",
     ["'-infinity'", "'0001-01-01 00:00 BC'", "'294276-12-31 23:59:59.999999'"]),
    ("timestamptz", "timestamp with time zone",
     ["'2024-02-29 10:00+05:30'", "'0044-03-15 12:00+00 BC'", "'1969-12-31 23:59:59.5+00'"]),
    ("bytea", "bytea", ["'\\x'", "'\\x00ff'", "'\\x5c78'"]),
    ("uuid", "uuid", ["'00000000-0000-0000-0000-000000000000'",
                      "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'", "gen_random_uuid()"]),
    ("json", "json", ["'{\"a\": [1,  2]}'", "'null'", "'\"\\u0000\"'"]),
    ("jsonb", "json", ["'{\"b\":null}'", "'[]'", "'-1.50'"]),
    ("oid", "bigint", ["4294967295", "0", "1"]),
    ("text", "text", ["'ä'", "''", "E'a\\tb\\\\c\\n'"]),
    ("varchar(9)", "text", ["'v  '", "''", "'x'"]), ("char(6)", "text", ["'c '", "''", "'y'"]),
    ("money", "text", ["'12.50'", "'-1'", "'0'"]), ("inet", "text", ["'10.0.0.1'", "'::1/64'", "'::'"]),
    ("interval", "text", ["'1 mon -3 days 04:05:06.7'", "'0'", "'1 year'"]),
    ("timetz", "text", ["'10:00+02'", "'24:00+00'", "'00:00-15'"]),
    ("bit(3)", "text", ["B'101'", "B'000'", "B'111'"]), ("int[]", "text", ["'{1,NULL}'", "'{}'", "'{3}'"]),
    ("mood", "text", ["'sad'", "'glad'", "'sad'"]), ("d_int", "integer", ["1", "2", "3"])]


def fill(database, types, create=""):
    names = ["c%d" % n for n in range(len(types))]
    database.query(create + "CREATE TABLE t (id int PRIMARY KEY, %s)" % ", ".join(
        "%s %s" % (name, kind) for name, (kind, _, _) in zip(names, types)))
    for row in range(3):
        database.query("INSERT INTO t (id, %s) VALUES (%d, %s)" % (
            ", ".join(names), row, ", ".join(values[row] for _, _, values in types)))
    database.query("INSERT INTO t (id) VALUES (3)")


def printed(database, types):
    """Rows as the types' own output functions print them."""
    return [tuple({"t": "true", "f": "false"}.get(text, text) if kind == "boolean" else text
                  for (kind, _, _), text in zip([("int", "", "")] + types, row))
            for row in database.query(SESSION + "SELECT id::text, %s FROM t ORDER BY id" % ", ".join(
                "CASE WHEN c%d IS NOT NULL THEN concat(c%d) END" % (n, n) for n in range(len(types))))]


def server_of(database):
    return {"host": database.server.host, "port": database.server.port, "user": "postgres",
            "db_name": database.name, "schema": "public"}


def by_jdbc(database):
    jars = java_jars("postgresql.jar")
    if jars is None:
        pytest.skip("the driver is not installed")
    return {"jar_file": jars, "user": "postgres", "schema": "public", "jdbc_url":
            "jdbc:postgresql://%s:%d/%s" % (database.server.host, database.server.port, database.name)}


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_every_type_of_postgresql_has_its_native_type_at_its_extremes(pg, second_pg, mirror, door):
    fill(second_pg, POSTGRESQL, "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN d_int AS int;")
    mirror.source(**(dict(server_of(second_pg), odbc_driver="PostgreSQL Unicode") if door == "odbc"
                     else by_jdbc(second_pg)))
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(column_types="native", full_below_rows=0)
    environment = java_environment() if door == "jdbc" else None
    mirror.run_well(environment=environment)
    assert_types(pg, POSTGRESQL)
    assert texts(pg) == printed(second_pg, POSTGRESQL)
    assert quarantined(pg) == []
    assert_idle(mirror, pg, environment=environment)
    # By way of the comparison.
    second_pg.query("INSERT INTO t SELECT id + 10, %s FROM t; DELETE FROM t WHERE id = 1" % ", ".join(
        "c%d" % n for n in range(len(POSTGRESQL))))
    second_pg.query("UPDATE t SET c0 = 7, c13 = '\\xff' WHERE id = 2")
    mirror.run_well(environment=environment)
    assert last_run(pg) == (4, 1, 1)
    assert texts(pg) == printed(second_pg, POSTGRESQL)
    assert_types(pg, POSTGRESQL)


# --- SQLite, where any value may stand in any column -------------------------------------------------

LAX = ("CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, d DECIMAL(10,2), r REAL, b BOOLEAN, x BLOB,"
       " day DATE, s VARCHAR(9))")
LAX_TYPES = {"id": "bigint", "n": "bigint", "d": "numeric", "r": "double precision", "b": "boolean",
             "x": "bytea", "day": "text", "s": "text"}
FITTING = [(1, 7, 1.5, 0.1, 1, b"\x00\xff", "2024-02-29", "a"), (2, None, None, None, None, None, None, None),
           (3, -(1 << 63), -12345678.905, 1e300, 0, b"", "no day", "")]
FITTING_TEXTS = [("1", "7", "1.50", "0.1", "true", "\\x00ff", "2024-02-29", "a"),
                 ("2",) + (None,) * 7,
                 ("3", "-9223372036854775808", "-12345678.905", "1e+300", "false", "\\x", "no day", "")]
MISFITS = (4, "abc", "much", "x", "perhaps", b"y", "z", "w")
MISFIT_TEXTS = ("4", None, None, None, None, "\\x79", "z", "w")
MISFIT_ENTRIES = [("n", b"abc"), ("d", b"much"), ("r", b"x"), ("b", b"perhaps")]


def lax(mirror, folder, *rows, **settings):
    path = sqlite_file(folder / "lax.sqlite", LAX, (
        "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows or FITTING))
    mirror.sqlite(path).settings(column_types="native", **settings)
    return path


def misfits(pg):
    return [(column, bytes(value)) for column, value in
            quarantined(pg, "column_name", "value") if column is not None]


@pytest.mark.parametrize("rows", [0, 1000], ids=["by its key", "among small tables"])
def test_columns_of_a_source_that_takes_any_value_have_room_for_what_fits(mirror, pg, tmp_path, rows):
    path = lax(mirror, tmp_path, full_below_rows=rows)
    mirror.run_well()
    assert types_of(pg) == LAX_TYPES
    assert texts(pg) == FITTING_TEXTS
    assert_idle(mirror, pg)
    sqlite_file(path, "UPDATE t SET n = 8, x = x'01' WHERE id = 1", "DELETE FROM t WHERE id = 2",
                "INSERT INTO t (id, r) VALUES (9, 0.25)")
    mirror.run_well()
    assert last_run(pg) == (1, 1, 1)
    assert texts(pg)[0][1] == "8" and texts(pg)[-1] == ("9", None, None, "0.25") + (None,) * 4


@pytest.mark.parametrize("at, rows", [("first", 0), ("later", 1000)])
def test_what_does_not_fit_is_null_and_whole_in_quarantine_and_so_it_stays(mirror, pg, tmp_path, at, rows):
    path = lax(mirror, tmp_path, *FITTING, *[MISFITS] * (at == "first"), full_below_rows=rows)
    if at == "later":
        mirror.run_well()
        sqlite_file(path, ("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [MISFITS]))
    result = mirror.run()
    assert result.status == 1, result.explain()
    assert texts(pg) == FITTING_TEXTS + [MISFIT_TEXTS]
    assert misfits(pg) == MISFIT_ENTRIES
    assert quarantined(pg, "reason", "key_values") == [("does_not_fit", ["4"])] * len(MISFIT_ENTRIES)
    assert "bigint" in quarantined(pg, "detail")[0][0]
    assert_idle(mirror, pg)
    planned = mirror.run_well("plan")
    assert 'ALTER TABLE "mirror"."t" ALTER COLUMN "n" TYPE text makes room' in planned.stdout
    # It is mended at the source.
    sqlite_file(path, "UPDATE t SET n = 1, d = 2, r = 3, b = 1 WHERE id = 4")
    mirror.run_well()
    assert texts(pg)[3] == ("4", "1", "2.00", "3", "true", "\\x79", "z", "w")
    assert quarantined(pg) == []


def test_a_column_that_people_make_text_takes_what_did_not_fit(mirror, pg, tmp_path):
    lax(mirror, tmp_path, *FITTING, MISFITS)
    assert mirror.run().status == 1
    pg.query("ALTER TABLE mirror.t ALTER n TYPE text")
    mirror.run_well()
    assert texts(pg)[3] == MISFIT_TEXTS[:1] + ("abc",) + MISFIT_TEXTS[2:]
    assert misfits(pg) == MISFIT_ENTRIES[1:]
    assert_idle(mirror, pg)


def test_numbers_beyond_their_type_have_room_in_the_type_that_plan_names(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "large.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)",
                       "INSERT INTO t VALUES (1, 1.5), (2, -0.25), (3, 7)")
    mirror.sqlite(path).settings(column_types="native", full_below_rows=0)
    assert mirror.run().status == 1
    assert [row[1] for row in texts(pg)] == [None, None, "7"]
    assert 'ALTER COLUMN "n" TYPE numeric makes room' in mirror.run_well("plan").stdout
    pg.query("ALTER TABLE mirror.t ALTER n TYPE numeric")
    mirror.run_well()
    assert [row[1] for row in texts(pg)] == ["1.5", "-0.25", "7"]
    assert_idle(mirror, pg)


def test_a_key_that_does_not_fit_loses_no_row(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "keys.sqlite", "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, v TEXT)",
                       ("INSERT INTO t VALUES (?, ?)", [(1, "a"), ("x", "b"), ("y", "b"), (1.5, "c")]))
    mirror.sqlite(path).settings(column_types="native", full_below_rows=0)
    assert mirror.run().status == 1
    assert sorted(pg.query("SELECT id::text, v FROM mirror.t"), key=str) == [
        ("1", "a"), (None, "b"), (None, "b"), (None, "c")]
    assert sorted(bytes(value) for value, in quarantined(pg, "value")) == [b"1.5", b"x", b"y"]
    assert_idle(mirror, pg)


@pytest.mark.parametrize("has_view", [False, True], ids=["free", "under a view"])
def test_numbers_that_get_more_digits_are_widened_where_they_are_unless_a_view_is_on_them(
        mirror, pg, second_pg, has_view):
    second_pg.query("CREATE TABLE t (id int PRIMARY KEY, n numeric(5,2)); INSERT INTO t VALUES (1, 123.45)")
    mirror.source(**server_of(second_pg), odbc_driver="PostgreSQL Unicode")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(column_types="native", full_below_rows=0).run_well()
    if has_view:
        pg.query("CREATE VIEW public.v AS SELECT n FROM mirror.t; GRANT SELECT ON public.v TO mirror")
    file = pg.value("SELECT pg_relation_filenode('mirror.t')")
    second_pg.query("ALTER TABLE t ALTER n TYPE numeric(12,4); INSERT INTO t VALUES (2, 12345678.1234)")
    result = mirror.run()
    assert pg.value("SELECT pg_relation_filenode('mirror.t')") == file
    if has_view:
        assert result.status == 1 and types_of(pg)["n"] == "numeric(5,2)", result.explain()
        assert quarantined(pg, "reason", "column_name") == [("altered", "n")]
        assert [row[0] for row in texts(pg)] == ["1", "2"]
        return
    assert result.status == 0, result.explain()
    assert types_of(pg)["n"] == "numeric"
    assert texts(pg) == [("1", "123.4500"), ("2", "12345678.1234")]
    assert_idle(mirror, pg)


# --- MariaDB ------------------------------------------------------------------------------------------

MARIADB = [
    ("tinyint", "smallint", ["-128", "127"]), ("tinyint unsigned", "smallint", ["255", "0"]),
    ("boolean", "smallint", ["7", "false"]), ("smallint unsigned", "integer", ["65535", "0"]),
    ("mediumint unsigned", "bigint", ["16777215", "0"]), ("int", "integer", ["-2147483648", "2147483647"]),
    ("int unsigned", "bigint", ["4294967295", "0"]), ("int(6) zerofill", "bigint", ["42", "0"]),
    ("bigint", "bigint", ["-9223372036854775808", "9223372036854775807"]),
    ("bigint unsigned", "numeric", ["18446744073709551615", "0"]),
    ("decimal(65,30)", "numeric(65,30)", ["-99999999999999999999999999999999999.5", "0.1"]),
    ("decimal(12,4)", "numeric(12,4)", ["1.5", "0"]), ("float", "real", ["0.1", "-3.40282e38"]),
    ("double", "double precision", ["0.1", "-1.7976931348623157e308"]),
    ("bit(1)", "boolean", ["1", "0"]), ("bit(64)", "numeric", ["18446744073709551615", "0"]),
    ("char(5)", "text", ["'c '", "''"]), ("binary(3)", "bytea", ["x'41'", "x'000000'"]),
    ("longblob", "bytea", ["x'00ff'", "''"]), ("json", "text", ["'{\"a\": 1}'", "'[]'"]),
    ("enum('a','ö')", "text", ["'ö'", "'a'"]), ("set('x','y')", "text", ["'x,y'", "''"]),
    ("uuid", "uuid", ["'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"]),
    ("inet6", "text", ["'::1'", "'::'"]), ("date", "date", ["'9999-12-31'", "'1000-01-01'"]),
    ("time", "text", ["'-838:59:59'", "'10:00:00'"]),
    ("datetime(6)", "timestamp without time zone", ["'9999-12-31 23:59:59.999999'", "'1000-01-01'"]),
    ("timestamp null", "timestamp without time zone", ["'2024-02-29 10:00:00'", "'1970-01-02'"]),
    ("year", "smallint", ["2155", "1901"])]


def expected_of_mariadb(server, names):
    """The rows as its own client prints them, made PostgreSQL's text."""
    parts = []
    for name, (kind, native, _) in zip(names, MARIADB):
        printed = "LOWER(HEX(%s))" if native == "bytea" else \
            "CAST(%s AS UNSIGNED)" if "bit" in kind or "zerofill" in kind else "CAST(%s AS CHAR)"
        parts.append(("IFNULL(" + printed + ", 'NULL')") % name)
    rows = []
    for line in server.sql("SELECT %s FROM t ORDER BY id" % ", ".join(parts), dbname="native",
                           raw=True).rstrip("\n").split("\n"):
        rows.append([as_postgres(native, text) for text, (_, native, _) in zip(line.split("\t"), MARIADB)])
    return rows


def as_postgres(native, text):
    if text == "NULL":
        return None
    if native == "bytea":
        return "\\x" + text
    if native == "boolean":
        return "true" if text == "1" else "false"
    if native in ("real", "double precision"):
        return text.replace("e38", "e+38").replace("e308", "e+308")
    if native.startswith("time") and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_every_type_of_mariadb_has_its_native_type_at_its_extremes(pg, mariadb_server, mirror, door):
    server = mariadb_server
    names = ["c%d" % n for n in range(len(MARIADB))]
    server.sql("DROP DATABASE IF EXISTS native; CREATE DATABASE native CHARACTER SET utf8mb4", dbname="mysql")
    server.sql("SET sql_mode = ''; CREATE TABLE t (id int PRIMARY KEY, %s); %s; INSERT INTO t (id, c24) VALUES"
               " (2, '0000-00-00')" % (
                   ", ".join("%s %s" % (name, kind) for name, (kind, _, _) in zip(names, MARIADB)),
                   "; ".join("INSERT INTO t VALUES (%d, %s)" % (
                       row, ", ".join(values[row] for _, _, values in MARIADB)) for row in range(2))),
               dbname="native")
    login = {"user": server.user, "password": server.password, "schema": ""}
    if door == "odbc":
        mirror.source(**login, odbc_driver="MariaDB Unicode", host=server.host, port=server.port,
                      db_name="native")
    else:
        jars = java_jars("mariadb-java-client.jar")
        if jars is None:
            pytest.skip("the driver is not installed")
        mirror.source(**login, jar_file=jars, jdbc_url="jdbc:mariadb://%s:%d/native" % (server.host, server.port))
    environment = java_environment() if door == "jdbc" else None
    mirror.settings(column_types="native", full_below_rows=0)
    result = mirror.run(environment=environment)
    assert result.status == 1, result.explain()
    assert_types(pg, MARIADB)
    rows = [list(row[1:]) for row in texts(pg)]
    said = expected_of_mariadb(server, names)
    said[2][24] = None
    assert rows == said
    assert misfits(pg) == [("c24", b"0000-00-00")]
    assert_idle(mirror, pg, environment=environment)


# --- products of Java, and the look-alike of OpenEdge ---------------------------------------------------

H2 = [
    ("tinyint", "smallint", ["-128", "127"]), ("smallint", "smallint", ["-32768", "32767"]),
    ("int", "integer", ["-2147483648", "2147483647"]),
    ("bigint", "bigint", ["-9223372036854775808", "9223372036854775807"]),
    ("numeric(12,4)", "numeric(12,4)", ["1.5", "-99999999.9999"]), ("real", "real", ["0.1", "3.4028235e38"]),
    ("double precision", "double precision", ["0.1", "-1e300"]), ("boolean", "boolean", ["true", "false"]),
    ("date", "date", ["date '0001-01-01'", "date '9999-12-31'"]),
    ("time(6)", "time without time zone", ["time '10:00:00.5'", "time '23:59:59.999999'"]),
    ("timestamp(6)", "timestamp without time zone", ["timestamp '2024-02-29 10:00:00.000001'",
                                                     "timestamp '0001-01-01 00:00:00'"]),
    ("timestamp(6) with time zone", "timestamp with time zone", [
        "timestamp with time zone '2024-02-29 10:00:00.5+05:30'",
        "timestamp with time zone '1969-12-31 23:30:00-01:00'"]),
    # Nanoseconds have a place in text alone.
    ("timestamp(9)", "text", ["timestamp '2024-02-29 10:00:00.123456789'", "timestamp '0001-01-01 00:00:00'"]),
    ("timestamp(9) with time zone", "text", [
        "timestamp with time zone '2024-02-29 10:00:00.123456789+05:30'",
        "timestamp with time zone '1969-12-31 23:30:00-01:00'"]),
    ("time(9)", "text", ["time '10:00:00.123456789'", "time '23:59:59'"]),
    ("uuid", "uuid", ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "random_uuid()"]),
    ("blob", "bytea", ["x'00ff'", "x''"]), ("varbinary(9)", "bytea", ["x'fe'", "x''"]),
    ("clob", "text", ["'ä'", "''"]), ("char(5)", "text", ["'c'", "''"])]
HSQLDB = [line for line in H2 if line[0] not in (
    "uuid", "real", "date", "double precision", "timestamp(6)", "timestamp(6) with time zone", "timestamp(9)",
    "timestamp(9) with time zone", "time(9)")] + [
    ("double", "double precision", ["0.1e0", "-1e300"]), ("date", "date", ["date '1600-02-29'", "date '9999-12-31'"]),
    ("timestamp(6)", "timestamp without time zone", ["timestamp '2024-02-29 10:00:00.000001'",
                                                     "timestamp '1900-01-01 00:00:00'"])]
DERBY = [
    ("smallint", "smallint", ["-32768", "32767"]), ("int", "integer", ["-2147483648", "2147483647"]),
    ("bigint", "bigint", ["-9223372036854775808", "9223372036854775807"]),
    ("decimal(31,10)", "numeric(31,10)", ["0.1", "-1"]), ("real", "real", ["0.1", "3.402E+38"]),
    ("double", "double precision", ["0.1", "1E300"]), ("boolean", "boolean", ["true", "false"]),
    ("date", "date", ["date('1600-02-29')", "date('9999-12-31')"]),
    ("time", "time without time zone", ["time('10:00:00')", "time('23:59:59')"]),
    ("timestamp", "timestamp without time zone", ["timestamp('2024-02-29 10:00:00.000001')",
                                                  "timestamp('1900-01-01 00:00:00')"]),
    ("blob", "bytea", ["cast(x'fe' as blob)", "cast(x'00' as blob)"]),
    ("varchar(9)", "text", ["'v  '", "''"])]


@pytest.mark.parametrize("product, types, schema", [
    ("H2", H2, "PUBLIC"), ("HSQLDB", HSQLDB, "PUBLIC"), ("Derby", DERBY, "SA")])
def test_every_type_of_a_product_of_java_has_its_native_type(pg, mirror, product, types, schema):
    jars = java_jars(*JavaServer.jars[product])
    if jars is None:
        pytest.skip("the driver is not installed")
    names = ["c%d" % n for n in range(len(types))]
    with JavaServer(product) as server:
        server.sql("CREATE TABLE t (id int NOT NULL PRIMARY KEY, %s)" % ", ".join(
            "%s %s" % (name, kind) for name, (kind, _, _) in zip(names, types)))
        for row in range(2):
            server.sql("INSERT INTO t (id, %s) VALUES (%d, %s)" % (
                ", ".join(names), row, ", ".join(values[row] for _, _, values in types)))
        mirror.source(jar_file=jars, jdbc_url=server.url, user="sa", password="sa", schema=schema)
        # What a mirror of text holds is what other tests compare with the products themselves.
        for name, kind in (("plain", "text"), ("mirror", "native")):
            mirror.config["postgres_db"]["schema"] = name
            mirror.settings(column_types=kind, full_below_rows=0)
            mirror.run_well(environment=java_environment())
        assert_types(pg, types)
        plain = [[in_utc(pg, value) if "with time zone" in native and value else value
                  for value, native in zip(row, ["int"] + [native for _, native, _ in types])]
                 for row in texts(pg, schema="plain")]
        assert [list(row) for row in texts(pg)] == plain
        assert quarantined(pg) == []
        assert_idle_of_schema(mirror, pg)


# What the mirrors of the look-alike's own tables become; of ABL's decimals no format says the digits.
OPENEDGE = {
    ("customer", "custnum"): "integer", ("customer", "name"): "text",
    ("customer", "creditlimit"): "numeric(50,2)", ("order", "orderdate"): "date",
    ("item", "price"): "numeric(50,2)"}


@pytest.mark.skipif(jars_folder() is None, reason="left out: no look-alike was built, or there is no H2")
def test_the_look_alike_has_native_types_and_the_values_of_its_mirror_of_text(openedge, mirror, pg):
    mirror.source(**openedge.source_keys())
    for name, kind in (("plain", "text"), ("mirror", "native")):
        mirror.config["postgres_db"]["schema"] = name
        mirror.settings(column_types=kind, arrays="text")
        result = mirror.run(environment=java_environment())
        assert result.status == 0, result.explain()
    for (table, column), native in OPENEDGE.items():
        assert types_of(pg, table)[column] == native
    used = set()
    for table in pg.tables("plain"):
        natives = types_of(pg, table)
        used |= set(natives.values())
        names = list(natives)
        rows = [pg.query(SESSION + 'SELECT %s FROM "%s"."%s"' % (", ".join(
            '"%s"::%s::text' % (name, "timestamptz" if "with time zone" in natives[name] else "text")
            for name in names), schema, table)) for schema in ("plain", "mirror")]
        assert sorted(rows[0], key=str) == sorted(rows[1], key=str), table
    assert {"boolean", "bytea", "bigint", "timestamp(3) without time zone",
            "timestamp(3) with time zone"} <= used
    assert_idle_of_schema(mirror, pg)


def in_utc(pg, stamp):
    return pg.value(SESSION + "SELECT %s::timestamptz::text", [stamp])


def assert_idle_of_schema(mirror, pg):
    before = row_versions(pg)
    mirror.run_well("--full-sync", environment=java_environment())
    assert last_run(pg) == (0, 0, 0) and row_versions(pg) == before


# --- what is there stays as it is --------------------------------------------------------------------

def test_tables_that_are_there_keep_their_types_and_new_ones_get_those_of_the_setting(mirror, pg, tmp_path):
    path = lax(mirror, tmp_path)
    mirror.settings(column_types="text").run_well()
    sqlite_file(path, "ALTER TABLE t ADD COLUMN later INT", "CREATE TABLE u (id INT PRIMARY KEY)")
    planned = mirror.settings(column_types="native").run_well("plan", "--json").stdout.replace(r'\"', "'")
    assert "ADD COLUMN later bigint" in planned.replace("'", "")
    assert "CREATE TABLE mirror.u (id bigint)" in planned.replace("'", "")
    assert "1 table ('t') has other types" in planned
    assert "OE2PG_POSTGRES_DB_SCHEMA=mirror_native oe2pg sync" in planned
    mirror.run_well()
    assert types_of(pg) == {**dict.fromkeys(LAX_TYPES, "text"), "later": "bigint"}
    assert types_of(pg, "u") == {"id": "bigint"}
    # What plan says to do.
    mirror.run_well(environment={"OE2PG_POSTGRES_DB_SCHEMA": "mirror_native"})
    assert types_of(pg, schema="mirror_native") == {**LAX_TYPES, "later": "bigint"}
    sqlite_file(path, "UPDATE t SET later = 2, n = 3")
    mirror.settings(column_types="text").run_well()
    assert types_of(pg, "u") == {"id": "bigint"} and texts(pg)[0][-1] == "2"
    assert_idle(mirror, pg)
