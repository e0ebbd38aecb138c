"""Doubles in SQLite, whatever the column is declared as, arrive as exactly the double they are.

The driver prints 15 digits of a real; some need 17, and SQLite lets a real stand in any column.
"""

import contextlib
import os
import random
import sqlite3
import struct

import pytest

SEED = int(os.environ.get("OE2PG_SEED") or random.SystemRandom().randrange(1_000_000))

ROWS = 20_000
TYPES = ("INTEGER", "DATE", "TIMESTAMP", "DECIMAL(12,4)", "NUMERIC", "DOUBLE", "REAL", "", "BLOB",
         "VARBINARY(9)")
EDGES = [0.0, 0.5, -0.5, 0.1 + 0.2, 1e10, -1e10, 9999999999.9999, 10000000000.0001, 99999999999.9999,
         123456789012.3456, 0.00001, 0.00005, 0.0001, 12345.67890000001, 1e15, 1e15 + 0.5, 1e22, 1e23,
         2.0**53, 2.0**63, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 1e-7, 0.1]


def doubles():
    """Prices, quotients, neighbours of short decimals, and any bits that are a finite number."""
    chance = random.Random(SEED)
    yield from EDGES
    for _ in range(ROWS):
        kind = chance.randrange(4)
        short = chance.randint(-10**chance.randint(1, 15), 10**15) / 10**chance.randint(0, 6)
        if kind == 0:
            yield short
        elif kind == 1:
            yield chance.uniform(-1, 1) * 10**chance.randint(-8, 14)
        elif kind == 2:
            (bits,) = struct.unpack("<q", struct.pack("<d", short))
            yield struct.unpack("<d", struct.pack("<q", bits + chance.choice((-1, 1))))[0]
        else:
            number = struct.unpack("<d", chance.randbytes(8))[0]
            yield number if abs(number) < float("inf") else 1.25


def make(path, declared):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v %s)" % declared)
        database.executemany("INSERT INTO t (v) VALUES (?)", ((value,) for value in doubles()))
        return database.execute("SELECT id, v FROM t").fetchall()


@pytest.mark.parametrize("declared", TYPES)
def test_every_double_arrives_exactly_in_a_column_declared(mirror, pg, tmp_path, declared):
    stored = make(tmp_path / "reals.sqlite", declared)
    mirror.sqlite(tmp_path / "reals.sqlite").run_well()
    mirrored = dict(pg.query("SELECT id::int, v FROM mirror.t"))
    if declared in ("BLOB", "VARBINARY(9)"):  # the bytes of its text, as of any text there
        mirrored = {key: bytes.fromhex(value[2:]).decode() for key, value in mirrored.items()}
    assert len(mirrored) == len(stored)
    wrong = [(key, value, mirrored[key]) for key, value in stored if float(mirrored[key]) != value]
    assert wrong[:5] == [], "OE2PG_SEED=%d" % SEED


def test_a_real_among_integers_and_dates_is_not_cut(mirror, pg, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "odd.sqlite")) as database, database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, qty INTEGER, day DATE)")
        database.execute("INSERT INTO t (qty, day) VALUES (1, '2024-01-31'), (0.1 + 0.2, 20000.0625)")
    mirror.sqlite(tmp_path / "odd.sqlite").run_well()
    assert pg.query("SELECT qty, day FROM mirror.t ORDER BY id") == [
        ("1", "2024-01-31"), ("0.30000000000000004", "20000.0625")]


def test_a_real_among_blobs_has_all_its_digits(mirror, pg, tmp_path):
    values = [1 / 3, 0.1 + 0.2, 5e-324, -1e300, "text", b"\x00bytes", "0.333333333333333", 7, None, b""]
    with contextlib.closing(sqlite3.connect(tmp_path / "blobs.sqlite")) as database, database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        database.executemany("INSERT INTO t (b) VALUES (?)", ((value,) for value in values))
    mirror.sqlite(tmp_path / "blobs.sqlite").run_well()
    mirrored = pg.query("SELECT decode(substr(b, 3), 'hex') FROM mirror.t ORDER BY id::int")
    assert [value and bytes(value) for (value,) in mirrored] == [
        b"0.3333333333333333", b"0.30000000000000004", b"5e-324", b"-1e+300", b"text", b"\x00bytes",
        b"0.333333333333333", b"7", None, b""]
    mirror.run_well("verify")
