"""What people make of a mirrored column or table may change what is written to it. Then it is told
once, the column is left out until it is another one, and nothing is written again and again."""

import contextlib
import sqlite3

import pytest

from mirroring import errors, last_run, mirrored, quarantined, row_versions, sqlite_file

ROWS = [(1, "three  ", "x ", "plain"), (2, "n" * 80, "yy", "a" * 80), (3, "007", "zz", None)]
MADE = "INSERT INTO t VALUES (?, ?, ?, ?)", ROWS
# How the table is compared, and whether it has a key.
WAYS = {
    "by its key": (True, {}, {}),
    "without a key": (False, {}, {}),
    "among small tables": (True, {"full_below_rows": 1000}, {}),
    "without a map": (True, {}, {"OE2PG_TEST_MAP_BYTES": "100"}),
}
READ_BACK = "SELECT id, a, b, c FROM mirror.t ORDER BY id"


def source(path, *, has_key=True):
    return sqlite_file(path, "CREATE TABLE t (id VARCHAR(20)%s, a VARCHAR(90), b VARCHAR(90),"
                       " c VARCHAR(90))" % (" NOT NULL PRIMARY KEY" if has_key else ""), MADE)


@pytest.fixture
def make(mirror, tmp_path):
    """make(way): a mirror of t, equal to its source."""
    def made(has_key=True, settings=None, environment=None):
        mirror.path_of_source = source(tmp_path / "source.sqlite", has_key=has_key)
        mirror.environment = environment
        mirror.sqlite(mirror.path_of_source).settings(**{"full_below_rows": 0, **(settings or {})})
        mirror.run_well()
        return mirror
    return made


@pytest.fixture
def loaded(make):
    return make()


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *(statements or ["UPDATE t SET c = 'changed ' || id"]))


def run(mirror, *arguments):
    return mirror.run(*arguments, environment=mirror.environment)


def altered(pg):
    return [(column, why) for column, why in pg.query(
        "SELECT column_name, detail FROM oe2pg.quarantine WHERE reason = 'altered'"
        " AND resolved_at IS NULL ORDER BY column_name")]


def digest_columns(pg):
    return pg.value("SELECT digest_columns FROM oe2pg.tracking")


TOLD = 5  # columns of a table that are told one by one


def assert_told_once_and_then_idle(mirror, pg, *columns):
    """The first run tells of the columns and fails, the next ones write nothing and are well."""
    first = run(mirror)
    assert first.status == 1, first.explain()
    told = [line for line in first.log_lines("WARNING") if "not written any more" in line]
    assert len(told) == min(len(columns), TOLD), first.explain()
    if len(columns) > TOLD:
        assert "%d more columns like these" % (len(columns) - TOLD) in first.log
    assert [column for column, _ in altered(pg)] == sorted(columns), quarantined(pg, "*")
    assert not set(columns) & set(digest_columns(pg))
    before = row_versions(pg), altered(pg)
    for _ in range(2):
        mirror.log_path.unlink()
        again = run(mirror)
        assert again.status == 0, again.explain()
        assert "not written any more" not in again.log
        assert last_run(pg) == (0, 0, 0)
        assert (row_versions(pg), altered(pg)) == before
    return first


def assert_mended(mirror, pg):
    """The next run fills the columns and closes their entries."""
    result = run(mirror)
    assert result.status == 0, result.explain()
    with_texts = sorted(sqlite_rows(mirror))
    assert mirrored(pg, "t", "id, a, b, c") == with_texts
    assert quarantined(pg) == []
    assert digest_columns(pg) == ["id", "a", "b", "c"]


def sqlite_rows(mirror):
    with contextlib.closing(sqlite3.connect(mirror.path_of_source)) as database:
        return [(str(row[0]),) + row[1:] for row in database.execute("SELECT * FROM t")]


# --- types ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("way", list(WAYS))
def test_columns_that_were_made_shorter_are_told_once_and_filled_when_they_are_text_again(make, pg, way):
    mirror = make(*WAYS[way])
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING left(a, 5), ALTER b TYPE char(4),"
             " ALTER c TYPE name")
    result = assert_told_once_and_then_idle(mirror, pg, "a", "b", "c")
    assert 'column "a" of "mirror"."t" is character varying(5)' in result.log
    assert 'column "b" of "mirror"."t" is character(4)' in result.log
    assert 'column "c" of "mirror"."t" is name' in result.log
    pg.query("ALTER TABLE mirror.t ALTER a TYPE text, ALTER b TYPE text, ALTER c TYPE text")
    assert_mended(mirror, pg)


