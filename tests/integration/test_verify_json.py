"""verify --json: one object that says of each table what verify says in words."""

import json

import pytest

from mirroring import sqlite_file


@pytest.fixture
def shop(mirror, tmp_path):
    """Two tables that are equal, one of them but for a value; two that differ, one without a key."""
    path = sqlite_file(
        tmp_path / "shop.sqlite",
        *["CREATE TABLE %s (id INTEGER PRIMARY KEY, v TEXT)" % name for name in ("item", "other", "torn")],
        'CREATE TABLE "Loose" (v TEXT)',
        "INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "INSERT INTO other VALUES (1, 'a')",
        "INSERT INTO torn VALUES (1, CAST(x'ff' AS TEXT)), (2, 'b')",
        "INSERT INTO \"Loose\" VALUES ('x')")
    assert mirror.sqlite(path).run().status == 1  # a value went to quarantine
    mirror.database.query("UPDATE mirror.item SET v = 'B' WHERE id = '2'")
    mirror.database.query("DELETE FROM mirror.item WHERE id = '3'")
    mirror.database.query("INSERT INTO mirror.loose VALUES ('y')")
    return mirror


def found_by(result):
    answer = json.loads(result.stdout)
    assert answer["format"] == 1 and answer["schema"] == "mirror"
    return answer, {table["source_table"]: table for table in answer["tables"]}


def counts(table):
    return [table[name] for name in (
        "rows", "missing", "changed", "surplus", "moving", "quarantined", "unrecorded")]


def test_each_table_has_its_verdict_its_numbers_and_what_is_printed_else(shop, pg):
    printed = shop.run("verify")
    result = shop.run("verify", "--json")
    assert printed.status == result.status == 1, result.explain()
    answer, tables = found_by(result)
    assert {name: table["verdict"] for name, table in tables.items()} == {
        "item": "different", "Loose": "different", "torn": "equal_but_quarantined", "other": "equal"}
    assert counts(tables["item"]) == [2, 1, 1, 0, 0, 0, 0]
    assert counts(tables["Loose"]) == [2, 0, 0, 1, 0, 0, 0]
    assert counts(tables["torn"]) == [2, 0, 0, 0, 0, 1, 0]
    assert tables["Loose"]["table"] == "loose" and tables["Loose"]["source_schema"] == ""
    assert sorted(line for table in tables.values() for line in table["lines"]) == \
        sorted(printed.stdout.splitlines())
    assert all(table["error"] is None and table["hint"] is None for table in tables.values())
    totals = answer["totals"]
    assert totals["tables"] == 4 and totals["different"] == 2 and totals["equal"] == 1
    assert counts(totals) == [7, 1, 1, 1, 0, 1, 0]
    assert answer["run"] == pg.value("SELECT max(id) FROM oe2pg.run") and not answer["with_values"]


def test_values_and_repairs_are_in_it_and_a_table_that_is_new_is_loaded(shop, pg, tmp_path):
    sqlite_file(tmp_path / "shop.sqlite", "CREATE TABLE late (id INTEGER PRIMARY KEY)")
    answer, tables = found_by(shop.run("verify", "--json", "--values"))
    assert answer["with_values"] and tables["late"]["verdict"] == "different"
    assert tables["late"]["lines"] == ["late: DIFFERENT: there is no such table in the mirror"]
    assert "  changed  id=\"2\": v source \"b\" mirror \"B\"" in tables["item"]["lines"], tables["item"]
    result = shop.run("verify", "--json", "--repair")
    assert result.status == 1, result.explain()  # there was something to repair
    answer, tables = found_by(result)
    assert {name: table["verdict"] for name, table in tables.items()} == {
        "item": "repaired", "Loose": "repaired", "torn": "equal_but_quarantined", "other": "equal",
        "late": "loaded"}
    assert counts(tables["item"])[:3] == [2, 1, 1] and set(counts(tables["late"])) == {None}
    assert shop.run("verify", "--json").status == 0
    assert pg.value("SELECT v FROM mirror.item WHERE id = '2'") == "b"


def test_what_fails_is_named_and_what_cannot_begin_writes_no_object(shop, pg):
    shop.settings(tables={"other": {"where": "absent = 1"}, "torn": {"key": "none"}})
    result = shop.run("verify", "--json")
    assert result.status == 1, result.explain()
    answer, tables = found_by(result)
    for name, words in (("other", "no such column: absent"), ("torn", "the configured key names column")):
        assert tables[name]["verdict"] == "failed" and words in tables[name]["error"], tables[name]
        assert tables[name]["hint"] and tables[name]["lines"] == [] and set(counts(tables[name])) == {None}
    assert answer["totals"]["failed"] == 2 and answer["totals"]["tables"] == 4
    for arguments in (["--table", "nothing"], ["--jsn"]):
        refused = shop.run("verify", "--json", *arguments)
        assert refused.status == 2 and refused.stdout == "", refused.explain()
