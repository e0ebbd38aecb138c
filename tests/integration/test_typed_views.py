"""Views with native types over a mirror of text (mirror_settings.typed_views)."""

import pytest

from doors import from_postgres
from mirroring import row_versions, sqlite_file
from test_native_types import POSTGRESQL, SESSION, fill, printed, types_of

TABLE = ("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(9), n INT, price DECIMAL(8,2), r REAL,"
         " b BOOLEAN, x BLOB)")
ROWS = [(1, "a", 7, 1.5, 0.5, 1, b"\x00\xff"), (2, None, None, None, None, None, None),
        (3, "c", "abc", "much", "x", "perhaps", b"")]


@pytest.fixture
def viewed(mirror, tmp_path):
    """A mirror of one table, with its view."""
    mirror.source_path = sqlite_file(tmp_path / "source.sqlite", TABLE, (
        "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS))
    mirror.sqlite(mirror.source_path).settings(typed_views="typed").run_well()
    return mirror


def view(pg, columns="*", name="t"):
    return pg.query(SESSION + "SELECT %s FROM typed.%s ORDER BY 1" % (columns, name))


def view_state(pg):
    """Which view it is, and what was recorded of it when."""
    return pg.query("SELECT oid::text, xmin::text FROM pg_class WHERE oid = 'typed.t'::regclass"
                    " UNION ALL SELECT view_oid::text, since::text FROM oe2pg.typed_view")


def test_a_view_has_the_native_types_and_null_where_a_value_is_none_of_its_type(viewed, pg):
    assert types_of(pg, "t", "typed") == {
        "id": "bigint", "name": "text", "n": "bigint", "price": "numeric", "r": "double precision",
        "b": "boolean", "x": "bytea"}
    assert view(pg, "id, name, n, price::text, r, b, x::text") == [
        (1, "a", 7, "1.50", 0.5, True, "\\x00ff"), (2,) + (None,) * 6, (3, "c", None, None, None, None, "\\x")]
    assert types_of(pg, "t") == dict.fromkeys(["id", "name", "n", "price", "r", "b", "x"], "text")


def test_the_next_run_leaves_the_view_as_it_is(viewed, pg):
    before = view_state(pg), row_versions(pg)
    viewed.run_well()
    viewed.run_well("--full-sync")
    assert (view_state(pg), row_versions(pg)) == before


def test_a_view_follows_columns_that_come_and_go_and_keeps_its_rights(viewed, pg):
    pg.query("GRANT SELECT ON typed.t TO PUBLIC; GRANT SELECT ON typed.t TO stranger WITH GRANT OPTION")
    rights = "SELECT array_agg(x::text ORDER BY x::text) FROM pg_class, unnest(relacl) x WHERE oid = 'typed.t'::regclass"
    before = pg.query(rights)
    sqlite_file(viewed.source_path, "ALTER TABLE t ADD COLUMN later INT", "UPDATE t SET later = id * 2")
    viewed.run_well()
    assert view(pg, "id, later") == [(1, 2), (2, 4), (3, 6)]
    assert types_of(pg, "t", "typed")["later"] == "bigint"
    sqlite_file(viewed.source_path, "ALTER TABLE t DROP COLUMN n")
    viewed.settings(dropped_columns="drop").run_well()
    assert "n" not in types_of(pg, "t", "typed") and "n" not in types_of(pg, "t")
    assert view(pg, "id, later") == [(1, 2), (2, 4), (3, 6)]
    assert pg.query(rights) == before


def test_people_whose_view_uses_one_that_has_to_be_made_anew_are_named_and_nothing_changes(viewed, pg):
    pg.query("CREATE VIEW public.report AS SELECT id, n FROM typed.t; GRANT SELECT ON public.report TO mirror")
    sqlite_file(viewed.source_path, "ALTER TABLE t DROP COLUMN n", "INSERT INTO t (id) VALUES (4)")
    result = viewed.settings(dropped_columns="drop").run()
    assert result.status == 1, result.explain()
    assert "is used by public.report" in result.stderr
    assert "n" in types_of(pg, "t") and pg.value("SELECT count(*) FROM public.report") == 3
    pg.query("DROP VIEW public.report")
    viewed.run_well()
    assert "n" not in types_of(pg, "t", "typed") and len(view(pg, "id")) == 4


def test_a_table_that_goes_and_a_mirror_that_is_forgotten_take_their_views_with_them(viewed, pg):
    sqlite_file(viewed.source_path, "CREATE TABLE u (id INTEGER PRIMARY KEY)")
    viewed.run_well()
    assert pg.value("SELECT count(*) FROM typed.u") == 0
    sqlite_file(viewed.source_path, "DROP TABLE u")
    viewed.settings(dropped_tables="drop").run_well("--allow-delete", "*")
    assert pg.value("SELECT to_regclass('typed.u')") is None
    viewed.run_well("forget", "mirror", "--drop-tables", "--yes")
    assert pg.value("SELECT to_regclass('typed.t')") is None


def test_what_somebody_else_has_there_stays_and_is_told(viewed, pg):
    sqlite_file(viewed.source_path, "CREATE TABLE u (id INTEGER PRIMARY KEY)")
    pg.query("CREATE TABLE typed.u (theirs int)")
    result = viewed.run_well()
    assert "Rename what has that name in schema" in result.stderr
    assert pg.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'typed'"
                    " AND column_name = 'theirs'") == 1
    pg.query("DROP TABLE typed.u")
    viewed.run_well()
    assert pg.value("SELECT count(*) FROM typed.u") == 0


def test_another_schema_gets_the_views_and_one_that_people_renamed_is_followed(viewed, pg):
    pg.query("ALTER VIEW typed.t RENAME TO theirs")
    sqlite_file(viewed.source_path, "ALTER TABLE t ADD COLUMN later INT")
    viewed.run_well()
    assert "later" in types_of(pg, "theirs", "typed") and pg.value("SELECT to_regclass('typed.t')") is None
    viewed.settings(typed_views="elsewhere").run_well()
    assert pg.value("SELECT to_regclass('typed.theirs')") is None
    assert pg.value("SELECT count(*) FROM elsewhere.t") == 3


def test_the_schema_of_the_mirror_is_no_schema_of_views(mirror, pg, tmp_path):
    mirror.sqlite(sqlite_file(tmp_path / "source.sqlite", TABLE)).settings(typed_views="mirror")
    result = mirror.run()
    assert result.status == 2 and "a schema of their own" in result.stderr, result.explain()


# --- casts ---------------------------------------------------------------------------------------------

# Years that no view shows: beyond 99999.
NOT_SHOWN = ("5874897-12-31", "294276-12-31 23:59:59.999999")
ODD = ["", " ", "-", "+1", "abc", "1 ", "1.5", "1.2.3", "007", "32768", "-32769", "2147483648", "9" * 19, "9" * 40,
       "12345678.1234", "99999999.99999", "1e5", "1e-400", "1e999", "1e38", "nan", "Inf", "t", "yes", "TRUE",
       "tomorrow", "now", "0000-00-00", "0000-01-01", "2023-02-29", "1900-02-29", "2000-02-29", "10000-02-29",
       "10100-02-29", "2024-04-31", "2024-13-01", "2024-1-1", "0005-02-29 BC", "0004-02-29 BC", "0101-02-29 BC",
       "4713-01-01 BC", "4714-01-01 BC", "01/02/2024", "24:00:00", "24:00:01", "23:59:60", "12:30", "2024-02-30 10:00:00",
       "2024-02-29 10:00:00", "2024-02-29 10:00:00.1234567", "2024-02-29 24:00:00", "2024-02-29 10:00:00+02",
       "2024-02-29 10:00:00+16", "0044-03-15 12:00:00+00 BC", "\\x", "\\x0", "\\xzz", "\\xAB", "ab\\x",
       "x\\x00", "{}", "{", "00000000-0000-0000-0000-00000000000", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]


def test_a_view_shows_every_value_that_its_types_have_and_fails_at_none_that_they_have_not(
        mirror, pg, second_pg):
    fill(second_pg, POSTGRESQL, "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN d_int AS int;")
    from_postgres(mirror, second_pg, "odbc", "public").settings(typed_views="typed").run_well()
    names = ["id"] + ["c%d" % n for n in range(len(POSTGRESQL))]
    types = types_of(pg, "t", "typed")
    assert [(kind, types["c%d" % n]) for n, (kind, native, _) in enumerate(POSTGRESQL)
            if types["c%d" % n] not in (native, "numeric" if native.startswith("numeric") else native,
                                        "text" if native == "json" else native)] == []
    texts = "SELECT %s FROM %%s ORDER BY id" % ", ".join("%s::text" % name for name in names)
    assert pg.query(SESSION + texts % "typed.t") == [
        tuple(None if value in NOT_SHOWN else value for value in row) for row in printed(second_pg, POSTGRESQL)]
    pg.query("CREATE FUNCTION public.reads(t text, kind text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN"
             " EXECUTE format('SELECT %L::' || kind, t); RETURN true;"
             " EXCEPTION WHEN others THEN RETURN false; END$$")
    pg.query("TRUNCATE mirror.t; INSERT INTO mirror.t SELECT n, %s FROM unnest(%%s::text[]) WITH ORDINALITY u (t, n)"
             % ", ".join("t" for _ in names[1:]), [ODD])
    # Nothing is shown that PostgreSQL would not read, nor as another value.
    for name in names[1:]:
        wrong = pg.query(
            SESSION + "SELECT m.{0}, v.{0}::text FROM mirror.t m JOIN typed.t v ON v.id::text = m.id WHERE v.{0} IS"
            " NOT NULL AND NOT public.reads(m.{0}, '{1}')".format(name, types[name]))
        assert wrong == [], (name, types[name])
