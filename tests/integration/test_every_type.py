"""Every type that a product's documentation lists is the same by both doors, byte for byte, and what
the product's own client prints."""

import re

import pytest

from mirroring import sqlite_file
from servers import JavaServer, java_environment, java_jars

ENVIRONMENT = java_environment()

# Type and values, as the product's SQL writes them.
POSTGRESQL = [
    ("smallint", "-32768"), ("integer", "2147483647"), ("bigint", "-9223372036854775808"),
    ("decimal(12,4)", "1.5"), ("numeric", "'NaN'"), ("numeric(4,-2)", "1234"), ("real", "0.1"),
    ("double precision", "1e300"), ("smallserial", "1"), ("serial", "2"), ("bigserial", "3"),
    ("money", "'12.50'"), ("varchar(9)", "'v  '"), ("char(6)", "'c '"), ("bpchar", "'b '"),
    ("text", "'ä'"), ('"char"', "'x'"), ("name", "'n'"), ("bytea", "'\\x00ff'"),
    ("timestamp", "'infinity'"), ("timestamptz", "'2024-02-29 10:00+05:30'"),
    ("date", "'0044-03-15 BC'"), ("time", "'24:00'"), ("timetz", "'10:00+02'"),
    ("interval", "'1 mon -3 days 04:05:06.7'"), ("boolean", "true"), ("boolean", "false"),
    ("mood", "'very sad'"), ("point", "'(1,2)'"), ("line", "'{1,2,3}'"), ("lseg", "'[(1,2),(3,4)]'"),
    ("box", "'(1,2),(3,4)'"), ("path", "'[(1,2),(3,4)]'"), ("polygon", "'((1,2),(3,4))'"),
    ("circle", "'<(1,2),3>'"), ("cidr", "'10.0.0.1/32'"), ("cidr", "'10.0.0.0/8'"),
    ("inet", "'10.0.0.1'"), ("inet", "'10.0.0.1/24'"), ("inet", "'::1'"), ("inet", "'::1/64'"),
    ("macaddr", "'08:00:2b:01:02:03'"), ("macaddr8", "'08:00:2b:01:02:03:04:05'"),
    ("bit(3)", "B'101'"), ("bit varying(5)", "B'1'"), ("tsvector", "'a fat cat'"),
    ("tsquery", "'fat & cat'"), ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ("xml", "'<a>ä</a>'"), ("json", "'{\"a\": [1,  2]}'"), ("jsonb", "'{\"b\":null}'"),
    ("jsonpath", "'$.a'"), ("int[]", "'{1,NULL}'"), ("text[]", "'{\"a b\",NULL}'"),
    ("inet[]", "'{10.0.0.1}'"), ("char(3)[]", "'{a}'"), ("pair", "'(1,\"x \")'"), ("pair", "'(,)'"),
    ("int4range", "'[1,5)'"), ("nummultirange", "'{[1,2)}'"), ("d1", "'a '"), ("d2", "'b '"),
    ("d3", "'10.0.0.9'"), ("d4", "7.5"), ("d5", "'2024-02-29'"), ("oid", "4294967295"),
    ("regclass", "'pg_class'"), ("pg_lsn", "'16/B374D848'"), ("xid8", "'42'")]
POSTGRESQL_TYPES = """
CREATE SCHEMA erp; SET search_path = erp, public;
CREATE TYPE mood AS ENUM ('sad', 'very sad'); CREATE TYPE pair AS (a int, b char(3));
CREATE DOMAIN d1 AS char(6); CREATE DOMAIN d2 AS d1; CREATE DOMAIN d3 AS inet;
CREATE DOMAIN d4_ AS numeric(8,3); CREATE DOMAIN d4 AS d4_; CREATE DOMAIN d5_ AS date;
CREATE DOMAIN d5 AS d5_;
"""


def both(pg, mirror, through_odbc, through_jdbc):
    """What is in the two mirrors, and in quarantine of each."""
    found = []
    for name, door in (("by_odbc", through_odbc), ("by_jdbc", through_jdbc)):
        mirror.config["progress_db"] = dict(door)
        mirror.config["postgres_db"]["schema"] = name
        result = mirror.run(environment=ENVIRONMENT)
        assert result.status in (0, 1), result.explain()
        rows = pg.query('SELECT * FROM "%s".t ORDER BY id::int' % name)
        lost = pg.query(
            "SELECT key_values, column_name, reason, encode(value, 'hex') FROM oe2pg.quarantine q "
            "JOIN oe2pg.mirror m ON m.id = q.mirror_id WHERE m.target_schema = %s ORDER BY 1, 2", [name])
        found.append((rows, lost))
    return found


