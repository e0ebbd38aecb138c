"""`oe2pg check`: every condition that a run needs, provoked where it does not hold."""

import contextlib
import os
import re
import socket
import sqlite3
import struct
import threading

import pytest

from conftest import MIRROR_PASSWORD
from servers import JavaServer, free_port, java_environment, java_jars, odbc_driver


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            'CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(30));'
            'INSERT INTO customer VALUES (1, \'Anna\');'
            'CREATE TABLE orders (id INTEGER PRIMARY KEY, note VARCHAR(30));')
    return path


def add_to(path, script):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(script)


def findings(result):
    """[(level, subject, text, remedy)] of what was printed."""
    found = []
    for line in result.stdout.splitlines()[:-1]:
        match = re.match(r"(ok|warning|WRONG|skipped) {2,}(\S.*?)  +(.*?)(?:  -> (.*))?$", line)
        assert match, line
        found.append(match.groups())
    return found


def find(result, level, subject, words=""):
    hits = [text + (" -> " + remedy if remedy else "")
            for its_level, its_subject, text, remedy in findings(result)
            if (its_level, its_subject) == (level, subject) and words in text + (remedy or "")]
    assert hits, result.explain()
    return hits[0]


def wrong(result):
    return [finding for finding in findings(result) if finding[0] == "WRONG"]


def test_all_is_well_before_the_first_run_and_after_it(mirror, pg, shop):
    before = mirror.sqlite(shop).run("check")
    assert before.status == 0, before.explain()
    assert not wrong(before) and "wrong: 0, warnings: 0" in before.stdout
    find(before, "ok", "configuration", "config.json, mode 0600")
    # The file is both host and database: once is enough.
    assert find(before, "ok", "source", 'database "').count(str(shop)) == 1
    find(before, "ok", "PostgreSQL", 'user "mirror"')
    find(before, "ok", "target schema", "does not exist yet")
    find(before, "ok", "tracking tables", "not there yet")
    find(before, "ok", "tables", "2 visible, 2 to mirror, 0 ignored")
    find(before, "ok", "keys", "every table")
    assert "PostgreSQL's" in find(before, "ok", "source's clock")
    find(before, "ok", "letters", "went to the source and came back")
    find(before, "ok", "driver's limits")
    find(before, "ok", "isolation",
         "read uncommitted is no level of this source; the driver reports serializable")
    find(before, "skipped", "code page", "UTF-8")
    # It changed nothing.
    assert pg.query("SELECT 1 FROM pg_namespace WHERE nspname IN ('mirror', 'oe2pg')") == []
    assert not mirror.log_path.exists()
    mirror.run_well()
    after = mirror.run("check")
    assert after.status == 0, after.explain()
    find(after, "ok", "target schema", "may be used")
    find(after, "ok", "tracking tables", "version ")
    find(after, "ok", "mirrored tables", "nothing is in their way")


def test_missing_rights_on_the_database_are_named_with_their_grant(mirror, pg, shop):
    pg.query("REVOKE CREATE ON DATABASE %s FROM mirror" % pg.name)
    pg.query("REVOKE TEMPORARY ON DATABASE %s FROM mirror, PUBLIC" % pg.name)
    result = mirror.sqlite(shop).run("check")
    assert result.status == 1, result.explain()
    assert len(wrong(result)) == 2, result.explain()
    remedies = [finding[3] for finding in wrong(result)]
    assert set(remedies) == {"GRANT CREATE ON DATABASE %s TO mirror;" % pg.name,
                             "GRANT TEMPORARY ON DATABASE %s TO mirror;" % pg.name}
    for remedy in remedies:
        pg.query(remedy)
    assert mirror.run("check").status == 0


def test_the_right_to_create_schemas_is_not_needed_once_they_are_there(mirror, pg, shop):
    mirror.sqlite(shop).run_well()
    pg.query("REVOKE CREATE ON DATABASE %s FROM mirror" % pg.name)
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    find(result, "ok", "role", "all that it needs are there")


def test_a_target_schema_of_somebody_else_needs_a_grant(mirror, pg, shop):
    pg.query('CREATE SCHEMA "Odd ""Schema"')
    mirror.config["postgres_db"]["schema"] = 'Odd "Schema'
    result = mirror.sqlite(shop).run("check")
    assert result.status == 1, result.explain()
    (_, subject, _, remedy), = wrong(result)
    assert subject == "target schema"
    pg.query(remedy)
    assert mirror.run("check").status == 0


