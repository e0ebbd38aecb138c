"""OpenEdge over JDBC: its catalogue, its dialect, its values, its moods. The server is the
look-alike of tests/openedge; the judge is the store behind it, asked in its own SQL."""

import re

import pytest

from forms import cases
from openedge_server import OpenEdgeServer, jars_folder
from openedge_truth import Truth, differences
from servers import java_environment

WEIGHT = 4  # see conftest.py

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

ENVIRONMENT = java_environment()
# What is no table of the business, unless somebody names it.
LEFT_OUT = {"Hidden-One", "CDC_Customer"}
# Answers to what is not known about OpenEdge, many to a run: each run is as good with any of them.
ANSWERS = {
    "default": {},
    "values": {"datetime_tz": "spaced", "array_values": "iso", "tilde": "before_special",
     "java_time": "supported", "recid_type": "bigint", "lob_coltype": "lvarbinary_lvarchar",
     "array_coltype": "vararray", "version": "11.7.0"},
    "session": {"error_codes": "empty", "isolation": "unsupported", "cancel": "unsupported",
     "query_timeout": "unsupported", "fetch_size": "ignored", "table_statistics": "stale",
     "cursor_over_commit": "held", "code_page": "1252", "version": "12.8.0"},
    "codes": {"error_codes": "numbered", "isolation": "unknown", "cancel": "ignored",
     "query_timeout": "ignored", "cdc_table_type": "S", "null_order": "low",
     "rowid_order": "unsupported", "offset_fetch": "unsupported", "code_page": "ISO8859-1",
     "version": "10.2.0", "array_subscripts": "unsupported"},
}


def run_well(mirror, *arguments, environment=None):
    result = mirror.run(*arguments, environment={**ENVIRONMENT, **(environment or {})})
    assert result.status == 0, result.explain()
    return result


def run(mirror, *arguments, environment=None):
    return mirror.run(*arguments, environment={**ENVIRONMENT, **(environment or {})})


def written(pg):
    return pg.query("SELECT rows_inserted, rows_updated, rows_deleted FROM oe2pg.run"
                    " ORDER BY id DESC LIMIT 1")[0]


def business(truth):
    return [table for table in truth.tables() if table not in LEFT_OUT]


# --- everything, whatever is not known ------------------------------------------------------------

@pytest.mark.parametrize("kind", cases(["default", "values"], only_long=["session", "codes"]))
def test_every_table_is_mirrored_as_sql_shows_it(openedge, mirror, pg, kind):
    """Section 3: decimals of 50 digits, three states of LOGICAL, both forms of DATETIME-TZ, arrays
    as one text, RAW, BLOB, CLOB, days of year 1; section 5.2: names in quotes, reserved words, odd
    letters; section 2.4: no index, word, inactive, abbreviated, descending, case-insensitive,
    non-unique primary indexes and NULLs in unique ones."""
    answers = ANSWERS[kind]
    openedge.switch(**answers)
    mirror.source(**openedge.source_keys())
    first = run_well(mirror)
    truth = Truth(openedge, **{name: answers[name] for name in ("tilde", "array_values")
                               if name in answers})
    assert differences(truth, pg, tables=business(truth)) == []
    ignored = 1 if answers.get("cdc_table_type") == "S" else 2
    assert "%d ignored, 0 refused" % ignored in first.log
    assert not LEFT_OUT & set(pg.tables("pub"))
    assert not [line for line in first.log_lines("WARNING")]
    run_well(mirror, "--full-sync")
    assert written(pg) == (0, 0, 0)
    assert openedge.counts()["most_connections"] <= 2
    assert openedge.counts().get("writes", 0) == 0
    check_statements(openedge)