def compare(types, rows, others):
    return [(types[at - 1], row[at], other[at]) for row, other in zip(rows, others)
            for at in range(1, len(row)) if row[at] != other[at]]


def table_of(types):
    names = ["c%d" % i for i in range(len(types))]
    return ("CREATE TABLE t (id int PRIMARY KEY, %s)" % ", ".join(
        "%s %s" % (name, kind) for name, (kind, _) in zip(names, types)),
        "INSERT INTO t (id, %s) VALUES (1, %s)" % (
            ", ".join(names), ", ".join(value for _, value in types)),
        names)


@pytest.mark.skipif(java_jars("postgresql.jar") is None, reason="the driver is not installed")
def test_every_type_of_postgresql(pg, second_pg, mirror):
    create, insert, names = table_of(POSTGRESQL)
    second_pg.query(POSTGRESQL_TYPES + create + ";" + insert + "; SELECT 1")
    server = {"host": second_pg.server.host, "port": second_pg.server.port, "user": "postgres",
              "db_name": second_pg.name, "schema": "erp"}
    odbc, jdbc = both(pg, mirror, dict(server, odbc_driver="PostgreSQL Unicode"), {
        "jar_file": java_jars("postgresql.jar"), "user": "postgres", "schema": "erp",
        "jdbc_url": "jdbc:postgresql://%s:%d/%s" % (
            second_pg.server.host, second_pg.server.port, second_pg.name)})
    assert compare(POSTGRESQL, odbc[0], jdbc[0]) == []
    assert odbc[1] == jdbc[1] == []
    # By the types' own output functions, which a cast to text does not always go through.
    printed = second_pg.query("SET DateStyle TO ISO; SET TimeZone TO 'UTC'; SELECT id::text, %s FROM "
                              "erp.t" % ", ".join("concat(%s)" % name for name in names))
    said = [{"t": "true", "f": "false"}.get(text, text) if kind == "boolean" else text
            for (kind, _), text in zip(POSTGRESQL, printed[0][1:])]
    assert compare(POSTGRESQL, jdbc[0], [[1] + said]) == []


# A GEOMETRY has no text of its own: its bytes are mirrored.
MARIADB = [
    ("tinyint", "-128"), ("boolean", "true"), ("tinyint unsigned", "255"), ("smallint", "-32768"),
    ("mediumint", "8388607"), ("int", "-1"), ("int(6) zerofill", "42"), ("bigint", "1"),
    ("bigint unsigned", "18446744073709551615"), ("decimal(12,4)", "1.5"), ("numeric(65,30)", "0.1"),
    ("float", "0.1"), ("double", "0.1"), ("bit(1)", "1"), ("bit(9)", "257"), ("char(5)", "'c '"),
    ("varchar(9)", "'v  '"), ("binary(3)", "x'41'"), ("varbinary(9)", "x'00ff'"),
    ("tinyblob", "x'00'"), ("blob", "x'fe'"), ("mediumblob", "x'01'"), ("longblob", "x'ff'"),
    ("tinytext", "'ä'"), ("text", "'t'"), ("mediumtext", "'m'"), ("longtext", "'l'"),
    ("json", "'{\"a\": 1}'"), ("enum('a','ö')", "'ö'"), ("set('x','y')", "'x,y'"),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"), ("inet6", "'::1'"), ("inet4", "'10.0.0.1'"),
    ("date", "'2024-02-29'"), ("time", "'-838:59:59'"), ("time(6)", "'10:00:00.5'"),
    ("datetime", "'9999-12-31 23:59:59'"), ("datetime(6)", "'2024-02-29 10:00:00.000001'"),
    ("timestamp null", "'2024-02-29 10:00:00'"), ("timestamp(3) null", "'2024-02-29 10:00:00.25'"),
    ("year", "2024"), ("geometry", "st_geomfromtext('POINT(1 2)')"),
    ("point", "st_geomfromtext('POINT(1 2)')"),
    ("linestring", "st_geomfromtext('LINESTRING(0 0, 1 1)')"),
    ("polygon", "st_geomfromtext('POLYGON((0 0, 1 1, 1 0, 0 0))')"),
    ("multipoint", "st_geomfromtext('MULTIPOINT(0 0, 1 1)')"),
    ("multilinestring", "st_geomfromtext('MULTILINESTRING((0 0, 1 1))')"),
    ("multipolygon", "st_geomfromtext('MULTIPOLYGON(((0 0, 1 1, 1 0, 0 0)))')"),
    ("geometrycollection", "st_geomfromtext('GEOMETRYCOLLECTION(POINT(1 2))')")]


