"""A first load brings every table whole, whatever it holds and however it is called."""

import contextlib
import datetime
import os
import pathlib
import random
import sqlite3
import time

import psycopg2
import pytest

import compare
from conftest import MIRROR_PASSWORD, program
from mirroring import sqlite_file

# One character of every plane of Unicode, assigned or not, beside what UTF-16 and JSON trip over.
EVERY_PLANE = "".join(chr(plane << 16 | 0xE9) for plane in range(17)) + "\ud7ff\ue000\ufffd\U0010fffd"
MEGABYTE = "Zeile mit ü, 日本 und 😀.\n" * 33_000
ALL_BYTES = bytes(range(256))
ODD_NAMES = ["with blank", "it's", 'dou"ble', "hyphen-ated", "Ümläut", "select", "back`tick",
             "Order", "per%cent", "semi;colon", "a.b", "数量"]


# --- SQLite ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["Chinook_Sqlite.sqlite", "sports2000.sqlite"])
def test_every_table_of_a_real_database_equals_its_mirror(mirror, pg, real_data, name):
    path = real_data / "sqlite" / name
    mirror.sqlite(path).run_well("--full-sync")
    compare.assert_sqlite_mirrored(pg, path)


def test_every_table_of_the_generated_sample_equals_its_mirror(mirror, pg, make_sample):
    path = make_sample(20_000)
    mirror.sqlite(path).run_well("--full-sync")
    compare.assert_sqlite_mirrored(pg, path)


def test_no_verb_and_no_option_load_as_well(mirror, pg, make_sample):
    path = make_sample(1_000)
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_the_mirror_is_the_same_with_any_number_of_jobs(mirror, pg, make_sample, jobs):
    path = make_sample(5_000)
    mirror.sqlite(path).run_well("--full-sync", "--jobs", str(jobs))
    compare.assert_sqlite_mirrored(pg, path)


@pytest.mark.parametrize("batch_size", [1, 7, 100_000])
def test_the_mirror_is_the_same_with_any_batch_size(mirror, pg, make_sample, batch_size):
    path = make_sample(1_000)
    mirror.sqlite(path).run_well("--full-sync", "--batch-size", str(batch_size))
    compare.assert_sqlite_mirrored(pg, path)


def test_texts_of_sqlite_arrive_byte_for_byte(mirror, pg, tmp_path):
    texts = [None, "", " ", "  both ends  ", "\t\n\r\\", "\\N", "\\.", "NULL", "'\"`", EVERY_PLANE,
             "e\u0301 is not é", MEGABYTE, "x" * 255, "x" * 256, "é" * 255, "\U0001f600" * 300]
    path = sqlite_file(
        tmp_path / "texts.sqlite",
        "CREATE TABLE short (id INTEGER PRIMARY KEY, t VARCHAR(40))",
        "CREATE TABLE long (id INTEGER PRIMARY KEY, t TEXT)",
        "CREATE TABLE keyless (t TEXT)",
        *[("INSERT INTO %s (t) VALUES (?)" % table, [(text,) for text in texts])
          for table in ("short", "long", "keyless", "keyless")])
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


def test_real_naughty_strings_arrive_byte_for_byte(mirror, pg, real_data, tmp_path):
    lines = (real_data / "strings" / "blns.txt").read_text(encoding="utf-8").split("\n")
    path = sqlite_file(
        tmp_path / "naughty.sqlite", "CREATE TABLE naughty (line INTEGER PRIMARY KEY, text TEXT)",
        ("INSERT INTO naughty VALUES (?, ?)", list(enumerate(lines))))
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


def test_pictures_of_sqlite_arrive_byte_for_byte(mirror, pg, tmp_path):
    blobs = [None, b"", b"\0", ALL_BYTES, random.Random(4).randbytes(1_000_000)]
    path = sqlite_file(
        tmp_path / "blobs.sqlite", "CREATE TABLE pictures (id INTEGER PRIMARY KEY, picture BLOB)",
        ("INSERT INTO pictures (picture) VALUES (?)", [(blob,) for blob in blobs]))
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


