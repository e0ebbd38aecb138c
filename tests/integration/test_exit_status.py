"""Exit statuses, and what is said when source or target cannot be used. No secret leaves."""

import contextlib
import pathlib
import socket
import sqlite3
import time

import pytest

from conftest import LOG_LINE, MIRROR_PASSWORD, program
from servers import free_port

SECRET = "Hunter2;}{='ü"
PLAIN_SECRET = "correct-horse-battery"


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)")
        database.execute("INSERT INTO customer VALUES (1, 'Anna')")
    return path


@contextlib.contextmanager
def silent_port():
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def assert_refused(result, status):
    """The run ended with this status, one line of error, and a remedy."""
    assert result.status == status, result.explain()
    errors = [line for line in result.stderr.splitlines() if " - ERROR - " in line]
    assert errors, result.explain()


def target_with(pg, **keys):
    values = dict(host=pg.server.host, port=pg.server.port, dbname=pg.name, user="mirror",
                  password=MIRROR_PASSWORD)
    values.update(keys)
    return " ".join("%s='%s'" % (key, str(value).replace("\\", "\\\\").replace("'", "\\'"))
                    for key, value in values.items())


@pytest.mark.parametrize("wrong", [
    {"host": "no-such-host.invalid"}, {"port": "closed"}, {"dbname": "no_such_database"},
    {"user": "nobody_here"}, {"password": PLAIN_SECRET}])
def test_a_target_that_cannot_be_reached_is_status_4_with_a_remedy(mirror, pg, small, wrong):
    wrong = {key: free_port() if value == "closed" else value for key, value in wrong.items()}
    mirror.sqlite(small).config["postgres_db"]["conn_string"] = target_with(pg, **wrong)
    mirror.config["postgres_db"]["timeout"] = 3
    result = mirror.run()
    assert_refused(result, 4)
    assert PLAIN_SECRET not in result.stderr + result.log + result.stdout


def test_a_target_that_never_answers_is_given_up_after_the_time_out(mirror, pg, small):
    with silent_port() as port:
        mirror.sqlite(small).config["postgres_db"] = {
            "conn_string": target_with(pg, port=port), "timeout": 3}
        assert_refused(mirror.run(), 4)


def test_a_target_without_rights_is_status_4_and_names_the_grant(mirror, pg, small):
    pg.query("REVOKE CREATE ON DATABASE %s FROM mirror" % pg.name)
    result = mirror.sqlite(small).run()
    assert_refused(result, 4)
    assert "GRANT" in result.stderr, result.explain()


def test_a_sqlite_file_that_is_missing_is_status_3_and_is_not_created(mirror, tmp_path):
    result = mirror.sqlite(tmp_path / "gone.sqlite").run()
    assert_refused(result, 3)
    assert not (tmp_path / "gone.sqlite").exists()


def test_a_driver_that_is_not_installed_is_status_3_or_2(mirror):
    result = mirror.source(odbc_connection="Driver=No Such Driver;Database=x", schema="").run()
    assert result.status in (2, 3), result.explain()
    assert "No Such Driver" in result.stderr


POSTGRES_SOURCE = {"host": "127.0.0.1", "user": "mirror", "password": MIRROR_PASSWORD,
                   "odbc_driver": "PostgreSQL Unicode", "schema": "public", "connect_timeout": 3}


@pytest.mark.parametrize("wrong", [
    {"host": "no-such-host.invalid"}, {"port": "closed"}, {"db_name": "no_such_database"},
    {"user": "nobody_here"}, {"password": PLAIN_SECRET}])
def test_a_source_that_cannot_be_reached_is_status_3(mirror, pg_server, second_pg, wrong):
    wrong = {key: free_port() if value == "closed" else value for key, value in wrong.items()}
    mirror.source(**{**POSTGRES_SOURCE, "port": pg_server.port, "db_name": second_pg.name, **wrong})
    result = mirror.run()
    assert_refused(result, 3)
    assert PLAIN_SECRET not in result.stderr + result.log + result.stdout


def test_a_wrong_password_of_mariadb_is_status_3(mirror, mariadb_server):
    mirror.source(host=mariadb_server.host, port=mariadb_server.port, db_name=mariadb_server.dbname,
                  user=mariadb_server.user, password=PLAIN_SECRET, odbc_driver="MariaDB Unicode",
                  schema="")
    result = mirror.run()
    assert_refused(result, 3)
    assert PLAIN_SECRET not in result.stderr + result.log


def test_a_source_that_never_answers_is_given_up_after_the_time_out(mirror, second_pg):
    with silent_port() as port:
        mirror.source(**{**POSTGRES_SOURCE, "port": port, "db_name": second_pg.name})
        assert_refused(mirror.run(), 3)


def test_a_driver_that_never_answers_a_login_is_given_up_too(mirror, mariadb_server):
    with silent_port() as port:
        mirror.source(odbc_connection="Driver=MariaDB Unicode;SERVER=127.0.0.1;PORT=%d;DATABASE=x;"
                      "UID=x;PWD=x" % port, schema="", connect_timeout=3)
        assert_refused(mirror.run(), 3)


@pytest.mark.parametrize("arguments", [
    ["--no-such-option"], ["nonsense"], ["--jobs", "0"], ["--jobs", "many"], ["--jobs"],
    ["--batch-size", "-1"]])
def test_a_wrong_command_line_is_status_2(mirror, small, arguments):
    result = mirror.sqlite(small).run(*arguments)
    assert result.status == 2, result.explain()
    assert result.stderr.strip()


def test_a_configuration_that_is_missing_is_status_2(mirror, small, tmp_path):
    mirror.sqlite(small)
    result = mirror.run(command=program() + ["--config", str(tmp_path / "gone.json")])
    assert result.status == 2, result.explain()
    assert "gone.json" in result.stderr