def printed_by_mariadb(kind):
    if re.search("binary|blob|geometry|point|linestring|polygon", kind):
        return "CONCAT('\\\\x', LOWER(HEX(%s)))"
    return "CAST(%s AS UNSIGNED)" if re.search("bit|zerofill", kind) else "CAST(%s AS CHAR)"


def without_zeros(text):
    """Fractions of seconds lose their trailing zeros in canonical text."""
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.skipif(java_jars("mariadb-java-client.jar") is None, reason="the driver is not installed")
def test_every_type_of_mariadb(pg, mariadb_server, mirror):
    server = mariadb_server
    create, insert, names = table_of(MARIADB)
    server.sql("DROP DATABASE IF EXISTS types; CREATE DATABASE types CHARACTER SET utf8mb4",
               dbname="mysql")
    server.sql("%s; %s" % (create, insert), dbname="types")
    login = {"user": server.user, "password": server.password, "schema": ""}
    odbc, jdbc = both(pg, mirror, dict(
        login, odbc_driver="MariaDB Unicode", host=server.host, port=server.port, db_name="types"), {
            **login, "jar_file": java_jars("mariadb-java-client.jar"),
            "jdbc_url": "jdbc:mariadb://%s:%d/types" % (server.host, server.port)})
    assert compare(MARIADB, odbc[0], jdbc[0]) == []
    assert odbc[1] == jdbc[1] == []
    said = server.sql("SELECT CONCAT_WS('\\n', %s) FROM t" % ", ".join(
        printed_by_mariadb(kind) % name for (kind, _), name in zip(MARIADB, names)),
        dbname="types", raw=True).rstrip("\n").split("\n")
    said = [without_zeros(text) if "(" in kind and re.match("time|date", kind) else
            "true" if kind == "bit(1)" else text for (kind, _), text in zip(MARIADB, said)]
    assert len(said) == len(MARIADB)
    assert compare(MARIADB, jdbc[0], [[1] + said]) == []


# --- products of Java, which have the one door: type, value, what the database itself prints

