"""Nothing goes from the mirror that the source may still have: the delete brake, the question asked
again before rows go, and the source's identity."""

import contextlib
import re
import shlex
import shutil

import psycopg2
import pytest

import compare
from conftest import LoadedOnce, MIRROR_PASSWORD, program
from mirroring import (
    errors, go_on, last_run, mirrored, need_fault_build, row_versions, run_to, sqlite_file)


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    """A table of 1,000 rows with a key, one without, a small one."""
    return LoadedOnce(pg_server, sqlite_file(
        tmp_path_factory.mktemp("loaded") / "source.sqlite",
        "CREATE TABLE big (id INTEGER PRIMARY KEY, t VARCHAR(40))", "CREATE TABLE loose (t VARCHAR(40))",
        "CREATE TABLE small (id INTEGER PRIMARY KEY)",
        ("INSERT INTO big VALUES (?, ?)", [(n, "text %d" % n) for n in range(1000)]),
        ("INSERT INTO loose VALUES (?)", [("row %d" % (n % 300),) for n in range(600)]),
        ("INSERT INTO small VALUES (?)", [(n,) for n in range(10)])))


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *statements)


def assert_held(mirror, pg, table, *arguments):
    before = row_versions(pg)[table]
    result = mirror.run(*arguments)
    assert result.status == 1, result.explain()
    assert table in errors(result) and "--allow-delete" in errors(result), result.explain()
    assert row_versions(pg)[table] == before
    return result


@pytest.mark.parametrize("table", ["big", "loose", "small"])
def test_a_table_that_is_suddenly_empty_is_held_however_small_it_is(loaded, pg, table):
    change(loaded, "DELETE FROM %s" % table)
    assert_held(loaded, pg, table)


def test_the_other_tables_go_on_while_one_is_held(loaded, pg):
    change(loaded, "DELETE FROM big", "INSERT INTO small VALUES (77)")
    assert_held(loaded, pg, "big")
    assert len(mirrored(pg, "small")) == 11


@pytest.mark.parametrize("table", ["big", "loose"])
def test_half_a_table_that_is_gone_is_held(loaded, pg, table):
    change(loaded, "DELETE FROM %s WHERE rowid %% 2 = 0" % table)
    assert_held(loaded, pg, table)