def test_other_peoples_tables_and_views_are_in_the_way(mirror, pg, shop):
    pg.query("CREATE SCHEMA mirror AUTHORIZATION mirror")
    pg.query("CREATE TABLE mirror.customer (id text, name text)")
    pg.query("CREATE VIEW mirror.orders AS SELECT 1 AS id")
    pg.query("CREATE TABLE mirror.unrelated (a int)")
    result = mirror.sqlite(shop).run("check")
    assert result.status == 1, result.explain()
    assert len(wrong(result)) == 2, result.explain()
    find(result, "WRONG", "mirrored tables", "mirror.orders is in the way")
    pg.query(find(result, "WRONG", "mirrored tables", "belongs to postgres").split(" -> ")[1])
    pg.query("DROP VIEW mirror.orders")
    assert mirror.run("check").status == 0


def test_tracking_tables_of_another_role_or_a_newer_program(mirror, pg, shop):
    mirror.sqlite(shop).run_well()
    version = pg.value("SELECT max(version) FROM oe2pg.version")
    pg.query("INSERT INTO oe2pg.version VALUES (%s)", [version + 1])
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    find(result, "WRONG", "tracking tables", "newer oe2pg")
    pg.query("DELETE FROM oe2pg.version WHERE version > %s", [version])
    pg.query("ALTER TABLE oe2pg.run OWNER TO postgres")
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    find(result, "WRONG", "tracking tables", "cannot be read and written by mirror")


def test_a_superuser_is_a_warning(mirror, pg, shop):
    mirror.sqlite(shop).config["postgres_db"]["conn_string"] = pg.admin_dsn
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    assert "CREATE ROLE" in find(result, "warning", "role", "superuser")


def test_a_side_that_cannot_be_reached_does_not_hide_the_other(mirror, pg, shop):
    secret = "Nicht-Verraten-5"
    mirror.sqlite(shop).config["postgres_db"] = {
        "conn_string": "host=127.0.0.1 port=%d dbname=x user=y password=%s" % (free_port(), secret),
        "timeout": 3}
    result = mirror.run("check")
    assert result.status == 4, result.explain()
    find(result, "WRONG", "PostgreSQL", "could not connect")
    find(result, "ok", "tables", "2 visible")
    find(result, "skipped", "mirrored tables")
    assert secret not in result.stdout + result.stderr

    mirror.source(odbc_connection="Driver=No such driver;PWD=%s" % secret)
    mirror.config["postgres_db"] = {"conn_string": pg.dsn}
    result = mirror.run("check")
    assert result.status == 3, result.explain()
    find(result, "WRONG", "source")
    find(result, "ok", "PostgreSQL")
    find(result, "ok", "role")
    assert secret not in result.stdout + result.stderr


def make_no_database(path):
    path.write_text("this is no database, however long the text may be\n" * 100)


def make_damaged(path):
    path.write_bytes(b"SQLite format 3\0" + b"\x10\0\1\1\0\x40\x20\x20" + b"\xff" * 4072)


def make_unreadable(path):
    if os.geteuid() == 0:
        pytest.skip("left out: root may read everything")
    path.write_bytes(b"")
    path.chmod(0)


@pytest.mark.parametrize("make,said,remedy", [
    (lambda path: None, "does not exist", "Database"),
    (lambda path: path.mkdir(), "is no file", "folder"),
    (make_no_database, "is not a SQLite database", "encrypted"),
    (make_damaged, "is damaged", "integrity_check"), (make_unreadable, "may not be read", "user")],
    ids=["missing", "folder", "no database", "damaged", "unreadable"])
def test_a_sqlite_file_that_cannot_be_opened_is_named_with_what_is_wrong(
        mirror, tmp_path, make, said, remedy):
    path = tmp_path / "the shop.sqlite"
    make(path)
    result = mirror.sqlite(path).run("check")
    assert result.status == 3, result.explain()
    line = find(result, "WRONG", "source", '"%s" %s' % (path, said))
    assert remedy in line and "port" not in line
    result = mirror.run()
    assert result.status == 3 and '"%s" %s' % (path, said) in result.stderr, result.explain()
    assert remedy in result.stderr


def test_a_source_that_is_not_configured_does_not_hide_the_target(mirror):
    result = mirror.run("check")
    assert result.status == 2, result.explain()
    find(result, "WRONG", "source", "odbc_driver")
    find(result, "ok", "PostgreSQL")


