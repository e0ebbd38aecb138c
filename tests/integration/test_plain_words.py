"""What a newcomer's slips are answered: what it is, in words that say what to do."""

import contextlib
import re
import sqlite3

import pytest

from openedge_server import DRIVER_CLASS
from servers import free_port, java_environment


@pytest.fixture
def small(mirror, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "small.sqlite")) as database, database:
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
    return mirror.sqlite(tmp_path / "small.sqlite")


def run(mirror):
    """Java, and a driver that is unloaded behind a failure, look like leaks."""
    return mirror.run(environment=java_environment())


def last_error(result):
    return [line for line in result.stderr.splitlines() if " - ERROR - " in line][-1]


@pytest.mark.parametrize("made, words", [
    (None, 'there is no file "{jar}"'),
    ("text", '"{jar}" is no jar'),
    ("folder", '"{jar}" is no file')])
def test_a_jar_that_is_none(mirror, tmp_path, made, words):
    jar = tmp_path / "driver.jar"
    if made == "text":
        jar.write_text("no jar")
    elif made == "folder":
        jar.mkdir()
    mirror.source(host="127.0.0.1", port=1, db_name="x", jar_file=str(jar), driver_class=DRIVER_CLASS)
    result = run(mirror)
    assert result.status == 3, result.explain()
    assert words.format(jar=jar) in last_error(result) and "java.lang" not in result.stderr
    assert "progress_db.jar_file" in last_error(result)


def test_a_class_and_a_database_that_are_not_there(mirror, openedge):
    mirror.source(**openedge.source_keys(driver_class="com.example.Driver"))
    result = run(mirror)
    assert 'there is no class "com.example.Driver" in the jars' in last_error(result)
    mirror.source(**openedge.source_keys(db_name="sport"))
    result = run(mirror)
    assert result.status == 3 and "Cannot find or open the database" in last_error(result)


def test_the_port_of_another_service(mirror, openedge):
    mirror.source(**openedge.source_keys(port=mirror.database.server.port), connect_timeout=10)
    result = run(mirror)
    assert result.status == 3 and "not that of another service" in last_error(result)


def test_a_slip_in_a_connection_string_is_named(small, tmp_path):
    small.source(odbc_connection="Driver=SQLite3;Datbase=%s" % (tmp_path / "small.sqlite"))
    result = run(small)
    assert result.status == 3
    assert '"Datbase" is most likely meant to be "Database"' in last_error(result)


def test_another_schema_of_the_same_database_is_no_other_source(small):
    small.config["postgres_db"]["schema"] = "mirror"
    small.run_well()
    small.source(schema="PUBB")
    result = small.run()
    assert result.status == 2 and "accept-source" not in result.stderr
    assert 'the mirror of schema "" of this database' in last_error(result)
    assert 'Set progress_db.schema to "" again' in last_error(result)


def test_a_configuration_of_somebody_who_guesses(small):
    small.write()
    small.path.write_text('{\n  // the source\n  "progress_db": {}\n}\n')
    command = small.command()
    result = small.finish(small_start(small, command))
    assert result.status == 2 and "JSON has no comments; a key that starts with _ is one" in result.stderr
    small.path.write_text("{}\n")
    result = small.finish(small_start(small, command))
    assert "no source is named" in result.stderr
    assert "jar_file" in result.stderr and "odbc_driver" in result.stderr


def small_start(mirror, command):
    """What stands in the file stays there."""
    text = mirror.path.read_text()
    mirror.write, write = (lambda: mirror.path.write_text(text)), mirror.write
    try:
        return mirror.start(command=command)
    finally:
        mirror.write = write


def test_libpqs_words_are_told_once(small):
    small.config["postgres_db"]["conn_string"] = (
        "host=127.0.0.1,127.0.0.1 port=%d user=mirror dbname=x" % free_port())
    line = last_error(small.run())
    assert line.count("Connection refused") == 1 and "Is the server running" not in line
    assert "  " not in line and " ," not in line
    assert "See that the server is running" in line


def test_what_check_looks_at_is_apart_from_what_it_found(small):
    small.run_well()
    for line in small.run("check").stdout.splitlines()[:-1]:
        assert re.match(r"(ok|warning|WRONG|skipped) +\S.{0,21} {1,}\S", line), line
        assert line[31] == " " and line[32] != " ", line