# A type, and a value that it does not give back as it came.
LOSSY = [
    ("integer", "007"), ("numeric(9, 2)", "7"), ("date", "2024-02-29 10:00:00"),
    ("timestamptz", "2024-02-29 10:00:00"), ("jsonb", '{"b": 1, "a": 2}'), ("boolean", "yes"),
    ("text[]", "{a , b}"), ("public.short", "long"), ('"char"', "long"), ("integer", "no number"),
    ("text GENERATED ALWAYS AS (upper(id)) STORED", "x"), ("bigint GENERATED ALWAYS AS IDENTITY", "1"),
]
# The same, and one that it does.
FAITHFUL = [
    ("integer", "7"), ("numeric(9, 2)", "7.25"), ("date", "2024-02-29"), ("varchar(5)", "five5"),
    ("boolean", "true"), ("char(4)", "four"), ("jsonb", '{"a": 2}'), ("public.short", "abc"),
    ("text", "as it is "), ("uuid", "00000000-0000-0000-0000-000000000000"),
]


def typed(mirror, pg, folder, types):
    """A mirror of `typed`, whose columns v0, v1 ... are of these types and hold NULL; the source has
    the values in three rows, and `plain` beside them."""
    names = ["v%d" % n for n in range(len(types))]
    mirror.path_of_source = sqlite_file(
        folder / "typed.sqlite", "CREATE TABLE typed (id VARCHAR(9) NOT NULL PRIMARY KEY, plain VARCHAR(9), %s)"
        % ", ".join(name + " VARCHAR(90)" for name in names),
        "INSERT INTO typed (id) VALUES ('1'), ('2'), ('3')")
    mirror.environment = None
    mirror.sqlite(mirror.path_of_source).settings(full_below_rows=0).run_well()
    pg.query("CREATE DOMAIN public.short AS varchar(3)")
    for name, (of_type, _) in zip(names, types):
        pg.query("ALTER TABLE mirror.typed DROP %s; ALTER TABLE mirror.typed ADD %s %s" % (name, name, of_type))
    sqlite_file(mirror.path_of_source, (
        "UPDATE typed SET plain = 'new', " + ", ".join(name + " = ?" for name in names),
        [[value for _, value in types]]), "DELETE FROM typed WHERE id = '3'",
        "INSERT INTO typed SELECT '4', %s FROM typed WHERE id = '1'" % ", ".join(["plain"] + names))
    return names


def test_types_that_do_not_keep_a_value_as_it_is_cost_their_columns_alone(mirror, pg, tmp_path):
    names = typed(mirror, pg, tmp_path, LOSSY)
    assert_told_once_and_then_idle(mirror, pg, *names)
    assert mirrored(pg, "typed", "id, plain") == [("1", "new"), ("2", "new"), ("4", "new")]


def test_types_that_keep_every_value_are_written_and_compared_like_text(mirror, pg, tmp_path):
    names = typed(mirror, pg, tmp_path, FAITHFUL)
    mirror.run_well()
    assert mirrored(pg, "typed", ", ".join(name + "::text" for name in names)) == [
        tuple(value for _, value in FAITHFUL)] * 3
    before = row_versions(pg)
    mirror.run_well()
    assert row_versions(pg) == before and quarantined(pg) == []


def test_a_column_that_was_lengthened_but_not_enough_is_told_anew(loaded, pg):
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'x'")
    assert_told_once_and_then_idle(loaded, pg, "a")
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(6)")
    assert_told_once_and_then_idle(loaded, pg, "a")
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(80)")
    assert_mended(loaded, pg)


def test_rows_that_come_and_go_are_mirrored_without_the_column(loaded, pg):
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'mine'")
    assert_told_once_and_then_idle(loaded, pg, "a")
    change(loaded, "DELETE FROM t WHERE id = 1", "UPDATE t SET b = 'b'",
           "INSERT INTO t VALUES (9, 'a long value', 'b', 'c')")
    assert run(loaded).status == 0
    assert pg.query(READ_BACK) == [("2", "mine", "b", "a" * 80), ("3", "mine", "b", None),
                                   ("9", None, "b", "c")]


def test_a_column_that_is_ignored_is_no_matter_any_more(loaded, pg):
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'mine'")
    assert_told_once_and_then_idle(loaded, pg, "a")
    loaded.settings(tables={"t": {"exclude_columns": ["a"]}})
    loaded.run_well()
    assert quarantined(pg) == []