def test_odd_names_in_sqlite_are_followed(mirror, pg, tmp_path):
    statements = []
    for number, name in enumerate(ODD_NAMES):
        quoted = '"%s"' % name.replace('"', '""')
        statements.append("CREATE TABLE %s (%s INTEGER PRIMARY KEY, value TEXT)" % (quoted, quoted))
        statements.append("INSERT INTO %s VALUES (%d, 'of %d')" % (quoted, number, number))
    path = sqlite_file(tmp_path / "names.sqlite", *statements)
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


def test_generated_columns_of_sqlite_are_mirrored_unless_they_are_excluded(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "prices.sqlite",
        "CREATE TABLE prices (id INTEGER PRIMARY KEY, net REAL, vat REAL,"
        " gross REAL GENERATED ALWAYS AS (net * (1 + vat)) VIRTUAL,"
        " rate INTEGER AS (vat * 100) STORED, note TEXT)",
        "INSERT INTO prices (id, net, vat, note) VALUES (1, 10.5, 0.19, 'a'), (2, 2.5, 0.5, 'b')")
    mirror.sqlite(path).run_well()
    assert pg.query("SELECT * FROM mirror.prices ORDER BY id") == [
        ("1", "10.5", "0.19", "12.495", "19", "a"), ("2", "2.5", "0.5", "3.75", "50", "b")]
    sqlite_file(path, "UPDATE prices SET net = 3.5 WHERE id = 2")
    mirror.run_well()
    assert pg.value("SELECT gross FROM mirror.prices WHERE id = '2'") == "5.25"
    mirror.config["postgres_db"]["schema"] = "without"
    mirror.settings(tables={"prices": {"exclude_columns": ["gross"]}}).run_well()
    assert pg.query("SELECT * FROM without.prices WHERE id = '1'") == [
        ("1", "10.5", "0.19", "19", "a")]


def test_a_generated_column_that_cannot_be_computed_fails_its_table_alone(mirror, pg, tmp_path):
    path = tmp_path / "function.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.create_function("twice", 1, lambda value: 2 * value, deterministic=True)
        database.execute("CREATE TABLE doubled (a INTEGER, b INTEGER AS (twice(a)))")
        database.execute("INSERT INTO doubled VALUES (1)")
        database.execute("CREATE TABLE plain (a INTEGER, b INTEGER AS (a + 1))")
        database.execute("INSERT INTO plain VALUES (1)")
    result = mirror.sqlite(path).run()
    assert result.status == 1 and pg.query("SELECT a, b FROM mirror.plain") == [("1", "2")]
    assert "doubled" in result.stderr and "twice" in result.stderr
    mirror.settings(tables={"doubled": {"exclude_columns": ["b"]}}).run_well()
    assert pg.query("SELECT a FROM mirror.doubled") == [("1",)]


def test_a_name_without_a_character_becomes_an_underscore(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "empty.sqlite", 'CREATE TABLE "" ("" INTEGER PRIMARY KEY, v TEXT)',
                       "INSERT INTO \"\" VALUES (1, 'one')")
    mirror.sqlite(path).run_well()
    assert pg.query('SELECT "_", v FROM mirror."_"') == [("1", "one")]
    mirror.run_well("verify")


def test_names_stay_as_they_are_when_asked(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "names.sqlite", 'CREATE TABLE "Order-Line" ("Line-Num" INTEGER)',
                       'INSERT INTO "Order-Line" VALUES (1)')
    mirror.sqlite(path).settings(naming="exact").run_well()
    assert pg.query('SELECT "Line-Num" FROM mirror."Order-Line"') == [("1",)]


def test_an_empty_source_table_becomes_an_empty_mirrored_table(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "empty.sqlite", "CREATE TABLE hollow (id INTEGER, name TEXT)")
    mirror.sqlite(path).run_well()
    assert pg.tables() == ["hollow"]
    assert pg.value("SELECT count(*) FROM mirror.hollow") == 0


