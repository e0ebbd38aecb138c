"""The JDBC door as a user meets it: through the program, with Debian's PostgreSQL driver."""

import re
import threading
import time

import pytest

from servers import java_environment, java_jars

JARS = java_jars("postgresql.jar")
pytestmark = pytest.mark.skipif(JARS is None, reason="the driver is not installed")

TABLES = """
CREATE SCHEMA erp;
CREATE TYPE erp.mood AS ENUM ('sad', 'very sad');
CREATE TABLE erp.every_type (id bigint PRIMARY KEY, a smallint, b int, n numeric(18,4), m numeric,
    r real, f float8, t text, v varchar(20), c char(7), o boolean, d date, h time, s timestamp,
    z timestamptz, y bytea, j jsonb, u uuid, i interval, e erp.mood, w int[], x xml);
INSERT INTO erp.every_type SELECT g, g % 300, -g, g * 1.5, g / 7.0::numeric, g / 3.0::real,
    sqrt(g), 'text ' || chr(200 + g % 2000) || E'\\t\\\\ "' || g, 'v' || g, 'c', g % 2 = 0,
    date '1000-01-01' + g * 37, time '00:00' + g * interval '1.000001 s',
    timestamp '0044-03-15 12:00:00.5 BC' + g * interval '3 days', timestamptz '2024-03-31 00:30+00' +
    g * interval '17 minutes', decode(md5(g::text), 'hex'), jsonb_build_object('k', g),
    md5(g::text)::uuid, g * interval '1 day 3 seconds', 'very sad', ARRAY[g, NULL], '<a>ü</a>'
    FROM generate_series(1, 2500) g;
INSERT INTO erp.every_type (id) VALUES (0);
INSERT INTO erp.every_type (id, d, s, z, n, f, t) VALUES (-1, 'infinity', '-infinity',
    'infinity', 'NaN', '-Infinity', ''), (-2, NULL, NULL, NULL, -0.0001, 'NaN', repeat('ä', 70000));
CREATE TABLE erp.keyless (a text, b int);
INSERT INTO erp.keyless SELECT 'x' || g % 3, g % 3 FROM generate_series(1, 999) g;
CREATE TABLE erp.empty (k int PRIMARY KEY);
"""

ENVIRONMENT = java_environment()


def jdbc_url(database):
    return "jdbc:postgresql://%s:%d/%s" % (
        database.server.host, database.server.port, database.name)


def through_jdbc(mirror, database, **keys):
    return mirror.source(jar_file=JARS, jdbc_url=jdbc_url(database), user="postgres", schema="erp",
                         jvm_options=["-Xcheck:jni"], **keys)


def content(pg, schema):
    found = {}
    for table in pg.tables(schema):
        found[table] = pg.query('SELECT t::text FROM "%s"."%s" t ORDER BY 1' % (schema, table))
    return found


def test_the_same_mirror_through_either_door(pg, second_pg, mirror):
    second_pg.query(TABLES + "SELECT 1")
    through_jdbc(mirror, second_pg)
    mirror.config["postgres_db"]["schema"] = "by_jdbc"
    result = mirror.run_well(environment=ENVIRONMENT)
    assert "WARNING in native method" not in result.stdout + result.stderr
    mirror.config["progress_db"] = {}
    mirror.source(odbc_driver="PostgreSQL Unicode", host=second_pg.server.host,
                  port=second_pg.server.port, db_name=second_pg.name, user="postgres", schema="erp")
    mirror.config["postgres_db"]["schema"] = "by_odbc"
    mirror.run_well()
    by_jdbc, by_odbc = content(pg, "by_jdbc"), content(pg, "by_odbc")
    assert set(by_jdbc) == {"every_type", "keyless", "empty"}
    assert len(by_jdbc["every_type"]) == 2503 and len(by_jdbc["keyless"]) == 999
    assert by_jdbc == by_odbc
    # Each door finds nothing to do in what the other one mirrored.
    mirror.config["postgres_db"]["schema"] = "by_jdbc"
    mirror.run_well()
    assert pg.query("SELECT sum(rows_inserted), sum(rows_updated), sum(rows_deleted) FROM oe2pg.run "
                    "WHERE id = (SELECT max(id) FROM oe2pg.run)") == [(0, 0, 0)]


