"""What people put on, beside and into mirrored tables stays, over many syncs."""

import contextlib
import sqlite3

import pytest

from conftest import LoadedOnce
from mirroring import errors, last_run, mirrored, quarantined, sqlite_file


@pytest.fixture(scope="module")
def loaded_once(pg_server, tmp_path_factory):
    return LoadedOnce(pg_server, sqlite_file(
        tmp_path_factory.mktemp("loaded") / "source.sqlite",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(40), rank VARCHAR(9))",
        "CREATE TABLE remark (t VARCHAR(40))",
        ("INSERT INTO customer VALUES (?, ?, ?)", [(n, "name %d" % n, "r%d" % n) for n in range(1, 41)]),
        "INSERT INTO remark VALUES ('a'), ('a'), ('b')"))


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *(statements or [
        "UPDATE customer SET name = 'new ' || name WHERE id % 3 = 0",
        "DELETE FROM customer WHERE id = 40", "INSERT INTO customer VALUES (50, 'late', 'r50')"]))


def source_names(mirror):
    with contextlib.closing(sqlite3.connect(mirror.path_of_source)) as database:
        return [(str(n), name) for n, name in database.execute("SELECT id, name FROM customer ORDER BY id")]


def assert_names_mirrored(mirror, pg):
    assert pg.query("SELECT id, name FROM mirror.customer ORDER BY id::int") == source_names(mirror)


# --- objects ----------------------------------------------------------------------------------------

OBJECTS = {
    "a view": (
        "CREATE VIEW public.report AS SELECT id, name FROM mirror.customer",
        "SELECT count(*) FROM public.report"),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW public.frozen AS SELECT * FROM mirror.customer",
        "SELECT count(*) FROM pg_matviews WHERE matviewname = 'frozen'"),
    "grants to a table and to a column": (
        "GRANT SELECT, UPDATE ON mirror.customer TO stranger WITH GRANT OPTION;"
        "GRANT SELECT (t) ON mirror.remark TO stranger",
        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'mirror'::regnamespace"
        " ORDER BY 1"),
    "indexes": (
        "CREATE INDEX by_name ON mirror.customer (lower(name));"
        "CREATE UNIQUE INDEX one_rank ON mirror.customer (rank)",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'mirror' ORDER BY 1"),
    "a primary key": (
        "ALTER TABLE mirror.customer ADD PRIMARY KEY (id)",
        "SELECT conname, conindid FROM pg_constraint WHERE conrelid = 'mirror.customer'::regclass"),
    "comments": (
        "COMMENT ON TABLE mirror.customer IS 'ours'; COMMENT ON COLUMN mirror.customer.name IS 'his'",
        "SELECT description FROM pg_description WHERE objoid = 'mirror.customer'::regclass ORDER BY 1"),
    "storage parameters and statistics targets": (
        "ALTER TABLE mirror.customer SET (fillfactor = 70);"
        "ALTER TABLE mirror.customer ALTER name SET STATISTICS 500",
        "SELECT reloptions::text, (SELECT attstattarget FROM pg_attribute WHERE attrelid = c.oid"
        " AND attname = 'name') FROM pg_class c WHERE oid = 'mirror.customer'::regclass"),
    "a foreign key of another table": (
        "ALTER TABLE mirror.customer ADD UNIQUE (id);"
        "CREATE TABLE public.visit (customer text REFERENCES mirror.customer (id));"
        "INSERT INTO public.visit VALUES ('3'), ('5')",
        "SELECT v.customer, c.conname FROM public.visit v, pg_constraint c WHERE c.contype = 'f'"
        " ORDER BY 1"),
    "row security that its owner passes": (
        "CREATE POLICY nobody ON mirror.customer USING (false);"
        "ALTER TABLE mirror.customer ENABLE ROW LEVEL SECURITY",
        "SELECT polname, (SELECT relrowsecurity FROM pg_class WHERE oid = polrelid) FROM pg_policy"),
    "rules and statistics objects": (
        "CREATE STATISTICS public.s ON id, name FROM mirror.customer",
        "SELECT stxname FROM pg_statistic_ext"),
    "a publication of a table that has its replica identity": (
        "ALTER TABLE mirror.customer REPLICA IDENTITY FULL;"
        "CREATE PUBLICATION p FOR TABLE mirror.customer",
        "SELECT prrelid::regclass::text, (SELECT relreplident FROM pg_class WHERE oid = prrelid)"
        " FROM pg_publication_rel"),
}