def test_a_table_of_three_hundred_columns_is_mirrored(mirror, pg, tmp_path):
    columns = ["c%d %s" % (n, ("INTEGER", "VARCHAR(30)", "DECIMAL(12,2)")[n % 3]) for n in range(300)]
    path = sqlite_file(
        tmp_path / "wide.sqlite", "CREATE TABLE wide (%s)" % ", ".join(columns),
        ("INSERT INTO wide VALUES (%s)" % ", ".join("?" * 300),
         [[(n * row, "text %d" % n, n / 4)[n % 3] for n in range(300)] for row in range(50)]))
    mirror.sqlite(path).run_well()
    compare.assert_sqlite_mirrored(pg, path)


def test_every_mirrored_column_is_text(mirror, pg, make_sample):
    mirror.sqlite(make_sample(1_000)).run_well()
    assert pg.query("SELECT DISTINCT data_type FROM information_schema.columns"
                    " WHERE table_schema = 'mirror'") == [("text",)]


# --- PostgreSQL as a source -------------------------------------------------------------------------

POSTGRES_SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.types (id int PRIMARY KEY, s smallint, b bigint, n numeric(17,2), w numeric(50,10),
    f double precision, r real, l boolean, d date, t time(3), ts timestamp, c char(8), v varchar(40),
    x text, y bytea, u uuid);
CREATE TABLE shop.composite (a int, b varchar(20), c date, value text, PRIMARY KEY (a, b, c));
CREATE TABLE shop.nullable_key (a int, b text, value text, UNIQUE (a, b));
CREATE TABLE shop.keyless (a int, b text);
CREATE TABLE shop."with blank" ("a column" int PRIMARY KEY, "it's" text, "dou""ble" text);
CREATE TABLE shop."Bestell-Größe" ("Maß" int PRIMARY KEY, "user" text, "select" text);
CREATE TABLE shop."order" ("order" int PRIMARY KEY, "group" text);
CREATE TABLE shop.empty (id int);
CREATE VIEW shop.no_table AS SELECT 1 AS one;
CREATE SCHEMA other;
CREATE TABLE other.not_ours (id int);
"""

POSTGRES_ROWS = {
    "types": [
        [1] + [None] * 15,
        [2, -32768, 2 ** 63 - 1, "-0.01", "12345678901234567890.0123456789", 0.1, 1.5, True,
         datetime.date(1, 1, 1), "10:34:17.120", "2025-04-26 10:34:17.120", "ab", "", EVERY_PLANE,
         ALL_BYTES, "00000000-0000-0000-0000-00000000000a"],
        [3, 32767, -2 ** 63, "999999999999999.99", "0", 1e300, 3.4e38, False,
         datetime.date(9999, 12, 31), "00:00:00", "1899-12-31 23:59:59.999999", "", " ", MEGABYTE,
         b"", None],
        [4, 0, 0, "10.50", "-1.5", -1e-7, 1e-10, None, datetime.date(2024, 2, 29), "23:59:59.9",
         "2000-01-01 00:00:00", "  x", "blanks  ", "\\N\t\n\r\\", None, None],
    ],
    "composite": [[a, b, c, "%d%s" % (a, b)] for a in range(20) for b in ("A", "a", "ä", "", " ")
                  for c in (datetime.date(2020, 1, 1), datetime.date(2020, 1, 2))],
    "nullable_key": [[1, "x", "1"], [1, None, "2"], [1, None, "2"], [None, None, None],
                     [None, "x", ""], [None, None, None]],
    "keyless": [[1, "equal"]] * 3 + [[None, None]] * 2 + [[2, ""]],
    "with blank": [[1, "'", '"'], [2, None, "x"]],
    "Bestell-Größe": [[1, "groß", "klein"]],
    "order": [[n, "group %d" % n] for n in range(1000)],
    "empty": [],
}


@pytest.fixture
def shop(second_pg):
    """A PostgreSQL database to be read: schema shop."""
    with contextlib.closing(psycopg2.connect(second_pg.admin_dsn)) as connection, connection, \
            connection.cursor() as cursor:
        cursor.execute(POSTGRES_SCHEMA)
        for table, rows in POSTGRES_ROWS.items():
            for row in rows:
                cursor.execute('INSERT INTO shop."%s" VALUES (%s)' % (
                    table, ", ".join(["%s"] * len(row))), row)
        cursor.execute("ALTER TABLE shop.types ADD big bytea")
        cursor.execute("UPDATE shop.types SET big = %s WHERE id = 4",
                       [random.Random(5).randbytes(1_000_000)])
        cursor.execute("GRANT USAGE ON SCHEMA shop TO mirror;"
                       "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO mirror")
    return second_pg


def read_from_postgres(mirror, database):
    return mirror.source(
        odbc_connection="Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
        % (database.server.host, database.server.port, database.name, MIRROR_PASSWORD), schema="shop")


def assert_shop_mirrored(source, pg):
    tables = compare.postgres_tables(source.admin_dsn, "shop")
    assert sorted(map(compare.plain_name, tables)) == pg.tables("shop")
    for table in tables:
        compare.assert_mirrored(pg, "shop", compare.plain_name(table),
                                compare.postgres_rows(source.admin_dsn, "shop", table))


@pytest.mark.parametrize("jobs", [1, 4])
def test_every_table_of_a_postgresql_source_equals_its_mirror(mirror, pg, shop, jobs):
    read_from_postgres(mirror, shop).run_well("--jobs", str(jobs))
    assert_shop_mirrored(shop, pg)


def test_host_port_db_name_and_driver_make_a_connection_too(mirror, pg, shop):
    mirror.source(host=shop.server.host, port=shop.server.port, db_name=shop.name, user="mirror",
                  password=MIRROR_PASSWORD, odbc_driver="PostgreSQL Unicode", schema="shop")
    mirror.run_well()
    assert_shop_mirrored(shop, pg)


def test_nothing_is_written_to_the_source(mirror, shop):
    written = ("SELECT relname, n_tup_ins, n_tup_upd, n_tup_del, last_analyze, analyze_count"
               " FROM pg_stat_user_tables ORDER BY schemaname, relname")
    before = shop.query(written), shop.query("SELECT oid, relname FROM pg_class ORDER BY oid")
    read_from_postgres(mirror, shop).run_well()
    time.sleep(1)  # statistics are told with a delay
    assert before == (shop.query(written), shop.query("SELECT oid, relname FROM pg_class ORDER BY oid"))


# --- MariaDB ----------------------------------------------------------------------------------------

MARIADB_SCHEMA = """
CREATE TABLE types (id int PRIMARY KEY, s smallint, b bigint, ub bigint unsigned, n decimal(17,2),
    w decimal(50,10), f double, l bit(1), d date, ts datetime(6), c char(8), v varchar(40),
    x longtext, y longblob, vb varbinary(300));
