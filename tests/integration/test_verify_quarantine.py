"""verify and what the mirror cannot hold: known exceptions are named and counted, others differ."""

import json

import pytest

from mirroring import older_tracking, row_versions, sqlite_file

# What the source holds and the mirror does not, by table.
EXCEPTIONS = {"keyed": "1 value and 1 row", "keyless": "1 value", "clean": None}


@pytest.fixture
def mirrored(mirror, pg, tmp_path):
    """A value that is no UTF-8, also in equal rows without a key."""
    mirror.path_of_source = sqlite_file(
        tmp_path / "source.sqlite",
        "CREATE TABLE keyed (id INTEGER PRIMARY KEY, t TEXT, u TEXT)",
        "CREATE TABLE keyless (t TEXT, n INTEGER)",
        "CREATE TABLE clean (id INTEGER PRIMARY KEY)",
        ("INSERT INTO keyed VALUES (?, ?, 'ü')", [(n, "text %d" % n) for n in range(1, 10)]),
        "UPDATE keyed SET t = CAST(x'63616665ff' AS TEXT) WHERE id = 7",
        "INSERT INTO keyless VALUES ('good', 1), (CAST(x'ff' AS TEXT), 2), (CAST(x'ff' AS TEXT), 2)",
        "INSERT INTO clean VALUES (1), (2)")
    assert mirror.sqlite(mirror.path_of_source).run().status == 1
    return mirror


@pytest.fixture
def refusing(mirrored, pg):
    """And a row that PostgreSQL refuses."""
    pg.query("ALTER TABLE mirror.keyed ADD CHECK (t <> 'refused')")
    change(mirrored, "INSERT INTO keyed VALUES (33, 'refused', 'x')")
    assert mirrored.run("--table", "keyed").status == 1
    return mirrored


def change(mirror, *statements):
    sqlite_file(mirror.path_of_source, *statements)


def line_of(result, table):
    return next(line for line in result.stdout.splitlines() if line.startswith(table + ": "))


def status_of(mirror, table):
    answer = json.loads(mirror.run("status", "--json").stdout)
    return next(entry for entry in answer["tables"] if entry["table"] == table)


@pytest.mark.parametrize("environment", [{}, {"OE2PG_TEST_MAP_BYTES": "64"}])
def test_what_is_in_quarantine_is_an_exception_that_is_counted_as_status_counts_it(
        refusing, pg, environment):
    before = row_versions(pg)
    quarantine = pg.query("SELECT * FROM oe2pg.quarantine ORDER BY id")
    result = refusing.run("verify", environment=environment)
    assert result.status == 0, result.explain()
    for table, what in EXCEPTIONS.items():
        expected = "equal but for %s in quarantine, " % what if what else "equal, "
        assert line_of(result, table).startswith("%s: %s" % (table, expected)), result.stdout
    assert "; 3 values in quarantine" in refusing.run("status").stdout
    assert ", 3 values in quarantine" in result.log.split("Summary: ")[-1]
    assert row_versions(pg) == before
    assert pg.query("SELECT * FROM oe2pg.quarantine ORDER BY id") == quarantine


def test_the_exceptions_are_named_with_values_alone(refusing):
    silent = refusing.run("verify")
    assert "cafe" not in silent.stdout and 'id="7"' not in silent.stdout
    assert "  what cannot be mirrored: oe2pg verify --values, or oe2pg status --quarantine" in \
        silent.stdout.splitlines()
    shown = refusing.run("verify", "--values")
    lines = shown.stdout.splitlines()
    assert '  in quarantine  id="7": t, invalid_utf8, source "\\x63616665ff"' in lines, shown.stdout
    assert '  in quarantine  id="33": the whole row, row_refused' in lines
    assert lines.count('  in quarantine  t, invalid_utf8, source "\\xff"') == 1
    assert "63616665ff" not in shown.log + shown.stderr


def test_programs_and_the_tables_story_learn_of_them(mirrored):
    assert status_of(mirrored, "keyed")["verification"] is None
    mirrored.run("verify")
    found = status_of(mirrored, "keyed")["verification"]
    assert found.pop("verified_at") == status_of(mirrored, "keyed")["verified_at"]
    assert found == {"is_equal": True, "rows": 9, "missing": 0, "changed": 0, "surplus": 0,
                     "quarantined": 1, "unrecorded": 0}
    assert ": equal but for 1 in quarantine" in mirrored.run("status", "--table", "keyed").stdout


def test_what_is_missing_and_in_no_quarantine_is_a_difference(mirrored, pg):
    # Where the mirror has NULL already, the rows look alike.
    change(mirrored, "UPDATE keyed SET u = NULL WHERE id = 2")
    mirrored.run_well()
    change(mirrored, "UPDATE keyed SET u = CAST(x'fe' AS TEXT) WHERE id = 2")
    result = mirrored.run("verify", "--values")
    assert result.status == 1, result.explain()
    assert line_of(result, "keyed") == (
        "keyed: DIFFERENT: 0 changed, 0 missing in the mirror, 0 only in the mirror, of 9 rows;"
        " 1 value in quarantine; 1 value of the source cannot be mirrored, and no run has put that"
        " into quarantine yet: run oe2pg")
    assert '  not in quarantine  id="2": u, invalid_utf8, source "\\xfe"' in result.stdout
    assert status_of(mirrored, "keyed")["verification"]["unrecorded"] == 1
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine") == 2
    assert mirrored.run("verify", "--repair", "--table", "keyed").status == 1
    assert mirrored.run("verify").status == 0
    assert pg.value("SELECT count(*) FROM oe2pg.quarantine WHERE resolved_at IS NULL") == 3


def test_an_entry_whose_row_is_gone_is_no_exception_any_more(refusing):
    change(refusing, "DELETE FROM keyed WHERE id = 33")
    result = refusing.run("verify", "--table", "keyed")
    assert result.status == 0, result.explain()
    assert line_of(result, "keyed") == "keyed: equal but for 1 value in quarantine, 9 rows"


def test_a_known_exception_beside_a_difference_is_told_too(mirrored, pg):
    pg.query("UPDATE mirror.keyed SET u = 'by hand' WHERE id = '1'")
    result = mirrored.run("verify")
    assert result.status == 1
    assert line_of(result, "keyed") == (
        "keyed: DIFFERENT: 1 changed, 0 missing in the mirror, 0 only in the mirror, of 9 rows;"
        " 1 value in quarantine")


def test_a_value_too_long_for_a_statement_is_found_in_quarantine(mirrored, pg):
    change(mirrored, "INSERT INTO keyed SELECT 99, CAST(zeroblob(70000) || x'ff' AS TEXT), 'x'")
    assert mirrored.run("--table", "keyed").status == 1
    result = mirrored.run("verify", "--table", "keyed")
    assert result.status == 0, result.explain()
    assert line_of(result, "keyed").startswith("keyed: equal but for 2 values in quarantine")


def test_status_reads_tracking_tables_of_an_older_program(mirrored, pg):
    mirrored.run("verify")
    older_tracking(pg, 3)
    assert status_of(mirrored, "keyed")["verification"]["quarantined"] == 0
    mirrored.run_well()
    mirrored.run("verify")
    assert status_of(mirrored, "keyed")["verification"]["quarantined"] == 1
