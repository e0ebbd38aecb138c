"""SQLite's driver keeps the whole result of a statement with parameters, so the key after which a read
goes on stands in the statement itself. A read that is cut behind every row meets every key there."""

import contextlib
import sqlite3

import pytest

TEXTS = ["", "'", "''", "it's", '"', "\\", "\\'", "a\\", "?", "? AND ?", "%s", "{d '2024-01-01'}", "{fn x}",
         ";", "; DROP TABLE t; --", "--", "/*", "a\nb", "a\tb", "a\rb", "\x01", "ü", "€", "😀", "x'41'",
         "CAST(x'41' AS TEXT)", "$1", ":a", "@a", "NULL", "1", "01", "1.0", " 1", "1 ", "1e3", "A", "a"]
CUT = {"OE2PG_TEST_TRANSACTION_MS": "0"}


def write(path, statements, rows, encoding="UTF-8"):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA encoding = '%s'" % encoding)
        for statement in statements:
            database.execute(statement)
        database.executemany("INSERT INTO t VALUES (%s)" % ", ".join("?" * len(rows[0])), rows)


def mirrored(mirror, pg, path, columns="k", status=0):
    mirror.sqlite(path).settings(batch_size=1)
    result = mirror.run(environment=CUT)
    assert result.status == status, result.explain()
    return pg.query("SELECT %s FROM mirror.t" % columns)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le"])
@pytest.mark.parametrize("collation", ["BINARY", "NOCASE"])
def test_texts_of_all_sorts(mirror, pg, tmp_path, encoding, collation):
    path = tmp_path / "s.sqlite"
    texts = [text for text in TEXTS if collation == "BINARY" or text != "A"]
    write(path, ["CREATE TABLE t (k TEXT COLLATE %s NOT NULL PRIMARY KEY, v INT)" % collation],
          [(text, n) for n, text in enumerate(texts)], encoding)
    assert sorted(mirrored(mirror, pg, path, "k, v::int")) == sorted(
        (text, n) for n, text in enumerate(texts))


def test_texts_that_are_no_utf8_or_hold_a_nul(mirror, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    texts = [b"a", b"caf\xe9", b"\xff'", b"nul\0here", b"nul\0there", b"z"]
    write(path, ["CREATE TABLE t (k TEXT NOT NULL, v INT NOT NULL, PRIMARY KEY (v, k))"], [("x", 0)])
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO t VALUES (CAST(? AS TEXT), ?)",
                             [(text, n % 2 + 1) for n, text in enumerate(texts)])
    # A row whose key PostgreSQL cannot hold is mirrored without that value.
    rows = mirrored(mirror, pg, path, "k, v::int", status=1)
    assert sorted(rows, key=str) == sorted(
        [("x", 0), ("a", 1), ("z", 2), (None, 2), (None, 1), (None, 2), (None, 1)], key=str)


def test_numbers_in_columns_of_every_affinity(mirror, pg, tmp_path):
    path = tmp_path / "s.sqlite"
    numbers = [-2**63, -10, -9, -1, 0, 1, 9, 10, 99, 100, 2**53 + 1, 2**63 - 1]
    for declared in ("BIGINT", "INT", "TEXT", "VARCHAR(30)"):
        path = tmp_path / (declared[:3] + ".sqlite")
        write(path, ["CREATE TABLE t (k %s NOT NULL, PRIMARY KEY (k)) WITHOUT ROWID" % declared],
              [(number,) for number in numbers])
        pg.query("DROP SCHEMA IF EXISTS mirror CASCADE; DROP SCHEMA IF EXISTS oe2pg CASCADE;"
                 " DROP SCHEMA IF EXISTS oe2pg_staging CASCADE")
        assert sorted(int(k) for (k,) in mirrored(mirror, pg, path)) == numbers, declared