H2 = [
    ("char(5)", "'c'", "c    "), ("varchar(9)", "'v  '", "v  "), ("clob", "'ä'", "ä"),
    ("varchar_ignorecase(9)", "'I'", "I"), ("binary(3)", "x'414243'", "\\x414243"),
    ("varbinary(9)", "x'00ff'", "\\x00ff"), ("blob", "x'fe'", "\\xfe"), ("boolean", "true", "true"),
    ("tinyint", "-128", "-128"), ("smallint", "-32768", "-32768"), ("int", "7", "7"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"), ("numeric(12,4)", "1.5", "1.5000"),
    ("decfloat(20)", "1.25", "1.25"), ("real", "0.1", "0.1"), ("double precision", "0.1", "0.1"),
    ("date", "date '2024-02-29'", "2024-02-29"), ("time(6)", "time '10:00:00.5'", "10:00:00.5"),
    ("time with time zone", "time with time zone '10:00:00+02:00'", "10:00:00+02"),
    ("timestamp(9)", "timestamp '2024-02-29 10:00:00.123456789'", "2024-02-29 10:00:00.123456789"),
    ("timestamp with time zone", "timestamp with time zone '2024-02-29 10:00:00+05:30'",
     "2024-02-29 10:00:00+05:30"),
    ("interval year", "interval '3' year", "INTERVAL '3' YEAR"),
    ("interval day to second", "interval '1 02:03:04.5' day to second",
     "INTERVAL '1 02:03:04.5' DAY TO SECOND"),
    ("enum('a','ö')", "'ö'", "ö"), ("json", "json '{\"a\": 1}'", '{"a":1}'),
    ("geometry", "'POINT (1 2)'", "POINT (1 2)"),
    ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("int array", "array[1, NULL]", "[1, null]"), ("row(a int, b varchar)", "row (1, 'x')", "ROW (1, x)")]
HSQLDB = [
    ("tinyint", "-128", "-128"), ("smallint", "-32768", "-32768"), ("int", "7", "7"),
    ("bigint", "9223372036854775807", "9223372036854775807"), ("numeric(12,4)", "1.5", "1.5000"),
    ("decimal(30,10)", "0.1", "0.1000000000"), ("real", "0.1e0", "0.1"), ("double", "0.1e0", "0.1"),
    ("float", "0.25e0", "0.25"), ("boolean", "true", "true"), ("char(5)", "'c'", "c    "),
    ("varchar(9)", "'v  '", "v  "), ("varchar_ignorecase(9)", "'I'", "I"), ("longvarchar", "'l'", "l"),
    ("clob", "'ä'", "ä"), ("binary(3)", "x'414243'", "\\x414243"), ("varbinary(9)", "x'00ff'", "\\x00ff"),
    ("longvarbinary", "x'fe'", "\\xfe"), ("blob", "x'fe'", "\\xfe"),
    ("uuid", "cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid)", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("bit(3)", "b'101'", "101"), ("bit varying(9)", "b'1'", "1"), ("bit(1)", "b'1'", "true"),
    ("date", "date '2024-02-29'", "2024-02-29"), ("time(6)", "time '10:00:00.5'", "10:00:00.5"),
    ("time with time zone", "time '10:00:00+2:00'", "10:00:00+2:00"),
    ("timestamp(6)", "timestamp '2024-02-29 10:00:00.000001'", "2024-02-29 10:00:00.000001"),
    ("timestamp with time zone", "timestamp '2024-02-29 10:00:00+5:30'",
     "2024-02-29 10:00:00+05:30"),
    ("interval year", "interval '3' year", "3"),
    ("interval day to second", "interval '1 02:03:04.5' day to second", "1 02:03:04.500000"),
    ("int array", "array[1, NULL]", "ARRAY[1,NULL]")]
DERBY = [
    ("smallint", "-32768", "-32768"), ("int", "7", "7"), ("bigint", "9223372036854775807",
     "9223372036854775807"), ("decimal(12,4)", "1.5", "1.5000"), ("numeric(31,10)", "0.1", "0.1000000000"),
    ("real", "0.1", "0.1"), ("double", "0.1", "0.1"), ("float(40)", "0.25", "0.25"),
    ("boolean", "true", "true"), ("char(5)", "'c'", "c    "), ("varchar(9)", "'v  '", "v  "),
    ("long varchar", "'l'", "l"), ("clob", "'ä'", "ä"), ("char(3) for bit data", "x'414243'", "\\x414243"),
    ("varchar(9) for bit data", "x'00ff'", "\\x00ff"), ("long varchar for bit data", "x'fe'", "\\xfe"),
    ("blob", "cast(x'fe' as blob)", "\\xfe"), ("date", "date('2024-02-29')", "2024-02-29"),
    ("time", "time('10:00:00')", "10:00:00"),
    ("timestamp", "timestamp('2024-02-29 10:00:00.000001')", "2024-02-29 10:00:00.000001")]


@pytest.mark.parametrize("product, types, schema", [
    ("H2", H2, "PUBLIC"), ("HSQLDB", HSQLDB, "PUBLIC"), ("Derby", DERBY, "SA")])
def test_every_type_of_a_product_of_java(pg, mirror, product, types, schema):
    jars = java_jars(*JavaServer.jars[product])
    if jars is None:
        pytest.skip("the driver is not installed")
    names = ["c%d" % i for i in range(len(types))]
    with JavaServer(product) as server:
        server.sql("CREATE TABLE t (id int NOT NULL PRIMARY KEY, %s)" % ", ".join(
            "%s %s" % (name, kind) for name, (kind, _, _) in zip(names, types)))
        server.sql("INSERT INTO t (id, %s) VALUES (1, %s)" % (
            ", ".join(names), ", ".join(value for _, value, _ in types)))
        mirror.source(jar_file=jars, jdbc_url=server.url, user="sa", password="sa", schema=schema)
        mirror.config["postgres_db"]["schema"] = "mirror"
        result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 0, result.explain()
    row = pg.query("SELECT * FROM mirror.t")
    assert compare(types, row, [["1"] + [printed for _, _, printed in types]]) == []
