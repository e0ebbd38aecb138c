"""Sessions at the source are what a read needs, whatever server, database, role or driver were told."""

import collections
import os

import pytest

from conftest import program
from doors import from_mariadb, from_postgres
from mirroring import last_run, mirrored, need_fault_build, sqlite_file
from servers import (
    JavaServer, MariadbServer, compiled_classes, java_environment, java_jars, odbc_driver)
from test_check import find, findings

ENVIRONMENT = java_environment()
NO_LIMIT = 18446744073709551615
DOORS = ["odbc", pytest.param("jdbc", marks=pytest.mark.skipif(
    java_jars("mariadb-java-client.jar", "postgresql.jar") is None, reason="drivers are missing"))]

pytestmark = pytest.mark.skipif(
    not MariadbServer.is_installed() or odbc_driver("libmaodbc.so") is None,
    reason="MariaDB or its driver is not installed")


@pytest.fixture(scope="module")
def berlin():
    """A server whose own zone has summer time."""
    with MariadbServer(zone="Europe/Berlin") as server:
        server.sql("CREATE USER plain@'%' IDENTIFIED BY 'plain'; GRANT SELECT ON *.* TO plain@'%'")
        yield server


@pytest.fixture
def shop(berlin):
    """An empty database there; what tests set for the server is taken back."""
    berlin.sql("DROP DATABASE IF EXISTS erp; CREATE DATABASE erp")
    yield berlin
    berlin.sql("SET SESSION sql_big_selects = 1, sql_select_limit = DEFAULT;"
               "SET GLOBAL sql_select_limit = %d, GLOBAL max_join_size = %d, GLOBAL init_connect = '',"
               " GLOBAL sql_mode = DEFAULT, GLOBAL system_versioning_asof = DEFAULT,"
               " GLOBAL max_statement_time = 0, GLOBAL max_sort_length = 1024"
               % (NO_LIMIT, NO_LIMIT))


def from_shop(mirror, server, door, user="plain", password="plain"):
    return from_mariadb(mirror, server, door, "erp", user, password)


# --- rows ------------------------------------------------------------------------------------------

MANY = ("CREATE TABLE keyed (id INT PRIMARY KEY, t CHAR(8)); CREATE TABLE keyless (id INT, t CHAR(8));"
        "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT, y INT, z INT);"
        "INSERT INTO keyed SELECT seq, 'é' FROM seq_1_to_300; INSERT INTO keyless SELECT * FROM keyed;"
        "INSERT INTO c VALUES (1, 2, 3);")


# With none at all MariaDB's JDBC driver does not get as far as a connection.
@pytest.mark.parametrize("door, limit", [("odbc", 0), ("odbc", 100)] + [
    pytest.param("jdbc", 1, marks=DOORS[1].marks)])
def test_every_row_and_table_comes_whatever_the_server_limits(mirror, pg, shop, door, limit):
    shop.sql(MANY + "SET GLOBAL sql_select_limit = %d, GLOBAL max_join_size = 10,"
             " GLOBAL max_sort_length = 64" % limit, dbname="erp")
    result = from_shop(mirror, shop, door).run_well(environment=ENVIRONMENT)
    assert not result.log_lines("WARNING"), result.explain()
    assert pg.tables() == ["a", "b", "c", "keyed", "keyless"]
    assert pg.value("SELECT count(DISTINCT id) FROM mirror.keyed") == 300
    assert pg.value("SELECT count(DISTINCT id) FROM mirror.keyless") == 300


@pytest.mark.parametrize("door", DOORS)
def test_what_a_user_is_given_at_the_start_changes_nothing(mirror, pg, shop, door):
    shop.sql(MANY, dbname="erp")
    from_shop(mirror, shop, door).run_well(environment=ENVIRONMENT)
    before = [mirrored(pg, table) for table in pg.tables()]
    modes = ("ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,"
             "PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE")
    shop.sql("SET GLOBAL init_connect = \"SET NAMES latin1, SESSION sql_select_limit = 2,"
             " SESSION time_zone = '+09:00', SESSION sql_mode = '%s', SESSION autocommit = 0,"
             " SESSION wait_timeout = 3, SESSION max_sort_length = 64\"" % modes)
    result = mirror.run_well(environment=ENVIRONMENT)
    assert not result.log_lines("WARNING"), result.explain()
    assert last_run(pg) == (0, 0, 0)
    assert [mirrored(pg, table) for table in pg.tables()] == before
    said = find(mirror.run("check", environment=ENVIRONMENT), "ok", "session", "changed for it")
    # Of two rows of an answer the others are not to be had.
    for name in ("sql_select_limit", "time_zone", "character_set_results", "wait_timeout"):
        assert name + " (was " in said


