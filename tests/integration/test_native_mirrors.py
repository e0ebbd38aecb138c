"""Whole databases as mirrors of native types: equal to their source by a comparison that shares no code
with oe2pg, and left alone by the next run. Those of OpenEdge are in test_openedge.py and
test_real_dumps.py, where their servers and readers are."""

import pytest

import compare
from doors import from_postgres, jars
from mirroring import last_run, row_versions
from servers import java_environment

WEIGHT = 20  # see conftest.py

# The types of each database's mirror.
DATABASES = {"Chinook_Sqlite.sqlite": {"bigint", "numeric", "text"},
             "sports2000.sqlite": {"bigint", "boolean", "numeric", "text"}}


def types_used(pg, schema):
    return {name for name, in pg.query(
        "SELECT DISTINCT a.atttypid::regtype::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped", [schema])}


@pytest.mark.parametrize("name", list(DATABASES))
def test_a_real_database_equals_its_native_mirror_by_either_door(mirror, pg, real_data, name):
    path = real_data / "sqlite" / name
    mirror.settings(column_types="native")
    for door, environment in (("odbc", None), ("jdbc", java_environment())):
        mirror.config["progress_db"] = {}
        if door == "odbc":
            mirror.sqlite(path)
        else:
            mirror.source(jar_file=jars("sqlite-jdbc.jar"), jdbc_url="jdbc:sqlite:%s" % path, schema="")
        mirror.config["postgres_db"]["schema"] = door
        mirror.run_well(environment=environment)
        compare.assert_sqlite_mirrored(pg, path, schema=door)
        assert types_used(pg, door) == DATABASES[name]
        before = row_versions(pg, door)
        mirror.run_well("--full-sync", environment=environment)
        assert last_run(pg) == (0, 0, 0) and row_versions(pg, door) == before


# --- two rows that swap values ------------------------------------------------------------------------

SWAPPING = {  # type: two values
    "smallint": ("-32768", "32767"), "integer": ("7", "2147483647"), "bigint": ("-9223372036854775808", "0"),
    "numeric(4,1)": ("999.9", "-5.0"), "real": ("1.5", "-2"), "double precision": ("1e300", "0.5"),
    "date": ("'infinity'", "'2024-02-29'"), "timestamp": ("'2024-02-29 10:00'", "'-infinity'"),
    "timestamptz": ("'2024-02-29 10:00+00'", "'2024-02-29 11:00+00'"), "time": ("'10:00'", "'24:00'"),
    "bytea": ("'\\x00'", "'\\x'"), "uuid": ("gen_random_uuid()", "gen_random_uuid()"), "text": ("'a'", "'b'")}


@pytest.mark.parametrize("unique", ["", "NOT NULL"], ids=["with NULLs", "without"])
def test_rows_that_swap_unique_values_of_any_native_type_arrive_by_update(mirror, pg, second_pg, unique):
    names = ["c%d" % n for n in range(len(SWAPPING))]
    second_pg.query("CREATE TABLE t (id int PRIMARY KEY, %s)" % ", ".join(
        "%s %s" % pair for pair in zip(names, SWAPPING)))
    for row in range(2):
        second_pg.query("INSERT INTO t VALUES (%d, %s)" % (
            row, ", ".join(values[row] for values in SWAPPING.values())))
    from_postgres(mirror, second_pg, "odbc", "public")
    mirror.settings(column_types="native", full_below_rows=0).run_well()
    for name in names:
        pg.query("CREATE UNIQUE INDEX ON mirror.t (%s)" % name)
        if unique:
            pg.query("ALTER TABLE mirror.t ALTER %s SET NOT NULL" % name)
    pg.query("ALTER TABLE mirror.t ADD COLUMN note text; UPDATE mirror.t SET note = 'of ' || id")
    second_pg.query("UPDATE t SET id = 1 - id + 10; UPDATE t SET id = id - 10")
    mirror.run_well()
    assert last_run(pg) == (0, 2, 0)
    columns = "id::text, " + ", ".join("%s::text" % name for name in names)
    assert pg.query("SELECT %s FROM mirror.t ORDER BY id" % columns) == second_pg.query(
        "SELECT %s FROM t ORDER BY id" % columns)
    assert pg.query("SELECT note FROM mirror.t ORDER BY id") == [("of 0",), ("of 1",)]