def check_statements(openedge):
    """Section 1.3: read uncommitted, or by NOLOCK where that level cannot be had; no READPAST, no
    transaction left open; 5.1: no OFFSET."""
    statements = [entry for entry in openedge.log() if entry["kind"] == "statements"]
    asked = [entry for entry in statements if "SET TRANSACTION" not in entry["sql"]]
    assert asked and not [entry for entry in asked if entry["error"]], asked
    read = [entry for entry in asked if 'FROM "PUB"."' in entry["sql"]]
    assert read and not [entry for entry in read
                         if entry["isolation"] != 1 and " WITH (NOLOCK)" not in entry["sql"]]
    assert not [entry for entry in read
                if entry["isolation"] == 1 and " WITH (NOLOCK)" in entry["sql"]]
    assert not [entry for entry in asked if re.search("READPAST|OFFSET|FETCH FIRST", entry["sql"])]
    assert openedge.counts()["rollbacks"] >= len(asked)
    assert openedge.schema_holders() == []


def test_changes_come_through(mirror, pg):
    with OpenEdgeServer("pathology") as own:
        mirror.source(**own.source_keys())
        run_well(mirror)
        own.sql("""
            UPDATE PUB."Ledger-Entry" SET "Posted" = NULL WHERE "Entry-No" = 1;
            UPDATE PUB."Loose-Key" SET "Text" = 'Änderung; ~?' WHERE "Code" IS NULL;
            DELETE FROM PUB."No-Index" WHERE "Line" = 3;
            INSERT INTO PUB."Calendar" ("Id", "Day") VALUES (77, DATE '1500-02-28');
            UPDATE PUB."Media-Store" SET "Thumb" = X'00', "Story" = '' WHERE "Id" = 2;""")
        run_well(mirror)
        truth = Truth(own)
        assert differences(truth, pg, tables=business(truth)) == []
        assert written(pg) == (1, 5, 1)


@pytest.mark.parametrize("java_time", ["unsupported", "supported"])
def test_days_beyond_the_range_arrive_as_the_driver_gives_them(mirror, pg, java_time):
    """Sections 9 and 11.8: a driver that delivers them, as texts or as java.time has them."""
    with OpenEdgeServer("pathology") as own:
        own.switch(date_out_of_range="delivered", java_time=java_time)
        own.sql("""INSERT INTO PUB."Calendar" ("Id", "Day") VALUES (50, DATE '-0044-03-15'),
            (51, DATE '12000-01-01')""")
        mirror.source(**own.source_keys())
        run_well(mirror, "--table", "Calendar")
        days = dict(pg.query("SELECT id, day FROM pub.calendar WHERE id IN ('50', '51')"))
        assert days["50"] in ("-0044-03-15", "0045-03-15 BC")
        assert days["51"] in ("+12000-01-01", "12000-01-01")
        run_well(mirror, "--table", "Calendar")
        assert written(pg) == (0, 0, 0)


# --- the catalogue --------------------------------------------------------------------------------

def keys_of(pg):
    return dict(pg.query("SELECT source_table, key_columns FROM oe2pg.tracking"))


def test_keys_are_unique_active_whole_indexes(openedge, mirror, pg):
    """Section 2.4."""
    mirror.source(**openedge.source_keys())
    run_well(mirror)
    keys = keys_of(pg)
    assert keys["BillTo"] == ["custnum", "billtoid"]
    assert keys["Loose-Key"] == ["code", "sub_code"]
    assert keys["State"] == ["state"]
    for keyless in ("No-Index", "Word-Only", "Asleep", "Short-Key", "Feedback", "InventoryTrans"):
        assert not keys[keyless], keyless
    plan = run(mirror, "plan", "--all").stdout
    assert "CustNum, BillToID from large to small" in plan
    assert 'Hidden-One' in plan and "hidden at the source" in plan
    assert "a change table of OpenEdge's CDC" in plan


