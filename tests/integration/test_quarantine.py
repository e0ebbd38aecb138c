"""What PostgreSQL cannot hold is in quarantine, whole and with its reason; all the rest is mirrored."""

import pytest

from conftest import program
from mirroring import (
    errors, last_run, mirrored, need_fault_build, quarantined, row_versions, run_to, sqlite_file)

BAD = b"\xff\xfe caf\xe9 \xed\xa0\x80"


@pytest.fixture
def bad(mirror, tmp_path):
    """Two values that are no UTF-8, in a table with a key and in one without."""
    mirror.path_of_source = sqlite_file(
        tmp_path / "source.sqlite",
        "CREATE TABLE keyed (id INTEGER PRIMARY KEY, t VARCHAR(40), u TEXT)",
        "CREATE TABLE keyless (t TEXT, n INTEGER)",
        ("INSERT INTO keyed VALUES (?, ?, ?)", [(n, "text %d" % n, "ü") for n in range(1, 30)]),
        "UPDATE keyed SET u = CAST(x'%s' AS TEXT) WHERE id = 7" % BAD.hex(),
        "INSERT INTO keyless VALUES ('good', 1), (CAST(x'ff' AS TEXT), 2), ('good', 1)")
    return mirror.sqlite(mirror.path_of_source)


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *statements)


def test_a_bad_value_is_null_in_the_mirror_and_its_bytes_are_in_quarantine(bad, pg):
    assert bad.run().status == 1
    assert pg.query("SELECT id, t, u FROM mirror.keyed WHERE u IS NULL") == [("7", "text 7", None)]
    found = pg.query("SELECT key_columns, key_values, column_name, reason, value, value_bytes,"
                     " resolved_at FROM oe2pg.quarantine WHERE source_table = 'keyed'")
    assert [(*row[:4], bytes(row[4]), *row[5:]) for row in found] == [
        (["id"], ["7"], "u", "invalid_utf8", BAD, len(BAD), None)]


def test_all_other_rows_and_values_are_mirrored(bad, pg):
    bad.run()
    assert pg.value("SELECT count(*) FROM mirror.keyed WHERE t = 'text ' || id") == 29
    assert mirrored(pg, "keyless") == [(None, "2"), ("good", "1"), ("good", "1")]


def test_a_new_bad_value_is_status_1_and_named_with_its_number(bad):
    result = bad.run()
    assert result.status == 1 and "went to quarantine anew" in errors(result), result.explain()
    assert any("keyed" in line and "oe2pg.quarantine" in line for line in result.log_lines("WARNING"))


@pytest.mark.parametrize("arguments", [[], ["--full-sync"]])
def test_known_bad_values_are_status_0_and_still_named(bad, pg, arguments):
    bad.run()
    before = row_versions(pg)
    result = bad.run_well(*arguments)
    assert any("keyed" in line and "as before" in line for line in result.stderr.splitlines())
    assert " - WARNING - " not in result.stderr
    assert row_versions(pg) == before
    assert len(quarantined(pg)) == 2
    assert pg.value("SELECT bool_and(first_run_id < last_run_id) FROM oe2pg.quarantine")


def test_a_value_that_is_mended_arrives_and_its_entry_is_resolved(bad, pg):
    bad.run()
    change(bad, "UPDATE keyed SET u = 'mended' WHERE id = 7")
    bad.run_well()
    assert pg.value("SELECT u FROM mirror.keyed WHERE id = '7'") == "mended"
    assert quarantined(pg) == [("keyless", "invalid_utf8")]


def test_a_good_value_that_turns_bad_is_taken_from_the_mirror_and_new(bad, pg):
    bad.run()
    change(bad, "UPDATE keyed SET t = CAST(x'c0' AS TEXT) WHERE id = 9")
    assert bad.run().status == 1
    assert pg.query("SELECT t, u FROM mirror.keyed WHERE id = '9'") == [(None, "ü")]
    assert len(quarantined(pg)) == 3
    bad.run_well()


def test_a_bad_value_that_becomes_another_bad_value_is_new(bad, pg):
    bad.run()
    change(bad, "UPDATE keyed SET u = CAST(x'fe' AS TEXT) WHERE id = 7")
    assert bad.run().status == 1
    assert [bytes(row[0]) for row in quarantined(pg, "value") if len(row[0]) == 1] == [b"\xff", b"\xfe"]
    assert len(quarantined(pg)) == 2


def test_a_row_with_a_known_bad_value_that_changes_elsewhere_is_no_failure(bad, pg):
    bad.run()
    change(bad, "UPDATE keyed SET t = 'changed' WHERE id = 7")
    bad.run_well()
    assert pg.query("SELECT t, u FROM mirror.keyed WHERE id = '7'") == [("changed", None)]


