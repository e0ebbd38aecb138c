"""Values that are not of their column's type, as SQLite has them, by a driver that nobody prepared
for: SQLite's own by JDBC. What it mirrors is what the ODBC door mirrors, which is made for SQLite."""

import re

import pytest

from mirroring import row_versions, sqlite_file
from servers import java_environment, java_jars

JARS = java_jars("sqlite-jdbc.jar")
pytestmark = pytest.mark.skipif(JARS is None, reason="the driver is not installed")
ENVIRONMENT = java_environment()

# Those that SQLite's documentation lists, and others that people use.
TYPES = (
    "INT", "INTEGER", "TINYINT", "SMALLINT", "MEDIUMINT", "BIGINT", "UNSIGNED BIG INT", "INT2", "INT8",
    "CHARACTER(20)", "VARCHAR(255)", "VARYING CHARACTER(255)", "NCHAR(55)", "NATIVE CHARACTER(70)",
    "NVARCHAR(100)", "TEXT", "CLOB", "BLOB", "", "REAL", "DOUBLE", "DOUBLE PRECISION", "FLOAT",
    "NUMERIC", "DECIMAL(10,5)", "DECIMAL(20,0)", "BOOLEAN", "DATE", "DATETIME", "TIME", "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE", "BLOB SUB_TYPE TEXT", "VARBINARY(9)", "VARBINARY TEXT", "BIT",
    "STRING", "MONEY", "JSON", "FLOATING POINT")
VALUES = (
    None, 0, 1, -1, 7, 2**31, 2**53 + 1, 1234567890123456789, -2**63, 2**63 - 1, 0.5, 7.0, 1 / 3,
    0.1 + 0.2, 9.5e18, 1e300, 5e-324, 2e23, 1e15, 123456789012345.67, "", " ", "unknown", "n/a", "true",
    "N", "007", "1.50", "2024-02-29", "2024-02-29 10:00:00.500", "12:34:56", "2024-02-29 10:00:00+01",
    "é😀", "X'00'", "\ufffd", "a\0b", b"", b"AB", b"\x00\xff", b"caf\xe9")


def fits(declared, value):
    """The ODBC driver cuts a text at a NUL and is watched for it in columns of texts alone; big
    integers that have no sign are texts to it."""
    if isinstance(value, bytes):
        return declared != "UNSIGNED BIG INT"
    is_text = re.search("CHAR|CLOB|TEXT|^STRING|^$", declared)
    return is_text or not isinstance(value, str) or "\0" not in value


def by_jdbc(mirror, path):
    mirror.config["progress_db"] = {}
    return mirror.source(jar_file=JARS, jdbc_url="jdbc:sqlite:%s" % path, schema="")


def by_odbc(mirror, path):
    mirror.config["progress_db"] = {}
    return mirror.sqlite(path)


def everything(pg, schema):
    """The rows of all tables, and what could not be mirrored of them."""
    found = {table: pg.query('SELECT * FROM "%s"."%s" ORDER BY id::int' % (schema, table))
             for table in pg.tables(schema)}
    found["quarantine"] = pg.query(
        "SELECT source_table, key_values, column_name, reason, encode(value, 'hex') "
        "FROM oe2pg.quarantine q JOIN oe2pg.mirror m ON m.id = q.mirror_id "
        "WHERE m.target_schema = %s ORDER BY 1, 2, 3", [schema])
    return found


def through_both_doors(pg, mirror, path):
    """The two mirrors."""
    mirrors = {}
    for name, door in (("by_odbc", by_odbc), ("by_jdbc", by_jdbc)):
        door(mirror, path)
        mirror.config["postgres_db"]["schema"] = name
        result = mirror.run("--full-sync", environment=ENVIRONMENT)
        assert result.status in (0, 1), result.explain()
        mirrors[name] = everything(pg, name)
    return mirrors["by_odbc"], mirrors["by_jdbc"]


def test_any_value_in_a_column_of_any_type_is_the_same_by_both_doors(pg, mirror, tmp_path):
    columns = ["c%d" % i for i in range(len(TYPES))]
    path = sqlite_file(
        tmp_path / "loose.sqlite",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, %s)" % ", ".join(
            column + " " + declared for column, declared in zip(columns, TYPES)),
        ("INSERT INTO t VALUES (?, %s)" % ", ".join("?" * len(TYPES)),
         [(i,) + tuple(value if fits(declared, value) else None for declared in TYPES)
          for i, value in enumerate(VALUES)]),
        "INSERT INTO t SELECT %d, %s" % (
            len(VALUES), ", ".join(["CAST(x'636166e9' AS TEXT)"] * len(TYPES))))
    odbc, jdbc = through_both_doors(pg, mirror, path)
    assert len(jdbc["t"]) == len(VALUES) + 1
    different = [(TYPES[at - 1], VALUES[row] if row < len(VALUES) else "caf\xe9", one, other)
                 for row, pair in enumerate(zip(odbc["t"], jdbc["t"]))
                 for at, (one, other) in enumerate(zip(*pair)) if one != other]
    assert different == []
    assert odbc["quarantine"] and jdbc["quarantine"] == odbc["quarantine"]


