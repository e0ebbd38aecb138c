"""One OpenEdge, dumped and live: the mirror is the same by either, and goes on from one to the other.
The server is the look-alike of tests/openedge; its dump is written from what its store says."""

import pathlib
import re

import pytest

from dump_files import Folder
from lookalike_dump import NOT_MIRRORED, Dump
from mirroring import last_run
from openedge_server import jars_folder
from openedge_truth import Truth, differences, mirrored_name, sort_rows
from servers import java_environment

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "openedge" / "schema"


@pytest.fixture
def dump(openedge, tmp_path):
    folder = Folder(tmp_path / "dumps")
    text = "\n\n".join(re.split(r"^\.$", (SCHEMAS / name).read_text(), flags=re.M)[0]
                       for name in ("sports2020.df", "pathology.df"))
    (folder.path / "all.df").write_text(text + "\n.\n")
    return Dump(openedge, folder).write()


def without_unknown_arrays(rows):
    """A dump does not tell an array of unknown elements from an unknown array, which ABL has not."""
    return sort_rows([None if value and re.fullmatch(r"\?(;\?)+", value) else value
                      for value in row] for row in rows)


def mirrored_rows(pg, truth, table):
    columns = ", ".join('"%s"' % mirrored_name(field[0]) for field in truth.fields[table])
    return pg.query('SELECT %s FROM pub."%s"' % (columns, mirrored_name(table)))


def test_a_dump_and_sql_give_the_same_mirror_and_one_goes_on_where_the_other_ended(
        openedge, mirror, pg, dump):
    mirror.source(interface="dump", dump_dir=str(dump.folder.path), db_name="sports2020")
    mirror.run_well()
    truth = Truth(openedge)
    unknown_arrays = 0
    for table in truth.tables():
        if table not in NOT_MIRRORED:
            rows = truth.rows(table)
            found = without_unknown_arrays(mirrored_rows(pg, truth, table))
            assert found == without_unknown_arrays(rows), table
            unknown_arrays += sum(any(int(field[2] or 0) > 0 and value is None
                                      for value, field in zip(row, truth.fields[table]))
                                  for row in rows)
    mirror.config["progress_db"] = {}
    mirror.source(**openedge.source_keys())
    refused = mirror.run(environment=java_environment())
    assert refused.status == 2 and "--accept-source" in refused.stderr
    result = mirror.run("--accept-source", environment=java_environment())
    assert result.status == 0, result.explain()
    assert last_run(pg) == (0, unknown_arrays, 0)
    assert_natives_go_on(openedge, mirror, pg, dump, unknown_arrays)


def assert_natives_go_on(openedge, mirror, pg, dump, unknown_arrays):
    """The same of a mirror of native types: SQL finds each column as it would have made it."""
    mirror.config["postgres_db"]["schema"] = "native"
    mirror.config["progress_db"] = {}
    mirror.source(interface="dump", dump_dir=str(dump.folder.path), db_name="sports2020")
    mirror.settings(column_types="native", arrays="text").run_well()
    mirror.config["progress_db"] = {}
    mirror.source(**openedge.source_keys())
    columns = ("SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod) FROM pg_attribute"
               " JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'native'::regnamespace AND attnum > 0"
               " ORDER BY 1, 2")
    before = pg.query(columns)
    assert {"numeric(50,2)", "timestamp(3) without time zone", "timestamp(3) with time zone"} <= {
        kind for _, _, kind in before}
    mirror.run_well("--accept-source", environment=java_environment())
    assert last_run(pg) == (0, unknown_arrays, 0)
    assert pg.query(columns) == before
    truth = Truth(openedge)
    tables = [table for table in truth.tables() if table not in NOT_MIRRORED]
    assert differences(truth, pg, "native", tables, native=True) == []