def test_an_entry_of_a_row_that_is_gone_is_resolved(bad, pg):
    bad.run()
    change(bad, "DELETE FROM keyed WHERE id = 7")
    bad.run_well()
    assert quarantined(pg) == [("keyless", "invalid_utf8")]


def test_a_quarantined_value_can_be_put_back_byte_for_byte(bad, pg):
    """As a person would: the bytes, told in the character set that they really are."""
    change(bad, "UPDATE keyed SET u = CAST(x'636166e9' AS TEXT) WHERE id = 7")
    bad.run()
    pg.query("ALTER TABLE mirror.keyed ADD u_mended text")
    pg.query("UPDATE mirror.keyed m SET u_mended = convert_from(q.value, 'LATIN1') FROM oe2pg.quarantine q"
             " WHERE q.source_table = 'keyed' AND q.key_values = ARRAY[m.id]")
    assert pg.value("SELECT u_mended FROM mirror.keyed WHERE id = '7'") == "café"


def test_a_bad_key_value_leaves_the_row_in_the_mirror_and_the_key_in_quarantine(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (k VARCHAR(9) PRIMARY KEY, v INTEGER)",
                       "INSERT INTO t VALUES ('a', 1), (CAST(x'ff' AS TEXT), 2), (CAST(x'fe' AS TEXT), 3)")
    assert mirror.sqlite(path).run().status == 1
    assert mirrored(pg, "t") == [(None, "2"), (None, "3"), ("a", "1")]
    assert sorted(bytes(row[0]) for row in quarantined(pg, "value")) == [b"\xfe", b"\xff"]
    before = row_versions(pg)
    mirror.run_well()
    assert row_versions(pg) == before
    sqlite_file(path, "DELETE FROM t WHERE v = 2", "UPDATE t SET v = 33 WHERE v = 3")
    assert mirror.run().status == 1  # without its key a changed row is another row
    assert mirrored(pg, "t") == [(None, "33"), ("a", "1")]
    mirror.run_well()


def test_a_nul_byte_in_a_text_of_mariadb_is_quarantined_whole(mirror, pg, mariadb_server):
    mariadb_server.sql("DROP DATABASE IF EXISTS nul; CREATE DATABASE nul CHARACTER SET utf8mb4;"
                       "CREATE TABLE nul.t (id int PRIMARY KEY, v varchar(40), w text);"
                       "INSERT INTO nul.t VALUES (1, 'good', 'good'), (2, 'a\\0b', NULL), (3, '', 'x\\0')")
    mirror.source(schema="", odbc_connection="Driver=MariaDB Unicode;SERVER=%s;PORT=%d;DATABASE=nul;UID=%s;PWD=%s" % (
        mariadb_server.host, mariadb_server.port, mariadb_server.user, mariadb_server.password))
    assert mirror.run().status == 1
    assert mirrored(pg, "t") == [("1", "good", "good"), ("2", None, None), ("3", "", None)]
    assert [(row[0], row[1], bytes(row[2])) for row in quarantined(pg, "column_name", "reason", "value")] == [
        ("v", "nul_byte", b"a\0b"), ("w", "nul_byte", b"x\0")]
    mirror.run_well()


def test_equal_bad_rows_of_a_table_without_key_are_one_entry_and_counted_each_by_the_run(bad, pg):
    change(bad, "INSERT INTO keyless VALUES (CAST(x'ff' AS TEXT), 2), (CAST(x'ff' AS TEXT), 2)")
    for status in 1, 0:
        assert bad.run("--table", "keyless", "--full-sync").status == status
        assert len(quarantined(pg)) == 1
        assert pg.query("SELECT r.rows_quarantined, t.rows_quarantined FROM oe2pg.run r JOIN"
                        " oe2pg.table_run t ON t.run_id = r.id ORDER BY id DESC LIMIT 1") == [(3, 3)]


# --- rows -------------------------------------------------------------------------------------------------

WIDE = 600


@pytest.fixture
def wide(mirror, tmp_path):
    """Rows of 600 columns, of which two are filled so that they do not fit a page."""
    names = ", ".join("c%d" % n for n in range(WIDE))
    rows = [[key] + ([("%d-%d-" % (key, n)).ljust(20, "x") if key in (3, 8) else None if n % 2 else "s"
                      for n in range(WIDE)]) for key in range(1, 11)]
    mirror.wide_rows = {row[0]: [str(row[0])] + row[1:] for row in rows}
    mirror.path_of_source = sqlite_file(
        tmp_path / "wide.sqlite", "CREATE TABLE wide (id INTEGER PRIMARY KEY, %s)" % names,
        ("INSERT INTO wide VALUES (%s)" % ", ".join("?" * (WIDE + 1)), rows))
    return mirror.sqlite(mirror.path_of_source)