def test_a_run_that_mirrors_everything_is_status_0(mirror, small):
    mirror.sqlite(small).run_well("--full-sync")


def everything_kept(pg):
    """All texts of all tables of schema oe2pg."""
    kept = []
    for (table,) in pg.query("SELECT table_name FROM information_schema.tables WHERE table_schema ="
                             " 'oe2pg' AND table_type = 'BASE TABLE'"):
        kept += [str(row) for row in pg.query("SELECT t::text FROM oe2pg.%s t" % table)]
    return "\n".join(kept)


def test_no_password_is_found_anywhere_after_a_good_run(mirror, pg, second_pg, small):
    second_pg.query("CREATE TABLE public.t (id int PRIMARY KEY); GRANT SELECT ON t TO mirror")
    mirror.source(
        odbc_connection="Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
        % (second_pg.server.host, second_pg.server.port, second_pg.name, MIRROR_PASSWORD),
        schema="public")
    mirror.config["postgres_db"]["schema"] = "copy"
    result = mirror.run_well()
    kept = everything_kept(pg)
    assert "running" in kept or "done" in kept
    for place in (result.stdout, result.stderr, result.log, kept):
        assert MIRROR_PASSWORD not in place


def test_no_password_is_found_anywhere_after_a_refused_login(mirror, pg, second_pg):
    for secret in (PLAIN_SECRET, SECRET):
        mirror.source(**{**POSTGRES_SOURCE, "port": second_pg.server.port,
                         "db_name": second_pg.name, "password": secret})
        result = mirror.run()
        assert_refused(result, 3)
        assert secret not in result.stdout + result.stderr + result.log


def test_no_password_is_shown_when_the_connection_string_is_malformed(mirror, pg, small):
    mirror.sqlite(small)
    for broken in ("host=127.0.0.1 password='%s", "password=%s nonsense", "postgresql://a:%s@[::1"):
        mirror.config["postgres_db"]["conn_string"] = broken % PLAIN_SECRET
        result = mirror.run()
        assert result.status in (2, 4), result.explain()
        assert PLAIN_SECRET not in result.stdout + result.stderr + result.log


def test_no_password_stands_in_the_command_line_or_the_session_list(mirror, pg, make_sample):
    process = mirror.sqlite(make_sample(20_000)).start()
    seen, sessions = set(), set()
    while process.poll() is None:
        with contextlib.suppress(OSError):
            seen.add(pathlib.Path("/proc/%d/cmdline" % process.pid).read_bytes())
        sessions.update(row[0] for row in pg.query(
            "SELECT application_name || query FROM pg_stat_activity WHERE usename = 'mirror'"))
        time.sleep(0.05)
    result = mirror.finish(process)
    assert result.status == 0, result.explain()
    assert seen and sessions
    assert not any(MIRROR_PASSWORD.encode() in line for line in seen)
    assert not any(MIRROR_PASSWORD in (session or "") for session in sessions)
    assert any(session.startswith("oe2pg ") for session in sessions if session)


def test_a_configuration_others_may_read_is_warned_of_with_the_chmod(mirror, small):
    mirror.sqlite(small).write()
    mirror.path.chmod(0o644)
    result = mirror.run_well()
    warnings = [line for line in result.stderr.splitlines() if " - WARNING - " in line]
    assert any("chmod" in line for line in warnings), result.explain()


def test_a_configuration_others_may_write_is_refused(mirror, small):
    mirror.sqlite(small).write()
    mirror.path.chmod(0o666)
    result = mirror.run()
    assert result.status == 2, result.explain()


def test_errors_are_lines_of_the_log(mirror, tmp_path):
    result = mirror.sqlite(tmp_path / "gone.sqlite").run()
    assert all(LOG_LINE.match(line) for line in result.stderr.splitlines()), result.explain()


def error_lines(result):
    return [line for line in result.stderr.splitlines() if " - ERROR - " in line]


def last_error(pg):
    return pg.value("SELECT error FROM oe2pg.run ORDER BY id DESC LIMIT 1")


def test_status_and_plan_say_in_a_line_why_they_are_status_1(mirror, pg, small):
    first = mirror.sqlite(small).run("status")
    assert first.status == 1 and "no mirror" in error_lines(first)[-1], first.explain()
    mirror.run_well()
    time.sleep(1.1)
    late = mirror.run("status", "--max-age", "1s")
    assert late.status == 1 and "--max-age" in error_lines(late)[-1], late.explain()
    pg.query("DROP TABLE mirror.customer; CREATE VIEW mirror.customer AS SELECT 1 AS id")
    planned = mirror.run("plan")
    assert planned.status == 1 and error_lines(planned), planned.explain()


def test_a_difference_is_a_line_of_the_log_and_of_the_runs(mirror, pg, small):
    mirror.sqlite(small).run_well()
    assert last_error(pg) is None
    pg.query("UPDATE mirror.customer SET name = 'x'")
    result = mirror.run("verify")
    assert result.status == 1
    assert "1 of 1 table differs from the source" in error_lines(result)[-1], result.explain()
    assert last_error(pg) == "1 of 1 table differs from the source"


def test_a_new_quarantine_is_a_line_of_the_log_and_of_the_runs(mirror, pg, small):
    with contextlib.closing(sqlite3.connect(small)) as database, database:
        database.execute("INSERT INTO customer VALUES (2, CAST(x'ff41' AS TEXT))")
    result = mirror.sqlite(small).run()
    assert result.status == 1, result.explain()
    assert "went to quarantine anew" in error_lines(result)[-1], result.explain()
    assert "1 values or rows went to quarantine anew" in last_error(pg)
