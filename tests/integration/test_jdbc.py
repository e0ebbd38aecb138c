"""The JDBC door as a user meets it: through the program, with Debian's PostgreSQL driver."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import psycopg2

import pytest

from conftest import program
from mirroring import need_fault_build
from servers import BRIEF_JAVA, compiled_classes, java_environment, java_jars

WEIGHT = 3  # see conftest.py

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
                         jvm_options=[*BRIEF_JAVA, "-Xcheck:jni"], **keys)


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
    # A list of jars, as drivers of several parts need it.
    through_jdbc(mirror, second_pg).source(jar_file=(java_jars("h2.jar") or []) + JARS)
    mirror.run_well(environment=ENVIRONMENT)
    second_pg.query("DELETE FROM erp.every_type WHERE id = 7; UPDATE erp.every_type SET t = 'new' "
                    "WHERE id = 8; INSERT INTO erp.every_type (id) VALUES (100000); SELECT 1")
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.value("SELECT count(*) FROM erp.every_type") == 2503
    assert pg.value("SELECT t FROM erp.every_type WHERE id::int = 8") == "new"
    before = pg.query("SELECT xmin, ctid FROM erp.every_type")
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.query("SELECT xmin, ctid FROM erp.every_type") == before


def test_a_read_that_is_cut_waits_for_the_batch_that_is_on_its_way(pg, second_pg, mirror):
    """To leave it would be to cancel it, and the driver's cancel ends no fetch: the connection would be
    dropped."""
    need_fault_build(program())
    second_pg.query("CREATE SCHEMA erp; CREATE TABLE erp.t (id int PRIMARY KEY); "
                    "INSERT INTO erp.t SELECT generate_series(1, 450); SELECT 1")
    through_jdbc(mirror, second_pg, fetch_size=100).settings(
        batch_size=100, jobs=1, tables={"t": {"where": "id <> 150 OR pg_sleep(8) IS NOT NULL"}})
    for arguments in (["--full-sync"], ["verify"]):
        result = mirror.run(*arguments, environment={**ENVIRONMENT, "OE2PG_TEST_TRANSACTION_MS": "0"})
        assert result.status == 0 and "WARNING" not in result.log, result.explain()
    assert pg.value("SELECT count(*) FROM erp.t") == 450


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


# --- the machine


def small_table(database):
    database.query("CREATE SCHEMA erp; CREATE TABLE erp.t AS SELECT g AS k "
                   "FROM generate_series(1, 9) g;"
                   "CREATE TABLE erp.u AS SELECT * FROM erp.t; SELECT 1")


def test_the_heap_is_bounded_and_told_beside_our_memory(pg, second_pg, mirror):
    small_table(second_pg)
    through_jdbc(mirror, second_pg)
    result = mirror.run_well(environment=ENVIRONMENT)
    assert re.search(r"at most 128 MiB\n.*Java's heap takes at most 12\d MiB beside", result.log)
    mirror.source(jvm_options=["-Xmx64m"])
    result = mirror.run_well(environment=ENVIRONMENT)
    assert re.search(r"Java's heap takes at most 6\d MiB beside", result.log)


def test_every_thread_that_came_to_java_leaves_it(pg, second_pg, mirror, tmp_path):
    small_table(second_pg)
    log = tmp_path / "threads.log"
    through_jdbc(mirror, second_pg).settings(jobs=2)
    mirror.source(jvm_options=["-Xlog:os+thread=info:file=%s" % log])
    mirror.run_well(environment=ENVIRONMENT)
    attached = re.findall(r"attached \(.*?tid: (\d+)", log.read_text())
    starter, main, *workers = attached  # the first makes the machine, and is no more
    assert len(workers) >= 2
    detached = re.findall(r"detaching \(.*?tid: (\d+)", log.read_text())
    assert sorted(detached) == sorted([starter, *workers]) and main not in detached


def test_what_java_prints_is_no_part_of_our_answer(pg, second_pg, mirror):
    small_table(second_pg)
    through_jdbc(mirror, second_pg).source(jvm_options=["-Xlog:safepoint", "-Xlog:gc+init=info"])
    result = mirror.run("plan", "--json", environment=ENVIRONMENT)
    assert result.status == 0, result.explain()
    assert result.stdout.startswith("{") and "[gc,init" not in result.stdout
    assert "[gc,init" in result.stderr


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_are_ours_and_end_a_read_that_waits(pg, second_pg, mirror, number, status):
    small_table(second_pg)
    through_jdbc(mirror, second_pg)
    with contextlib.closing(psycopg2.connect(second_pg.admin_dsn)) as connection:
        connection.cursor().execute("LOCK TABLE erp.t IN ACCESS EXCLUSIVE MODE")
        process = mirror.start("--table", "t", environment=ENVIRONMENT)
        waiting = ("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                   "AND application_name = 'oe2pg' AND wait_event_type = 'Lock'")
        deadline = time.monotonic() + 30
        while not second_pg.query(waiting) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        result = mirror.finish(process)
        assert result.status == status, result.explain()
        assert second_pg.query(waiting) == []


# --- trouble with the connection


def test_a_server_that_says_nothing_is_given_up(pg, mirror):
    with socket.create_server(("127.0.0.1", 0)) as server:
        through_jdbc(mirror, pg, connect_timeout=1)
        mirror.source(jdbc_url="jdbc:postgresql://127.0.0.1:%d/x" % server.getsockname()[1])
        result = mirror.run("check", environment=ENVIRONMENT)
    assert result.status == 3, result.explain()


def test_causes_are_told_and_secrets_are_not(pg, mirror):
    mirror.source(jar_file=compiled_classes(), driver_class="OddDriver", schema="erp", user="u",
                  jdbc_url="jdbc:odd:host;password=geheim 1;mode=x", password="geheim-2",
                  jdbc_properties={"wakeToken": "geheim/3"})
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 3, result.explain()
    for words in ("no way to jdbc:odd:host;password=***;mode=x", "the pipe of *** is broken",
                  "asleep until ***"):
        assert words in result.log, result.explain()
    assert "geheim" not in result.stdout + result.stderr + result.log


def test_state_and_code_are_found_in_the_chain():
    program = os.path.join(os.environ["OE2PG_TEST_PROGRAMS"], "source_dump")
    done = subprocess.run([program, "identity"], stdout=subprocess.PIPE, check=False, env={
        **os.environ, **ENVIRONMENT, "SOURCE_JARS": compiled_classes(), "SOURCE_CLASS": "OddDriver",
        "SOURCE_URL": "jdbc:odd:x"})
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["kind"] == "source" and error["transient"]
    assert error["sqlstate"] == "08S01" and error["native"] == 4711


def test_secrets_in_javas_options_are_not_shown(pg, second_pg, mirror):
    through_jdbc(mirror, second_pg)
    mirror.source(jvm_options=["-Djavax.net.ssl.trustStorePassword=geheim-4", "-Xmx64m"])
    result = mirror.run("check", "--config-only")
    assert result.status == 0, result.explain()
    assert "-Xmx64m" in result.stdout and "geheim" not in result.stdout + result.stderr