def test_numbers_and_texts_are_mirrored_as_they_are_stored(pg, mirror, tmp_path):
    path = sqlite_file(
        tmp_path / "few.sqlite",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, age INT, price REAL, imei DECIMAL(20,0), flag BOOLEAN, "
        "big BIGINT)",
        "INSERT INTO t VALUES (1, 30, 1.5, 1234567890123456789, 1, 1), "
        "(2, 'unknown', 'n/a', 42, 'true', 9.5e18), (3, 7.5, 2, 9007199254740993, 'N', 3)")
    by_jdbc(mirror, path).run_well(environment=ENVIRONMENT)
    assert pg.query("SELECT age, price, imei, flag, big FROM mirror.t ORDER BY id") == [
        ("30", "1.5", "1234567890123456789", "true", "1"),
        ("unknown", "n/a", "42", "true", "9.5e+18"),
        ("7.5", "2", "9007199254740993", "false", "3")]
    mirror.run_well("verify", environment=ENVIRONMENT)


LAST = [("INT", 1, "no number", "no number"), ("REAL", 0.5, "n/a", "n/a"),
        ("DECIMAL(20,0)", 1.0, 9007199254740993, "9007199254740993"), ("BOOLEAN", 1, "maybe", "maybe"),
        ("DATE", "2024-02-29", 1709164800, "1709164800"), ("TEXT", "text", b"\xc3\xa9", "\xe9"),
        ("BLOB", b"x", 0.1 + 0.2, "\\x" + b"0.30000000000000004".hex()), ("", 10, "ten", "ten")]


def test_the_last_row_of_many_is_as_safe_as_the_first(pg, mirror, tmp_path):
    """What a sample of rows holds says nothing of those behind it."""
    path = tmp_path / "many.sqlite"
    for i, (declared, usual, last, _) in enumerate(LAST):
        sqlite_file(path, "CREATE TABLE t%d (id INTEGER PRIMARY KEY, v %s)" % (i, declared),
                    ("INSERT INTO t%d VALUES (?, ?)" % i, [(k, usual) for k in range(3000)]),
                    ("INSERT INTO t%d VALUES (?, ?)" % i, [(3000, last)]))
    by_jdbc(mirror, path).settings(batch_size=500).run_well(environment=ENVIRONMENT)
    for i, (_, _, _, arrives) in enumerate(LAST):
        assert pg.query("SELECT v FROM mirror.t%d WHERE id::int = 3000" % i) == [(arrives,)]


def test_a_driver_that_disagrees_with_itself_is_gone_by_and_told_of_once(pg, mirror, tmp_path):
    """Its results are of the types that their first rows have: a day is characters to its catalogue."""
    statements = []
    for i in range(5):
        statements += [
            "CREATE TABLE d%d (id INTEGER PRIMARY KEY, born DATE, at DATETIME, v)" % i,
            "INSERT INTO d%d VALUES (1, '2024-02-29', 1709164800, 10)" % i]
    by_jdbc(mirror, sqlite_file(tmp_path / "dates.sqlite", *statements)).settings(jobs=2)
    result = mirror.run_well(environment=ENVIRONMENT)
    told = [line for line in result.log_lines() if "types that its catalogue says" in line]
    assert len(told) == 1 and re.search(r'column "born" of table "d\d"', told[0]), result.explain()
    assert "changed while it was being read" not in result.log
    for i in range(5):
        assert pg.query("SELECT * FROM mirror.d%d" % i) == [("1", "2024-02-29", "1709164800", "10")]
    before = row_versions(pg)
    mirror.run_well("--full-sync", environment=ENVIRONMENT)
    assert row_versions(pg) == before


def test_a_column_that_is_gone_is_not_taken_for_its_name(pg, mirror, tmp_path):
    """"v" in double quotes is a text to SQLite where there is no such column."""
    path = sqlite_file(tmp_path / "gone.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       "INSERT INTO t VALUES (1, 'value')",
                       "CREATE TABLE u (id INTEGER PRIMARY KEY)", "INSERT INTO u VALUES (1)")
    by_jdbc(mirror, path).settings(tables={"u": {"where": "\"u\".\"v\" = 1"}})
    result = mirror.run(environment=ENVIRONMENT)
    assert result.status == 1 and "v" in result.log, result.explain()
    assert pg.query("SELECT v FROM mirror.t") == [("value",)]
