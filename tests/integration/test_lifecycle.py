"""A table or a mirror is forgotten, and found again after its tracking tables were lost."""

import json

import pytest

from mirroring import sqlite_file


@pytest.fixture
def shop(mirror, tmp_path):
    path = sqlite_file(tmp_path / "shop.sqlite", *[
        statement for name in ("Customer", "Order-Line", "Item") for statement in (
            'CREATE TABLE "%s" (id INTEGER PRIMARY KEY, name TEXT)' % name,
            'INSERT INTO "%s" VALUES (1, \'a\'), (2, \'b\'), (3, \'c\')' % name)])
    mirror.sqlite(path).run_well()
    return mirror


def tracked(pg):
    return [row[0] for row in pg.query("SELECT source_table FROM oe2pg.tracking ORDER BY 1")]


def test_a_forgotten_table_stays_and_one_that_is_to_go_goes(shop, pg):
    assert shop.run("forget", "order_line").status == 2  # nobody can be asked
    assert "Order-Line" in tracked(pg)
    result = shop.run("forget", "order_line", "--yes")
    assert result.status == 0 and 'Forgotten: table "order_line"' in result.stderr, result.explain()
    assert tracked(pg) == ["Customer", "Item"]
    assert pg.value("SELECT count(*) FROM mirror.order_line") == 3
    assert pg.value("SELECT count(*) FROM oe2pg.table_run WHERE source_table = 'Order-Line'") == 0
    assert shop.run("forget", "Item", "--yes", "--drop-tables").status == 0
    assert pg.tables() == ["customer", "order_line"]
    result = shop.run("--ignore-table", "order-line")
    assert result.status == 0 and pg.tables() == ["customer", "item", "order_line"]


def test_a_whole_mirror_is_forgotten_by_its_schema(shop, pg):
    assert shop.run("forget", "mirrors", "--yes").status == 2
    assert shop.run("forget").status == 2
    assert shop.run("forget", "mirror", "--yes", "--drop-tables").status == 0
    assert pg.tables() == [] and pg.value("SELECT count(*) FROM oe2pg.mirror") == 0
    assert pg.value("SELECT count(*) FROM oe2pg.run") == 0
    shop.run_well()
    assert pg.tables() == ["customer", "item", "order_line"]


def test_nothing_is_forgotten_where_a_view_needs_a_table(shop, pg):
    pg.query("CREATE VIEW public.names AS SELECT name FROM mirror.item")
    result = shop.run("forget", "mirror", "--yes", "--drop-tables")
    assert result.status == 1 and "item" in result.stderr, result.explain()
    assert len(tracked(pg)) == 3 and pg.tables() == ["customer", "item", "order_line"]
    shop.run_well()


def test_tables_are_adopted_after_the_tracking_tables_were_lost(shop, pg):
    oid = pg.value("SELECT 'mirror.item'::regclass::oid")
    pg.query("DROP SCHEMA oe2pg CASCADE")
    sqlite_file(shop.directory / "shop.sqlite", "UPDATE Item SET name = 'new' WHERE id = 2",
          "INSERT INTO Item VALUES (4, 'd')", 'DELETE FROM "Order-Line" WHERE id = 3',
          "CREATE TABLE Later (id INTEGER PRIMARY KEY)")
    refused = shop.run()
    assert refused.status == 1, refused.explain()  # they exist already
    command = "oe2pg adopt --table order_line compares it with the source (2 of 2 columns are there)"
    assert command in refused.stderr and command in shop.run("plan").stdout
    result = shop.run("adopt")
    assert result.status == 1, result.explain()
    assert "3 tables are there already and are adopted" in result.log
    assert "adopt removes nothing" in result.log and "not those of the last run" not in result.log
    assert pg.query("SELECT DISTINCT change FROM oe2pg.schema_change") == [("adopted as it was",)]
    assert pg.query("SELECT id, name FROM mirror.item ORDER BY 1") == [
        ("1", "a"), ("2", "new"), ("3", "c"), ("4", "d")]
    assert pg.value("SELECT 'mirror.item'::regclass::oid") == oid
    assert pg.value("SELECT count(*) FROM mirror.order_line") == 3
    shop.run_well()
    assert pg.value("SELECT count(*) FROM mirror.order_line") == 2
    assert shop.run("verify").status == 0
    assert "there is nothing to adopt" in shop.run("adopt").stderr


def test_plan_shows_what_adopt_would_do_and_what_would_be_in_its_way(shop, pg):
    pg.query("DROP SCHEMA oe2pg CASCADE")
    pg.query("DROP TABLE mirror.item; CREATE VIEW mirror.item AS SELECT 1 AS id")
    pg.query("ALTER TABLE mirror.customer DROP COLUMN name")
    pg.query("ALTER TABLE mirror.order_line ADD COLUMN checked_by text NOT NULL DEFAULT ''")
    pg.query("ALTER TABLE mirror.order_line ALTER COLUMN checked_by DROP DEFAULT")
    plan = shop.run("plan")
    assert plan.status == 1 and "3 things keep a run from" in plan.stderr, plan.explain()
    assert ("oe2pg adopt would take these as they are, compare them and remove nothing:\n"
            "  customer: 1 of 2 columns are there; added: name\n"
            "  order_line: 2 of 2 columns are there; not the source's, and left alone: checked_by\n"
            in plan.stdout), plan.explain()
    assert 'column "checked_by", which the source does not have, is NOT NULL' in plan.stdout
    found = {table["table"]: table["adoption"] for table in json.loads(shop.run("plan", "--json").stdout)["tables"]}
    assert found == {
        "customer": {"columns_there": 1, "columns_in_all": 2, "added": ["name"], "left_alone": []},
        "order_line": {"columns_there": 2, "columns_in_all": 2, "added": [], "left_alone": ["checked_by"]},
        "item": None}
    assert pg.query("SELECT 1 FROM pg_namespace WHERE nspname = 'oe2pg'") == []


def test_a_view_and_a_table_of_somebody_else_are_not_adopted(shop, pg):
    pg.query("DROP SCHEMA oe2pg CASCADE")
    pg.query("DROP TABLE mirror.item, mirror.customer")
    pg.query("CREATE TABLE mirror.item (something int)")
    pg.query("CREATE VIEW mirror.customer AS SELECT 1 AS id")
    result = shop.run("adopt")
    assert result.status == 0 and "1 table is there already and is adopted" in result.log, result.explain()
    assert tracked(pg) == ["Order-Line"]
    refused = shop.run("--table", "item", "--table", "customer")
    assert "adopt" not in refused.stderr and "rename or drop it" in refused.stderr, refused.explain()


def test_a_second_mirror_that_begins_beside_the_first_is_warned_of_once(shop, pg):
    del shop.config["progress_db"]["schema"]
    warned = ['mirrored in schema "mirror" already' in shop.run_well().stderr for _ in range(2)]
    assert warned == [True, False]
    assert shop.run("forget", "pub", "--yes", "--drop-tables").status == 0
    assert pg.tables("pub") == [] and len(pg.tables()) == 3
    assert len(tracked(pg)) == 3