def test_a_shortened_key_costs_the_key_and_no_row(loaded, pg):
    change(loaded, "UPDATE t SET id = 'the same beginning ' || id")
    pg.query("ALTER TABLE mirror.t ALTER id TYPE varchar(5)")
    assert_told_once_and_then_idle(loaded, pg, "id")
    assert pg.value("SELECT count(*) FROM mirror.t") == 3
    change(loaded, "DELETE FROM t WHERE a = '007'", "UPDATE t SET b = 'new' WHERE c = 'plain'")
    assert run(loaded).status == 0
    assert mirrored(pg, "t", "a, b") == [("n" * 80, "yy"), ("three  ", "new")]
    pg.query("ALTER TABLE mirror.t ALTER id TYPE text")
    assert_mended(loaded, pg)


def test_no_entry_a_row_however_many_rows_there_are(loaded, pg):
    change(loaded, ("INSERT INTO t VALUES (?, ?, '', '')", [(n, "long value %d" % n) for n in range(10, 900)]))
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'mine'")
    assert_told_once_and_then_idle(loaded, pg, "a")
    assert len(quarantined(pg)) == 1


# --- triggers and rules -------------------------------------------------------------------------------

def add_trigger(pg, body, when="BEFORE INSERT OR UPDATE"):
    pg.query("CREATE OR REPLACE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS"
             " $$BEGIN %s END$$; CREATE OR REPLACE TRIGGER meddle %s ON mirror.t FOR EACH ROW"
             " EXECUTE FUNCTION public.meddle()" % (body, when))


def drop_trigger(pg):
    pg.query("DROP TRIGGER meddle ON mirror.t")


@pytest.mark.parametrize("way", list(WAYS))
def test_a_trigger_that_trims_costs_the_column_that_it_trims(make, pg, way):
    mirror = make(*WAYS[way])
    add_trigger(pg, "NEW.a := rtrim(NEW.a); RETURN NEW;")
    change(mirror)
    result = assert_told_once_and_then_idle(mirror, pg, "a")
    assert "meddle" in result.log
    assert mirrored(pg, "t", "c") == [("changed 1",), ("changed 2",), ("changed 3",)]
    drop_trigger(pg)
    assert_mended(mirror, pg)


def test_a_trigger_with_another_body_is_tried_again(loaded, pg):
    add_trigger(pg, "NEW.a := rtrim(NEW.a); RETURN NEW;")
    change(loaded)
    assert_told_once_and_then_idle(loaded, pg, "a")
    add_trigger(pg, "RETURN NEW;")
    assert_mended(loaded, pg)


def test_a_full_sync_tries_again_and_writes_nothing_when_it_is_in_vain(loaded, pg):
    add_trigger(pg, "NEW.a := rtrim(NEW.a); RETURN NEW;")
    change(loaded)
    assert_told_once_and_then_idle(loaded, pg, "a")
    before = row_versions(pg)
    loaded.run_well("--full-sync")
    assert row_versions(pg) == before and len(altered(pg)) == 1


def test_a_trigger_that_changes_the_key_costs_the_key(loaded, pg):
    add_trigger(pg, "NEW.id := 'k' || NEW.id; RETURN NEW;")
    change(loaded)
    assert_told_once_and_then_idle(loaded, pg, "id")
    assert mirrored(pg, "t", "c") == [("changed 1",), ("changed 2",), ("changed 3",)]


def test_rows_that_a_trigger_passes_over_are_quarantined_and_the_rest_is_mirrored(loaded, pg):
    add_trigger(pg, "IF NEW.c = 'unwanted' THEN RETURN NULL; END IF; RETURN NEW;")
    change(loaded, "UPDATE t SET c = 'unwanted' WHERE id = 2", "UPDATE t SET c = 'new' WHERE id = 1",
           "INSERT INTO t VALUES (4, '', '', 'unwanted'), (5, '', '', 'good')")
    result = run(loaded)
    assert result.status == 1, result.explain()
    assert mirrored(pg, "t", "id, c") == [("1", "new"), ("3", None), ("5", "good")], result.explain()
    assert sorted(quarantined(pg, "reason", "key_values")) == [
        ("row_refused", ["2"]), ("row_refused", ["4"])]
    assert "passed the row over" in quarantined(pg, "detail")[0][0]
    before = row_versions(pg)
    loaded.run_well()
    assert row_versions(pg) == before
    drop_trigger(pg)
    loaded.run_well("--full-sync")
    assert mirrored(pg, "t", "id, a, b, c") == sorted(sqlite_rows(loaded))
    assert quarantined(pg) == []


def test_a_trigger_that_keeps_rows_from_going_fails_the_table_with_its_name(loaded, pg):
    add_trigger(pg, "RETURN NULL;", "BEFORE DELETE")
    change(loaded, "DELETE FROM t WHERE id = 2", "UPDATE t SET c = 'new'")
    before = row_versions(pg)
    result = run(loaded)
    assert result.status == 1 and "meddle" in errors(result) and "DISABLE TRIGGER" in errors(result)
    assert row_versions(pg) == before
    drop_trigger(pg)
    assert_mended(loaded, pg)