def test_a_table_that_sql_made_is_mirrored_with_its_blanks(openedge, mirror, pg):
    """Sections 2.3, 3 and 9: another owner, CHAR padded with blanks, a type that ABL does not
    have."""
    mirror.source(**openedge.source_keys(schema="BOOKS"))
    run_well(mirror)
    assert pg.query("SELECT nr, code, weight FROM books.shelf") == [("1", "ab      ", "0.1")]


def test_a_hidden_table_is_mirrored_when_it_is_named(openedge, mirror, pg):
    mirror.source(**openedge.source_keys())
    run_well(mirror, "--table", "Hidden-One", "--table", "*Order*")
    assert pg.query("SELECT * FROM pub.hidden_one") == [("1", "hidden")]
    assert "cdc_customer" not in pg.tables("pub")


LEVELS = [
    ("no_metaschema", {"metaschema": "no"}, {},
     "keys come from SYSPROGRESS.SYSINDEXES, which does not say which index is the primary one"),
    ("no_catalogue", {"metaschema": "no", "sysprogress": "no"}, {"get_tables": "with_metaschema"},
     "keys are what the driver reports"),
    ("driver_knows", {"metaschema": "no", "sysprogress": "no"},
     {"primary_keys": "primary_index", "index_info": "all"}, "keys are what the driver reports"),
    ("driver_refuses", {"metaschema": "no", "sysprogress": "no"},
     {"primary_keys": "unsupported", "index_info": "unsupported"},
     "keys are what the driver reports"),
]


@pytest.mark.parametrize("rights,answers,said", [level[1:] for level in LEVELS],
                         ids=[level[0] for level in LEVELS])
def test_a_lower_way_to_the_catalogue_says_what_is_lost(openedge, mirror, pg, rights, answers,
                                                        said):
    """Sections 2.1 and 11.2: the metaschema may not be read, and nobody knows which index the
    driver calls the primary key: two rows of one such key are both mirrored."""
    openedge.switch(**answers)
    openedge.add_user("poor", "poor", **rights)
    try:
        mirror.source(**openedge.source_keys(user="poor", password="poor"))
        result = run_well(mirror)
    finally:
        openedge.drop_user("poor")
    assert any(said in line for line in result.log_lines("WARNING")), result.explain()
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []
    assert not [table for table in pg.tables("pub") if table.startswith("_")]


def test_one_query_of_the_catalogue_that_takes_too_long_changes_nothing(openedge, mirror):
    """Section 10: what it fails with need not say why, so that it looks like a missing right."""
    openedge.switch(error_codes="numbered")
    mirror.source(**openedge.source_keys(query_timeout=1))

    def told(result):  # but for the size of the database, which PostgreSQL's own work changes
        return (result.status, re.sub(r"it has \S+ \wB now", "", result.stdout),
                result.log_lines("WARNING"))

    calm = run(mirror, "plan", "--all")
    assert calm.status == 0 and "a change table of OpenEdge's CDC" in calm.stdout
    for number in cases([3, 6, 9], only_long=[4, 5, 7, 8, 10]):  # behind those that ask who the database is
        openedge.mishap("slow", "execute", number, 1, 2500)
        assert told(run(mirror, "plan", "--all")) == told(calm), number


def test_two_thousand_tables_take_a_handful_of_queries(mirror):
    with OpenEdgeServer("pathology") as large:
        large.add_tables(2000)
        mirror.source(**large.source_keys())
        result = run(mirror, "plan")
        assert result.status == 0 and "2010" in result.stdout, result.explain()
        assert len([e for e in large.log() if e["kind"] == "statements"]) <= 14
        assert large.counts().get("metadata", 0) == 0


def test_the_database_is_known_by_its_guid(openedge, mirror, pg):
    """Section 2.2: _Db."""
    mirror.source(**openedge.source_keys())
    run_well(mirror, "--table", "State")
    guid, code_page = pg.query("SELECT source_guid, source_code_page FROM oe2pg.mirror")[0]
    assert guid == openedge.sql('SELECT "_Db-guid" FROM PUB."_Db"')[0][0]
    assert code_page == "UTF-8"