@pytest.mark.parametrize("thing", list(OBJECTS))
def test_stays_and_the_table_is_mirrored_on(loaded, pg, thing):
    make, look = OBJECTS[thing]
    pg.query(make)
    before = pg.query(look)
    oid = pg.value("SELECT 'mirror.customer'::regclass::oid")
    change(loaded)
    loaded.run_well("--full-sync")
    assert_names_mirrored(loaded, pg)
    assert pg.query(look) == before
    assert pg.value("SELECT 'mirror.customer'::regclass::oid") == oid


def test_the_table_is_the_same_object_over_many_syncs(loaded, pg):
    look = ("SELECT relname, oid, relowner FROM pg_class WHERE relnamespace = 'mirror'::regnamespace"
            " AND relkind = 'r' ORDER BY 1")
    before = pg.query(look)
    for number in range(4):
        change(loaded, "UPDATE customer SET name = 'round %d'" % number,
               "DELETE FROM customer WHERE id = %d" % (number + 10), "INSERT INTO remark VALUES ('x')")
        loaded.run_well(*(["--full-sync"] if number % 2 else []))
    assert pg.query(look) == before
    assert_names_mirrored(loaded, pg)


def test_a_table_that_was_given_to_another_role_is_refused_with_the_remedy(loaded, pg):
    pg.query("GRANT USAGE ON SCHEMA mirror TO stranger; ALTER TABLE mirror.customer OWNER TO stranger")
    change(loaded)
    result = loaded.run()
    assert result.status == 1
    assert "customer" in errors(result) and "OWNER TO" in errors(result)
    assert pg.value("SELECT relowner::regrole::text FROM pg_class WHERE oid ="
                    " 'mirror.customer'::regclass") == "stranger"


def test_a_table_that_was_given_to_a_group_of_the_role_is_mirrored_on(loaded, pg):
    pg.query("DROP ROLE IF EXISTS keepers")
    pg.query("CREATE ROLE keepers; GRANT keepers TO mirror; GRANT USAGE ON SCHEMA mirror TO keepers;"
             "ALTER TABLE mirror.customer OWNER TO keepers")
    try:
        change(loaded)
        loaded.run_well()
        assert_names_mirrored(loaded, pg)
        assert pg.value("SELECT relowner::regrole::text FROM pg_class WHERE oid ="
                        " 'mirror.customer'::regclass") == "keepers"
    finally:
        pg.query("DROP OWNED BY keepers CASCADE; DROP ROLE keepers")


# --- columns ----------------------------------------------------------------------------------------

ADDED = ("ALTER TABLE mirror.customer ADD note text DEFAULT 'none', ADD score int,"
         " ADD upper_name text GENERATED ALWAYS AS (upper(name)) STORED,"
         " ADD serial int GENERATED ALWAYS AS IDENTITY;"
         "UPDATE mirror.customer SET note = 'of ' || id, score = id::int")


def test_values_of_added_columns_stay_when_their_row_changes(loaded, pg):
    pg.query(ADDED)
    before = pg.query("SELECT id, note, score, serial FROM mirror.customer WHERE id <> '40' ORDER BY 1")
    change(loaded)
    loaded.run_well()
    assert_names_mirrored(loaded, pg)
    assert pg.query("SELECT id, note, score, serial FROM mirror.customer WHERE id NOT IN ('40', '50')"
                    " ORDER BY 1") == before


def test_new_rows_take_the_defaults_of_added_columns(loaded, pg):
    pg.query(ADDED)
    change(loaded)
    loaded.run_well()
    assert pg.query("SELECT note, score, upper_name FROM mirror.customer WHERE id = '50'") == [
        ("none", None, "LATE")]


def test_generated_columns_follow_the_source(loaded, pg):
    pg.query(ADDED)
    change(loaded)
    loaded.run_well()
    assert pg.value("SELECT bool_and(upper_name = upper(name)) FROM mirror.customer")


def test_a_new_source_column_with_the_name_of_an_added_one_is_refused_and_its_values_stay(loaded, pg):
    pg.query(ADDED)
    change(loaded, "ALTER TABLE customer ADD note VARCHAR(9)", "UPDATE customer SET note = 'theirs'",
           "INSERT INTO remark VALUES ('others go on')")
    result = loaded.run()
    assert result.status == 1
    assert "note" in errors(result) and "customer" in errors(result)
    assert pg.value("SELECT count(*) FROM mirror.customer WHERE note = 'of ' || id") == 40
    assert len(mirrored(pg, "remark")) == 4


