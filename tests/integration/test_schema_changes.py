"""The source's tables change their shape between two runs."""

import contextlib
import threading

import psycopg2
import pytest

import compare
from conftest import LoadedOnce
from mirroring import errors, last_run, mirrored, row_versions, sqlite_file


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    return LoadedOnce(pg_server, sqlite_file(
        tmp_path_factory.mktemp("loaded") / "source.sqlite",
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(40), size VARCHAR(9))",
        "CREATE TABLE other (id INTEGER PRIMARY KEY, t VARCHAR(9))",
        ("INSERT INTO item VALUES (?, ?, ?)", [(n, "name %d" % n, "s%d" % n) for n in range(20)]),
        "INSERT INTO other VALUES (1, 'x')"))


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *statements)


def columns(pg, table):
    return [row[0] for row in pg.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = ('mirror.\"%s\"')::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum" % table)]


def history(pg, table):
    return pg.query("SELECT change, statement FROM oe2pg.schema_change WHERE source_table = %s"
                    " ORDER BY id", [table])


def test_a_new_column_is_added_filled_and_recorded(loaded, pg):
    oid = pg.value("SELECT 'mirror.item'::regclass::oid")
    change(loaded, "ALTER TABLE item ADD colour VARCHAR(9)", "UPDATE item SET colour = 'red' WHERE id < 5")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)
    assert pg.value("SELECT 'mirror.item'::regclass::oid") == oid
    assert ("column added", 'ALTER TABLE "mirror"."item" ADD COLUMN "colour" text') in history(pg, "item")
    assert last_run(pg) == (0, 5, 0)  # the others are NULL already


def test_a_shape_that_stays_is_recorded_once(loaded, pg):
    change(loaded, "ALTER TABLE item ADD colour VARCHAR(9)")
    loaded.run_well()
    before = history(pg, "item")
    loaded.run_well()
    loaded.run_well("--full-sync")
    assert history(pg, "item") == before


def test_a_dropped_column_is_kept_with_its_values_and_no_longer_written(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size", "UPDATE item SET name = 'new' WHERE id = 3",
           "INSERT INTO item VALUES (90, 'late')", "DELETE FROM item WHERE id = 4")
    loaded.run_well()
    assert columns(pg, "item") == ["id", "name", "size"]
    assert pg.query("SELECT id, name, size FROM mirror.item WHERE id IN ('3', '4', '5', '90')"
                    " ORDER BY id") == [("3", "new", "s3"), ("5", "name 5", "s5"), ("90", "late", None)]
    assert ('column "size" is gone from the source, kept and no longer written', None) in history(
        pg, "item")