def test_a_trigger_that_writes_the_row_again_afterwards_fails_the_table_with_its_name(loaded, pg):
    add_trigger(pg, "UPDATE mirror.t SET a = 'mine' WHERE id = NEW.id AND a <> 'mine'; RETURN NULL;",
                "AFTER INSERT OR UPDATE")
    change(loaded)
    before = row_versions(pg)
    result = run(loaded)
    assert result.status == 1 and "meddle" in errors(result) and "again" in errors(result), result.explain()
    assert row_versions(pg) == before


@pytest.mark.parametrize("rule, source_change", [
    ("ON INSERT TO mirror.t DO INSTEAD NOTHING", "INSERT INTO t VALUES (4, 'a', 'b', 'c')"),
    ("ON INSERT TO mirror.t DO ALSO UPDATE mirror.t SET a = 'mine' WHERE id = NEW.id",
     "INSERT INTO t VALUES (4, 'a', 'b', 'c')"),
    ("ON UPDATE TO mirror.t WHERE NEW.c = 'changed 2' DO INSTEAD NOTHING",
     "UPDATE t SET c = 'changed ' || id")],
    ids=["none is let in", "what is written is changed", "some are passed over"])
def test_a_rule_that_changes_what_is_written_fails_the_table_with_its_name(
        loaded, pg, rule, source_change):
    pg.query("CREATE RULE meddle AS " + rule)
    change(loaded, source_change)
    before = row_versions(pg)
    result = run(loaded)
    assert result.status == 1 and "meddle" in errors(result) and "DROP RULE" in errors(result), result.explain()
    assert row_versions(pg) == before
    pg.query("DROP RULE meddle ON mirror.t")
    assert_mended(loaded, pg)


def test_a_rule_that_only_tells_others_is_no_matter(loaded, pg):
    pg.query("CREATE TABLE public.told (what text); GRANT INSERT ON public.told TO mirror;"
             "CREATE RULE tell AS ON UPDATE TO mirror.t DO ALSO INSERT INTO public.told VALUES (NEW.c)")
    change(loaded)
    assert_mended(loaded, pg)
    assert pg.value("SELECT count(*) FROM public.told") == 3


# --- verify, and the first load -------------------------------------------------------------------------

def test_verify_does_not_call_equal_what_it_does_not_compare(loaded, pg):
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'mine'")
    found = run(loaded, "verify")
    assert found.status == 1 and "DIFFERENT" in found.stdout, found.explain()
    run(loaded)
    known = run(loaded, "verify")
    assert known.status == 1, known.explain()
    assert 'column "a" of "mirror"."t" is character varying(5)' in known.stdout
    assert "DIFFERENT" in known.stdout and "t: equal" not in known.stdout
    assert pg.query("SELECT is_equal FROM oe2pg.verification") == [(False,)]


def test_repairing_leaves_the_column_out_as_well(loaded, pg):
    pg.query("ALTER TABLE mirror.t ALTER a TYPE varchar(5) USING 'mine'")
    change(loaded)
    result = run(loaded, "verify", "--repair")
    assert result.status == 1, result.explain()
    assert [column for column, _ in altered(pg)] == ["a"]
    assert mirrored(pg, "t", "c") == [("changed 1",), ("changed 2",), ("changed 3",)]
    assert run(loaded).status == 0


def test_a_first_load_into_a_table_that_an_event_trigger_has_changed_is_compared(mirror, pg, tmp_path):
    pg.query("CREATE FUNCTION public.trim_it() RETURNS trigger LANGUAGE plpgsql AS"
             " $$BEGIN NEW.a := rtrim(NEW.a); RETURN NEW; END$$;"
             "CREATE FUNCTION public.add_it() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN"
             " IF to_regclass('mirror.t') IS NOT NULL THEN CREATE OR REPLACE TRIGGER meddle BEFORE"
             " INSERT OR UPDATE ON mirror.t FOR EACH ROW EXECUTE FUNCTION public.trim_it(); END IF;"
             " END$$; CREATE EVENT TRIGGER add_it ON ddl_command_end WHEN TAG IN ('CREATE TABLE')"
             " EXECUTE FUNCTION public.add_it()")
    mirror.path_of_source = source(tmp_path / "source.sqlite")
    mirror.environment = None
    mirror.sqlite(mirror.path_of_source)
    assert_told_once_and_then_idle(mirror, pg, "a")
