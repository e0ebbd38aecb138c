"""What a driver keeps in memory, by the form of the statement that it is sent.

That a driver hands rows on as they come in one form says nothing of another: SQLite's keeps the
whole result once a parameter is bound. So each form that oe2pg sends is measured, by what driver
and program have allocated together (source_dump count, heap_kb); of a driver written in Java it is
the heap that has no room for the whole result.
"""

import pytest

from forms import IS_LONG, cases
from servers import BRIEF_JAVA
# Fixtures, used by their names.
from test_source_conformance import (  # noqa: F401
    readers, source, source_derby, source_h2, source_hsqldb, source_mariadb, source_openedge,
    source_postgres)

WEIGHT = 8  # see conftest.py

ROW_BYTES = 600
DOUBLINGS = {"odbc": 14, "jdbc": 15}  # Java itself needs some heap

KEY = ["--key", "0"]
ORDERED = ["--part", "not_null", *KEY]
EXCEPT = ["--except", "5", "--except", "77"]
AFTER = ["--after", "4"]
FORMS = {
    "a plain scan": [],
    "a scan with exceptions": [*KEY, *EXCEPT],
    "in order": ORDERED,
    "in order after a position": [*ORDERED, *AFTER],
    "in order after a position, with exceptions": [*ORDERED, *AFTER, *EXCEPT],
    "in order with a limit": [*ORDERED, "--limit", "1000000"],
    "in order after a position with a limit": [*ORDERED, *AFTER, "--limit", "1000000"],
}
# Java starts anew with a heap that has no room, and the SELECT is made by the same code: without parameters
# and with them.
FORMS_BY_JDBC = cases(["a plain scan", "in order after a position"],
                      only_long=["a scan with exceptions"])


def make_table(source):
    """Returns the KB that a driver which keeps a whole result needs at least."""
    doublings = DOUBLINGS[source.door]
    source.sql("CREATE TABLE t (id %s NOT NULL PRIMARY KEY, v %s)" % (
        source.types["integer"], source.types["varchar"] % ROW_BYTES))
    source.sql("INSERT INTO t VALUES (0, '%s')" % ("x" * ROW_BYTES))
    for n in range(doublings):
        source.sql("INSERT INTO t SELECT id + %d, v FROM t" % 2 ** n)
    return 2 ** doublings * ROW_BYTES // 1024


def test_no_form_of_statement_makes_a_driver_keep_its_result(source):
    if source.door == "dump":
        pytest.skip("a folder of files is sent no statement")
    source.has_own_counts = True
    kept_kb = make_table(source)
    if source.door == "jdbc":
        source.environment["SOURCE_JVM_OPTIONS"] = ";".join(
            ["-Xcheck:jni", *BRIEF_JAVA, "-Xmx%dm" % (kept_kb // 1024)])
    for form in FORMS_BY_JDBC if source.door == "jdbc" else FORMS:
        tally = source.count("t", "--batch-rows", "500", *FORMS[form])
        assert tally["bytes"] > kept_kb * 1000, (form, tally)
        if source.streams:
            assert tally["heap_kb"] < kept_kb / 2, (form, tally)
        else:
            assert tally["heap_kb"] > kept_kb, "it is known to keep results: " + form
    if source.door == "jdbc" and not IS_LONG:  # a start of Java each
        return
    by_key = source.count("t", "--part", "equal", *KEY, *AFTER)
    assert by_key["rows"] == 1 and by_key["heap_kb"] < kept_kb / 8
    no_row = source.count("t", "--part", "with_null", *KEY)
    assert no_row["rows"] == 0 and no_row["heap_kb"] < kept_kb / 8