def test_a_dropped_column_is_dropped_when_that_is_configured(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.settings(dropped_columns="drop").run_well()
    assert columns(pg, "item") == ["id", "name"]
    assert ('column "size" is gone from the source, dropped',
            'ALTER TABLE "mirror"."item" DROP COLUMN "size"') in history(pg, "item")
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_a_kept_column_that_comes_back_is_written_again(loaded, pg):
    change(loaded, "ALTER TABLE item DROP size")
    loaded.run_well()
    change(loaded, "ALTER TABLE item ADD size VARCHAR(9)", "UPDATE item SET size = 'back'")
    loaded.run_well()
    assert pg.query("SELECT DISTINCT size FROM mirror.item") == [("back",)]
    assert columns(pg, "item") == ["id", "name", "size"]


@pytest.mark.parametrize("dependent", [
    "CREATE VIEW public.report AS SELECT size FROM mirror.item",
    "CREATE MATERIALIZED VIEW public.report AS SELECT size FROM mirror.item",
    "ALTER TABLE mirror.item ADD report text GENERATED ALWAYS AS (upper(size)) STORED"])
def test_what_depends_on_a_column_to_be_dropped_is_named_and_not_broken(loaded, pg, dependent):
    pg.query(dependent)
    change(loaded, "ALTER TABLE item DROP size", "INSERT INTO other VALUES (2, 'goes on')")
    result = loaded.settings(dropped_columns="drop").run()
    assert result.status == 1
    assert "item" in errors(result) and "report" in errors(result) and "drop" in errors(result)
    assert columns(pg, "item")[:3] == ["id", "name", "size"]
    assert len(mirrored(pg, "other")) == 2
    assert history(pg, "item") == []


def test_a_table_goes_on_once_the_view_in_the_way_is_gone(loaded, pg):
    pg.query("CREATE VIEW public.report AS SELECT size FROM mirror.item")
    change(loaded, "ALTER TABLE item DROP size")
    assert loaded.settings(dropped_columns="drop").run().status == 1
    pg.query("DROP VIEW public.report")
    loaded.run_well()
    assert columns(pg, "item") == ["id", "name"]


def test_a_renamed_column_is_a_new_one_and_the_old_one_is_kept(loaded, pg):
    change(loaded, "ALTER TABLE item RENAME name TO title")
    loaded.run_well()
    assert columns(pg, "item") == ["id", "name", "size", "title"]
    assert pg.value("SELECT bool_and(title = 'name ' || id) FROM mirror.item")


def test_columns_that_swap_their_names_swap_their_values(loaded, pg):
    change(loaded, "ALTER TABLE item RENAME name TO tmp", "ALTER TABLE item RENAME size TO name",
           "ALTER TABLE item RENAME tmp TO size")
    loaded.run_well()
    assert pg.query("SELECT name, size FROM mirror.item WHERE id = '3'") == [("s3", "name 3")]


def recreate(mirror, definition, values="SELECT * FROM before"):
    change(mirror, "ALTER TABLE item RENAME TO before", "CREATE TABLE item (%s)" % definition,
           "INSERT INTO item %s" % values, "DROP TABLE before")


def test_a_column_of_another_type_is_compared_as_text_and_recorded(loaded, pg):
    recreate(loaded, "id VARCHAR(9) PRIMARY KEY, name VARCHAR(400), size VARCHAR(9)")
    before = row_versions(pg)
    loaded.run_well()
    assert row_versions(pg) == before
    assert ("shape of the source table changed", None) in history(pg, "item")


def test_a_column_whose_new_type_prints_otherwise_is_updated(loaded, pg):
    recreate(loaded, "id INTEGER PRIMARY KEY, name VARCHAR(40), size DECIMAL(9,2)",
             "SELECT id, name, id FROM before")
    loaded.run_well()
    assert pg.value("SELECT size FROM mirror.item WHERE id = '7'") == "7.00"
    assert pg.value("SELECT data_type FROM information_schema.columns WHERE table_schema = 'mirror'"
                    " AND table_name = 'item' AND column_name = 'size'") == "text"


def test_columns_in_another_order_write_nothing(loaded, pg):
    recreate(loaded, "size VARCHAR(9), id INTEGER PRIMARY KEY, name VARCHAR(40)",
             "SELECT size, id, name FROM before")
    before = row_versions(pg)
    loaded.run_well()
    assert row_versions(pg) == before


@pytest.mark.parametrize("key", ["name VARCHAR(40) PRIMARY KEY, id INTEGER", "name VARCHAR(40), id INTEGER",
                                 "name VARCHAR(40), id INTEGER, PRIMARY KEY (id, name)"])
def test_a_changed_key_is_used_from_then_on(loaded, pg, key):
    recreate(loaded, key, "SELECT name, id FROM before")
    change(loaded, "UPDATE item SET name = name || '!' WHERE id % 2 = 0")
    loaded.run_well()
    assert pg.query("SELECT name FROM mirror.item WHERE id IN ('2', '3') ORDER BY id") == [
        ("name 2!",), ("name 3",)]
    change(loaded, "DELETE FROM item WHERE id = 3")
    loaded.run_well()
    assert pg.value("SELECT count(*) FROM mirror.item") == 19


def test_a_new_table_is_loaded(loaded, pg):
    change(loaded, "CREATE TABLE fresh (id INTEGER PRIMARY KEY)", "INSERT INTO fresh VALUES (1)")
    loaded.run_well()
    assert mirrored(pg, "fresh") == [("1",)]


def test_a_renamed_table_is_a_new_one_and_the_old_one_is_kept(loaded, pg):
    change(loaded, "ALTER TABLE other RENAME TO another")
    result = loaded.run_well()
    assert pg.tables() == ["another", "item", "other"]
    assert any('"other" is gone' in line for line in result.log_lines("WARNING"))


def test_a_table_that_only_changes_the_case_of_its_name_is_the_same(loaded, pg):
    oid = pg.value("SELECT 'mirror.other'::regclass::oid")
    change(loaded, "ALTER TABLE other RENAME TO tmp", "ALTER TABLE tmp RENAME TO OTHER",
           'INSERT INTO "OTHER" VALUES (2, \'y\')')
    loaded.run_well()
    assert pg.query("SELECT 'mirror.other'::regclass::oid") == [(oid,)]
    assert len(mirrored(pg, "other")) == 2


def test_a_table_that_became_a_view_stays_mirrored(loaded, pg):
    change(loaded, "ALTER TABLE other RENAME TO real_one", "CREATE VIEW other AS SELECT * FROM real_one")
    loaded.run_well()
    assert mirrored(pg, "other") == [("1", "x")]
    assert mirrored(pg, "real_one") == [("1", "x")]


def test_a_mirrored_table_that_somebody_replaced_by_a_view_fails_with_the_remedy(loaded, pg):
    pg.query("ALTER TABLE mirror.other RENAME TO mine; CREATE VIEW mirror.other AS SELECT 1 AS id")
    result = loaded.run()
    assert result.status == 1
    assert "other" in errors(result) and "RENAME TO" in errors(result)
    assert pg.query("SELECT * FROM mirror.other") == [(1,)]


def test_a_mirrored_table_that_somebody_dropped_is_loaded_again(loaded, pg):
    pg.query("DROP TABLE mirror.other")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_a_lock_on_a_table_whose_shape_changes_is_waited_for(loaded, pg):
    change(loaded, "ALTER TABLE item ADD colour VARCHAR(9)")
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as reader:
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM mirror.item")
        timer = threading.Timer(3, reader.rollback)
        timer.start()
        loaded.run_well()
        timer.join()
    assert "colour" in columns(pg, "item")


def test_a_snapshot_from_before_sees_a_new_column_as_null(loaded, pg):
    change(loaded, "ALTER TABLE item ADD colour VARCHAR(9)", "UPDATE item SET colour = 'red'")
    with contextlib.closing(psycopg2.connect(pg.admin_dsn)) as reader, reader.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        loaded.run_well()
        cursor.execute("SELECT DISTINCT colour FROM mirror.item")
        assert cursor.fetchall() == [(None,)]


# --- names ----------------------------------------------------------------------------------------------

LONG = "x" * 60
NAMES = ["Order-Line", "Größe & Maß", LONG + "äöü", LONG + "-tail-one", LONG + "-tail-two",
         "ctid", "Straße", "ŻÓŁW"]


def tables_named(path, names):
    return sqlite_file(path, *[statement % {"name": name, "n": n} for n, name in enumerate(names)
                               for statement in ('CREATE TABLE "%(name)s" ("%(name)s" INTEGER PRIMARY KEY)',
                                                 'INSERT INTO "%(name)s" VALUES (%(n)d)')])


@pytest.mark.parametrize("naming", ["plain", "lower", "exact"])
def test_names_are_the_same_in_every_run_and_lose_no_table(mirror, pg, tmp_path, naming):
    path = tables_named(tmp_path / "names.sqlite", NAMES)
    mirror.sqlite(path).settings(naming=naming).run_well()
    before = pg.query("SELECT source_table, target_table FROM oe2pg.tracking ORDER BY 1")
    versions = row_versions(pg)
    assert len(before) == len({target for _, target in before}) == len(NAMES)
    assert all(len(target.encode()) <= 63 for _, target in before)
    found = {source: mirrored(pg, target) for source, target in before}
    assert found == {name: [(str(n),)] for n, name in enumerate(NAMES)}
    mirror.run_well("--full-sync")
    assert pg.query("SELECT source_table, target_table FROM oe2pg.tracking ORDER BY 1") == before
    assert row_versions(pg) == versions


def test_two_tables_of_one_name_are_both_refused_by_name_and_the_others_go_on(mirror, pg, tmp_path):
    path = tables_named(tmp_path / "names.sqlite", ["a-b", "a_b", "good"])
    for _ in range(2):
        result = mirror.sqlite(path).run()
        assert result.status == 1
        assert '"a-b"' in errors(result) and '"a_b"' in errors(result)
        assert pg.tables() == ["good"]


def test_a_table_that_comes_to_collide_keeps_what_is_mirrored_and_is_named(mirror, pg, tmp_path):
    path = tables_named(tmp_path / "names.sqlite", ["a-b"])
    mirror.sqlite(path).run_well()
    before = row_versions(pg)
    tables_named(path, ["a_b"])
    result = mirror.run()
    assert result.status == 1 and '"a_b"' in errors(result) and '"a-b"' in errors(result)
    assert row_versions(pg) == before


def test_two_columns_of_one_name_refuse_their_table_with_both_names(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "names.sqlite", 'CREATE TABLE t (id INTEGER, "a-b" INTEGER, "a_b" INTEGER)',
                       "CREATE TABLE good (id INTEGER)")
    result = mirror.sqlite(path).run()
    assert result.status == 1
    assert "a-b" in errors(result) and "a_b" in errors(result)
    assert pg.tables() == ["good"]


def test_a_table_in_another_spelling_keeps_its_quarantine_and_its_history(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "shop.sqlite", "CREATE TABLE bad (id INTEGER PRIMARY KEY, t TEXT)",
                       ("INSERT INTO bad VALUES (?, CAST(x'ff' AS TEXT))", [(n,) for n in range(3)]))
    mirror.sqlite(path)
    assert mirror.run().status == 1
    mirror.run_well("verify")
    sqlite_file(path, "ALTER TABLE bad RENAME TO other", "ALTER TABLE other RENAME TO BAD")
    mirror.run_well()  # the values are known
    for table in ("quarantine", "verification", "schema_change"):
        assert pg.query("SELECT DISTINCT source_table FROM oe2pg." + table) == [("BAD",)], table
    sqlite_file(path, "UPDATE BAD SET t = 'good'")
    mirror.run_well()
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine WHERE resolved_at IS NULL") == 0
