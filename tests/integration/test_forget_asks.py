"""forget asks before it forgets: on a terminal, for as long as it takes, and a signal ends the question."""

import os
import pty
import signal

import psycopg2
import pytest

from conftest import program
from mirroring import sqlite_file


@pytest.fixture
def shop(mirror, tmp_path):
    return mirror.sqlite(sqlite_file(
        tmp_path / "shop.sqlite", "CREATE TABLE item (id INTEGER PRIMARY KEY)",
        "INSERT INTO item VALUES (1)"))


class Asked:
    """forget on a terminal of its own, once its question is there."""

    def __init__(self, mirror, *arguments):
        mirror.write()
        command = program() + ["forget", "--config", str(mirror.path), *arguments]
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(mirror.directory)
            os.execv(command[0], command)
        self.text = ""
        while "yes or no? " not in self.text:
            self.text += self.read()

    def read(self):
        try:
            return os.read(self.terminal, 4096).decode()
        except OSError:  # the other end is closed
            assert self.child is None, self.text
            return ""

    def answer(self, keys):
        os.write(self.terminal, keys)
        return self.end()

    def end(self):
        child, self.child = self.child, None
        while piece := self.read():
            self.text += piece
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tables(pg):
    return pg.value("SELECT count(*) FROM oe2pg.tracking")


def test_only_yes_forgets_and_what_happens_is_told_before(shop, pg):
    shop.run_well()
    for keys in (b"no\n", b"\n", b"yes, and the others\n", b"\x04"):
        asked = Asked(shop, "item")
        assert 'Table "item" of the mirror in schema "mirror" is forgotten: what is mirrored is left' in asked.text
        assert asked.answer(keys) != 0 and "nothing was forgotten" in asked.text
        assert tables(pg) == 1
    asked = Asked(shop, "mirror", "--drop-tables")
    assert "its 1 table is dropped, with all rows" in asked.text
    assert asked.answer(b"yes\n") == 0 and tables(pg) == 0 and pg.tables() == []


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_question(shop, pg, number, status):
    shop.run_well()
    asked = Asked(shop, "item")
    if number == signal.SIGINT:
        assert asked.answer(b"\x03") == status
    else:
        os.kill(asked.child, number)
        assert asked.end() == status
    assert "nothing was forgotten" in asked.text and tables(pg) == 1


def test_a_table_that_somebody_locks_is_not_waited_for_without_end(shop, pg):
    shop.run_well()
    shop.config["postgres_db"]["timeout"] = 2
    shop.source(stall_seconds=1)
    blocker = psycopg2.connect(pg.admin_dsn)
    try:
        blocker.cursor().execute("LOCK TABLE oe2pg.quarantine")
        result = shop.run("forget", "item", "--yes")
    finally:
        blocker.close()
    assert result.status in (1, 4) and "could not" in result.stderr, result.explain()
    assert tables(pg) == 1
