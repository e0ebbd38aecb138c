"""The tracking tables (docs/tracking.md): their columns are an interface, their rights are few."""

import pytest

# What dashboards rely on. A column may be added, never taken away or renamed.
COLUMNS = {
    "version": "version migrated_at",
    "mirror": "id target_schema source_product source_host source_port source_database"
              " source_schema source_guid source_code_page run_id ignore_file_found created_at",
    "run": "id mirror_id mode started_at finished_at state host pid version settings_fingerprint"
           " tables_total tables_done tables_failed rows_read bytes_read rows_inserted rows_updated"
           " rows_deleted rows_quarantined error",
    "table_run": "run_id source_schema source_table method reason state started_at finished_at"
                 " attempts rows_read bytes_read rows_inserted rows_updated rows_deleted"
                 " rows_quarantined error hint",
    "tracking": "mirror_id source_schema source_table target_schema target_table state method reason"
                " key_columns timestamp_column timestamp_evidence watermark digest_columns rows bytes"
                " read_from read_to loaded_at last_success_at next_due_at verified_at schema_fingerprint"
                " attempt error hint",
    "piece": "mirror_id source_schema source_table piece position is_done rows bytes",
    "activity": "run_id worker source_schema source_table phase phase_since heartbeat rows of_rows",
    "progress": "target_schema source_table phase rows of_rows percent time_left",
    "quarantine": "mirror_id source_schema source_table key_columns key_values column_name reason"
                  " value row_digest first_run_id last_run_id resolved_at",
    "schema_change": "source_schema source_table change statement changed_at",
}


@pytest.fixture
def loaded(mirror, make_sample):
    mirror.sqlite(make_sample(1_000)).run_well()
    return mirror.database


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_the_documented_columns_are_there(loaded, table):
    found = {row[0] for row in loaded.query(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'oe2pg'"
        " AND table_name = %s", [table])}
    assert set(COLUMNS[table].split()) - found == set()


def test_nothing_is_granted_to_public(loaded):
    assert loaded.query(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
        " aclexplode(c.relacl) a WHERE n.nspname LIKE 'oe2pg%' AND a.grantee = 0") == []
    assert loaded.query(
        "SELECT nspname FROM pg_namespace, aclexplode(nspacl) a WHERE nspname LIKE 'oe2pg%'"
        " AND a.grantee = 0") == []


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_a_stranger_reads_nothing(loaded, table):
    assert not loaded.value("SELECT has_schema_privilege('stranger', 'oe2pg', 'USAGE')")
    assert not loaded.value("SELECT has_table_privilege('stranger', %s, 'SELECT')",
                            ["oe2pg." + table])


def test_the_quarantine_belongs_to_its_owner_alone(loaded):
    assert loaded.query(
        "SELECT grantee FROM information_schema.role_table_grants WHERE table_schema = 'oe2pg'"
        " AND table_name = 'quarantine' AND grantee <> 'mirror'") == []


def test_a_run_is_recorded_with_its_totals(loaded):
    run = loaded.query(
        "SELECT state, finished_at >= started_at, tables_total, tables_done, tables_failed,"
        " rows_read, rows_inserted, rows_quarantined, error, host <> '', pid > 0 FROM oe2pg.run")
    assert run == [("done", True, 36, 36, 0, 1000, 1000, 0, None, True, True)]


def test_every_table_is_recorded_with_its_rows_and_a_reason(loaded):
    records = loaded.query("SELECT target_table, rows, state, method, reason, last_success_at,"
                           " read_from <= read_to FROM oe2pg.tracking")
    assert len(records) == 36
    for table, rows, state, method, reason, last_success_at, is_ordered in records:
        assert rows == loaded.value('SELECT count(*) FROM mirror."%s"' % table), table
        assert state == "done" and method and reason and last_success_at and is_ordered, table


def test_composite_keys_are_recorded_in_key_order(loaded):
    assert loaded.value("SELECT key_columns FROM oe2pg.tracking WHERE source_table = 'Stock'") == [
        "warehouse_num", "bin_num", "item_num"]
    assert not loaded.value("SELECT key_columns FROM oe2pg.tracking WHERE source_table ="
                            " 'Stock-Move'")


def test_no_activity_is_left_when_a_run_has_ended(loaded):
    assert loaded.query("SELECT * FROM oe2pg.activity") == []
    assert loaded.query("SELECT * FROM oe2pg.progress") == []


def test_no_staging_table_is_left_when_a_run_has_ended(loaded):
    assert loaded.tables("oe2pg_staging") == []


def test_a_schema_of_another_source_is_refused(mirror, pg, make_sample, tmp_path):
    mirror.sqlite(make_sample(1_000)).run_well()
    result = mirror.sqlite(make_sample(5_000)).run()
    assert result.status == 2, result.explain()
    assert "mirror" in result.stderr


def test_two_mirrors_live_side_by_side_in_one_database(mirror, pg, make_sample):
    mirror.sqlite(make_sample(1_000)).run_well()
    mirror.sqlite(make_sample(5_000)).config["postgres_db"]["schema"] = "second"
    mirror.run_well()
    assert pg.query("SELECT target_schema FROM oe2pg.mirror ORDER BY id") == [
        ("mirror",), ("second",)]
    assert len(pg.tables("mirror")) == len(pg.tables("second")) == 36
