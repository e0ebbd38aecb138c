"""A table whose entry in OpenEdge's catalogue is not delivered fails alone: the others are as whole
as without it, whichever catalogue may be read. The look-alike ends each query that comes to the
entry of one table (its switches damaged_fields and damaged_indexes)."""

import json

import pytest

from mirroring import errors
from openedge_server import jars_folder
from servers import java_environment

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

ENVIRONMENT = java_environment()
DAMAGED = "Customer"


def run(mirror, *arguments):
    return mirror.run(*arguments, environment=ENVIRONMENT)


def planned(mirror):
    """What is planned for the other tables, and for the damaged one."""
    result = run(mirror, "plan", "--all", "--json")
    tables = {table["source_table"]: table for table in json.loads(result.stdout)["tables"]}
    return tables, tables.pop(DAMAGED)


def tracked(pg, table):
    return pg.query("SELECT state, error FROM oe2pg.tracking WHERE source_table = %s", [table])[0]


@pytest.mark.parametrize("part, codes", [("damaged_fields", "numbered"), ("damaged_indexes", "empty")])
def test_a_damaged_entry_fails_its_table_alone(openedge, mirror, pg, part, codes):
    """Keys, estimates and reasons of the others are what they were."""
    two = ["--table", DAMAGED, "--table", "BillTo"]
    mirror.source(**openedge.source_keys())
    assert run(mirror, *two).status == 0
    calm, _ = planned(mirror)
    openedge.switch(error_codes=codes, **{part: DAMAGED})
    assert planned(mirror)[0] == calm
    result = run(mirror, *two)
    assert result.status == 1, result.explain()
    assert 'table "Customer": ' in errors(result) and "The record is damaged." in errors(result)
    assert 'table "BillTo"' not in errors(result) and result.log_lines("WARNING") == []
    assert tracked(pg, "BillTo")[0] == "done" and tracked(pg, DAMAGED)[0] == "failed"
    openedge.switch(**{part: ""})
    result = run(mirror, *two)
    assert result.status == 0 and tracked(pg, DAMAGED) == ("done", None), result.explain()


@pytest.mark.parametrize("part", ["damaged_fields", "damaged_indexes"])
def test_an_ignored_table_with_a_damaged_entry_is_not_asked_about(openedge, mirror, part):
    mirror.source(**openedge.source_keys())
    openedge.switch(**{part: DAMAGED})
    openedge.control("clear_log")
    result = run(mirror, "--ignore-table", DAMAGED, "--table", "BillTo")
    assert result.status == 0, result.explain()
    asked = [entry["sql"] for entry in openedge.log() if entry["kind"] == "statements"]
    assert [sql for sql in asked if "'BillTo'" in sql]
    assert not [sql for sql in asked if "'%s'" % DAMAGED in sql or "'BOOKS'" in sql]


@pytest.mark.parametrize("part, rights, answers", [
    ("damaged_fields", {"metaschema": "no"}, {}),
    ("damaged_indexes", {"metaschema": "no"}, {}),
    ("damaged_fields", {"metaschema": "no", "sysprogress": "no"}, {"index_info": "all"})],
    ids=["columns by SYSPROGRESS", "keys by SYSPROGRESS", "columns by the driver"])
def test_so_it_is_by_each_lower_way(openedge, mirror, part, rights, answers):
    openedge.switch(**answers)
    openedge.add_user("poor", "poor", **rights)
    try:
        mirror.source(**openedge.source_keys(user="poor", password="poor"))
        calm, _ = planned(mirror)
        openedge.switch(**{part: DAMAGED})
        others, damaged = planned(mirror)
    finally:
        openedge.drop_user("poor")
    assert others == calm
    assert "The record is damaged." in json.dumps(damaged)


def test_what_one_catalogue_does_not_deliver_another_may(openedge, mirror):
    """A type too long for its width in the metaschema: the columns of this table alone come from
    SYSPROGRESS."""
    mirror.source(**openedge.source_keys())
    calm = planned(mirror)
    openedge.sql('UPDATE PUB."_Field" SET "_Data-Type" = REPEAT(\'x\', 100) WHERE "_File-recid" = '
                 '(SELECT "#recid" FROM PUB."_File" WHERE "_File-Name" = \'Customer\')')
    found = planned(mirror)
    openedge.synonym("Anew", "State")  # the catalogue is written anew
    assert found == calm


def test_a_damaged_entry_in_the_list_of_tables_is_told(openedge, mirror):
    """Another list is taken, which may lack the table."""
    mirror.source(**openedge.source_keys())
    openedge.switch(damaged_files=DAMAGED)
    result = run(mirror, "--table", "BillTo")
    told = "\n".join(result.log_lines("WARNING"))
    assert result.status == 0, result.explain()
    assert "list of tables did not come to its end" in told and "The record is damaged." in told
    checked = run(mirror, "check")
    assert "list of tables did not come to its end" in checked.stdout, checked.explain()
    openedge.switch(damaged_files="")
    assert "did not come to its end" not in run(mirror, "--table", "BillTo").stderr