@pytest.mark.parametrize("rights,answers", [
    ({}, {}),
    ({"metaschema": "no"}, {"synonym_rows": "apart"}),
    ({"metaschema": "no"}, {"synonym_rows": "in_systables"}),
    ({"metaschema": "no", "sysprogress": "no"}, {})],
    ids=["metaschema", "sysprogress_apart", "sysprogress_in_systables", "driver"])
def test_a_synonym_is_no_table_of_its_own(openedge, mirror, pg, rights, answers):
    """Sections 1.1 and 2.1: SYSSYNONYMS, and CatalogOptions=2, by which the driver tells the
    columns of synonyms too."""
    openedge.switch(**answers)
    openedge.synonym("State-Too", "State")
    openedge.synonym("A-State", "State")
    openedge.add_user("clerk", "clerk", **rights)
    mirror.source(**openedge.source_keys(user="clerk", password="clerk"))
    result = run_well(mirror, "--table", "*State*")
    assert pg.tables("pub") == ["state"], result.explain()
    assert differences(Truth(openedge), pg, tables=["State"]) == []


def test_counters_of_the_server_are_taken_for_no_number_of_rows(openedge, mirror):
    """Sections 2.2 and 2.5: _TableStat counts what was done since the start, and what the codes of
    SYSTBLSTAT mean is not known: no command asks for either, but to know what was written to."""
    openedge.switch(table_statistics="stale")
    mirror.source(**openedge.source_keys()).settings(witness="none")
    for command in (["plan", "--all"], ["--table", "State"], ["check"],
                    ["verify", "--table", "State"]):
        run_well(mirror, *command)
    asked = [entry["sql"].upper() for entry in openedge.log() if entry["kind"] == "statements"]
    assert len(asked) > 10
    assert not [sql for sql in asked if "TABLESTAT" in sql or "SYSTBLSTAT" in sql]


# --- check ----------------------------------------------------------------------------------------

def test_check_says_what_is_particular(openedge, mirror):
    """Sections 1.3, 2.4 and 4: isolation in force, indexes, width, broker, guid."""
    mirror.source(**openedge.source_keys())
    run_well(mirror, "--table", "State")
    found = run_well(mirror, "check").stdout
    assert "OpenEdge 12.2.0" in found and 'logged in as "reader"' in found
    assert "_Db is readable: guid" in found and "code page UTF-8" in found
    assert "read uncommitted, as the driver confirms" in found
    assert "port %d is the broker's" % openedge.port in found
    assert re.search(r"\d+ tables by a unique primary index, \d+ by another unique index, \d+ by"
                     r" none; 1 of the indexes have a descending part", found), found
    assert "none is missing" in found


def test_check_prints_the_grants_and_the_level_in_force(openedge, mirror):
    openedge.switch(isolation="unsupported")
    openedge.add_user("clerk", "clerk", tables="State,Odd%Names&More", metaschema="no")
    try:
        mirror.source(**openedge.source_keys(user="clerk", password="clerk"))
        found = run(mirror, "check").stdout
    finally:
        openedge.drop_user("clerk")
    assert 'GRANT SELECT ON "PUB"."Order" TO "clerk";' in found
    assert 'GRANT SELECT ON "PUB"."State"' not in found
    assert "read uncommitted, set by SET TRANSACTION; the driver reports read committed" in found
    assert "_Db may not be read" in found


def test_check_names_columns_that_are_full(mirror):
    with OpenEdgeServer("pathology") as own:
        own.sql("""UPDATE PUB."Loose-Key" SET "Text" = REPEAT('x', 200) WHERE "Code" = 'b'""")
        mirror.source(**own.source_keys())
        run_well(mirror)
        found = run_well(mirror, "check").stdout
    assert "1 columns with values as long as their SQL width: Loose-Key.Text (200)" in found
    assert "dbtool" in found