def test_a_mirrored_column_of_a_type_that_keeps_its_values_is_mirrored_on(loaded, pg):
    pg.query("ALTER TABLE mirror.customer ALTER id TYPE int USING id::int")
    change(loaded)
    loaded.run_well()
    assert pg.query("SELECT id::text, name FROM mirror.customer ORDER BY customer.id") == source_names(loaded)


def test_a_mirrored_column_that_was_dropped_is_refused_or_made_again_never_guessed(loaded, pg):
    pg.query("ALTER TABLE mirror.customer DROP rank")
    change(loaded)
    result = loaded.run()
    assert result.status in (0, 1)
    if result.status == 0:
        assert pg.value("SELECT count(*) FROM mirror.customer WHERE rank = 'r' || id") == 40
    else:
        assert "rank" in errors(result)


# --- triggers, foreign keys ---------------------------------------------------------------------------

def test_triggers_see_inserts_updates_and_deletes_of_single_rows(loaded, pg):
    pg.query("CREATE TABLE public.seen (what text);"
             "GRANT INSERT ON public.seen TO mirror;"
             "CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
             " INSERT INTO public.seen VALUES (TG_OP || ' ' || COALESCE(NEW.id, OLD.id));"
             " RETURN NULL; END$$;"
             "CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON mirror.customer FOR EACH ROW"
             " EXECUTE FUNCTION public.see()")
    change(loaded, "UPDATE customer SET name = 'x' WHERE id = 7", "DELETE FROM customer WHERE id = 8",
           "INSERT INTO customer VALUES (90, 'n', 'r90')")
    loaded.run_well()
    assert sorted(pg.query("SELECT what FROM public.seen")) == [
        ("DELETE 8",), ("INSERT 90",), ("UPDATE 7",)]


@pytest.fixture
def visits(loaded, pg):
    """visits(action): rows of another table that refer to customers 3 and 40."""
    def make(action):
        pg.query("ALTER TABLE mirror.customer ADD UNIQUE (id);"
                 "CREATE TABLE public.visit (number int, customer text REFERENCES mirror.customer (id) %s);"
                 "INSERT INTO public.visit VALUES (1, '3'), (2, '40')" % action)
    return make


@pytest.mark.parametrize("action, left", [
    ("ON DELETE CASCADE", [(1, "3")]), ("ON DELETE SET NULL", [(1, "3"), (2, None)]),
    ("ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED", [(1, "3")])])
def test_a_foreign_key_does_what_it_was_declared_to_do_when_its_row_goes(loaded, pg, visits, action, left):
    visits(action)
    change(loaded)
    loaded.run_well()
    assert_names_mirrored(loaded, pg)
    assert pg.query("SELECT number, customer FROM public.visit ORDER BY 1") == left


@pytest.mark.parametrize("action", ["", "ON DELETE RESTRICT", "DEFERRABLE INITIALLY DEFERRED"])
def test_a_foreign_key_that_forbids_it_fails_the_table_with_the_remedy_and_stays(
        loaded, pg, visits, action):
    visits(action)
    before = mirrored(pg, "customer")
    change(loaded)
    change(loaded, "INSERT INTO remark VALUES ('others go on')")
    result = loaded.run()
    assert result.status == 1
    assert "visit_customer_fkey" in errors(result) and "ON DELETE" in errors(result)
    assert mirrored(pg, "customer") == before and len(mirrored(pg, "remark")) == 4
    pg.query("DELETE FROM public.visit WHERE number = 2")
    loaded.run_well()
    assert_names_mirrored(loaded, pg)


def test_changed_rows_keep_what_refers_to_them(loaded, pg, visits):
    visits("ON DELETE CASCADE ON UPDATE CASCADE")
    change(loaded, "UPDATE customer SET name = 'changed', rank = 'z' || id")
    loaded.run_well()
    assert pg.value("SELECT count(*) FROM public.visit") == 2


# --- unique values ------------------------------------------------------------------------------------

SWAP = ["UPDATE customer SET rank = 'tmp' WHERE id = 3", "UPDATE customer SET rank = 'r3' WHERE id = 5",
        "UPDATE customer SET rank = 'r5' WHERE id = 3",
        "UPDATE customer SET rank = 'r' || (10 + (id + 1) % 5) WHERE id BETWEEN 10 AND 14"]
RANKS = ("SELECT id, rank FROM mirror.customer WHERE id IN ('3', '5', '10', '11', '12', '13', '14')"
         " ORDER BY id::int")
SWAPPED = [("3", "r5"), ("5", "r3"), ("10", "r11"), ("11", "r12"), ("12", "r13"), ("13", "r14"),
           ("14", "r10")]


