"""PostgreSQL as a source whose database is in another encoding than UTF-8: bytes that stand for no
character there are stored all the same, and a server that is asked for them in UTF-8 refuses them in
the middle of a result. Each costs its own value, and all others are what the server makes of them."""

import os

import pytest

from servers import java_environment, java_jars, odbc_driver

# What each encoding leaves undefined, as PostgreSQL has it.
UNDEFINED = {
    "WIN1252": "81 8d 8f 90 9d",
    "LATIN3": "a5 ae be c3 d0 e3 f0",
    "LATIN1": "",
    "ISO_8859_6": "a1-a3 a5-ab ae-ba bc-be c0 db-df f3-ff",
    "ISO_8859_7": "ae d2 ff",
    "ISO_8859_8": "a1 bf-de fb fc ff",
    "WIN874": "81-84 86-90 98-9f db-de fc-ff",
    "WIN1250": "81 83 88 90 98",
    "WIN1251": "98",
    "WIN1253": "81 88 8a 8c-90 98 9a 9c-9f aa d2 ff",
    "WIN1254": "81 8d-90 9d 9e",
    "WIN1255": "81 8a 8c-90 9a 9c-9f ca d9-df fb fc ff",
    "WIN1257": "81 83 88 8a 8c 90 98 9a 9c 9f a1 a5",
    "WIN1258": "81 8a 8d-90 9a 9d 9e",
}
SHORT = ["WIN1252", "LATIN3", "LATIN1"]
IS_LONG = os.environ.get("OE2PG_LONG") == "1"


def undefined(encoding):
    for word in UNDEFINED[encoding].split():
        first, _, last = word.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


@pytest.fixture(scope="module")
def database(pg_server):
    """Makes a database in an encoding."""
    made = []

    def make(encoding, script):
        name = "in_" + encoding.lower()
        if name not in made:
            pg_server.sql("CREATE DATABASE %s ENCODING '%s' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE"
                          " template0;" % (name, encoding))
            made.append(name)
        pg_server.sql(script, dbname=name)
        return name

    return make


def by_door(mirror, server, door, name):
    mirror.config["postgres_db"]["schema"] = "mirror"
    if door == "odbc":
        return mirror.source(schema="public", odbc_connection=(
            "Driver=%s;Servername=%s;Port=%d;Database=%s;UID=%s" % (
                odbc_driver("psqlodbcw.so"), server.host, server.port, name, server.user)))
    return mirror.source(
        schema="public", jar_file=java_jars("postgresql.jar"), user=server.user, password="none",
        jdbc_url="jdbc:postgresql://%s:%d/%s" % (server.host, server.port, name))


def as_stored(hexadecimal):
    """An SQL text of these bytes, whatever they mean."""
    return "convert_from('\\x%s', 'SQL_ASCII')" % hexadecimal


ROWS = 12_000
PLACES = [1, 9_000, ROWS]

# "c381" is UTF-8 by chance.
TABLES = """
    CREATE TABLE keyed (id int PRIMARY KEY, v text, c char(4), d text);
    INSERT INTO keyed SELECT g, {good}, 'x', NULL FROM generate_series(1, {rows}) g;
    UPDATE keyed SET v = {bad} WHERE id IN ({places});
    UPDATE keyed SET c = {bad_padded}, d = {chance} WHERE id = 2;
    CREATE TABLE keyless AS SELECT * FROM keyed;
    CREATE TABLE in_key (k varchar(20) PRIMARY KEY, e text);
    INSERT INTO in_key SELECT {bad} || chr(96 + g), {good} FROM generate_series(1, 12) g;
    INSERT INTO in_key VALUES ('a', ''), ({good}, NULL), ({chance}, 'by chance'), ({chance_ff}, 'too'),
        ('zz', 'z');
    CREATE DOMAIN padded AS char(6);
    CREATE TABLE kinds (id int PRIMARY KEY, i inet, p padded, a text[], j json, n numeric(6,2));
    INSERT INTO kinds VALUES (1, '10.0.0.1', 'ab', ARRAY[{good}], '{{}}', 1.5), (2, NULL, NULL, NULL,
        NULL, NULL);
""".format(rows=ROWS, places=", ".join(map(str, PLACES)), good=as_stored("67e920"),
           bad=as_stored("e981"), bad_padded=as_stored("8141"), chance=as_stored("c381"),
           chance_ff=as_stored("c381ff"))
BY_CHANCE = b"\xc3\x81\xff"