def test_rows_below_the_percentage_go(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 100")  # 10 percent, not more
    loaded.run_well()
    assert last_run(pg) == (0, 0, 100)


def test_rows_just_above_both_limits_are_held(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 101")
    assert_held(loaded, pg, "big")


def test_many_percent_of_few_rows_go(loaded, pg):
    change(loaded, "DELETE FROM small WHERE id < 9")
    loaded.run_well()
    assert mirrored(pg, "small") == [("9",)]


def test_changed_rows_never_count(loaded, pg):
    change(loaded, "UPDATE big SET t = 'all changed'", "UPDATE loose SET t = t || ' changed'")
    loaded.run_well()
    compare.assert_sqlite_mirrored(pg, loaded.path_of_source)


def test_rows_whose_keys_all_changed_count_as_gone(loaded, pg):
    change(loaded, "UPDATE big SET id = id + 100000")
    assert_held(loaded, pg, "big")


def test_higher_limits_let_more_go(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 400")
    loaded.settings(max_delete_percent=40).run_well()
    assert len(mirrored(pg, "big")) == 600


def test_more_rows_may_go_when_the_number_of_rows_allows_it(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 400")
    loaded.settings(max_delete_rows=400).run_well()
    assert len(mirrored(pg, "big")) == 600


def test_a_table_can_have_a_limit_of_its_own(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 400", "DELETE FROM loose WHERE rowid <= 300")
    loaded.settings(tables={"big": {"max_delete_percent": 40}})
    assert_held(loaded, pg, "loose")
    assert len(mirrored(pg, "big")) == 600


def test_a_stricter_limit_of_a_table_holds(loaded, pg):
    change(loaded, "DELETE FROM big WHERE id < 50")
    loaded.settings(max_delete_rows=0, tables={"big": {"max_delete_percent": 1}})
    assert_held(loaded, pg, "big")


def test_allow_delete_lets_the_named_table_pass_and_no_other(loaded, pg):
    change(loaded, "DELETE FROM big", "DELETE FROM loose")
    assert_held(loaded, pg, "loose", "--allow-delete", "BIG")
    assert mirrored(pg, "big") == []


def test_a_table_that_was_seen_empty_is_not_held_when_it_stays_empty(loaded, pg):
    change(loaded, "DELETE FROM big")
    loaded.run_well("--allow-delete", "big")
    loaded.run_well()


def test_a_held_table_passes_when_its_rows_come_back(loaded, pg):
    change(loaded, "CREATE TABLE away AS SELECT * FROM big", "DELETE FROM big")
    assert_held(loaded, pg, "big")
    before = row_versions(pg)["big"]
    change(loaded, "INSERT INTO big SELECT * FROM away", "DROP TABLE away")
    loaded.run("--ignore-table", "away")
    assert row_versions(pg)["big"] == before


def test_many_held_tables_stop_the_run(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", *[
        statement % n for n in range(12)
        for statement in ("CREATE TABLE t%02d (id INTEGER PRIMARY KEY)",
                          "INSERT INTO t%02d VALUES (1), (2)")])
    mirror.sqlite(path).settings(jobs=1).run_well()
    sqlite_file(path, *["DELETE FROM t%02d" % n for n in range(12)])
    before = row_versions(pg)
    result = mirror.run()
    assert result.status == 1
    assert "the run stops" in errors(result)
    assert pg.value("SELECT tables_done FROM oe2pg.run ORDER BY id DESC LIMIT 1") == 0
    assert row_versions(pg) == before


def test_the_remedy_of_the_brake_can_be_pasted_into_a_shell(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", 'CREATE TABLE "Bob\'s Lines" (id INTEGER PRIMARY KEY)',
                       'INSERT INTO "Bob\'s Lines" VALUES (1)')
    mirror.sqlite(path).run_well()
    sqlite_file(path, 'DELETE FROM "Bob\'s Lines"')
    result = mirror.run()
    assert result.status == 1
    words = shlex.split(re.search(r"oe2pg (--allow-delete .*)", result.log).group(1))
    assert words == ["--allow-delete", "Bob's Lines"]
    mirror.run_well(*words)
    assert mirrored(pg, "bob_s_lines") == []


# --- identity -----------------------------------------------------------------------------------------

def test_another_database_behind_the_configuration_stops_the_run_at_once(loaded, pg, tmp_path):
    other = shutil.copy(loaded.path_of_source, tmp_path / "other.sqlite")
    sqlite_file(other, "UPDATE big SET t = 'of another company'")
    before = row_versions(pg)
    result = loaded.sqlite(other).run()
    assert result.status == 2, result.explain()
    assert "another source" in result.stderr and "--accept-source" in result.stderr
    assert 'database "%s", schema' % loaded.path_of_source in result.stderr, result.stderr
    assert row_versions(pg) == before


def test_accept_source_says_that_it_is_the_same_and_once_is_enough(loaded, pg, tmp_path):
    moved = shutil.move(loaded.path_of_source, tmp_path / "moved.sqlite")
    before = row_versions(pg)
    loaded.sqlite(moved).run_well("--accept-source")
    loaded.run_well()
    assert row_versions(pg) == before


def test_accept_source_does_nothing_while_another_run_has_the_mirror(loaded, pg, tmp_path):
    need_fault_build(program())
    before = pg.query("SELECT source_database FROM oe2pg.mirror")
    other = shutil.copy(loaded.path_of_source, tmp_path / "other.sqlite")
    process = run_to(loaded, "open a cursor")
    result = loaded.sqlite(other).run("--accept-source")
    go_on(process)
    loaded.finish(process)
    assert result.status == 5, result.explain()
    assert pg.query("SELECT source_database FROM oe2pg.mirror") == before
    assert loaded.run().status == 2



# --- the catalogue ------------------------------------------------------------------------------------

def test_a_table_gone_from_the_source_is_kept_and_said(loaded, pg):
    before = row_versions(pg)
    change(loaded, "DROP TABLE small")
    result = loaded.run_well()
    assert any("small" in line for line in result.log_lines("WARNING"))
    assert row_versions(pg) == before
    assert pg.query("SELECT change FROM oe2pg.schema_change WHERE source_table = 'small'") == [
        ("table is gone from the source, kept and no longer written",)]
    assert pg.value("SELECT state FROM oe2pg.tracking WHERE source_table = 'small'") == "dropped"


def test_a_table_gone_from_the_source_is_dropped_when_that_is_configured(loaded, pg):
    change(loaded, "DROP TABLE small")
    loaded.settings(dropped_tables="drop").run_well()
    assert pg.tables() == ["big", "loose"]
    assert pg.value("SELECT statement FROM oe2pg.schema_change WHERE source_table = 'small'") == (
        'DROP TABLE "mirror"."small"')


def test_a_view_on_a_table_that_is_to_be_dropped_is_named_and_stays(loaded, pg):
    pg.query("CREATE VIEW public.report AS SELECT * FROM mirror.small")
    change(loaded, "DROP TABLE small", "INSERT INTO big VALUES (5000, 'others go on')")
    result = loaded.settings(dropped_tables="drop").run()
    assert result.status == 1
    assert "small" in errors(result) and "report" in errors(result)
    assert pg.value("SELECT count(*) FROM public.report") == 10
    assert len(mirrored(pg, "big")) == 1001


def test_a_table_that_comes_back_is_compared_and_mirrored_on(loaded, pg):
    change(loaded, "ALTER TABLE small RENAME TO hidden")
    loaded.run_well("--ignore-table", "hidden")
    oid = pg.value("SELECT 'mirror.small'::regclass::oid")
    change(loaded, "ALTER TABLE hidden RENAME TO small", "INSERT INTO small VALUES (99)")
    loaded.run_well()
    assert len(mirrored(pg, "small")) == 11
    assert pg.value("SELECT 'mirror.small'::regclass::oid") == oid


def test_many_tables_gone_at_once_stop_the_run_before_anything_is_dropped(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", *[
        "CREATE TABLE t%d (id INTEGER PRIMARY KEY)" % n for n in range(8)])
    mirror.sqlite(path).settings(dropped_tables="drop").run_well()
    sqlite_file(path, *["DROP TABLE t%d" % n for n in range(5)])
    result = mirror.run()
    assert result.status == 1
    assert "5 of 8" in errors(result) and "--allow-delete" in errors(result)
    assert len(pg.tables()) == 8
    mirror.run_well("--allow-delete", "*")
    assert pg.tables() == ["t5", "t6", "t7"]


# --- a source that hides rows ---------------------------------------------------------------------------

@pytest.fixture
def hiding(mirror, second_pg):
    """A PostgreSQL source whose rows pass a function that can hide some of them a number of times."""
    second_pg.query("""
        CREATE SCHEMA shop;
        CREATE TABLE shop.goods (id int PRIMARY KEY, t text);
        CREATE TABLE shop.loose (id int, t text);
        INSERT INTO shop.goods SELECT n, 'text ' || n FROM generate_series(1, 50) n;
        INSERT INTO shop.loose SELECT n % 9, 'text' FROM generate_series(1, 50) n;
        CREATE TABLE public.hidden (id int, times int);
        -- The session's advisory locks are what a read-only transaction that is rolled back can leave.
        CREATE FUNCTION public.count_call() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
        DECLARE calls bigint; BEGIN
            SELECT count(*) INTO calls FROM pg_locks WHERE pid = pg_backend_pid()
                AND locktype = 'advisory' AND classid = 4711;
            PERFORM pg_advisory_lock(4711, calls::int);
            RETURN calls;
        END $$;
        CREATE FUNCTION public.is_met(int) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER
        AS $$ DECLARE calls bigint; BEGIN
            IF NOT EXISTS (SELECT FROM public.hidden WHERE id = $1) THEN RETURN true; END IF;
            calls := public.count_call();
            RETURN NOT EXISTS (SELECT FROM public.hidden WHERE calls < times);
        END $$;
        GRANT USAGE ON SCHEMA shop TO mirror; GRANT SELECT ON ALL TABLES IN SCHEMA shop TO mirror;""")
    mirror.source(
        odbc_connection="Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
        % (second_pg.server.host, second_pg.server.port, second_pg.name, MIRROR_PASSWORD), schema="shop")
    mirror.settings(tables={"*": {"where": "public.is_met(id)"}}, jobs=1, full_below_rows=0)
    mirror.run_well()

    def hide(row, times):
        """The first evaluations of a session do not see it."""
        second_pg.query("DELETE FROM public.hidden; INSERT INTO public.hidden VALUES (%d, %d)"
                        % (row, times))
    mirror.hide = hide
    return mirror


def test_a_row_that_one_scan_missed_stays(hiding, pg, second_pg):
    hiding.hide(7, 1)
    before = row_versions(pg, "shop")
    hiding.run_well("--table", "goods")
    assert row_versions(pg, "shop") == before


def test_the_source_does_hide_the_row_once(hiding, second_pg):
    """What the tests around this one stand on."""
    hiding.hide(7, 1)
    with contextlib.closing(psycopg2.connect(second_pg.admin_dsn)) as session, \
            session.cursor() as cursor:
        seen = []
        for _ in range(3):
            cursor.execute("SELECT count(*) FROM shop.goods WHERE public.is_met(id)")
            seen.append(cursor.fetchone()[0])
            session.rollback()
    assert seen == [49, 50, 50]


def test_a_row_that_every_scan_misses_fails_the_table_and_stays_while_it_can_be_asked_for(
        hiding, pg, second_pg):
    """The function hides it from each scan, and shows it to the two questions that follow."""
    second_pg.query("""
        CREATE OR REPLACE FUNCTION public.is_met(int) RETURNS boolean LANGUAGE plpgsql VOLATILE
        AS $$ BEGIN
            RETURN $1 <> 7 OR public.count_call() % 3 > 0;
        END $$""")
    before = row_versions(pg, "shop")
    result = hiding.run("--table", "goods")
    assert result.status == 1
    assert "goods" in errors(result) and "changed in each of 3" in errors(result)
    assert row_versions(pg, "shop") == before


def test_a_row_that_is_gone_for_good_goes_at_once(hiding, pg, second_pg):
    second_pg.query("DELETE FROM shop.goods WHERE id = 7")
    hiding.run_well()
    assert last_run(pg) == (0, 0, 1)


def test_equal_rows_of_a_keyless_table_that_one_scan_missed_stay(hiding, pg, second_pg):
    hiding.hide(3, 2)
    before = row_versions(pg, "shop")
    hiding.run_well("--table", "loose")
    assert row_versions(pg, "shop") == before


def test_rows_of_a_keyless_table_that_two_scans_miss_go(hiding, pg, second_pg):
    second_pg.query("DELETE FROM shop.loose WHERE id = 3")
    hiding.run_well("--table", "loose")
    assert last_run(pg)[2] == 6


@pytest.mark.parametrize("table", ["goods", "loose"])
def test_a_new_row_beside_a_missed_one_arrives(hiding, pg, second_pg, table):
    hiding.hide(3, 1 if table == "goods" else 2)
    second_pg.query("INSERT INTO shop.%s VALUES (700, 'new')" % table)
    hiding.run_well("--table", table)
    assert pg.value("SELECT count(*) FROM shop.%s" % table) == 51


def test_allow_delete_of_a_table_that_nobody_knows_is_refused_with_a_near_miss(loaded, pg):
    name = pg.value("SELECT source_table FROM oe2pg.tracking ORDER BY 1 LIMIT 1")
    result = loaded.run("--allow-delete", name + "x")
    assert result.status == 2, result.explain()
    assert 'matches no table of the source' in result.stderr
    assert 'Did you mean "%s"?' % name in result.stderr
    assert loaded.run("--allow-delete", name).status == 0
    assert "oe2pg plan --all" in loaded.run("--table", "nothing_like_it_at_all").stderr