@pytest.mark.parametrize("unique", [
    "CREATE UNIQUE INDEX u ON mirror.customer (rank)",
    "CREATE UNIQUE INDEX u ON mirror.customer (lower(rank))",
    "ALTER TABLE mirror.customer ADD PRIMARY KEY (rank)",
    "ALTER TABLE mirror.customer ADD UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE mirror.customer ADD EXCLUDE (rank WITH =)"])
def test_values_that_swap_under_a_unique_index_arrive_by_update(loaded, pg, unique):
    pg.query(unique)
    change(loaded, *SWAP)
    loaded.run_well()
    assert pg.query(RANKS) == SWAPPED
    assert last_run(pg) == (0, 7, 0)


def test_rows_that_swap_unique_values_keep_added_columns_and_what_refers_to_them(loaded, pg, visits):
    visits("ON DELETE CASCADE")
    pg.query("CREATE UNIQUE INDEX u ON mirror.customer (rank)")
    pg.query(ADDED)
    change(loaded, *SWAP)
    loaded.run_well()
    assert pg.query(RANKS) == SWAPPED
    assert pg.query("SELECT number, customer FROM public.visit ORDER BY 1") == [(1, "3"), (2, "40")]
    assert pg.value("SELECT count(*) FROM mirror.customer WHERE note = 'of ' || id") == 40


def test_a_reference_to_a_value_that_swaps_follows_its_row(loaded, pg):
    pg.query("ALTER TABLE mirror.customer ADD UNIQUE (rank);"
             "CREATE TABLE public.prize (r text REFERENCES mirror.customer (rank) ON UPDATE CASCADE);"
             "INSERT INTO public.prize VALUES ('r3')")
    change(loaded, *SWAP)
    loaded.run_well()
    assert pg.query("SELECT r FROM public.prize") == [("r5",)]


def test_a_value_that_moves_from_a_deleted_row_to_a_new_one_arrives(loaded, pg):
    pg.query("CREATE UNIQUE INDEX u ON mirror.customer (rank)")
    change(loaded, "DELETE FROM customer WHERE id = 9", "INSERT INTO customer VALUES (77, 'heir', 'r9')",
           "UPDATE customer SET rank = NULL WHERE id = 4", "UPDATE customer SET rank = 'r4' WHERE id = 6")
    loaded.run_well()
    assert pg.query("SELECT id FROM mirror.customer WHERE rank IN ('r4', 'r9') ORDER BY 1") == [
        ("6",), ("77",)]


# --- constraints that refuse rows -----------------------------------------------------------------------

def test_rows_that_a_constraint_refuses_are_quarantined_and_the_rest_is_mirrored(loaded, pg):
    pg.query("ALTER TABLE mirror.customer ADD CHECK (name <> 'bad')")
    change(loaded, "UPDATE customer SET name = 'bad' WHERE id IN (2, 4)",
           "INSERT INTO customer VALUES (60, 'bad', 'r60'), (61, 'good', 'r61')",
           "UPDATE customer SET name = 'fine' WHERE id = 6", "DELETE FROM customer WHERE id = 7")
    result = loaded.run()
    assert result.status == 1 and "went to quarantine anew" in errors(result), result.explain()
    assert pg.query("SELECT id, name FROM mirror.customer ORDER BY id::int") == [
        row for row in source_names(loaded) if row[1] != "bad"]
    found = sorted(quarantined(pg, "source_table", "key_values", "reason", "detail"))
    assert [row[:3] for row in found] == [
        ("customer", [key], "row_refused") for key in ("2", "4", "60")]
    assert all("23514" in row[3] for row in found)


@pytest.fixture
def refused(loaded, pg):
    """A row that a constraint of people's keeps out, and is known to."""
    pg.query("ALTER TABLE mirror.customer ADD CONSTRAINT ours CHECK (name <> 'bad')")
    change(loaded, "UPDATE customer SET name = 'bad' WHERE id = 2")
    assert loaded.run().status == 1
    return loaded


@pytest.mark.parametrize("arguments", [[], ["--full-sync"]])
def test_a_known_refused_row_is_no_failure(refused, pg, arguments):
    change(refused, "UPDATE customer SET name = 'other' WHERE id = 3")
    result = refused.run_well(*arguments)
    assert any("oe2pg.quarantine" in line for line in result.log_lines("WARNING"))
    assert len(quarantined(pg)) == 1
    assert pg.value("SELECT last_run_id > first_run_id FROM oe2pg.quarantine")


