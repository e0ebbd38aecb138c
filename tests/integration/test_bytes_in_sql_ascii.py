"""PostgreSQL as a source whose database takes any bytes for text (SQL_ASCII): a server that is asked
for them as text refuses those that are no UTF-8 in the middle of a result, and psqlODBC dies of it.
They are read as bytes: what is no UTF-8 is NULL in the mirror and whole in quarantine."""

import pytest

from servers import java_environment, java_jars, odbc_driver

ROWS = 30_000
BAD = b"caf\xe9"
PLACES = [1, 25_000, ROWS]


@pytest.fixture(scope="module")
def ascii_source(pg_server):
    pg_server.sql("CREATE DATABASE anybytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
                  " TEMPLATE template0;")
    pg_server.sql("""
        CREATE TABLE keyed AS SELECT g AS id, 'good '::text AS v, 'ab'::char(6) AS c FROM
            generate_series(1, %d) g;
        ALTER TABLE keyed ADD PRIMARY KEY (id);
        CREATE TABLE keyless AS SELECT id, v, c FROM keyed;
        UPDATE keyed SET v = 'caf' || E'\\351' WHERE id IN (%s);
        UPDATE keyless SET v = 'caf' || E'\\351' WHERE id IN (%s);
        CREATE TABLE bytes_in_key (k varchar(20) PRIMARY KEY, p char(6) UNIQUE, e text);
        INSERT INTO bytes_in_key SELECT E'k\\351' || chr(96 + g), E'\\351' || chr(96 + g), ''
            FROM generate_series(1, 20) g;
        INSERT INTO bytes_in_key VALUES ('plain', 'plain', 'x '), ('zz', 'zz', NULL);
        CREATE TABLE kinds (id int PRIMARY KEY, u uuid, n numeric(6,2), b bytea, a text[], d date,
            i inet, j json, "Gr\u00f6\u00dfe" text);
        INSERT INTO kinds VALUES (1, '00000000-0000-0000-0000-000000000001', 1.5, '\\xff00', '{a,NULL}',
            '2024-02-29', '10.0.0.1', '{}', E'gr\\303\\274n');
    """ % (ROWS, ", ".join(map(str, PLACES)), ", ".join(map(str, PLACES))), dbname="anybytes")
    yield pg_server
    pg_server.sql("DROP DATABASE anybytes WITH (FORCE);")


def by_door(mirror, server, door):
    mirror.config["postgres_db"]["schema"] = "mirror"
    if door == "odbc":
        return mirror.source(schema="public", odbc_connection=(
            "Driver=%s;Servername=%s;Port=%d;Database=anybytes;UID=%s" % (
                odbc_driver("psqlodbcw.so"), server.host, server.port, server.user)))
    return mirror.source(
        schema="public", jar_file=java_jars("postgresql.jar"), user=server.user, password="none",
        jdbc_url="jdbc:postgresql://%s:%d/anybytes" % (server.host, server.port))


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_bytes_that_are_no_utf8_cost_no_other_value(mirror, pg, ascii_source, door):
    by_door(mirror, ascii_source, door)
    result = mirror.run(
        "--table", "keyed", "--table", "keyless", "--table", "kinds", environment=java_environment())
    assert result.status == 1, result.explain()
    for table in ("keyed", "keyless"):
        assert pg.query("SELECT count(*), count(v), count(*) FILTER (WHERE v = 'good '),"
                        " count(*) FILTER (WHERE c = 'ab    ') FROM mirror.%s" % table) == [
            (ROWS, ROWS - 3, ROWS - 3, ROWS)]
        assert [int(n) for (n,) in pg.query("SELECT id FROM mirror.%s WHERE v IS NULL ORDER BY"
                                            " id::int" % table)] == PLACES
    assert [(column, bytes(value)) for column, value in pg.query(
        "SELECT column_name, value FROM oe2pg.quarantine")] == 6 * [("v", BAD)]
    assert pg.query("SELECT * FROM mirror.kinds")[0] == (
        "1", "00000000-0000-0000-0000-000000000001", "1.50", "\\xff00", "{a,NULL}", "2024-02-29",
        "10.0.0.1", "{}", "gr\u00fcn")
    written = pg.query("SELECT xmin::text, count(*) FROM mirror.keyed GROUP BY 1")
    assert mirror.run("--full-sync", "--table", "keyed", "--table", "keyless",
                      environment=java_environment()).status == 0
    assert pg.query("SELECT xmin::text, count(*) FROM mirror.keyed GROUP BY 1") == written


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
@pytest.mark.parametrize("key", ["k", "p"])
def test_a_read_goes_on_after_a_key_of_any_bytes(mirror, pg, ascii_source, door, key):
    by_door(mirror, ascii_source, door).settings(
        batch_size=1, tables={"bytes_in_key": {"key": [key]}})
    result = mirror.run("--table", "bytes_in_key", environment={
        "OE2PG_TEST_TRANSACTION_MS": "0", **java_environment()})
    assert result.status == 1, result.explain()
    assert pg.query("SELECT count(*), count(k), count(e) FROM mirror.bytes_in_key") == [(22, 2, 21)]
    assert pg.value("SELECT count(DISTINCT value) FROM oe2pg.quarantine WHERE column_name = 'k'") == 20