@pytest.fixture(scope="module")
def win1252(database):
    return database("WIN1252", TABLES)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_a_byte_without_counterpart_costs_its_own_value(mirror, pg, pg_server, win1252, door):
    by_door(mirror, pg_server, door, win1252)
    chosen = ["--table", "keyed", "--table", "keyless", "--table", "kinds"]
    result = mirror.run(*chosen, environment=java_environment())
    assert result.status == 1, result.explain()
    for table in ("keyed", "keyless"):
        assert pg.query("SELECT count(*), count(v), count(*) FILTER (WHERE v = 'g\u00e9 '),"
                        " count(*) FILTER (WHERE c = 'x   '), count(d) FROM mirror.%s" % table) == [
            (ROWS, ROWS - 3, ROWS - 3, ROWS - 1, 0)]
        assert [int(n) for (n,) in pg.query("SELECT id FROM mirror.%s WHERE v IS NULL ORDER BY"
                                            " id::int" % table)] == PLACES
    assert sorted((column, bytes(value)) for column, value in pg.query(
        "SELECT column_name, value FROM oe2pg.quarantine")) == sorted(2 * (
            3 * [("v", b"\xe9\x81")] + [("c", b"\x81A  "), ("d", BY_CHANCE)]))
    assert pg.query("SELECT * FROM mirror.kinds ORDER BY id") == [
        ("1", "10.0.0.1", "ab    ", '{"g\u00e9 "}', "{}", "1.50"), ("2",) + 5 * (None,)]
    written = pg.query("SELECT xmin::text, count(*) FROM mirror.keyed GROUP BY 1")
    assert mirror.run("--full-sync", *chosen, environment=java_environment()).status == 0
    assert pg.query("SELECT xmin::text, count(*) FROM mirror.keyed GROUP BY 1") == written


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_a_read_goes_on_after_a_key_without_counterpart(mirror, pg, pg_server, win1252, door):
    by_door(mirror, pg_server, door, win1252).settings(batch_size=1)
    result = mirror.run("--table", "in_key", environment={
        "OE2PG_TEST_TRANSACTION_MS": "0", **java_environment()})
    assert result.status == 1, result.explain()
    assert pg.query("SELECT count(*), count(k), count(e) FROM mirror.in_key") == [(17, 3, 16)]
    assert pg.query("SELECT k FROM mirror.in_key WHERE k IS NOT NULL ORDER BY k COLLATE \"C\"") == [
        ("a",), ("g\u00e9 ",), ("zz",)]
    assert pg.value("SELECT count(DISTINCT value) FROM oe2pg.quarantine") == 14


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_a_where_is_the_sources_own(mirror, pg, pg_server, win1252, door):
    by_door(mirror, pg_server, door, win1252).settings(
        tables={"in_key": {"where": "k = 'g\u00e9 ' OR k < 'b'"}})
    result = mirror.run("--table", "in_key", environment=java_environment())
    assert result.status == 0, result.explain()
    assert pg.query("SELECT k FROM mirror.in_key ORDER BY 1") == [("a",), ("g\u00e9 ",)]


@pytest.mark.parametrize("encoding", UNDEFINED if IS_LONG else SHORT)
def test_every_byte_is_what_the_server_makes_of_it(mirror, pg, pg_server, database, encoding):
    name = database(encoding, """
        CREATE TABLE every_byte (id int PRIMARY KEY, v text);
        INSERT INTO every_byte SELECT n, convert_from(decode('41' || lpad(to_hex(n), 2, '0') || '42',
            'hex'), 'SQL_ASCII') FROM generate_series(1, 255) n;
    """)
    without = set(undefined(encoding))
    by_door(mirror, pg_server, "odbc", name)
    result = mirror.run("--table", "every_byte", environment=java_environment())
    assert result.status == (1 if without else 0), result.explain()
    assert pg.query("SELECT id::int, v FROM mirror.every_byte ORDER BY 1") == pg.query(
        "SELECT n, CASE WHEN n <> ALL (%s) THEN convert_from(decode('41' || lpad(to_hex(n), 2, '0') ||"
        " '42', 'hex'), %s) END FROM generate_series(1, 255) n ORDER BY 1",
        [sorted(without) or [0], encoding])
    assert sorted(bytes(value) for (value,) in pg.query("SELECT value FROM oe2pg.quarantine")) == [
        bytes([0x41, n, 0x42]) for n in sorted(without)]


# Of each: characters of every length, a pair of bytes that is no character, and what stays of it.
MULTIBYTE = {
    "EUC_JP": ("a4a2", "8ea2", "8fb0a1", "a9a1"),
    "EUC_KR": ("b0a1", "a1a4", "c8fe", "fea1"),
    "EUC_CN": ("b0a1", "a1a4", "d2bb", "aaa1"),
    "EUC_TW": ("c4a1", "a1a3", "8ea2a1a1", "8ea7a1a1"),
    "EUC_JIS_2004": ("a4a2", "8ea2", "a4f7", "8fa2a1"),
}


@pytest.mark.parametrize("door, encoding", [("odbc", "EUC_JP"), ("jdbc", "EUC_TW")] + [
    ("odbc", encoding) for encoding in ("EUC_KR", "EUC_CN", "EUC_JIS_2004") if IS_LONG])
def test_characters_of_several_bytes(mirror, pg, pg_server, database, door, encoding):
    *good, bad = MULTIBYTE[encoding]
    name = database(encoding, """
        CREATE TABLE characters (id int, v text);
        INSERT INTO characters SELECT g, CASE g WHEN 4000 THEN {bad} ELSE {good} END
            FROM generate_series(1, 6000) g;
    """.format(bad=as_stored("41" + good[0] + bad), good=as_stored("41" + "".join(good))))
    by_door(mirror, pg_server, door, name)
    result = mirror.run("--table", "characters", environment=java_environment())
    assert result.status == 1, result.explain()
    expected = pg.value("SELECT convert_from(decode(%s, 'hex'), %s)", ["41" + "".join(good), encoding])
    assert pg.query("SELECT v, count(*) FROM mirror.characters GROUP BY v ORDER BY 2") == [
        (None, 1), (expected, 5999)]
    assert bytes(pg.value("SELECT value FROM oe2pg.quarantine")).hex() == "41" + good[0] + bad