def test_a_wrong_password_is_status_4(mirror, pg, shop):
    mirror.sqlite(shop).config["postgres_db"]["conn_string"] = pg.dsn.replace(
        MIRROR_PASSWORD, "Falsch-77")
    result = mirror.run("check")
    assert result.status == 4, result.explain()
    assert "Falsch-77" not in result.stdout + result.stderr


def test_a_database_in_another_encoding_is_refused_in_words(mirror, pg, shop):
    name = pg.name + "_latin"
    pg.server.sql("CREATE DATABASE %s ENCODING 'LATIN1' TEMPLATE template0;" % name)
    try:
        mirror.sqlite(shop).config["postgres_db"]["conn_string"] = pg.dsn.replace(pg.name, name)
        result = mirror.run("check")
        assert result.status == 4, result.explain()
        assert "ENCODING 'UTF8'" in find(result, "WRONG", "PostgreSQL", "LATIN1")
    finally:
        pg.server.sql("DROP DATABASE %s;" % name)


def test_a_read_only_server_is_refused_in_words(mirror, pg, shop):
    pg.query("ALTER DATABASE %s SET default_transaction_read_only = on" % pg.name)
    result = mirror.sqlite(shop).run("check")
    assert result.status == 4, result.explain()
    find(result, "WRONG", "PostgreSQL")


def test_names_beyond_ascii_try_the_code_page(mirror, shop):
    add_to(shop, 'CREATE TABLE "Straße" (id INTEGER PRIMARY KEY, "Größe" VARCHAR(9));')
    result = mirror.sqlite(shop).run("check")
    assert result.status == 0, result.explain()
    find(result, "ok", "code page", '"Straße" went both ways')


def test_lost_letters_in_names_are_a_warning(mirror, shop):
    add_to(shop, 'CREATE TABLE "stra?e" (id INTEGER PRIMARY KEY);')
    result = mirror.sqlite(shop).run("check")
    assert result.status == 0, result.explain()
    find(result, "warning", "code page", "stra?e")


def test_tables_without_a_key_and_long_columns_are_named(mirror, shop):
    add_to(shop, "".join("CREATE TABLE log%d (a INTEGER, b TEXT);" % i for i in range(8)))
    result = mirror.sqlite(shop).run("check")
    assert result.status == 0, result.explain()
    assert "8 without a key: log0, log1, log2, log3, log4 and 3 more" in find(
        result, "warning", "keys")
    assert "8 without a useful limit: log0.b" in find(result, "ok", "long columns")


def test_ignored_and_colliding_tables(mirror, shop):
    add_to(shop, 'CREATE TABLE "a-b" (a INTEGER); CREATE TABLE "a_b" (a INTEGER);')
    ignored = mirror.directory / "ignored_tables.txt"
    ignored.write_text("orders\nno_such_table\n")
    result = mirror.sqlite(shop).run("check")
    assert result.status == 1, result.explain()
    find(result, "ok", "ignore file", "ignored_tables.txt")
    find(result, "ok", "tables", "4 visible, 1 to mirror, 1 ignored, 2 refused")
    find(result, "warning", "tables", "no_such_table")
    find(result, "WRONG", "tables", "a-b")


def test_a_configuration_that_others_may_read_is_a_warning_with_the_chmod(mirror, shop):
    mirror.sqlite(shop).write()
    mirror.path.chmod(0o644)
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    find(result, "warning", "configuration", "chmod 0600")


def test_a_log_file_that_cannot_be_written_is_wrong(mirror, shop):
    mirror.sqlite(shop).settings(log_file="no_such_folder/sync.log")
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    find(result, "WRONG", "log file", "mirror_settings.log_file")


def test_a_hostile_name_does_not_reach_the_terminal(mirror, shop):
    add_to(shop, 'CREATE TABLE "\x1b[2Jboo" (a INTEGER);')
    result = mirror.sqlite(shop).run("check")
    assert "\x1b" not in result.stdout
    find(result, "warning", "keys", "?[2Jboo")


def as_odbc(database, user, password=""):
    driver = odbc_driver("psqlodbcw.so")
    if driver is None:
        pytest.skip("left out: no ODBC driver for PostgreSQL")
    return "Driver=%s;Server=%s;Port=%d;Database=%s;UID=%s;PWD=%s" % (
        driver, database.server.host, database.server.port, database.name, user, password)


