"""memory_mb bounds the whole process, whatever the values of the source are like.

The release build is measured: a sanitizer's own memory would be counted.
"""

import contextlib
import os
import pathlib
import resource
import sqlite3
import time

import pytest

from conftest import program
from forms import cases

WEIGHT = 6  # see conftest.py

LIMIT = 64
TABLES = 4
LARGE = 20_000_000
FITTING = 6_000_000  # docs/drivers.md, SQLite: a seventh of nine tenths of what is free


@pytest.fixture
def plain():
    path = os.environ.get("OE2PG_PLAIN_BIN")
    if not path:
        pytest.skip("left out: OE2PG_PLAIN_BIN names no build without sanitizers")
    return path


class Measured:
    """Runs of the release build, each with the most memory that it ever had."""

    def __init__(self, mirror, plain):
        self.mirror = mirror.settings(memory_mb=LIMIT, jobs=4)
        self.plain = plain

    def run(self, *arguments, status=0, **keywords):
        command = [self.plain] + self.mirror.command(*arguments)[len(program()):]
        process = self.mirror.start(command=command, **keywords)
        peak = 0
        with contextlib.suppress(OSError):
            while process.poll() is None:
                peak = max(peak, high_water_mb(process.pid))
                time.sleep(0.005)
        result = self.mirror.finish(process)
        assert result.status == status, result.explain()
        assert 0 < peak < LIMIT, "%.0f MB" % peak
        return result


def high_water_mb(pid):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


@pytest.fixture
def measured(mirror, plain):
    return Measured(mirror, plain)


def write(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for statement, rows in statements:
            database.executemany(statement, rows)


def tables_of_values(path, column_type, size):
    """Tables of two rows with one value each, of this many bytes."""
    def value(letter):
        return letter * size if column_type == "TEXT" else letter.encode() * size

    for number in range(TABLES):
        write(path, ("CREATE TABLE t%d (id INTEGER PRIMARY KEY, v %s)" % (number, column_type),
                     [()]),
              ("INSERT INTO t%d VALUES (?, ?)" % number, [(1, value("a")), (2, value("b"))]))
    return path


@pytest.mark.parametrize("column_type", cases(["TEXT"], only_long=["BLOB"]))
def test_values_that_fit_are_mirrored_whole_in_every_run(measured, pg, tmp_path, column_type):
    path = tables_of_values(tmp_path / "s.sqlite", column_type, FITTING)
    measured.mirror.sqlite(path)
    measured.run()
    sent = FITTING if column_type == "TEXT" else 2 + 2 * FITTING
    for number in range(TABLES):
        assert pg.query("SELECT count(*), min(length(v)), max(length(v)) FROM mirror.t%d"
                        % number) == [(2, sent, sent)]
    measured.run()
    write(path, ("UPDATE t0 SET v = substr(v, 2) WHERE id = ?", [(1,)]))
    measured.run()
    assert pg.value("SELECT min(length(v)) FROM mirror.t0") < sent
    measured.run("verify")
    pg.query("UPDATE mirror.t1 SET v = v || 'x'")
    assert "changed  id=\"1\": v" in measured.run("verify", "--values", status=1).stdout


@pytest.mark.parametrize("column_type", ["TEXT", "BLOB"])
def test_values_that_do_not_fit_are_told_by_their_size(measured, pg, tmp_path, column_type):
    path = tables_of_values(tmp_path / "s.sqlite", column_type, LARGE)
    measured.mirror.sqlite(path)
    measured.run(status=1)
    assert pg.query("SELECT reason, value IS NULL, value_bytes, count(*) FROM oe2pg.quarantine"
                    " GROUP BY 1, 2, 3") == [("too_long", True, LARGE, 2 * TABLES)]
    assert pg.value("SELECT count(*) FROM mirror.t0 WHERE v IS NULL") == 2
    measured.run()
    write(path, ("UPDATE t0 SET v = NULL WHERE id = ?", [(1,)]))
    measured.run()
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine WHERE resolved_at IS NULL") == (
        2 * TABLES - 1)


def test_the_values_of_a_row_have_to_fit_together(measured, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    write(path, ("CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b BLOB, c BLOB)", [()]),
          ("INSERT INTO t VALUES (?, ?, ?, ?)",
           [(1, b"a" * 5_000_000, b"b" * 5_000_000, b"c"), (2, b"a", b"b" * 5_000_000, b"c")]))
    measured.mirror.sqlite(path)
    measured.run(status=1)
    assert pg.query("SELECT length(a), length(b), length(c) FROM mirror.t ORDER BY id") == [
        (None, None, 4), (4, 10_000_002, 4)]
    assert pg.query("SELECT column_name, value_bytes FROM oe2pg.quarantine ORDER BY 1") == [
        ("a", 5_000_000), ("b", 5_000_000)]


def test_a_long_text_with_a_nul_goes_into_quarantine_whole(measured, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    text = "x" * 3_000_000 + "\0" + "y" * 2_000_000
    write(path, ("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)", [()]),
          ("INSERT INTO t VALUES (?, ?)", ((n, text) for n in range(4))))
    measured.mirror.sqlite(path)
    measured.run(status=1)
    assert pg.query("SELECT count(*), count(DISTINCT value), min(value_bytes) FROM oe2pg.quarantine"
                    ) == [(4, 1, len(text))]
    assert pg.value("SELECT md5(value) = md5(convert_to(repeat('x', 3000000), 'UTF8') || '\\x00'"
                    " || convert_to(repeat('y', 2000000), 'UTF8')) FROM oe2pg.quarantine LIMIT 1")
    measured.run()
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine") == 4


def test_verify_reads_no_whole_rows_of_the_mirror(measured, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    write(path, ("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB)", [()]),
          ("INSERT INTO t VALUES (?, ?, ?)", ((n, "a" * 1_000_000, b"\1" * 600_000)
                                             for n in range(60))))
    measured.mirror.sqlite(path)
    measured.run()
    pg.query("UPDATE mirror.t SET v = v || 'x'")
    shown = [line for line in measured.run("verify", "--values", status=1).stdout.splitlines()
             if line.startswith("  changed")]
    assert len(shown) == 20
    assert all(line.endswith(': v source "%s…" mirror "%s…"' % ("a" * 200, "a" * 200))
               for line in shown), shown[0]


def test_long_keys_of_rows_to_be_removed_are_not_all_listed(measured, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    write(path, ("CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, v TEXT)", [()]),
          ("INSERT INTO t VALUES (?, ?)", (("%06d" % n + "k" * 30_000, "v") for n in range(2000))))
    measured.mirror.sqlite(path)
    measured.run()
    write(path, ("DELETE FROM t WHERE substr(k, 1, 6) >= ?", [("000010",)]))
    measured.run("--allow-delete", "t")
    assert pg.value("SELECT count(*) FROM mirror.t") == 10


def test_a_run_needs_no_more_addresses_than_it_is_given(mirror, plain, pg, tmp_path):
    """Under ulimit -v: threads reserve addresses that they never use, hence the distance."""
    path = tables_of_values(tmp_path / "s.sqlite", "BLOB", FITTING)
    mirror.sqlite(path).settings(memory_mb=LIMIT, jobs=1)

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))

    command = [plain] + mirror.command()[len(program()):]
    result = mirror.finish(mirror.start(command=command, preexec_fn=limit))
    assert result.status == 0, result.explain()
    assert pg.value("SELECT count(*) FROM mirror.t3 WHERE length(v) > %d" % FITTING) == 2