@pytest.mark.parametrize("door", DOORS)
def test_a_table_with_a_history_is_read_as_it_is_today(mirror, pg, shop, door):
    shop.sql("CREATE TABLE item (id INT PRIMARY KEY) WITH SYSTEM VERSIONING; INSERT INTO item VALUES (1);"
             "SET GLOBAL system_versioning_asof = '2020-01-01 00:00:00'", dbname="erp")
    from_shop(mirror, shop, door).run_well(environment=ENVIRONMENT)
    assert mirrored(pg, "item", "id") == [("1",)]


# --- zones -----------------------------------------------------------------------------------------

HOURS = ("SET time_zone = '+00:00'; CREATE TABLE reading (at TIMESTAMP(3) NOT NULL DEFAULT"
         " '2000-01-01 00:00:00', d DATETIME, n INT, PRIMARY KEY (at));"
         "INSERT INTO reading SELECT TIMESTAMP('2024-10-26 22:30:00') + INTERVAL seq * 60 SECOND,"
         " '2024-10-27 02:30:00', seq %% %d FROM seq_1_to_300;")


@pytest.mark.parametrize("door", DOORS)
def test_the_two_hours_of_a_change_from_summer_time_are_two(mirror, pg, shop, door):
    shop.sql(HOURS % 1000, dbname="erp")
    from_shop(mirror, shop, door).run_well(environment=ENVIRONMENT)
    assert pg.value("SELECT count(DISTINCT at) FROM mirror.reading") == 300
    assert pg.query("SELECT at, d FROM mirror.reading WHERE n IN ('120', '180') ORDER BY 1") == [
        ("2024-10-27 00:30:00", "2024-10-27 02:30:00"), ("2024-10-27 01:30:00", "2024-10-27 02:30:00")]


@pytest.mark.parametrize("door", DOORS)
def test_the_hour_that_comes_twice_is_not_lost_at_a_cut(mirror, pg, shop, door):
    need_fault_build(program())
    shop.sql(HOURS % 1000, dbname="erp")
    from_shop(mirror, shop, door).settings(batch_size=20, full_below_rows=0)
    cut = {**ENVIRONMENT, "OE2PG_TEST_TRANSACTION_MS": "0", "OE2PG_TEST_PAGE_ROWS": "20"}
    for _ in range(2):
        mirror.run_well(environment=cut)
        assert pg.query("SELECT count(*), count(DISTINCT at) FROM mirror.reading") == [(300, 300)]
    assert last_run(pg) == (0, 0, 0)


def make_old(pg, table):
    """As an earlier version mirrored it: in Berlin's time, two rows with the same key and all."""
    pg.query("UPDATE mirror.\"%s\" SET at = pg_catalog.rtrim(pg_catalog.rtrim(pg_catalog.to_char("
             "at::timestamp AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin',"
             " 'YYYY-MM-DD HH24:MI:SS.MS'), '0'), '.')" % table)
    pg.query("UPDATE oe2pg.tracking SET schema_fingerprint = '0123456789abcdef'"
             " WHERE target_table = %s", [table])


@pytest.mark.parametrize("door, contents", [("odbc", 1), ("odbc", 1000)] + [
    pytest.param("jdbc", 7, marks=DOORS[1].marks)])
def test_a_mirror_of_before_gets_its_time_stamps_in_utc_by_updates(mirror, pg, shop, door, contents):
    shop.sql(HOURS % contents, dbname="erp")
    from_shop(mirror, shop, door).settings(max_delete_rows=5, full_below_rows=0)
    mirror.run_well(environment=ENVIRONMENT)
    right = mirrored(pg, "reading")
    make_old(pg, "reading")
    differing = collections.Counter(mirrored(pg, "reading")) - collections.Counter(right)
    mirror.run_well(environment=ENVIRONMENT)
    assert last_run(pg) == (0, differing.total(), 0) and differing.total() >= 120
    assert mirrored(pg, "reading") == right
    mirror.run_well(environment=ENVIRONMENT)
    assert last_run(pg) == (0, 0, 0)


def test_a_zone_is_no_excuse_for_rows_that_are_gone(mirror, pg, shop):
    shop.sql(HOURS % 1000, dbname="erp")
    from_shop(mirror, shop, "odbc").settings(max_delete_rows=5).run_well()
    make_old(pg, "reading")
    shop.sql("DELETE FROM reading WHERE n > 200", dbname="erp")
    result = mirror.run()
    assert result.status == 1 and "100 of 300 rows are gone" in result.log, result.explain()


