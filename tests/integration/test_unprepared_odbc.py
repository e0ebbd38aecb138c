"""A product that nobody prepared, by ODBC: the thin driver of the tests (tests/support/thin_odbc.c),
which hands through to PostgreSQL's under another name. It has to pass what every driver has to, as
far as that driver, without what oe2pg knows of it, delivers values as they are; and a driver that
lies must not cost a value."""

import os

import pytest

import test_source_conformance as suite
from servers import odbc_driver
from source_reader import dump_program
# Fixtures, used by their names.
from test_source_conformance import readers, source_postgres  # noqa: F401

# Left out: what needs the driver's own name or library, a locale in which psqlODBC's library for
# characters of one byte reads no catalogue, views (the driver lists them, and says that they are),
# and what takes its time elsewhere already.
LEFT_OUT = ["every_unicode_plane", "the_identity", "cancel_ends", "a_connection_string", "two_thousand",
            "streams_large", "wide_rows_too", "two_hundred_wide", "a_thousand_columns", "refused",
            "views_and_system"]


class Thin(suite.PostgresAnsi):
    product = "Thinbase"
    streams = False
    is_known = False
    has_limit = False

    def __init__(self, server, lies=""):
        super().__init__(server)
        self.environment.update(
            SOURCE_DRIVER=os.path.join(os.path.dirname(dump_program()), "thin_odbc.so"),
            OE2PG_THIN_DRIVER=odbc_driver(self.driver), OE2PG_THIN_LIES=lies)


@pytest.fixture
def thin(source_postgres):  # noqa: F811
    """thin(lies): the source that its driver lies about."""
    if odbc_driver(Thin.driver) is None:
        pytest.skip("the driver is not installed")
    source_postgres.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return lambda lies="": Thin(source_postgres, lies)


@pytest.fixture
def source(thin):
    return thin()


def is_taken(name):
    return name.startswith("test_") and not any(word in name for word in LEFT_OUT)


globals().update({name: test for name, test in vars(suite).items() if is_taken(name)})


# --- lies


def make_table(source):
    source.sql("CREATE TABLE t (id int PRIMARY KEY, v varchar(40), w numeric(20,4), d date,"
               " UNIQUE (v)); INSERT INTO t SELECT g, CASE WHEN g % 5 > 0 THEN repeat('ä', g) END,"
               " g / 4.0 + 123456, CASE WHEN g % 7 > 0 THEN date '2024-02-29' END"
               " FROM generate_series(1, 40) g")
    return [[str(g), "ä" * g if g % 5 else None, "%.4f" % (g / 4 + 123456),
             "2024-02-29" if g % 7 else None] for g in range(1, 41)]


@pytest.mark.parametrize("lies", ["", "sizes", "nullable", "sizes,nullable", "info", "no_keys",
                                  "sizes,nullable,info,no_keys"])
def test_no_lie_costs_a_value(thin, lies):
    source = thin(lies)
    rows = make_table(source)
    assert sorted(source.rows("t"), key=lambda row: int(row[0])) == rows


def test_keys_come_from_the_functions_of_odbc(thin):
    source = thin()
    make_table(source)
    keys = source.catalog()["t"]["keys"]
    assert [(key["primary"], key["columns"]) for key in keys] == [(True, ["id"]), (False, ["v"])]
    assert thin("info").catalog()["t"]["keys"] == keys


def test_a_driver_without_key_functions_has_tables_without_keys(thin):
    source = thin("no_keys")
    make_table(source)
    assert source.catalog()["t"]["keys"] == []
    source = thin("no_statistics")
    assert [key["columns"] for key in source.catalog()["t"]["keys"]] == [["id"]]


def test_an_sqlstate_that_is_none_is_an_error_all_the_same(thin):
    source = thin("odd_states")
    make_table(source)
    error = source.error("rows", "t", "--where", "1 / (id - 30) > 0")
    assert "division by zero" in error["message"], error
