"""No column value leaves through a log, an error or the tracking tables, whoever puts it there."""

import pytest

from mirroring import sqlite_file
from servers import java_environment, java_jars, odbc_driver

SECRET = "Geheim-4711"
QUICK = {"OE2PG_TEST_PAUSE_MS": "1"}
JARS = java_jars("postgresql.jar")


def everything_told(pg, result):
    kept = [str(row) for table in ("tracking", "table_run", "run")
            for row in pg.query("SELECT t::text FROM oe2pg.%s t" % table)]
    kept += [str(row) for row in pg.query("SELECT reason, detail FROM oe2pg.quarantine")]
    return "\n".join(kept + [result.stdout, result.stderr, result.log])


@pytest.mark.parametrize("state", ["P0001", "23514", "22023", "ZZ001", "42501", "40001", "0A000"])
def test_a_trigger_that_quotes_the_row_is_not_quoted(mirror, pg, tmp_path, state):
    shop = sqlite_file(tmp_path / "shop.sqlite",
                       "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(30))",
                       "INSERT INTO customer VALUES (1, 'Anna')")
    mirror.sqlite(shop).run_well()
    pg.query("CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
             " RAISE EXCEPTION 'no %%', NEW.name USING ERRCODE = '%s', TABLE = 'customer',"
             " COLUMN = 'name', CONSTRAINT = 'names'; END $$;"
             "CREATE TRIGGER refuse BEFORE INSERT ON mirror.customer FOR EACH ROW"
             " EXECUTE FUNCTION public.refuse();"
             "GRANT EXECUTE ON FUNCTION public.refuse() TO mirror" % state)
    sqlite_file(shop, "INSERT INTO customer VALUES (2, '%s')" % SECRET)
    result = mirror.run(environment=QUICK)
    assert result.status == 1, result.explain()
    told = everything_told(pg, result)
    assert SECRET not in told
    assert "SQLSTATE " + state in told
    if state[:2] not in ("22", "23"):  # these put their rows into quarantine, one by one
        assert "table customer, column name, constraint names" in told


def assert_the_source_is_not_quoted(mirror, pg, **keywords):
    mirror.settings(tables={"customer": {"where": "name::int > 0"}})
    mirror.config["postgres_db"]["schema"] = "copy"
    result = mirror.run(**keywords)
    assert result.status == 1, result.explain()
    told = everything_told(pg, result)
    assert SECRET not in told
    assert "SQLSTATE 22P02" in told and "the source refused a value" in told


@pytest.fixture
def source(second_pg):
    second_pg.query("CREATE SCHEMA erp; CREATE TABLE erp.customer (id int PRIMARY KEY, name text);"
                    "INSERT INTO erp.customer VALUES (1, '%s')" % SECRET)
    return second_pg


def test_an_odbc_driver_that_quotes_the_row_is_not_quoted(mirror, pg, source):
    driver = odbc_driver("psqlodbcw.so")
    if driver is None:
        pytest.skip("left out: no ODBC driver for PostgreSQL")
    mirror.source(schema="erp", odbc_connection=(
        "Driver=%s;Server=%s;Port=%d;Database=%s;UID=postgres" % (
            driver, source.server.host, source.server.port, source.name)))
    assert_the_source_is_not_quoted(mirror, pg)


@pytest.mark.skipif(JARS is None, reason="the driver is not installed")
def test_a_jdbc_driver_that_quotes_the_row_is_not_quoted(mirror, pg, source):
    mirror.source(jar_file=JARS, user="postgres", schema="erp",
                  jdbc_url="jdbc:postgresql://%s:%d/%s" % (
                      source.server.host, source.server.port, source.name))
    assert_the_source_is_not_quoted(mirror, pg, environment=java_environment())
