"""The generated sample is what its description promises."""

import hashlib
import sqlite3
import subprocess
import sys

import compare
from conftest import PROJECT


def made(path, *options):
    subprocess.run([sys.executable, str(PROJECT / "tools" / "make_sample.py"), *options, str(path)],
                   check=True, stdout=subprocess.DEVNULL)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_rows_and_seed_give_the_same_database(tmp_path):
    first = made(tmp_path / "a.sqlite", "--rows", "3000")
    assert first == made(tmp_path / "b.sqlite", "--rows", "3000")
    assert first != made(tmp_path / "c.sqlite", "--rows", "3000", "--seed", "2")


def test_it_has_as_many_rows_as_asked_and_every_oddity(make_sample):
    path = make_sample(20_000)
    tables = {name: compare.sqlite_rows(path, name) for name in compare.sqlite_tables(path)}
    assert sum(sum(rows.values()) for rows in tables.values()) == 20_000
    assert len(tables) >= 25 and "Order" in tables and "Order-Line" in tables
    assert not tables["Year-End-Closing"]
    assert max(tables["Audit-Log"].values()) > 1, "equal rows in a table without a key"
    values = [value for rows in tables.values() for row in rows for value in row]
    assert None in values and "" in values and " " in values
    assert max(len(value) for value in values if value) > 300_000
    assert any(value and value.startswith("\\x89504e47") for value in values), "a picture"
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