def test_people_s_unique_index_on_a_time_stamp_stands_a_change_of_zone(mirror, pg, shop):
    shop.sql(HOURS % 1000 + "DELETE FROM reading WHERE n < 200", dbname="erp")
    from_shop(mirror, shop, "odbc").settings(max_delete_rows=5).run_well()
    make_old(pg, "reading")
    pg.query("CREATE UNIQUE INDEX ON mirror.reading (at)")
    mirror.run_well()
    assert last_run(pg) == (0, 101, 0)


def test_check_says_which_tables_are_in_utc_and_warns_of_their_where(mirror, shop):
    shop.sql(HOURS % 1000, dbname="erp")
    from_shop(mirror, shop, "odbc")
    mirror.settings(tables={"reading": {"where": "at > '2024-10-27 02:30:00'"}})
    result = mirror.run("check")
    assert "reading" in find(result, "ok", "time zone", "in UTC (the source's own zone: SYSTEM)")
    assert "reading" in find(result, "warning", "time zone", "where")


# --- PostgreSQL ------------------------------------------------------------------------------------

ODD = {
    "DateStyle": "German, DMY", "IntervalStyle": "iso_8601", "extra_float_digits": "-10",
    "bytea_output": "escape", "xmlbinary": "hex", "xmloption": "document", "array_nulls": "off",
    "standard_conforming_strings": "off", "quote_all_identifiers": "on",
    "transform_null_equals": "on", "TimeZone": "Asia/Tokyo", "statement_timeout": "1min",
    "lock_timeout": "1min", "idle_in_transaction_session_timeout": "1min",
    "idle_session_timeout": "1min", "client_min_messages": "debug1",
    "default_transaction_deferrable": "on", "gin_fuzzy_search_limit": "1",
    "timezone_abbreviations": "Australia", "row_security": "on",
    "default_transaction_isolation": "serializable"}


@pytest.fixture
def stamps(second_pg):
    second_pg.query(
        "CREATE TABLE t (id int PRIMARY KEY, z timestamptz, zs timestamptz[], zr tstzrange, d date,"
        " i interval, f float8, y bytea, c regclass, m text);"
        "INSERT INTO t SELECT g, '2024-10-27 00:30+00'::timestamptz + g * interval '1 hour',"
        " ARRAY['2024-01-01 00:00+00'::timestamptz], '[2024-01-01 00:00+00,)', '2024-02-29', '1 day',"
        " 0.1 + g, '\\x00ff', 'pg_class', 'back\\slash' FROM generate_series(0, 20) g;"
        "CREATE ROLE odd LOGIN; GRANT pg_read_all_data TO odd; SELECT 1")
    yield second_pg
    second_pg.query("DROP OWNED BY odd; DROP ROLE odd")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("whose", ["ROLE odd", "DATABASE %s"])
def test_settings_of_a_role_or_a_database_change_nothing(mirror, pg, stamps, door, whose):
    from_postgres(mirror, stamps, door, "public", "odd").run_well(environment=ENVIRONMENT)
    assert mirrored(pg, "t", "z, zs, zr")[0] == (
        "2024-10-27 00:30:00+00", '{"2024-01-01 00:00:00+00"}', '["2024-01-01 00:00:00+00",)')
    whose = whose % stamps.name if "%" in whose else whose
    stamps.query("; ".join("ALTER %s SET \"%s\" = '%s'" % (whose, name, value)
                           for name, value in ODD.items()))
    result = mirror.run_well(environment=ENVIRONMENT)
    assert last_run(pg) == (0, 0, 0) and not result.log_lines("WARNING"), result.explain()
    check = mirror.run("check", environment=ENVIRONMENT)
    said = find(check, "ok", "session", "changed for it")
    # What a driver sets by itself when it connects was right already.
    own = {"DateStyle", "extra_float_digits", "TimeZone", "default_transaction_isolation",
           "row_security"}
    assert not [name for name in ODD if name not in own and name + " (was" not in said], said
    assert not [each for each in findings(check) if each[:2] == ("warning", "session")]


# --- what cannot be set ----------------------------------------------------------------------------

@pytest.mark.parametrize("door", DOORS)
def test_a_setting_that_may_not_be_made_is_named(mirror, pg, door):
    with MariadbServer(options=["--maximum-max-sort-length=2048"]) as server:
        server.sql("CREATE DATABASE erp")
        server.sql(MANY, dbname="erp")
        from_shop(mirror, server, door, server.user, server.password)
        check = mirror.run("check", environment=ENVIRONMENT)
        assert "max_sort_length is 2048, not 16384" in find(check, "warning", "session")
        result = mirror.run_well(environment=ENVIRONMENT)
        warnings = result.log_lines("WARNING")
        assert len(warnings) == 1 and "max_sort_length is 2048" in warnings[0]
        assert pg.value("SELECT count(*) FROM mirror.keyed") == 300