def test_a_refused_row_that_is_mended_in_the_source_arrives_and_its_entry_is_resolved(refused, pg):
    change(refused, "UPDATE customer SET name = 'mended' WHERE id = 2")
    refused.run_well()
    assert_names_mirrored(refused, pg)
    assert quarantined(pg) == []


def test_a_refused_row_that_is_deleted_in_the_source_is_resolved(refused, pg):
    change(refused, "DELETE FROM customer WHERE id = 2")
    refused.run_well()
    assert quarantined(pg) == []


def test_a_refused_row_arrives_with_a_full_sync_once_the_constraint_is_gone(refused, pg):
    pg.query("ALTER TABLE mirror.customer DROP CONSTRAINT ours")
    refused.run_well("--full-sync")
    assert_names_mirrored(refused, pg)
    assert quarantined(pg) == []


def test_equal_rows_of_a_keyless_table_under_a_unique_index_end_as_one(loaded, pg):
    pg.query("DELETE FROM mirror.remark; CREATE UNIQUE INDEX u ON mirror.remark (t)")
    assert loaded.run().status == 1
    assert mirrored(pg, "remark") == [("a",), ("b",)]
    for environment in ({}, {"OE2PG_TEST_MAP_BYTES": "64"}, {}):
        loaded.run_well(environment=environment)
        assert mirrored(pg, "remark") == [("a",), ("b",)]
        assert last_run(pg) == (0, 0, 0)


def test_a_name_with_a_dollar_sign_does_not_hinder_the_isolation_of_rows(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite",
                       'CREATE TABLE "a$oe2pg$b" (id INTEGER PRIMARY KEY, "x$$y" VARCHAR(9), why VARCHAR(9))',
                       """INSERT INTO "a$oe2pg$b" VALUES (1, 'good', ''), (2, 'good', 'x')""")
    mirror.sqlite(path).settings(naming="exact").run_well()
    pg.query("""ALTER TABLE mirror."a$oe2pg$b" ADD CHECK ("x$$y" <> 'bad')""")
    sqlite_file(path, """UPDATE "a$oe2pg$b" SET "x$$y" = 'bad' WHERE id = 1""",
                """UPDATE "a$oe2pg$b" SET why = 'ok' WHERE id = 2""")
    assert mirror.run().status == 1
    assert mirrored(pg, "a$oe2pg$b") == [("2", "good", "ok")]


def test_rows_that_wait_for_each_other_under_a_constraint_of_people_are_all_mirrored(loaded, pg):
    """One row is refused for good; then the others go one by one, in whatever order."""
    pg.query("CREATE UNIQUE INDEX u ON mirror.customer (rank);"
             "ALTER TABLE mirror.customer ADD CHECK (name <> 'bad')")
    change(loaded, *SWAP, "UPDATE customer SET name = 'bad' WHERE id = 30")
    assert loaded.run().status == 1
    assert pg.query(RANKS) == SWAPPED
    assert quarantined(pg, "key_values") == [(["30"],)]


# --- row security, publications -------------------------------------------------------------------------

def test_forced_row_security_fails_the_table_with_the_remedy(loaded, pg):
    """Who sees only some of the rows cannot compare: nothing is written, and it is said."""
    pg.query("CREATE POLICY few ON mirror.customer USING (name < 'b');"
             "ALTER TABLE mirror.customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    before = mirrored(pg, "customer")
    change(loaded)
    result = loaded.run()
    assert result.status == 1
    assert "NO FORCE ROW LEVEL SECURITY" in errors(result)
    assert mirrored(pg, "customer") == before


def test_a_publication_without_replica_identity_fails_the_table_with_the_remedy(loaded, pg):
    pg.query("CREATE PUBLICATION p FOR TABLE mirror.customer")
    before = mirrored(pg, "customer")
    change(loaded)
    change(loaded, "INSERT INTO remark VALUES ('others go on')")
    result = loaded.run()
    assert result.status == 1
    assert "REPLICA IDENTITY" in errors(result)
    assert mirrored(pg, "customer") == before and len(mirrored(pg, "remark")) == 4
    pg.query("ALTER TABLE mirror.customer REPLICA IDENTITY FULL")
    loaded.run_well()
    assert_names_mirrored(loaded, pg)


def test_a_publication_without_replica_identity_takes_new_rows(loaded, pg):
    pg.query("CREATE PUBLICATION p FOR TABLE mirror.customer")
    change(loaded, "INSERT INTO customer VALUES (91, 'new', 'r91')")
    loaded.run_well()
    assert_names_mirrored(loaded, pg)