def test_changes_come_through_and_unchanged_runs_write_nothing(pg, second_pg, mirror):
    second_pg.query(TABLES + "SELECT 1")
    through_jdbc(mirror, second_pg)
    mirror.run_well(environment=ENVIRONMENT)
    second_pg.query("DELETE FROM erp.every_type WHERE id = 7; UPDATE erp.every_type SET t = 'new' "
                    "WHERE id = 8; INSERT INTO erp.every_type (id) VALUES (100000); SELECT 1")
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.value("SELECT count(*) FROM erp.every_type") == 2503
    assert pg.value("SELECT t FROM erp.every_type WHERE id::int = 8") == "new"
    before = pg.query("SELECT xmin, ctid FROM erp.every_type")
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.query("SELECT xmin, ctid FROM erp.every_type") == before


def test_many_tables_by_several_jobs_in_one_machine(pg, second_pg, mirror):
    second_pg.query("CREATE SCHEMA erp; " + "".join(
        "CREATE TABLE erp.t%d AS SELECT g AS k, repeat('x', g %% 100) AS v "
        "FROM generate_series(1, %d) g; ALTER TABLE erp.t%d ADD PRIMARY KEY (k);" % (i, i * 50, i)
        for i in range(40)) + "SELECT 1")
    through_jdbc(mirror, second_pg).settings(jobs=4)
    mirror.run_well(environment=ENVIRONMENT)
    for i in range(0, 40, 13):
        assert pg.value("SELECT count(*) FROM erp.t%d" % i) == i * 50


def test_nothing_of_java_is_there_unless_asked_for(pg, mirror, tmp_path, make_sample):
    mirror.sqlite(make_sample(300))
    process = mirror.start()
    maps = ""
    while process.poll() is None:
        try:
            with open("/proc/%d/maps" % process.pid) as file:
                maps += file.read()
        except OSError:
            break
        time.sleep(0.02)
    assert mirror.finish(process).status == 0
    assert maps and "libjvm" not in maps


def test_a_wrong_password_is_not_told_and_not_tried_twice(pg, mirror):
    through_jdbc(mirror, pg, password="ganz-falsch-77")
    mirror.config["progress_db"]["user"] = "mirror"
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 3
    assert "ganz-falsch-77" not in result.stdout + result.stderr + result.log
    assert "28P01" in result.log or "password" in result.log


@pytest.mark.parametrize("keys, status, words", [
    ({"jar_file": "/no/such.jar"}, 3, "/no/such.jar"),
    ({"driver_class": "no.such.Driver"}, 3, "no.such.Driver"),
    ({"jvm_options": ["-Xnonsense"]}, 3, "Xnonsense"),
    ({"jdbc_url": "jdbc:nonsense:x"}, 3, "takes this URL"),
    ({"jdbc_url": ""}, 2, "jdbc_url"),
])
def test_what_is_wrong_is_said(pg, mirror, keys, status, words):
    through_jdbc(mirror, pg)
    mirror.source(**keys)
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == status, result.explain()
    assert words in result.stderr + result.stdout


def test_a_missing_java_is_named_by_its_package(pg, mirror):
    through_jdbc(mirror, pg)
    result = mirror.run(environment=dict(ENVIRONMENT, JAVA_HOME="/no/java/here"))
    assert result.status == 3
    assert re.search("default-jre-headless", result.stderr + result.log)


def test_a_lost_connection_is_made_again(pg, second_pg, mirror):
    second_pg.query("CREATE SCHEMA erp; CREATE TABLE erp.t AS SELECT g AS k, repeat('x', 300) AS v "
                    "FROM generate_series(1, 150000) g; ALTER TABLE erp.t ADD PRIMARY KEY (k); "
                    "SELECT 1")
    through_jdbc(mirror, second_pg)
    killed = []

    def kill():
        deadline = time.monotonic() + 60
        while not killed and time.monotonic() < deadline:
            killed.extend(row for row in second_pg.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                "current_database() AND application_name = 'oe2pg' AND query LIKE '%\"t\"%'") if row)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    result = mirror.run(environment=ENVIRONMENT)
    thread.join()
    assert killed and result.status == 0, result.explain()
    assert pg.value("SELECT count(*) FROM erp.t") == 150000
