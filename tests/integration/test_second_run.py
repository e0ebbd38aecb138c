"""A table that is already mirrored: only differences are written, and nothing when there are none."""

import contextlib
import shutil
import sqlite3

import pytest

import compare
from conftest import LoadedOnce


@pytest.fixture(scope="module")
def loaded_once(pg_server, make_sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("loaded") / "source.sqlite"
    shutil.copy(make_sample(5_000), path)
    return LoadedOnce(pg_server, path)


def change(mirror, *statements):
    with contextlib.closing(sqlite3.connect(mirror.path_of_source)) as database, database:
        for statement in statements:
            database.execute(statement)


def row_versions(pg):
    """Where each row is and which transaction wrote it."""
    return {table: sorted(pg.query('SELECT ctid::text, xmin::text FROM mirror."%s"' % table))
            for table in pg.tables()}


def last_run(pg):
    return pg.query("SELECT rows_inserted, rows_updated, rows_deleted FROM oe2pg.run"
                    " ORDER BY id DESC LIMIT 1")[0]


@pytest.mark.parametrize("arguments", [[], ["--full-sync"]])
def test_a_run_over_an_unchanged_source_writes_no_row(loaded, pg, arguments):
    before = row_versions(pg)
    loaded.run_well(*arguments)
    assert before == row_versions(pg)
    assert last_run(pg) == (0, 0, 0)


def test_digests_that_come_from_several_workers_in_any_order_lead_to_the_same(loaded, pg):
    # However small a table is, its scan is shared out.
    for setting in ("min_parallel_table_scan_size", "parallel_setup_cost"):
        pg.query('ALTER DATABASE "%s" SET %s = 0' % (pg.name, setting))
    plan = pg.server.sql("SET parallel_tuple_cost = 0; EXPLAIN SELECT ctid FROM ONLY mirror.customer",
                         dbname=pg.name)  # of a session that began with these settings
    assert "Gather" in plan
    loaded.run_well()
    assert last_run(pg) == (0, 0, 0)
    change(loaded, """UPDATE "Order-Line" SET Qty = Qty + 1 WHERE "Order-Num" < 4""",
           """DELETE FROM "Stock" WHERE "Item-Num" = 1 AND "Bin-Num" = 1 AND "Warehouse-Num" < 4""")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_inserted_changed_and_deleted_rows_arrive_and_nothing_else_is_written(loaded, pg):
    before = row_versions(pg)
    change(loaded,
           """INSERT INTO "Customer" ("Cust-Num", Name) VALUES (9001, 'new one'), (9002, NULL)""",
           """UPDATE "Order-Line" SET Qty = Qty + 1 WHERE "Order-Num" < 4""",
           """UPDATE "Customer" SET Comments = '' WHERE "Cust-Num" = 3""",
           """DELETE FROM "Stock" WHERE "Item-Num" = 1 AND "Bin-Num" = 1 AND "Warehouse-Num" < 4""")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)
    after = row_versions(pg)
    assert [table for table in after if after[table] != before[table]] == [
        "customer", "order_line", "stock"]
    inserted, updated, deleted = last_run(pg)
    assert inserted == 2 and deleted == 3 and 6 <= updated <= 7


def test_equal_rows_of_a_table_without_a_key_are_counted(loaded, pg):
    change(loaded,
           """DELETE FROM "Audit-Log" WHERE rowid IN (SELECT max(rowid) FROM "Audit-Log" GROUP BY At,
              User, "Table-Name", Action, Detail HAVING count(*) > 1 LIMIT 1)""",
           """INSERT INTO "Stock-Move" SELECT * FROM "Stock-Move" LIMIT 3""")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)
    assert last_run(pg) == (3, 0, 1)


def test_a_source_table_that_is_suddenly_empty_does_not_empty_the_mirror(loaded, pg):
    before = row_versions(pg)
    change(loaded, 'DELETE FROM "Customer"')
    result = loaded.run()
    assert result.status == 1, result.explain()
    assert any("customer" in line.lower() for line in result.log_lines("ERROR")), result.explain()
    assert before == row_versions(pg)


def test_allow_delete_lets_one_table_pass(loaded, pg):
    change(loaded, 'DELETE FROM "Customer"')
    loaded.run_well("--allow-delete", "Customer")
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_what_people_did_to_a_mirrored_table_stays(loaded, pg):
    pg.query("CREATE VIEW public.report AS SELECT name FROM mirror.customer;"
             "CREATE INDEX by_name ON mirror.customer (name);"
             "ALTER TABLE mirror.customer ADD note text;"
             "UPDATE mirror.customer SET note = 'ours';"
             "GRANT SELECT ON mirror.customer TO stranger")
    oid = pg.value("SELECT 'mirror.customer'::regclass::oid")
    change(loaded, """UPDATE "Customer" SET Name = 'renamed'""")
    loaded.run_well("--full-sync")
    assert oid == pg.value("SELECT 'mirror.customer'::regclass::oid")
    assert pg.query("SELECT DISTINCT name, note FROM mirror.customer") == [("renamed", "ours")]
    assert pg.value("SELECT has_table_privilege('stranger', 'mirror.customer', 'SELECT')")
    assert pg.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_name'") == 1