# --- real schemas and real data -------------------------------------------------------------------

# How many tables there are, and how many have a key at least.
@pytest.mark.parametrize("folder,tables,least_keys",
                         cases([("webstate", 25, 21), ("lobs", 1, 1)], only_long=[("sports2000", 25, 23)]))
def test_real_dumps_are_equal_in_every_table(mirror, pg, real_data, folder, tables, least_keys):
    with OpenEdgeServer(real_data / "openedge" / folder, memory="2g") as own:
        mirror.source(**own.source_keys())
        run_well(mirror, "--full-sync")
        truth = Truth(own)
        assert len(truth.tables()) == tables
        assert differences(truth, pg) == []
        assert len([key for key in keys_of(pg).values() if key]) >= least_keys
        run_well(mirror, "--full-sync")
        assert written(pg) == (0, 0, 0)
        # In native types.
        mirror.config["postgres_db"]["schema"] = "native"
        mirror.settings(column_types="native", arrays="text")
        run_well(mirror)
        assert differences(truth, pg, "native", native=True) == []
        run_well(mirror, "--full-sync")
        assert written(pg) == (0, 0, 0)


# --- moods of the server --------------------------------------------------------------------------

QUICKLY = {"OE2PG_TEST_PAUSE_MS": "1"}


def test_a_locked_record_is_read_again(openedge, mirror, pg):
    """Sections 1.3 and 10: -210015 with an empty SQLSTATE, met by a reader who takes locks."""
    mirror.source(**openedge.source_keys(isolation="read_committed"))
    openedge.lock("Customer", '"CustNum" = 700', 2)
    result = run_well(mirror, "--table", "Customer", environment=QUICKLY)
    assert len([l for l in result.log_lines("WARNING") if "trying again" in l]) == 2
    assert differences(Truth(openedge), pg, tables=["Customer"]) == []


def test_a_record_locked_for_ever_fails_its_table_alone(openedge, mirror, pg):
    mirror.source(**openedge.source_keys(isolation="read_committed"))
    openedge.lock("Customer", '"CustNum" = 700')
    result = run(mirror, environment=QUICKLY)
    assert result.status == 1, result.explain()
    assert "trying again (4 of 5)" in result.log
    assert "Customer" in errors_of(result) and "read_uncommitted" in errors_of(result)
    truth = Truth(openedge)
    assert differences(truth, pg, tables=[t for t in business(truth) if t != "Customer"]) == []


def test_nothing_locked_matters_at_read_uncommitted(openedge, mirror, pg):
    openedge.lock("Customer", '"CustNum" = 700')
    for answer in ("works", "unsupported", "unknown"):
        openedge.switch(isolation=answer)
        mirror.source(**openedge.source_keys())
        result = run_well(mirror, "--table", "Customer")
        assert not result.log_lines("WARNING")


@pytest.mark.parametrize("error_codes", cases(["empty"], only_long=["standard", "numbered"]))
def test_a_full_lock_table_is_waited_for(openedge, mirror, pg, error_codes):
    """Sections 1.3 and 10: 915 is told by its number alone; who reads without locks never meets it."""
    openedge.switch(error_codes=error_codes, lock_table_overflows=2)
    mirror.source(**openedge.source_keys())
    assert "trying again" not in run_well(mirror, "--table", "State").log
    mirror.source(isolation="read_committed")
    result = run_well(mirror, "--table", "Customer", environment=QUICKLY)
    assert len([l for l in result.log_lines("WARNING") if "trying again" in l]) == 2
    assert differences(Truth(openedge), pg, tables=["State", "Customer"]) == []


def test_a_lock_table_full_for_ever_fails_its_table(openedge, mirror):
    openedge.switch(lock_table_overflows=99)
    mirror.source(**openedge.source_keys(isolation="read_committed"))
    result = run(mirror, "--table", "Customer", environment=QUICKLY)
    assert result.status == 1, result.explain()
    assert "(915)" in errors_of(result)


