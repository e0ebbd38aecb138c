"""SQLite's ODBC driver under the name of a product that nobody prepared (tests/support/thin_odbc.c): what
that driver delivers as it is arrives so, without a line of oe2pg that knows it."""

import os

import pytest

import test_source_conformance as suite
from servers import odbc_driver
from source_reader import dump_program
# A fixture, used by its name.
from test_source_conformance import readers  # noqa: F401

# Left out: what this driver spoils where nobody knows it (reals of more than 15 digits, the order of a
# key's columns, a column that is gone and taken for a text in double quotes), what needs its own name
# or library, and what takes its time elsewhere already.
LEFT_OUT = ["decimals_are_padded", "floats_are_the_same", "keys_are_primary", "in_a_composite_key",
            "table_that_changed", "the_identity", "views_and_system", "source_without_tables",
            "refused", "a_connection_string", "every_unicode_plane", "cancel_ends", "two_thousand",
            "streams_large", "wide_rows_too", "two_hundred_wide", "a_thousand_columns"]


class Thin(suite.Sqlite):
    product = "Thinbase"
    streams = False
    is_known = False
    has_limit = False

    def __init__(self, folder, lies=""):
        super().__init__(folder)
        self.environment.update(
            OE2PG_THIN_DRIVER=self.environment["SOURCE_DRIVER"], OE2PG_THIN_LIES=lies,
            SOURCE_DRIVER=os.path.join(os.path.dirname(dump_program()), "thin_odbc.so"))


@pytest.fixture
def thin(tmp_path):
    """thin(lies): the source that its driver lies about."""
    if odbc_driver("libsqlite3odbc.so") is None:
        pytest.skip("the driver is not installed")
    return lambda lies="": Thin(str(tmp_path), lies)


@pytest.fixture
def source(thin):
    made = thin()
    made.sql("CREATE TABLE first (a int)")
    return made


def is_taken(name):
    return name.startswith("test_") and not any(word in name for word in LEFT_OUT)


globals().update({name: test for name, test in vars(suite).items() if is_taken(name)})


@pytest.mark.parametrize("lies", ["sizes", "nullable", "info", "no_keys", "no_statistics", "no_views",
                                  "sizes,nullable,info,no_keys,no_views"])
def test_no_lie_costs_a_value(thin, lies):
    source = thin(lies)
    rows = [[str(n), "ä" * n if n % 5 else None, "%d.25" % n, "2024-02-29"] for n in range(1, 31)]
    source.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(40), w DECIMAL(9,2), d DATE, UNIQUE (v))")
    source.sql("INSERT INTO t VALUES " + ", ".join("(%s)" % ", ".join(
        "NULL" if value is None else suite.sql_text(value) for value in row) for row in rows))
    assert sorted(source.rows("t"), key=lambda row: int(row[0])) == rows
