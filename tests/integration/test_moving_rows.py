"""Rows that move while they are read are met twice, or not at all: the mirror has each once."""

import pytest

from conftest import MIRROR_PASSWORD, program
from mirroring import go_on, need_fault_build, row_versions, run_to

# A row of a child table is read with those of its parent: the key 7 twice, as long as it is shown.
SOURCE = """
CREATE SCHEMA shop;
CREATE TABLE shop.goods (id int PRIMARY KEY, t text);
CREATE TABLE shop.again () INHERITS (shop.goods);
INSERT INTO shop.goods SELECT n, 'text ' || n FROM generate_series(1, 50) n;
ANALYZE shop.goods;
CREATE TABLE public.shown (times int);
INSERT INTO public.shown VALUES (0);
CREATE FUNCTION public.is_met(part oid) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
DECLARE calls int; BEGIN
    IF part = 'shop.goods'::regclass THEN RETURN true; END IF;
    -- The session's advisory locks are what a read-only transaction that is rolled back can leave.
    SELECT count(*) INTO calls FROM pg_locks WHERE pid = pg_backend_pid()
        AND locktype = 'advisory' AND classid = 4711;
    PERFORM pg_advisory_lock(4711, calls);
    RETURN (SELECT calls < times FROM public.shown);
END $$;
GRANT USAGE ON SCHEMA shop TO mirror; GRANT SELECT ON ALL TABLES IN SCHEMA shop TO mirror;
SELECT 1
"""


@pytest.fixture
def moving(mirror, second_pg):
    second_pg.query(SOURCE)
    mirror.source(
        odbc_connection="Driver=PostgreSQL Unicode;Servername=%s;Port=%d;Database=%s;UID=mirror;PWD=%s"
        % (second_pg.server.host, second_pg.server.port, second_pg.name, MIRROR_PASSWORD), schema="shop")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.settings(tables={"goods": {"where": "public.is_met(tableoid)"}}, jobs=1, full_below_rows=0)

    def show(row, text, times):
        """For so many scans of each session, until another row is shown."""
        second_pg.query("DELETE FROM shop.again; INSERT INTO shop.again VALUES (%d, '%s');"
                        "UPDATE public.shown SET times = %d" % (row, text, times))
    mirror.show = show
    return mirror


def goods(pg):
    return pg.query("SELECT id, count(*) FROM mirror.goods GROUP BY 1 HAVING count(*) > 1 ORDER BY 1")


@pytest.mark.parametrize("text", ["text 7", "changed"])
def test_a_row_that_a_first_load_meets_twice_is_loaded_once(moving, pg, text):
    need_fault_build(program())
    moving.show(7, text, times=1)
    process = run_to(moving, "end COPY", "--table", "goods")
    moving.show(7, text, times=0)  # all rows were read: it has moved on
    go_on(process)
    result = moving.finish(process)
    assert result.status == 0, result.explain()
    assert "met twice" in result.stderr
    assert goods(pg) == []
    assert pg.value("SELECT count(*) FROM mirror.goods") == 50


@pytest.mark.parametrize("row, text", [(7, "text 7"), (7, "changed")])
def test_a_row_that_a_comparison_meets_twice_is_not_doubled(moving, pg, row, text):
    moving.run_well("--table", "goods")
    before = row_versions(pg)
    moving.show(row, text, times=1)
    moving.run_well("--table", "goods")
    assert row_versions(pg) == before


def test_a_key_that_the_source_really_has_twice_is_mirrored_twice(moving, pg):
    moving.show(7, "another", times=1000)
    moving.run_well("--table", "goods")
    assert goods(pg) == [("7", 2)]
    moving.show(9, "another", times=1000)
    moving.run_well("--table", "goods")
    assert goods(pg) == [("9", 2)]