# --- how it is reached

@pytest.mark.parametrize("properties", cases(
    ["databaseName=elsewhere;databaseName=sports2020", "databaseName=sports2020[-mdbq:all]",
     "databaseName=sports2020;truncateTooLarge=output",
     "databaseName=sports2020;INITIALIZATIONSTRING=(SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED)"],
    only_long=["DATABASENAME=sports2020", "databaseName=sports2020;defaultSchema=PUB"]))
def test_an_address_of_ones_own_is_taken_as_it_is(openedge, mirror, pg, properties):
    """Section 1.1: names in any case, the last one wins, several databases, a schema, a start."""
    keys = openedge.source_keys(jdbc_url="jdbc:datadirect:openedge://%s:%d;%s" % (
        openedge.host, openedge.port, properties))
    mirror.source(**{name: keys[name] for name in (
        "jdbc_url", "user", "password", "schema", "jar_file", "driver_class")})
    run_well(mirror, "--table", "State")
    assert differences(Truth(openedge), pg, tables=["State"]) == []


def test_a_broker_of_several_databases_is_named_with_the_database(openedge, mirror, pg):
    """Section 1.1: databaseName=db[-mdbq:cfg], made of db_name."""
    mirror.source(**openedge.source_keys(db_name="sports2020[-mdbq:all]"))
    run_well(mirror, "--table", "State")
    assert differences(Truth(openedge), pg, tables=["State"]) == []


def errors_of(result):
    return "\n".join(result.log_lines("ERROR"))


@pytest.mark.parametrize("error_codes", ["standard", "empty", "numbered"])
def test_a_table_without_a_grant_fails_alone_and_names_the_grant(openedge, mirror, pg,
                                                                 error_codes):
    """Sections 1.3 and 10: 7512 is told by its number alone, whatever the codes."""
    openedge.switch(error_codes=error_codes)
    openedge.add_user("clerk", "clerk", tables="State,Customer")
    try:
        mirror.source(**openedge.source_keys(user="clerk", password="clerk"))
        result = run(mirror, "--table", "State", "--table", "Order", "--table", "Customer",
                     environment=QUICKLY)
    finally:
        openedge.drop_user("clerk")
    assert result.status == 1, result.explain()
    assert "trying again" not in result.log
    assert "(7512)" in errors_of(result) and "GRANT SELECT" in errors_of(result)
    assert differences(Truth(openedge), pg, tables=["State", "Customer"]) == []
    assert pg.query("SELECT state FROM oe2pg.tracking WHERE source_table = 'Order'") == [
        ("failed",)]


def test_no_more_connections_than_jobs(openedge, mirror):
    mirror.source(**openedge.source_keys()).settings(jobs=3)
    run_well(mirror)
    assert openedge.counts()["most_connections"] == 3


@pytest.mark.parametrize("error_codes", cases(["empty"], only_long=["standard", "numbered"]))
def test_a_broker_that_refuses_more_means_fewer_jobs(openedge, mirror, pg, error_codes):
    """Sections 5.7 and 11.15: the error of the limit is not known."""
    openedge.switch(servers=2, error_codes=error_codes)
    mirror.source(**openedge.source_keys()).settings(jobs=4)
    result = run_well(mirror)
    assert result.log.count("going on with fewer jobs") == 1
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


@pytest.mark.parametrize("error_codes", cases(["empty"], only_long=["standard", "numbered"]))
def test_a_refused_login_is_tried_once(openedge, mirror, error_codes):
    openedge.switch(refuse_logins=9, error_codes=error_codes)
    mirror.source(**openedge.source_keys()).settings(jobs=4)
    result = run(mirror, environment=QUICKLY)
    assert result.status == 3, result.explain()
    assert openedge.counts()["login_attempts"] == 1


@pytest.mark.parametrize("what,where", cases(
    [("half", "fetch"), ("drop", "execute")], only_long=[("drop", "fetch")]))