def test_tables_that_the_source_does_not_let_us_read_are_named(mirror, second_pg):
    second_pg.query("CREATE TABLE public.open (id int PRIMARY KEY)")
    second_pg.query("CREATE TABLE public.closed (id int PRIMARY KEY)")
    second_pg.query("GRANT SELECT ON public.open TO stranger")
    mirror.source(odbc_connection=as_odbc(second_pg, "stranger"), schema="public")
    mirror.config["postgres_db"]["schema"] = "mirror"
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    assert len(wrong(result)) == 2, result.explain()
    assert "SELECT" in find(result, "WRONG", "reading", 'table "closed"')
    find(result, "WRONG", "reading", "1 of 2 tables cannot be read")
    find(result, "ok", "source", "PostgreSQL")
    second_pg.query("GRANT SELECT ON public.closed TO stranger")
    assert mirror.run("check").status == 0


def test_the_grant_that_a_source_lacks_can_be_pasted(mirror, second_pg):
    second_pg.query('CREATE TABLE public."Tab ""A" (id int PRIMARY KEY)')
    mirror.source(odbc_connection=as_odbc(second_pg, "stranger"), schema="public")
    mirror.config["postgres_db"]["schema"] = "mirror"
    grant = re.search(r"GRANT SELECT ON .* TO", mirror.run("check").stdout).group()
    assert grant == 'GRANT SELECT ON "public"."Tab ""A" TO'
    second_pg.query(grant + " stranger")
    assert mirror.run("check").status == 0


def test_a_source_without_tables_is_status_3(mirror, second_pg):
    second_pg.query("CREATE SCHEMA empty")
    mirror.source(odbc_connection=as_odbc(second_pg, "postgres"), schema="empty")
    result = mirror.run("check")
    assert result.status == 3, result.explain()
    find(result, "WRONG", "source", "no tables")
    find(result, "ok", "PostgreSQL")


def test_a_wrong_condition_of_the_configuration_is_found(mirror, shop):
    mirror.sqlite(shop).settings(tables={"customer": {"where": "no_such_column > 3"}})
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    said = find(result, "WRONG", "reading", 'table "customer"')
    line = 1 + mirror.path.read_text().splitlines().index('      "customer": {')
    assert "config.json, line %d" % line in said and '"where"' in said
    run = mirror.run()
    assert "config.json, line %d" % line in run.stderr, run.explain()


def test_a_table_without_a_column_left_comes_with_its_remedy(mirror, shop):
    mirror.sqlite(shop).settings(tables={"customer": {"exclude_columns": ["id", "name"]}})
    result = mirror.run("check")
    assert "exclude_columns" in find(result, "WRONG", "tables", "no column is left")


def test_a_missing_right_on_the_tracking_tables_names_the_right_side(mirror, pg, shop):
    mirror.sqlite(shop).run_well()
    pg.query("ALTER SCHEMA oe2pg OWNER TO postgres; ALTER TABLE oe2pg.run OWNER TO postgres")
    for command in ([], ["verify"]):
        result = mirror.run(*command)
        assert result.status == 4, result.explain()
        assert "at the source" not in result.stderr
        assert "in PostgreSQL" in result.stderr or "ON SCHEMA oe2pg" in result.stderr


def test_a_driver_that_holds_whole_results_is_named_with_its_keyless_tables(
        mirror, mariadb_server):
    driver = odbc_driver("libmaodbc.so")
    if driver is None:
        pytest.skip("left out: no ODBC driver for MariaDB")
    mariadb_server.sql("CREATE TABLE keyless (a int); CREATE TABLE keyed (a int PRIMARY KEY);")
    try:
        mirror.source(schema="", odbc_connection=(
            "Driver=%s;Server=%s;Port=%d;Database=%s;UID=%s;PWD=%s" % (
                driver, mariadb_server.host, mariadb_server.port, mariadb_server.dbname,
                mariadb_server.user, mariadb_server.password)))
        mirror.settings(tables={"keyed": {"where": "a > 0 -- positive"}})
        result = mirror.run("check")
        assert result.status == 0, result.explain()
        find(result, "ok", "source's clock")
        find(result, "ok", "letters", "went to the source and came back")
        find(result, "warning", "memory", "holds whole results")
        find(result, "warning", "keys", "keyless")
        find(result, "ok", "reading", "tables can be opened")
    finally:
        mariadb_server.sql("DROP TABLE keyless, keyed;")


