"""SQLite keeps any text in any column, and its ODBC driver cuts each at a NUL: in a column of numbers,
days or truths too, nothing is shortened silently. The text is whole in quarantine, and so by JDBC."""

import pytest

from mirroring import mirrored, quarantined, row_versions, sqlite_file
from servers import java_environment, java_jars

JARS = java_jars("sqlite-jdbc.jar")
TYPES = ["INTEGER", "REAL", "DECIMAL(10,2)", "DATE", "TIMESTAMP", "TIME", "BOOLEAN", "DOUBLE",
         "VARCHAR(20)", ""]


def columns():
    return ", ".join("c%d %s" % (i, type) for i, type in enumerate(TYPES))


def values(row):
    return ", ".join("CAST(x'%s' AS TEXT)" % value.encode().hex() if isinstance(value, str) else str(value)
                     for value in row)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
@pytest.mark.parametrize("key", ["INTEGER PRIMARY KEY", "INTEGER"], ids=["with a key", "without"])
def test_a_text_with_a_nul_is_never_shortened(mirror, pg, tmp_path, door, key):
    if door == "jdbc" and JARS is None:
        pytest.skip("left out: SQLite's JDBC driver is not installed")
    path = sqlite_file(
        tmp_path / "nul.sqlite", "CREATE TABLE t (id %s, %s)" % (key, columns()),
        "INSERT INTO t VALUES (1, %s)" % values(range(len(TYPES))),
        "INSERT INTO t VALUES (2, %s)" % values("12\0ü%d" % i for i in range(len(TYPES))),
        "INSERT INTO t VALUES (3, %s)" % values(["2024-02-29"] * len(TYPES)))
    if door == "odbc":
        mirror.sqlite(path)
    else:
        mirror.source(jar_file=JARS, jdbc_url="jdbc:sqlite:%s" % path, schema="")
    result = mirror.run(environment=java_environment())
    assert result.status == 1, result.explain()
    assert [row[1:] for row in mirrored(pg, "t") if row[0] == "2"] == [(None,) * len(TYPES)]
    assert [row[1:] for row in mirrored(pg, "t") if row[0] == "3"] == [("2024-02-29",) * len(TYPES)]
    found = sorted(quarantined(pg, "column_name", "encode(value, 'hex')"))
    assert [name for name, _ in found] == ["c%d" % i for i in range(len(TYPES))]
    for i, (_, value) in enumerate(found):
        assert bytes.fromhex(value) == ("12\0ü%d" % i).encode()
    before = row_versions(pg)
    mirror.run_well("--full-sync", environment=java_environment())
    assert row_versions(pg) == before


def test_a_key_of_numbers_that_is_no_rowid_is_looked_at_too(mirror, pg, tmp_path):
    """An INTEGER PRIMARY KEY holds numbers alone, unless it is declared in one of these ways."""
    text = "CAST(x'%s' AS TEXT)" % "12\0x".encode().hex()
    path = sqlite_file(
        tmp_path / "keys.sqlite",
        "CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, v INTEGER)",
        "CREATE TABLE clustered (id INTEGER PRIMARY KEY, v INTEGER) WITHOUT ROWID",
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, v INTEGER)",
        "INSERT INTO plain VALUES (12, 1)",
        *("INSERT INTO %s VALUES (7, 1), (%s, 2)" % (table, text) for table in ("descending", "clustered")))
    result = mirror.sqlite(path).run()
    assert result.status == 1, result.explain()
    for table in ("descending", "clustered"):
        assert sorted(mirrored(pg, table), key=str) == [("7", "1"), (None, "2")]
    assert mirrored(pg, "plain") == [("12", "1")]
    assert sorted(quarantined(pg, "source_table", "column_name", "encode(value, 'hex')")) == [
        ("clustered", "id", b"12\0x".hex()), ("descending", "id", b"12\0x".hex())]


@pytest.mark.parametrize("type", ["REAL", "INTEGER"])
def test_from_a_utf_16_database_it_is_not_mirrored_shortened(mirror, pg, tmp_path, type):
    """The driver does not deliver its bytes."""
    path = sqlite_file(
        tmp_path / "wide.sqlite", "PRAGMA encoding = 'UTF-16le'",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v %s)" % type,
        "INSERT INTO t VALUES (1, 0.5), (2, '12' || char(0) || 'x')")
    result = mirror.sqlite(path).run()
    assert result.status == 1, result.explain()
    assert sorted(mirrored(pg, "t")) == [("1", "0.5"), ("2", None)]
    assert quarantined(pg, "key_values::text", "column_name")[0][1] == "v"