def test_a_broken_connection_is_opened_again(openedge, mirror, pg, what, where):
    mirror.source(**openedge.source_keys()).settings(jobs=1)
    openedge.mishap(what, where, 40)
    result = run_well(mirror, environment=QUICKLY)
    assert "trying again" in result.log
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


STATES = {"empty": {"lost_state": "empty", "is_valid": "missing"}, "general": {"lost_state": "general"},
          "asked": {"lost_state": "empty", "is_closed": "after_close"}}


@pytest.mark.parametrize("state,what,where", cases(
    [("empty", "drop", "read"), ("general", "half", "read"), ("asked", "drop", "execute")],
    only_long=[("empty", "half", "read"), ("empty", "drop", "execute"), ("general", "drop", "read"),
               ("general", "drop", "execute"), ("asked", "drop", "read"), ("asked", "half", "read")]))
def test_a_connection_lost_without_a_state_is_opened_again(openedge, mirror, pg, state, what, where):
    """Section 10: getSQLState may be empty, HY000 is said of anything."""
    mirror.source(**openedge.source_keys()).settings(jobs=1, batch_size=20)
    openedge.switch(**STATES[state])
    openedge.mishap(what, where, 34 if where == "execute" else 20)
    result = run_well(mirror, environment=QUICKLY)
    assert result.log.count("trying again") == 1, result.explain()
    assert pg.query("SELECT * FROM oe2pg.quarantine") == []
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


@pytest.mark.parametrize("error_codes", cases(["empty"], only_long=["standard", "numbered"]))
def test_a_slow_statement_that_was_cancelled_is_read_again(openedge, mirror, pg, error_codes):
    mirror.source(**openedge.source_keys(stall_seconds=3)).settings(jobs=1)
    openedge.switch(error_codes=error_codes)
    openedge.mishap("slow", "execute", 34, 1, 20_000)
    result = run_well(mirror, environment=QUICKLY)
    assert result.log.count("trying again") == 1, result.explain()
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


def test_a_silent_server_is_given_up_and_asked_again(openedge, mirror, pg):
    openedge.switch(cancel="works")
    mirror.source(**openedge.source_keys(stall_seconds=4)).settings(jobs=1)
    openedge.mishap("stall", "fetch", 40)
    result = run_well(mirror, environment=QUICKLY)
    assert "trying again" in result.log
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


def test_a_driver_that_neither_cancels_nor_aborts_has_its_connection_closed(openedge, mirror, pg):
    """Both are younger than some drivers: cancel may end nothing, abort came with JDBC 4.1."""
    openedge.switch(cancel="ignored", abort="missing")
    mirror.source(**openedge.source_keys(stall_seconds=3)).settings(jobs=1)
    openedge.mishap("stall", "fetch", 40)
    result = run_well(mirror, environment=QUICKLY)
    assert result.log.count("trying again") == 1, result.explain()
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []


def test_long_reads_are_cut_and_go_on_in_the_index_direction(openedge, mirror, pg):
    """Sections 1.3 and 5.3: the schema's lock is let go, a descending part goes on downwards."""
    mirror.source(**openedge.source_keys(fetch_size=5)).settings(batch_size=10)
    run_well(mirror, environment={"OE2PG_TEST_TRANSACTION_MS": "0"})
    truth = Truth(openedge)
    assert differences(truth, pg, tables=business(truth)) == []
    asked = [e["sql"] for e in openedge.log() if '"PUB"."BillTo"' in e["sql"]]
    assert [sql for sql in asked if '"CustNum" = ?' in sql and '"BillToID" < ?' in sql
            and 'ORDER BY "CustNum", "BillToID" DESC' in sql]
    assert [sql for sql in asked if '"CustNum" > ?' in sql]
    assert openedge.counts()["rollbacks"] >= len(asked)
    assert openedge.schema_holders() == []