def test_rows_that_do_not_fit_a_page_are_quarantined_and_the_rest_is_mirrored(wide, pg):
    result = wide.run()
    assert result.status == 1 and "went to quarantine anew" in errors(result), result.explain()
    assert pg.query("SELECT id FROM mirror.wide ORDER BY id::int") == [
        (str(n),) for n in range(1, 11) if n not in (3, 8)]
    found = quarantined(pg, "key_values", "column_name", "reason", "detail")
    assert [row[:3] for row in found] == [([key], None, "row_refused") for key in ("3", "8")]
    assert all("54000" in row[3] for row in found)


def test_a_refused_row_can_be_loaded_again_from_quarantine(wide, pg):
    wide.run()
    for key, expected in ((3, wide.wide_rows[3]), (8, wide.wide_rows[8])):
        assert pg.value("SELECT convert_from(value, 'UTF8')::text[] FROM oe2pg.quarantine"
                        " WHERE key_values = ARRAY[%s]", [str(key)]) == expected


@pytest.mark.parametrize("environment", [{}, {"OE2PG_TEST_MAP_BYTES": "64"}, {"OE2PG_TEST_SHA256": "1"}])
def test_known_refused_rows_are_left_out_again_and_status_0(wide, pg, environment):
    assert wide.run(environment=environment).status == 1
    before = row_versions(pg)
    wide.run_well(environment=environment)
    assert row_versions(pg) == before
    assert len(quarantined(pg)) == 2


def test_mirrored_and_left_out_are_as_many_as_the_source_has(wide, pg):
    wide.run()
    for _ in range(2):
        assert pg.query("SELECT rows_read, rows_quarantined FROM oe2pg.run ORDER BY id DESC LIMIT 1") == [
            (10, 2)]
        assert pg.value("SELECT rows FROM oe2pg.tracking WHERE source_table = 'wide'") == 8
        wide.run_well()


def test_a_refused_row_that_shrinks_arrives_and_is_resolved(wide, pg):
    wide.run()
    change(wide, "UPDATE wide SET %s WHERE id = 3" % ", ".join("c%d = NULL" % n for n in range(400)))
    wide.run_well()
    assert pg.value("SELECT count(*) FROM mirror.wide") == 9
    assert quarantined(pg, "key_values") == [(["8"],)]


def test_a_mirrored_row_that_grows_too_wide_goes_into_quarantine(wide, pg):
    wide.run()
    change(wide, "UPDATE wide SET %s WHERE id = 5" % ", ".join(
        "c%d = 'five-%d-xxxxxxxxxxxx'" % (n, n) for n in range(WIDE)))
    assert wide.run().status == 1
    assert pg.value("SELECT count(*) FROM mirror.wide") == 7
    assert len(quarantined(pg)) == 3
    wide.run_well()


def test_a_change_beside_refused_rows_is_applied(wide, pg):
    wide.run()
    change(wide, "UPDATE wide SET c1 = 'new' WHERE id = 1", "DELETE FROM wide WHERE id = 2")
    wide.run_well()
    assert last_run(pg) == (0, 1, 1)
    assert pg.value("SELECT c1 FROM mirror.wide WHERE id = '1'") == "new"


def test_equal_rows_without_a_key_that_are_refused_are_all_counted(mirror, pg, tmp_path):
    names = ", ".join("c%d" % n for n in range(WIDE))
    path = sqlite_file(
        tmp_path / "wide.sqlite", "CREATE TABLE wide (%s)" % names,
        ("INSERT INTO wide VALUES (%s)" % ", ".join("?" * WIDE),
         [[("%d-" % n).ljust(20, "x") for n in range(WIDE)]] * 3 + [["s"] + [None] * (WIDE - 1)]))
    assert mirror.sqlite(path).run().status == 1
    assert pg.value("SELECT count(*) FROM mirror.wide") == 1
    for environment in ({}, {"OE2PG_TEST_MAP_BYTES": "8"}):
        mirror.run_well(environment=environment)
        assert pg.value("SELECT count(*) FROM mirror.wide") == 1
        assert pg.query("SELECT rows_read, rows_quarantined FROM oe2pg.run ORDER BY id DESC LIMIT 1") == [
            (4, 3)]


def test_a_table_of_more_columns_than_postgresql_has_is_refused_with_the_remedy(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "wide.sqlite", "CREATE TABLE wide (%s)" % ", ".join("c%d" % n for n in range(1700)),
        "CREATE TABLE good (id INTEGER)")
    result = mirror.sqlite(path).run()
    assert result.status == 1
    assert "1700" in errors(result) and "1600" in errors(result) and "exclude_columns" in errors(result)
    assert pg.tables() == ["good"]


