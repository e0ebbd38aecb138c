"""Columns that come and go in the source are told when it is found, and stale ones for as long as they stand."""

import json

import pytest

from mirroring import older_tracking, sqlite_file


@pytest.fixture
def loaded(mirror, tmp_path):
    mirror.path_of_source = sqlite_file(
        tmp_path / "source.sqlite",
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(40), size VARCHAR(9))",
        "CREATE TABLE other (id INTEGER PRIMARY KEY, t VARCHAR(9))",
        ("INSERT INTO item VALUES (?, ?, ?)", [(n, "name %d" % n, "s%d" % n) for n in range(5)]))
    mirror.sqlite(mirror.path_of_source).run_well()
    return mirror


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *statements)


def columns(pg):
    return [row[0] for row in pg.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'mirror.item'::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum")]


def told(result):
    return [line.split(" - WARNING - ")[1] for line in result.stderr.splitlines()
            if " - WARNING - table " in line]


def stale(mirror):
    answer = json.loads(mirror.run("status", "--json").stdout)
    found = {table["table"]: table["stale_columns"] for table in answer["tables"]}
    assert answer["totals"]["stale_columns"] == sum(map(len, found.values()))
    return found


ADDED = 'table "item": 1 column is new in the source and added to the mirror: '
LEFT = " and kept in the mirror, where nothing writes to it any more: its values grow stale: "
GONE = 'table "item": 1 column is gone from the source' + LEFT
DROP = 'ALTER TABLE ... DROP COLUMN, or set mirror_settings.dropped_columns to "drop".'
RENAMED = " (a column that was renamed is a new one, and the old one is gone)"


@pytest.mark.parametrize("statement, expected", [
    ("ALTER TABLE item ADD colour VARCHAR(9)", [ADDED + "colour"]),
    ("ALTER TABLE item DROP size", [GONE + "size"]),
    ("ALTER TABLE item RENAME name TO title", [ADDED + "title" + RENAMED, GONE + "name"])],
    ids=["added", "dropped", "renamed"])
def test_what_changed_is_told_by_a_warning_in_the_run_that_finds_it_alone(loaded, statement, expected):
    change(loaded, statement)
    assert told(loaded.run_well()) == expected
    assert told(loaded.run_well()) == []


def test_many_columns_that_go_together_are_one_warning_with_their_number(loaded):
    change(loaded, *["ALTER TABLE item ADD c%d TEXT" % n for n in range(110)])
    result = loaded.run_well()
    assert told(result) == ['table "item": 110 columns are new in the source and added to the mirror:'
                            " c0, c1, c2, c3, c4 and 105 more"]


def test_a_stale_column_is_named_by_plan_status_and_check_as_long_as_it_stands_there(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    for _ in range(2):
        plan = loaded.run("plan")
        assert plan.status == 0
        assert ("item: 1 column is gone from the source, and the mirror keeps old values there: size - "
                + DROP) in plan.stdout
        assert "1 column is gone from the source (or excluded), with old values: size" in \
            loaded.run("status").stdout
        assert "; 1 stale column\n" in loaded.run("status").stdout
        assert stale(loaded) == {"item": ["size"], "other": []}
        assert ("gone from the source and with old values: item.size  -> " + DROP
                in loaded.run("check").stdout)
        assert ("  not compared, for it is gone from the source and has old values: size\n"
                in loaded.run("verify").stdout)
        loaded.run_well()
    pg.query("ALTER TABLE mirror.item DROP COLUMN size")
    assert "old values" not in loaded.run("status").stdout and stale(loaded)["item"] == []
    assert "is gone" not in loaded.run("plan").stdout
    assert "item.size" not in loaded.run("check").stdout
    assert "not compared" not in loaded.run("verify").stdout
    assert told(loaded.run_well()) == []


def test_a_stale_column_that_comes_back_is_none_any_more(loaded):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    change(loaded, "ALTER TABLE item ADD size VARCHAR(9)")
    loaded.run_well()
    assert stale(loaded)["item"] == []


def test_a_setting_of_later_drops_what_vanished_before(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    loaded.settings(dropped_columns="drop")
    assert 'ALTER TABLE "mirror"."item" DROP COLUMN "size"' in loaded.run("plan").stdout
    assert told(loaded.run_well()) == [
        'table "item": 1 column is gone from the source and dropped from the mirror: size']
    assert columns(pg) == ["id", "name"]
    assert pg.value("SELECT statement FROM oe2pg.schema_change ORDER BY id DESC LIMIT 1") == \
        'ALTER TABLE "mirror"."item" DROP COLUMN "size"'
    assert told(loaded.run_well()) == [] and stale(loaded)["item"] == []


def test_a_setting_of_later_names_the_view_in_its_way(loaded, pg):
    pg.query("CREATE VIEW public.report AS SELECT size FROM mirror.item")
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    loaded.settings(dropped_columns="drop")
    plan = loaded.run("plan")
    assert plan.status == 1 and "but view public.report needs it" in plan.stdout, plan.explain()
    result = loaded.run()
    assert result.status == 1 and "report" in result.stderr and "item" in result.stderr
    assert columns(pg) == ["id", "name", "size"]
    pg.query("DROP VIEW public.report")
    loaded.run_well()
    assert columns(pg) == ["id", "name"]


def test_a_column_that_is_excluded_is_kept_where_one_that_vanished_is_dropped(loaded, pg):
    loaded.settings(dropped_columns="drop", tables={"item": {"exclude_columns": ["size"]}})
    change(loaded, "ALTER TABLE item DROP name")
    assert told(loaded.run_well())[-1] == 'table "item": 1 column is excluded' + LEFT + "size"
    assert columns(pg) == ["id", "size"] and stale(loaded)["item"] == ["size"]
    loaded.run_well()
    assert columns(pg) == ["id", "size"]
    plan = loaded.run("plan")
    kept = ("ALTER TABLE ... DROP COLUMN, or take it out of exclude_columns;"
            " mirror_settings.dropped_columns leaves it, for the source has it still.")
    assert "is excluded, and the mirror keeps old values there: size - " + kept in plan.stdout, plan.explain()
    assert "DROP COLUMN \"" not in plan.stdout
    assert "excluded now and with old values: item.size  -> " + kept in loaded.run("check").stdout
    assert "  not compared, for it is excluded and has old values: size\n" in loaded.run("verify").stdout
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    assert columns(pg) == ["id"] and stale(loaded)["item"] == []


def test_a_column_that_people_add_to_a_table_made_anew_is_theirs(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    pg.query("DROP TABLE mirror.item")
    loaded.run_well()
    pg.query("ALTER TABLE mirror.item ADD COLUMN size text")
    assert stale(loaded)["item"] == []
    loaded.settings(dropped_columns="drop").run_well()
    assert columns(pg) == ["id", "name", "size"]


def test_what_an_older_program_kept_is_known_by_the_history(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    older_tracking(pg, 3)
    assert stale(loaded)["item"] == [] and loaded.run("plan").status == 0
    loaded.run_well()
    assert stale(loaded)["item"] == ["size"]
