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