def test_a_user_who_may_not_set_it_is_named_with_what_the_source_says(mirror, pg, stamps):
    stamps.query("CREATE ROLE held LOGIN; GRANT pg_read_all_data TO held; SELECT 1")
    try:
        stamps.query("ALTER ROLE held SET \"IntervalStyle\" = 'iso_8601';"
                     "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC")
        from_postgres(mirror, stamps, "odbc", "public", "held")
        said = find(mirror.run("check"), "warning", "session", "IntervalStyle")
        assert "IntervalStyle is iso_8601, not postgres" in said and "permission denied" in said
        result = mirror.run()
        assert any("IntervalStyle is iso_8601" in line for line in result.log_lines("WARNING"))
    finally:
        stamps.query("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC;"
                     "DROP OWNED BY held; DROP ROLE held")


def counted(result, table):
    return [line for line in result.log_lines("WARNING")
            if table + ": the source counts 50 rows, and 5 arrive" in line]


def fifty(path):
    """Tables of 50 rows with a key and without one, and one that no limit shortens."""
    rows = [[i] for i in range(50)]
    return sqlite_file(path, "CREATE TABLE keyed (id INTEGER PRIMARY KEY, x VARCHAR(9))",
                       "CREATE TABLE keyless (id INTEGER, x VARCHAR(9))", "CREATE TABLE few (x INT)",
                       ("INSERT INTO keyed VALUES (?, 'x')", rows),
                       ("INSERT INTO keyless VALUES (?, 'x')", rows),
                       ("INSERT INTO few VALUES (?)", rows[:5]))


def rows_of(pg, *tables):
    return [pg.value("SELECT count(*) FROM mirror." + table) for table in tables]


@pytest.mark.parametrize("attribute, is_kept", [
    ("SQL_ATTR_MAX_ROWS=5", False), ("*SQL_ATTR_MAX_ROWS=5", True), ("SQL_ATTR_MAX_LENGTH=1", False)])
def test_limits_of_a_data_source_are_lifted_or_counted(mirror, pg, tmp_path, attribute, is_kept):
    """unixODBC sets them for each statement, and those with a star in spite of the program: then a
    result that ended early is read on behind its last key, and counted where there is none."""
    (tmp_path / "odbc.ini").write_text(
        "[limited]\nDriver=%s\nDatabase=%s\nDMStmtAttr=%s\n" % (
            odbc_driver("libsqlite3odbc.so"), fifty(tmp_path / "s.sqlite"), attribute))
    mirror.source(odbc_connection="DSN=limited", schema="")
    environment = {"ODBCINI": str(tmp_path / "odbc.ini"),
                   "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    for command in ("sync", "sync", "verify"):
        result = mirror.run_well(command, environment=environment)
        assert rows_of(pg, "keyed", "keyless", "few") == [50, 5 if is_kept else 50, 5]
        assert len(counted(result, "keyless")) == is_kept
        assert len(result.log_lines("WARNING")) == (2 if is_kept else 0), result.explain()
        mirror.log_path.unlink()
    assert "keyed: equal, 50 rows" in result.stdout
    assert last_run(pg) == (0, 0, 0)
    if is_kept:
        assert "SQL_ATTR_MAX_ROWS is 5, not 0" in find(
            mirror.run("check", environment=environment), "warning", "session")


@pytest.fixture(scope="module")
def h2_with_fifty():
    if java_jars("h2.jar") is None:
        pytest.skip("left out: there is no H2")
    with JavaServer("H2") as server:
        server.sql("CREATE TABLE keyed (id INT PRIMARY KEY, x VARCHAR(9));"
                   "INSERT INTO keyed SELECT x, 'x' FROM SYSTEM_RANGE(1, 50);"
                   "CREATE TABLE keyless AS SELECT * FROM keyed;"
                   "CREATE TABLE few (x INT); INSERT INTO few SELECT x FROM SYSTEM_RANGE(1, 5)")
        yield server


@pytest.mark.parametrize("how", ["lifted", "told", "kept"])
def test_limits_of_a_jdbc_driver_are_lifted_or_counted(mirror, pg, h2_with_fifty, how):
    mirror.source(jar_file=[compiled_classes(), *java_jars("h2.jar")], schema="PUBLIC",
                  driver_class="LimitedDriver",
                  jdbc_url="jdbc:limited:5:%s:%s" % (how, h2_with_fifty.url), user="sa", password="sa")
    mirror.config["postgres_db"]["schema"] = "mirror"
    result = mirror.run_well(environment=ENVIRONMENT)
    is_kept = how != "lifted"
    assert rows_of(pg, "keyed", "keyless", "few") == [50, 5 if is_kept else 50, 5]
    assert len(counted(result, "keyless")) == is_kept
    assert len(result.log_lines("WARNING")) == (2 if is_kept else 0), result.explain()
