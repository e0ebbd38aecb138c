"""What goes wrong with OpenEdge goes wrong with the look-alike, when a test asks for it."""

import time

import pytest

from openedge_server import Refused
from servers import java_environment

WIDE_AT = 60
WIDE = """
ADD TABLE "Wide"
ADD FIELD "Id" OF "Wide" AS integer
ADD FIELD "Text" OF "Wide" AS character
  MAX-WIDTH 10
ADD FIELD "Number" OF "Wide" AS decimal
  MAX-WIDTH 6
  DECIMALS 2
ADD FIELD "Bytes" OF "Wide" AS raw
  MAX-WIDTH 4
ADD FIELD "Words" OF "Wide" AS character
  EXTENT 2
  MAX-WIDTH 8
ADD FIELD "Day" OF "Wide" AS date
ADD INDEX "Id" ON "Wide"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""


@pytest.fixture
def wide(openedge):
    """120 rows in which nothing is too wide yet."""
    openedge.df(WIDE)
    openedge.sql("INSERT INTO PUB.\"Wide\" SELECT x, 'text', x, X'01', ARRAY['a', 'b'], "
                 "DATE '2020-01-01' FROM SYSTEM_RANGE(1, 120)")
    yield openedge
    openedge.df('DROP TABLE "Wide"')


def widen(server, assignment, where="\"Id\" = %d" % WIDE_AT):
    server.sql('UPDATE PUB."Wide" SET %s WHERE %s' % (assignment, where))


def widen_text(server):
    widen(server, "\"Text\" = 'elf Zeichen'")


# --- values that are wider than SQL was told

@pytest.mark.parametrize("column, value", [
    ("Text", "'elf Zeichen'"), ("Number", "12345.67"), ("Bytes", "X'0102030405'"),
    ("Words", "ARRAY['four', 'five']")])
def test_a_value_that_is_too_wide_ends_the_query(wide, column, value):
    widen(wide, '"%s" = %s' % (column, value))
    with wide.connect() as session, pytest.raises(Refused) as refused:
        session.query('SELECT "Id", "%s" FROM PUB."Wide"' % column)
    assert (refused.value.state, refused.value.code) == ("22P00", 210012)
    assert refused.value.message == (
        "[DataDirect][OpenEdge JDBC Driver][OpenEdge] Column %s in table PUB.Wide has value "
        "exceeding its max length or precision. (7864)" % column)


@pytest.mark.parametrize("column, value", [
    ("Text", "'zehn Zeich'"), ("Number", "-9999.99"), ("Bytes", "X'01020304'"),
    ("Words", "ARRAY['abc', 'defg']")])
def test_a_value_of_just_the_width_does_not(wide, column, value):
    widen(wide, '"%s" = %s' % (column, value))
    with wide.connect() as session:
        assert len(session.query('SELECT "%s" FROM PUB."Wide"' % column)) == 120


@pytest.mark.parametrize("setting, delivered", [("lost", 50), ("delivered", WIDE_AT - 1)])
def test_it_fails_in_the_middle_and_may_lose_the_rows_of_its_block(wide, setting, delivered):
    widen_text(wide)
    wide.switch(rows_before_bad=setting)
    with wide.connect() as session:
        session.start("r", 'SELECT "Id", "Text" FROM PUB."Wide" ORDER BY "Id"', fetch_size=50)
        assert len(session.next("r", 40)) == 40
        with pytest.raises(Refused) as refused:
            session.next("r", 80)
        assert len(refused.value.rows) == delivered - 40
        with pytest.raises(Refused):
            session.next("r", 1)
        session.stop("r")
        assert len(session.query('SELECT "Id" FROM PUB."Wide"')) == 120


OPERATED_ON = [
    'SELECT "Id" FROM PUB."Wide" WHERE "Text" > \'e\'',
    'SELECT "Id" FROM PUB."Wide" ORDER BY "Text"',
    'SELECT MAX("Text") FROM PUB."Wide"',
    'SELECT "Text", COUNT(*) FROM PUB."Wide" GROUP BY "Text"',
    'SELECT DISTINCT "Text" FROM PUB."Wide"',
    'SELECT LENGTH("Text") FROM PUB."Wide"',
    'SELECT SUBSTRING("Text", 1, 10) FROM PUB."Wide"',
    'SELECT CAST("Text" AS VARCHAR(100)) FROM PUB."Wide"',
]


@pytest.mark.parametrize("sql", OPERATED_ON)
def test_a_column_counts_wherever_it_is_operated_on(wide, sql):
    widen_text(wide)
    with wide.connect() as session, pytest.raises(Refused, match="Column Text"):
        session.query(sql)


@pytest.mark.parametrize("sql, rows", [
    ('SELECT "Id", "Number" FROM PUB."Wide"', 120),
    ('SELECT "Id", "Text" FROM PUB."Wide" WHERE "Id" <> %d' % WIDE_AT, 119),
    ('SELECT COUNT(*) FROM PUB."Wide"', 1),
    ('SELECT MAX("Text") FROM PUB."Wide" WHERE "Id" < %d' % WIDE_AT, 1),
])
def test_rows_and_columns_without_it_are_read(wide, sql, rows):
    widen_text(wide)
    with wide.connect() as session:
        assert len(session.query(sql)) == rows


def test_whether_functions_avoid_it_is_a_switch(wide):
    widen_text(wide)
    wide.switch(wide_functions="pass")
    with wide.connect() as session:
        assert session.query('SELECT SUBSTRING("Text", 1, 5) FROM PUB."Wide" WHERE "Id" = %d'
                             % WIDE_AT) == [["elf Z"]]
        with pytest.raises(Refused):
            session.query('SELECT "Text" FROM PUB."Wide"')


def test_whether_a_condition_looks_at_other_rows_is_a_switch(wide):
    widen_text(wide)
    query = 'SELECT "Id" FROM PUB."Wide" WHERE "Id" < 5 AND "Text" = \'text\''
    with wide.connect() as session:
        assert len(session.query(query)) == 4
        wide.switch(wide_predicates="all_rows")
        with pytest.raises(Refused, match="Column Text"):
            session.query(query)


@pytest.mark.parametrize("mode", ["on", "output"])
def test_a_session_may_have_texts_cut_and_hears_nothing_of_it(wide, mode):
    widen_text(wide)
    widen(wide, "\"Words\" = ARRAY['four', 'five']")
    with wide.connect(truncateTooLarge=mode) as session:
        assert session.query('SELECT "Text", "Words" FROM PUB."Wide" WHERE "Id" = %d'
                             % WIDE_AT) == [["elf Zeiche", "four;fiv"]]
        widen(wide, '"Number" = 12345.67')
        with pytest.raises(Refused, match="Column Number"):
            session.query('SELECT "Number" FROM PUB."Wide"')


def test_the_server_may_cut_for_all_but_who_refuses(wide):
    widen_text(wide)
    wide.switch(truncate_too_large="output")
    query = 'SELECT "Text" FROM PUB."Wide" WHERE "Id" = %d' % WIDE_AT
    with wide.connect() as session:
        assert session.value(query) == "elf Zeiche"
    with wide.connect(url=";truncateTooLarge=off") as session, pytest.raises(Refused):
        session.value(query)


# --- records that somebody else has locked

LOCKED = 'SELECT "Id" FROM PUB."Wide"%s ORDER BY "Id"'


def test_a_locked_record_fails_without_a_state(wide):
    wide.lock("Wide", '"Id" = 70', times=1)
    with wide.connect() as session:
        with pytest.raises(Refused) as refused:
            session.query(LOCKED % "")
        assert (refused.value.state, refused.value.code) == ("", -210015)
        assert refused.value.message.endswith(
            "Failure getting record lock on a record from table PUB.Wide")
        assert len(session.query(LOCKED % "")) == 120


def test_it_may_be_locked_for_ever(wide):
    wide.lock("Wide", '"Id" IN (70, 71)')
    with wide.connect() as session:
        for _ in range(3):
            with pytest.raises(Refused, match="record lock"):
                session.query(LOCKED % "")
        assert len(session.query(LOCKED % ' WHERE "Id" < 70')) == 69


def test_who_reads_without_locks_gets_it_and_readpast_loses_it(wide):
    wide.lock("Wide", '"Id" = 70')
    with wide.connect() as session:
        assert len(session.query(LOCKED % " WITH (NOLOCK)")) == 120
        assert len(session.query(LOCKED % " WITH (READPAST NOWAIT)")) == 119
        session.set("isolation", 1)
        assert len(session.query(LOCKED % "")) == 120


@pytest.mark.parametrize("fate, rows", [("missed", 119), ("twice", 121)])
def test_who_reads_without_locks_may_miss_a_record_or_meet_it_twice(wide, fate, rows):
    wide.move(fate, "Wide", '"Id" = 70')
    with wide.connect() as session:
        assert len(session.query(LOCKED % "")) == 120
        session.set("isolation", 1)
        assert len(session.query(LOCKED % "")) == rows
        assert len(session.query(LOCKED % "")) == 120


def test_an_open_transaction_holds_the_schema(wide):
    with wide.connect() as session:
        assert wide.schema_holders() == []
        session.start("r", LOCKED % "")
        assert len(wide.schema_holders()) == 1
        session.stop("r")
        assert wide.schema_holders() == []
        session.set("autocommit", 0)
        session.query(LOCKED % "")
        assert len(wide.schema_holders()) == 1
        session.set("commit")
        assert wide.schema_holders() == []
        session.query(LOCKED % "")
        session.set("rollback")
        assert wide.schema_holders() == []


@pytest.mark.parametrize("setting, survives", [("held", True), ("closed", False)])
def test_a_cursor_survives_a_commit_or_not(wide, setting, survives):
    wide.switch(cursor_over_commit=setting)
    with wide.connect() as session:
        session.set("autocommit", 0)
        session.start("r", LOCKED % "", fetch_size=10)
        session.next("r", 10)
        session.set("commit")
        if survives:
            assert len(session.next("r", 10)) == 10
        else:
            with pytest.raises(Refused, match="not open"):
                session.next("r", 10)
        session.stop("r")


@pytest.mark.parametrize("setting, survives", [("kept", True), ("closed", False)])
def test_a_cursor_survives_another_statement_or_not(wide, setting, survives):
    wide.switch(autocommit_cursors=setting)
    with wide.connect() as session:
        session.start("r", LOCKED % "", fetch_size=10)
        session.next("r", 10)
        session.query("SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE")
        if survives:
            assert len(session.next("r", 110)) == 110
        else:
            with pytest.raises(Refused, match="not open"):
                session.next("r", 10)
        session.stop("r")


# --- dates and texts that SQL cannot have

@pytest.mark.parametrize("day", ["-0043-03-15", "10000-01-01"])
def test_a_day_beyond_the_range_fails_or_not(wide, day):
    widen(wide, "\"Day\" = DATE '%s'" % day)
    query = 'SELECT "Day" FROM PUB."Wide" WHERE "Id" = %d' % WIDE_AT
    with wide.connect() as session:
        with pytest.raises(Refused, match="out of range"):
            session.query(query)
        wide.switch(date_out_of_range="null")
        assert session.query(query) == [[None]]
        wide.switch(date_out_of_range="delivered")
        assert session.value(query).endswith(day.lstrip("-")[-6:])


def test_a_nul_in_a_text_arrives_is_cut_or_fails(wide):
    widen(wide, "\"Text\" = 'a' || CHAR(0) || 'b'")
    query = 'SELECT "Text" FROM PUB."Wide" WHERE "Id" = %d' % WIDE_AT
    with wide.connect() as session:
        assert session.value(query) == "a\0b"
        wide.switch(embedded_nul="cut")
        assert session.value(query) == "a"
        wide.switch(embedded_nul="error")
        with pytest.raises(Refused, match="Invalid character"):
            session.query(query)


@pytest.mark.parametrize("setting, text", [
    ("replaced", "a\N{REPLACEMENT CHARACTER}b"), ("question_mark", "a?b"), ("error", None)])
def test_a_byte_of_no_code_page_is_replaced_or_fails(wide, setting, text):
    widen(wide, "\"Text\" = 'a\ue000b'")
    wide.switch(unconvertible=setting)
    query = 'SELECT "Text" FROM PUB."Wide" WHERE "Id" = %d' % WIDE_AT
    with wide.connect() as session:
        if text is None:
            with pytest.raises(Refused, match="Code page"):
                session.query(query)
        else:
            assert session.value(query) == text


# --- coming in

def refusal(server, **properties):
    with pytest.raises(Refused) as refused:
        server.connect("refused", **properties)
    return refused.value.state, refused.value.code


@pytest.mark.parametrize("codes, login, table", [
    ("standard", ("28000", 0), ("42S02", 0)), ("empty", ("", 0), ("", 0)),
    ("numbered", ("HY000", -20021), ("HY000", -20005))])
def test_codes_that_nobody_documented_are_a_switch(openedge, codes, login, table):
    openedge.switch(error_codes=codes)
    assert refusal(openedge, password="wrong") == login
    assert refusal(openedge, user="nobody") == login
    with openedge.connect() as session, pytest.raises(Refused) as refused:
        session.query("SELECT a FROM PUB.Nowhere")
    assert (refused.value.state, refused.value.code) == table


def test_without_users_any_password_will_do(openedge):
    openedge.drop_user("reader")
    with openedge.connect(user="anybody", password="anything") as session:
        assert session.value("SELECT COUNT(*) FROM PUB.State") == 51


def wait_until_nobody_is_connected(openedge):
    deadline = time.monotonic() + 30
    while openedge.counts()["connections"] > 0 and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_broker_has_only_so_many_servers(openedge):
    openedge.switch(servers=2)
    with openedge.connect("one"), openedge.connect("two"):
        assert refusal(openedge) == ("08004", 0)
    wait_until_nobody_is_connected(openedge)
    openedge.switch(refuse_logins=1)
    assert refusal(openedge) == ("28000", 0)
    with openedge.connect():
        assert openedge.counts()["most_connections"] == 2


def test_tables_that_are_not_granted_are_listed_and_not_read(openedge):
    openedge.add_user("narrow", "n", tables="State, PUB.Department")
    with openedge.connect(user="narrow", password="n") as session:
        assert session.value("SELECT COUNT(*) FROM PUB.State") == 51
        with pytest.raises(Refused, match=r"Access denied \(Authorization failed\) \(7512\)"):
            session.query('SELECT * FROM PUB."Customer"')
        assert ["Customer"] in [row[2:3] for row in session.ask("tables", "PUB", "%", "TABLE")]
        assert session.query("SELECT TBL FROM SYSPROGRESS.SYSTABAUTH WHERE GRANTEE = 'narrow' "
                             "ORDER BY TBL") == [["Department"], ["State"]]


@pytest.mark.parametrize("sysprogress", ["yes", "no"])
def test_some_may_not_read_the_metaschema_and_some_not_even_sysprogress(openedge, sysprogress):
    openedge.add_user("shy", "s", metaschema="no", sysprogress=sysprogress)
    with openedge.connect(user="shy", password="s") as session:
        with pytest.raises(Refused, match="7512"):
            session.query('SELECT "_File-Name" FROM PUB."_File"')
        query = "SELECT COUNT(*) FROM SYSPROGRESS.SYSTABLES WHERE TBL = 'State'"
        if sysprogress == "yes":
            assert session.value(query) == 1
        else:
            with pytest.raises(Refused, match="7512"):
                session.query(query)


# --- the line, and patience

@pytest.mark.parametrize("what", ["drop", "half"])
def test_the_line_may_break_at_any_answer(wide, what):
    wide.mishap(what, "fetch", number=3)
    session = wide.connect()
    session.start("r", LOCKED % "", fetch_size=10)
    with pytest.raises(Refused, match=r"^\[DataDirect\]\[OpenEdge JDBC Driver\]Socket") as refused:
        session.next("r", 100)
    assert refused.value.state == "08S01" and len(refused.value.rows) == 20
    with pytest.raises(Refused, match="closed"):
        session.query(LOCKED % "")


def test_a_login_may_never_be_answered(openedge):
    openedge.mishap("stall", "login")
    assert refusal(openedge, loginTimeout="1") == ("HYT00", 0)


def test_a_slow_query_is_cancelled_or_times_out(wide):
    wide.mishap("slow", "execute", times=-1, milliseconds=20_000)
    with wide.connect() as session:
        with pytest.raises(Refused, match="query aborted"):
            session.query(LOCKED % "", cancel_after_ms=200)
        with pytest.raises(Refused) as refused:
            session.query(LOCKED % "", timeout=1)
        assert refused.value.state == "HYT00"


def test_a_driver_may_know_neither(wide):
    wide.switch(cancel="unsupported", query_timeout="unsupported", isolation="unsupported")
    wide.mishap("slow", "execute", times=1, milliseconds=500)
    with wide.connect() as session:
        with pytest.raises(Refused, match="setQueryTimeout"):
            session.query(LOCKED % "", timeout=1)
        with pytest.raises(Refused, match="setTransactionIsolation"):
            session.set("isolation", 1)
        assert len(session.query(LOCKED % "", cancel_after_ms=100)) == 120


@pytest.mark.parametrize("setting, fetches", [("honoured", 13), ("ignored", 3)])
def test_the_size_of_a_block_is_honoured_or_not(wide, setting, fetches):
    wide.switch(fetch_size=setting)
    with wide.connect() as session:
        wide.clear_log()
        session.start("r", LOCKED % "", fetch_size=10)
        assert len(session.next("r", 1000)) == 120
        session.stop("r")
    assert wide.counts()["fetches"] == fetches


@pytest.mark.parametrize("what", ["drop", "half", "stall", "half_stall"])
def test_the_program_gets_over_each_mishap(openedge, mirror, pg, what):
    openedge.mishap(what, "read", number=30)
    mirror.source(**openedge.source_keys(stall_seconds=2))
    result = mirror.run_well("--full-sync", environment=java_environment())
    # What it is called depends on whether the cancel or the broken connection is noticed first.
    assert " - WARNING - " in result.log and "trying again (1 of 5)" in result.log, result.log
    assert pg.value("SELECT count(*) FROM pub.customer") == 1100


# --- what was heard

def test_every_statement_is_remembered_with_its_session(wide):
    with wide.connect() as session:
        session.set("isolation", 1)
        session.set("autocommit", 0)
        session.query(LOCKED % "")
        session.query(LOCKED % " WITH (NOLOCK)")
        with pytest.raises(Refused):
            session.execute("DELETE FROM PUB.\"Wide\"")
    heard = [line for line in wide.log() if line["kind"] == "statements"]
    assert [line["sql"] for line in heard] == [LOCKED % "", LOCKED % " WITH (NOLOCK)"]
    assert [line["in_transaction"] for line in heard] == [False, True]
    assert all(line["isolation"] == 1 and not line["autocommit"] for line in heard)
    refused = [line for line in wide.log() if line["error"]]
    assert [line["sql"] for line in refused] == ['DELETE FROM PUB."Wide"']
    assert wide.counts()["writes"] == 1