CREATE TABLE composite (a int, b varchar(20) COLLATE utf8mb4_bin, c date, value text,
    PRIMARY KEY (a, b, c));
CREATE TABLE nullable_key (a int, b varchar(20), value text, UNIQUE (a, b));
CREATE TABLE keyless (a int, b text);
CREATE TABLE `with blank` (`a column` int PRIMARY KEY, `it's` text, `dou"ble` text);
CREATE TABLE `Bestell-Größe` (`Maß` int PRIMARY KEY, `user` text, `select` text);
CREATE TABLE `order` (`order` int PRIMARY KEY, `group` text);
CREATE TABLE empty_one (id int);
CREATE VIEW no_table AS SELECT 1 AS one;
"""

MARIADB_ROWS = {
    "types": [
        [1] + [None] * 14,
        [2, -32768, 2 ** 63 - 1, 2 ** 64 - 1, "-0.01", "12345678901234567890.0123456789", 0.1, 1,
         "1000-01-01", "2025-04-26 10:34:17.120", "ab", "", EVERY_PLANE, ALL_BYTES, ALL_BYTES],
        [3, 32767, -2 ** 63, 0, "999999999999999.99", "0", 1e300, 0, "9999-12-31",
         "1899-12-31 23:59:59.999999", "", " ", MEGABYTE, random.Random(6).randbytes(1_000_000),
         b""],
        [4, 0, 0, 1, "10.50", "-1.5", -1e-7, None, "2024-02-29", "2000-01-01 00:00:00", "x",
         "blanks  ", "\\N\t\n\r\\", b"", b"\0"],
    ],
    "composite": [[a, b, c, "%d%s" % (a, b)] for a in range(20) for b in ("A", "a", "ä", "")
                  for c in ("2020-01-01", "2020-01-02")],
    "nullable_key": [[1, "x", "1"], [1, None, "2"], [1, None, "2"], [None, None, None],
                     [None, "x", ""], [None, None, None]],
    "keyless": [[1, "equal"]] * 3 + [[None, None]] * 2 + [[2, ""]],
    "with blank": [[1, "'", '"'], [2, None, "x"]],
    "Bestell-Größe": [[1, "groß", "klein"]],
    "order": [[n, "group %d" % n] for n in range(1000)],
}


def mariadb_literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, bytes):
        return "x'%s'" % value.hex()
    return "CONVERT(x'%s' USING utf8mb4)" % value.encode().hex()


@pytest.fixture(scope="module")
def mariadb_shop(mariadb_server):
    statements = ["CREATE DATABASE other; CREATE TABLE other.not_ours (id int);", MARIADB_SCHEMA]
    for table, rows in MARIADB_ROWS.items():
        for row in rows:
            statements.append("INSERT INTO %s VALUES (%s);" % (
                compare.mariadb_name(table), ", ".join(map(mariadb_literal, row))))
    mariadb_server.sql("\n".join(statements))
    return mariadb_server


@pytest.mark.parametrize("jobs", [1, 4])
def test_every_table_of_a_mariadb_source_equals_its_mirror(mirror, pg, mariadb_shop, jobs):
    mirror.source(odbc_connection="Driver=MariaDB Unicode;SERVER=%s;PORT=%d;DATABASE=%s;UID=%s;PWD=%s"
                  % (mariadb_shop.host, mariadb_shop.port, mariadb_shop.dbname, mariadb_shop.user,
                     mariadb_shop.password), schema="")
    mirror.run_well("--jobs", str(jobs))
    tables = compare.mariadb_tables(mariadb_shop, mariadb_shop.dbname)
    assert sorted(map(compare.plain_name, tables)) == pg.tables()
    for table in tables:
        compare.assert_mirrored(pg, "mirror", compare.plain_name(table),
                                compare.mariadb_rows(mariadb_shop, mariadb_shop.dbname, table))


# --- memory -----------------------------------------------------------------------------------------

def peak_memory_mb(process):
    """VmHWM of a process, watched until it ends."""
    peak = 0
    status = pathlib.Path("/proc/%d/status" % process.pid)
    while process.poll() is None:
        with contextlib.suppress(OSError):
            for line in status.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]) / 1024)
        time.sleep(0.01)
    return peak


def test_memory_stays_below_the_limit_however_long_the_texts(mirror, pg, tmp_path):
    plain = os.environ.get("OE2PG_PLAIN_BIN")
    if not plain:
        pytest.skip("left out: OE2PG_PLAIN_BIN names no build without sanitizers")
    path = sqlite_file(
        tmp_path / "heavy.sqlite", "CREATE TABLE heavy (id INTEGER PRIMARY KEY, t TEXT, b BLOB)",
        "CREATE TABLE light (id INTEGER PRIMARY KEY, n INTEGER)",
        ("INSERT INTO heavy VALUES (?, ?, ?)", ((n, MEGABYTE, ALL_BYTES * 100) for n in range(150))),
        ("INSERT INTO light VALUES (?, ?)", ((n, n) for n in range(300_000))))
    mirror.sqlite(path).settings(memory_mb=128)
    command = [plain] + mirror.command("--jobs", "2")[len(program()):]
    process = mirror.start(command=command)
    peak = peak_memory_mb(process)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    assert pg.value("SELECT sum(length(t)) FROM mirror.heavy") == 150 * len(MEGABYTE)
    assert peak <= 128, "%.0f MB" % peak
