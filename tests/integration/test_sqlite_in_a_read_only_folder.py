"""SQLite files that cannot be read for want of the right to write beside them: in WAL mode, or left in
the middle of a change. SQLite's own words are about writing, or about nothing at all; the file is
named, with what is wrong and what to do. Root is taken the rights by which it passes over modes."""

import os
import sqlite3
import subprocess
import sys

import pytest

from servers import java_environment, java_jars

UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]

# A process that dies with the database open, so that the files beside it stay.
KILLED = """
import os, sqlite3, sys
shop = sqlite3.connect(sys.argv[1], isolation_level=None)
shop.execute(sys.argv[2])
shop.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, v TEXT)")
shop.execute("BEGIN")
shop.execute("INSERT INTO item WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
             " WHERE i < 3000) SELECT i, hex(zeroblob(20)) FROM n")
if sys.argv[3] == "commit":
    shop.execute("COMMIT")
os._exit(0)
"""


def killed(path, mode, ending):
    subprocess.run([sys.executable, "-c", KILLED, str(path), mode, ending], check=True)


def closed_wal(path):
    with sqlite3.connect(path) as shop:
        shop.execute("PRAGMA journal_mode = WAL")
        shop.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    shop.close()


def wal_without_index(path):
    killed(path, "PRAGMA journal_mode = WAL", "commit")
    os.unlink("%s-shm" % path)


def wal_that_is_unreadable(path):
    killed(path, "PRAGMA journal_mode = WAL", "commit")
    os.chmod("%s-wal" % path, 0)


def unfinished_change(path):
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE old (id INTEGER PRIMARY KEY)")
    shop.close()
    killed(path, "PRAGMA cache_size = 1", "no end")


MISSING = ("is in WAL mode, and its -shm file is missing and cannot be made", "journal_mode = DELETE")
STATES = {
    closed_wal: MISSING,
    wal_without_index: MISSING,
    wal_that_is_unreadable: ("is in WAL mode, and its -wal or -shm file may not be read", "three"),
    unfinished_change: ("was left in the middle of a change", "Open it once"),
}


@pytest.fixture
def folder(tmp_path):
    """In which nothing can be written, once `path` is closed."""
    made = tmp_path / "shop"
    made.mkdir()
    yield made
    made.chmod(0o755)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
@pytest.mark.parametrize("make", STATES, ids=lambda make: make.__name__)
def test_the_file_is_named_with_what_is_wrong_and_what_to_do(mirror, folder, door, make):
    path = folder / "shop.db"
    make(path)
    folder.chmod(0o555)
    if door == "odbc":
        mirror.sqlite(path)
    else:
        mirror.source(jdbc_url="jdbc:sqlite:%s" % path, jar_file=java_jars("sqlite-jdbc.jar"),
                      schema="")
    command = (UNPRIVILEGED if os.geteuid() == 0 else []) + mirror.command()
    result = mirror.run(command=command, environment=java_environment())
    assert result.status == 3, result.explain()
    said, remedy = STATES[make]
    line = result.log_lines("ERROR")[-1]
    assert '"%s" %s' % (path, said) in line and remedy in line
    assert not result.log_lines("WARNING"), result.explain()


def test_a_file_in_wal_mode_whose_writer_is_there_is_read(mirror, pg, folder):
    path = folder / "shop.db"
    killed(path, "PRAGMA journal_mode = WAL", "commit")
    folder.chmod(0o555)
    command = (UNPRIVILEGED if os.geteuid() == 0 else []) + mirror.sqlite(path).command()
    result = mirror.run(command=command)
    assert result.status == 0, result.explain()
    assert pg.value("SELECT count(*) FROM mirror.item") == 3000