def test_sixteen_hundred_columns_are_mirrored_and_compared(mirror, pg, tmp_path):
    path = sqlite_file(
        tmp_path / "wide.sqlite", "CREATE TABLE wide (id INTEGER PRIMARY KEY, %s)" % ", ".join(
            "c%d" % n for n in range(1599)), "INSERT INTO wide (id, c5, c1500) VALUES (1, 'a', 'b'), (2, 'c', 'd')")
    mirror.sqlite(path).run_well()
    sqlite_file(path, "UPDATE wide SET c1598 = 'last' WHERE id = 2")
    mirror.run_well()
    assert last_run(pg) == (0, 1, 0)
    mirror.run_well("--full-sync")
    assert pg.query("SELECT id, c5, c1598 FROM mirror.wide ORDER BY 1") == [("1", "a", None), ("2", "c", "last")]


# --- values beyond the limit ----------------------------------------------------------------------------------

def test_a_value_beyond_the_limit_is_known_by_its_size_and_the_row_is_mirrored(mirror, pg, tmp_path):
    size = 30_000_000
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT)",
                       ("INSERT INTO t VALUES (?, ?, ?)", [(1, "small", "a"), (2, "x" * size, "b"), (3, None, "c")]))
    mirror.sqlite(path).settings(memory_mb=64)
    assert mirror.run().status == 1
    assert mirrored(pg, "t") == [("1", "small", "a"), ("2", None, "b"), ("3", None, "c")]
    assert quarantined(pg, "key_values", "column_name", "reason", "value") == [
        (["2"], "v", "too_long", None)]
    assert pg.value("SELECT value_bytes FROM oe2pg.quarantine") > 10_000_000
    before = row_versions(pg)
    mirror.run_well()
    assert row_versions(pg) == before
    mirror.settings(memory_mb=512).run_well()
    assert pg.value("SELECT length(v) FROM mirror.t WHERE id = '2'") == size
    assert quarantined(pg) == []


# --- loads that were interrupted --------------------------------------------------------------------------

def test_what_an_interrupted_load_quarantined_stays_open_and_is_new_in_the_run_that_ends_it(bad, pg):
    need_fault_build(program())
    bad.settings(batch_size=10)
    change(bad, "UPDATE keyed SET t = CAST(x'fd' AS TEXT) WHERE id = 25")
    process = run_to(bad, "send rows", "--table", "keyed", number=2,
                     environment={"OE2PG_TEST_COMMIT_MS": "0"})
    process.kill()
    bad.finish(process)
    assert quarantined(pg, "key_values") == [(["7"],)]
    assert bad.run().status == 1
    assert [row[1] for row in quarantined(pg, "source_table", "key_values") if row[0] == "keyed"] == [
        ["7"], ["25"]]
    assert pg.value("SELECT rows_quarantined FROM oe2pg.table_run WHERE source_table = 'keyed'") == 2
    bad.run_well()


# --- many -------------------------------------------------------------------------------------------------------

def test_thousands_of_bad_values_are_counted_and_known_in_reasonable_time(mirror, pg, tmp_path):
    count = 3000
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       ("INSERT INTO t VALUES (?, CAST(x'ff' AS TEXT))", [(n,) for n in range(count)]))
    assert mirror.sqlite(path).run(timeout=40).status == 1
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine") == count
    mirror.run_well(timeout=40)
    assert pg.value("SELECT rows_quarantined FROM oe2pg.run ORDER BY id DESC LIMIT 1") == count
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine") == count


def test_quarantine_is_not_readable_for_others(bad, pg):
    bad.run()
    pg.query("GRANT USAGE ON SCHEMA oe2pg TO stranger")
    assert not pg.value("SELECT has_table_privilege('stranger', 'oe2pg.quarantine', 'SELECT')")


def test_rows_that_were_left_out_are_not_told_as_synced(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "w.sqlite",
                       "CREATE TABLE w (id INTEGER PRIMARY KEY, n INTEGER)",
                       ("INSERT INTO w VALUES (?, ?)", [(n, n) for n in range(100)]))
    mirror.sqlite(path).run_well()
    pg.query("ALTER TABLE mirror.w ADD CHECK (n::int < 150)")
    sqlite_file(path, ("INSERT INTO w VALUES (?, ?)", [(n, n) for n in range(100, 300)]))
    result = mirror.run()
    assert result.status == 1, result.explain()
    assert "Synced w: 150 rows, 50 changed (50 inserted): 150 rows were left out" in result.log
    assert "150 values or rows of w could not be taken" in result.log