class Pooler(threading.Thread):
    """Passes everything on, but hands out another process id at the login, as a pooler does."""

    def __init__(self, host, port):
        super().__init__(daemon=True)
        self.server = (host, port)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(4)
        self.port = self.listener.getsockname()[1]

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                upstream = socket.create_connection(self.server)
                threading.Thread(target=self.pump, args=(client, upstream), daemon=True).start()
                threading.Thread(target=self.pump_answers, args=(upstream, client),
                                 daemon=True).start()

    def pump(self, source, sink):
        with contextlib.suppress(OSError), source, sink:
            while True:
                piece = source.recv(65536)
                if not piece:
                    break
                sink.sendall(piece)

    def pump_answers(self, source, sink):
        with contextlib.suppress(OSError, struct.error):
            stream = source.makefile("rb")
            while True:
                kind, size = struct.unpack("!cI", stream.read(5))
                body = stream.read(size - 4)
                if kind == b"K":
                    body = struct.pack("!I", 4242) + body[4:]
                sink.sendall(kind + struct.pack("!I", size) + body)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.listener.close()


def test_a_pooler_between_is_refused_in_words(mirror, pg, shop):
    with Pooler(pg.server.host, pg.server.port) as pooler:
        mirror.sqlite(shop).config["postgres_db"]["conn_string"] = (
            pg.dsn.replace("port=%d" % pg.server.port, "port=%d" % pooler.port)
            + " sslmode=disable gssencmode=disable")
        result = mirror.run("check")
    assert result.status == 4, result.explain()
    find(result, "WRONG", "PostgreSQL", "pooler")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_log_file_of_somebody_else_is_wrong(mirror, shop):
    folder = mirror.directory / "closed"
    folder.mkdir(mode=0o500)
    mirror.sqlite(shop).settings(log_file="closed/sync.log")
    result = mirror.run("check")
    assert result.status == 1, result.explain()
    find(result, "WRONG", "log file", "mirror_settings.log_file")


def test_a_schema_that_mirrors_another_source_is_wrong(mirror, shop, tmp_path):
    mirror.sqlite(shop).run_well()
    other = tmp_path / "other.sqlite"
    add_to(other, "CREATE TABLE customer (id INTEGER PRIMARY KEY);")
    result = mirror.sqlite(other).run("check")
    assert result.status == 1, result.explain()
    assert "--accept-source" in find(result, "WRONG", "mirror", "another source")


def assert_is_asked(result, isolation):
    assert result.status == 0, result.explain()
    assert "PostgreSQL's" in find(result, "ok", "source's clock")
    find(result, "ok", "letters", "went to the source and came back")
    find(result, "ok", "driver's limits", "characters of a table's name")
    find(result, "ok", "isolation", isolation)


def test_clock_letters_limits_and_isolation_through_odbc(mirror, second_pg):
    second_pg.query("CREATE TABLE public.open (id int PRIMARY KEY)")
    mirror.source(odbc_connection=as_odbc(second_pg, "postgres"), schema="public",
                  isolation="read_committed")
    mirror.config["postgres_db"]["schema"] = "mirror"
    assert_is_asked(mirror.run("check"), "read committed; the driver reports read committed")


@pytest.mark.skipif(java_jars("postgresql.jar") is None, reason="the driver is not installed")
def test_clock_letters_limits_and_isolation_through_jdbc(mirror, second_pg):
    second_pg.query("CREATE TABLE public.open (id int PRIMARY KEY)")
    mirror.source(jar_file=java_jars("postgresql.jar"), user="postgres", schema="public",
                  jdbc_url="jdbc:postgresql://%s:%d/%s" % (
                      second_pg.server.host, second_pg.server.port, second_pg.name))
    mirror.config["postgres_db"]["schema"] = "mirror"
    assert_is_asked(mirror.run("check", environment=java_environment()),
                    "read uncommitted, as the driver confirms")


@pytest.mark.parametrize("product", ["H2", "HSQLDB"])
def test_clock_and_letters_of_a_java_database(mirror, product):
    jars = java_jars(*JavaServer.jars[product])
    if jars is None:
        pytest.skip("the driver is not installed")
    with JavaServer(product) as server:
        server.sql("CREATE TABLE t (id INT PRIMARY KEY)")
        mirror.source(jar_file=jars, user="sa", password="sa", schema="PUBLIC", jdbc_url=server.url)
        mirror.config["postgres_db"]["schema"] = "mirror"
        result = mirror.run("check", environment=java_environment())
    find(result, "ok", "source's clock")
    find(result, "ok", "letters", "went to the source and came back")
    find(result, "ok", "isolation")
