"""The look-alike of OpenEdge accepts what OpenEdge's documentation has, and refuses the rest."""

import pytest

from openedge_server import Refused

NAME_32 = "n" * 32
NAME_33 = "n" * 33
CUSTOMER = 'PUB."Customer"'


@pytest.fixture
def session(openedge):
    with openedge.connect() as connection:
        yield connection


# --- what is accepted: the fact, the statement, its first row (None: any)

ACCEPTED = [
    ("a table is named with its owner",
     'SELECT "CustNum" FROM PUB."Customer" WHERE "CustNum" = 7', [7]),
    ("names match whatever their case, in quotes too",
     'SELECT "custnum" FROM pub."CUSTOMER" WHERE CUSTNUM = 7', [7]),
    ("ordinary names need no quotes", "SELECT CustNum FROM PUB.Customer WHERE CustNum = 7", [7]),
    ("a name may have 32 bytes",
     'SELECT "CustNum" AS "%s" FROM %s WHERE "CustNum" = 7' % (NAME_32, CUSTOMER), [7]),
    ("quotes make a reserved word a name", 'SELECT "Order"."OrderNum" FROM PUB."Order" '
     'WHERE "OrderNum" = 3', [3]),
    ("odd characters stand in quotes",
     'SELECT "a#b$c%d&e_f" FROM PUB."Odd%Names&More" WHERE "Order" = 1', ["c"]),
    ("a semicolon may end a statement", 'SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE;', [1]),
    ("SYSCALCTABLE has one row", "SELECT COUNT(*) FROM SYSPROGRESS.SYSCALCTABLE", [1]),
    ("TOP takes the first rows", 'SELECT TOP 1 "CustNum" FROM %s ORDER BY "CustNum"' % CUSTOMER,
     [1]),
    ("TOP works in subqueries", 'SELECT "CustNum" FROM %s WHERE "CustNum" IN '
     '(SELECT TOP 1 "CustNum" FROM %s ORDER BY "CustNum" DESC)' % (CUSTOMER, CUSTOMER), [1100]),
    ("OFFSET and FETCH cut a piece out", 'SELECT "CustNum" FROM %s ORDER BY "CustNum" '
     'OFFSET 4 ROWS FETCH NEXT 2 ROWS ONLY' % CUSTOMER, [5]),
    ("FETCH works without OFFSET", 'SELECT "CustNum" FROM %s ORDER BY "CustNum" '
     'FETCH FIRST 2 ROWS ONLY' % CUSTOMER, [1]),
    ("ORDER BY goes downwards too",
     'SELECT TOP 1 "CustNum" FROM %s ORDER BY "CustNum" DESC' % CUSTOMER, [1100]),
    ("NOLOCK is a hint on a table",
     'SELECT TOP 1 "CustNum" FROM %s WITH (NOLOCK) ORDER BY 1' % CUSTOMER, [1]),
    ("NOLOCK stands behind an alias, with its own wait",
     'SELECT TOP 1 c."CustNum" FROM %s c WITH (NOLOCK WAIT 5) ORDER BY 1' % CUSTOMER, [1]),
    ("READPAST may be combined with NOWAIT",
     'SELECT TOP 1 "CustNum" FROM %s WITH (READPAST NOWAIT) ORDER BY 1' % CUSTOMER, [1]),
    ("an index may be asked for", 'SELECT TOP 1 "CustNum" FROM %s WITH (INDEX ("CustNum")) '
     'ORDER BY "CustNum"' % CUSTOMER, [1]),
    ("an index may be forced", 'SELECT TOP 1 "CustNum" FROM %s FORCE (INDEX (PRIMARY)) '
     'ORDER BY "CustNum"' % CUSTOMER, [1]),
    ("the order of joins may be forced", 'SELECT TOP 1 s."State" FROM PUB."State" s, '
     'SYSPROGRESS.SYSCALCTABLE d { NO REORDER } ORDER BY s."State"', ["A01 Nr 26"]),
    ("ROWID is a text", "SELECT TOP 1 ROWID FROM PUB.State ORDER BY ROWID", ["1"]),
    ("ROWID selects a row", "SELECT COUNT(*) FROM PUB.State WHERE ROWID = '3'", [1]),
    ("ROWID has a table's name before it",
     "SELECT s.rowid FROM PUB.State s WHERE s.ROWID = '4'", ["4"]),
    ("ROWID joins with recids", 'SELECT f."_File-Name" FROM PUB."_File" f, PUB."_Index" i '
     'WHERE i.rowid = f."_Prime-Index" AND i."_Index-Name" = \'BinNum\'', ["Bin"]),
    ("JOIN with ON", 'SELECT COUNT(*) FROM PUB."_File" f JOIN PUB."_Field" x '
     'ON x."_File-recid" = f.rowid WHERE f."_File-Name" = \'State\'', [3]),
    ("LEFT OUTER JOIN", 'SELECT COUNT(*) FROM PUB."_File" f LEFT OUTER JOIN PUB."_Index" i '
     'ON i."_File-recid" = f.rowid AND i."_Unique" = 1 WHERE f."_File-Name" = \'No-Index\'', [1]),
    ("EXISTS with a query", 'SELECT COUNT(*) FROM PUB."Department" d WHERE EXISTS '
     '(SELECT 1 FROM PUB."Employee" e WHERE 1 = 1)', [7]),
    ("a query in place of a value", 'SELECT "CustNum" FROM %s WHERE "CustNum" = '
     '(SELECT MAX("CustNum") FROM %s)' % (CUSTOMER, CUSTOMER), [1100]),
    ("expanded comparison of a composite key", 'SELECT TOP 1 "LineNum" FROM PUB."OrderLine" '
     'WHERE "OrderNum" > 1 OR ("OrderNum" = 1 AND "LineNum" > 4) ORDER BY "OrderNum", "LineNum"',
     [5]),
    ("BETWEEN", 'SELECT COUNT(*) FROM %s WHERE "CustNum" BETWEEN 3 AND 5' % CUSTOMER, [3]),
    ("IN with a list", 'SELECT COUNT(*) FROM %s WHERE "CustNum" IN (3, 4, 9999)' % CUSTOMER, [2]),
    ("LIKE with ESCAPE", "SELECT TBL FROM SYSPROGRESS.SYSTABLES WHERE TBL LIKE 'Hidden!-%' "
     "ESCAPE '!'", ["Hidden-One"]),
    ("NOT and brackets", 'SELECT COUNT(*) FROM %s WHERE NOT ("CustNum" > 3 OR ("CustNum" = 1))'
     % CUSTOMER, [2]),
    ("IS NULL", 'SELECT COUNT(*) FROM PUB."Loose-Key" WHERE "Code" IS NULL', [3]),
    ("texts compare without case, as their column says",
     'SELECT COUNT(*) FROM PUB."Loose-Key" WHERE "Code" = \'b\'', [2]),
    ("a case-sensitive column minds it",
     'SELECT COUNT(*) FROM PUB."Supplier" WHERE "Password" = \'ZZZ\'', [0]),
    ("a bit is compared with 0 and 1",
     'SELECT COUNT(*) FROM PUB."Ledger-Entry" WHERE "Posted" = 1', [1]),
    ("CASE makes a number of a condition",
     'SELECT CASE WHEN "Posted" = 1 THEN 1 ELSE 0 END FROM PUB."Ledger-Entry" '
     'WHERE "Entry-No" = 2', [0]),
    ("braces hold a timestamp", "SELECT COUNT(*) FROM PUB.\"Calendar\" "
     "WHERE \"Moment\" > {ts '2000-01-01 00:00:00'}", [1]),
    ("braces hold a date", "SELECT COUNT(*) FROM PUB.\"Calendar\" WHERE \"Day\" = {d '0001-01-01'}",
     [1]),
    ("DISTINCT", 'SELECT COUNT(*) FROM PUB."No-Index" WHERE "Line" IN '
     '(SELECT DISTINCT "Line" FROM PUB."No-Index")', [4]),
    ("GROUP BY and HAVING", 'SELECT "Line", COUNT(*) FROM PUB."No-Index" GROUP BY "Line" '
     'HAVING COUNT(*) > 1', [1, 2]),
    ("a view is read as a table", 'SELECT COUNT(*) FROM PUB."TopLedger"', [1]),
    ("another owner's table", 'SELECT "Nr" FROM BOOKS."Shelf"', [1]),
    ("one element of an array", 'SELECT "Words"[1] FROM PUB."Lists" WHERE "Id" = 1', ["a;b"]),
    ("PRO_ELEMENT keeps what protects an element",
     'SELECT PRO_ELEMENT("Words", 1, 2) FROM PUB."Lists" WHERE "Id" = 1', ["a~;b;c~~d"]),
    ("PRO_ARR_DESCAPE takes it away", 'SELECT PRO_ARR_DESCAPE(PRO_ELEMENT("Words", 1, 1)) '
     'FROM PUB."Lists" WHERE "Id" = 1', ["a;b"]),
    ("a comment", 'SELECT /* all */ COUNT(*) -- of them\nFROM PUB."State"', [51]),
]


@pytest.mark.parametrize("sql, first", [case[1:] for case in ACCEPTED],
                         ids=[case[0] for case in ACCEPTED])
def test_is_accepted(session, sql, first):
    assert session.query(sql)[0] == first


FUNCTIONS = [
    ("YEAR({d '2020-02-29'})", 2020), ("MONTH({d '2020-02-29'})", 2),
    ("DAYOFMONTH({d '2020-02-29'})", 29), ("HOUR({ts '2020-02-29 13:14:15'})", 13),
    ("MINUTE({ts '2020-02-29 13:14:15'})", 14), ("SECOND({ts '2020-02-29 13:14:15'})", 15),
    ("ADD_MONTHS({d '2020-01-31'}, 1)", "2020-02-29"), ("LAST_DAY({d '2020-02-03'})", "2020-02-29"),
    ("MONTHS_BETWEEN({d '2020-03-01'}, {d '2020-01-01'})", "2"),
    ("TO_DATE('2020-02-29')", "2020-02-29"), ("TO_NUMBER('12.5')", "12.5"),
    ("TO_NUMBER('x')", None), ("TO_CHAR(12)", "12"),
    ("CAST(12 AS VARCHAR(10))", "12"), ("CAST('ab' AS CHAR(4))", "ab  "),
    ("CAST('2020-02-29' AS DATE)", "2020-02-29"), ("CAST(1.25 AS NUMERIC(10, 1))", "1.3"),
    ("DECODE(2, 1, 'a', 2, 'b')", "b"), ("NVL(NULL, 'x')", "x"), ("IFNULL(NULL, 'x')", "x"),
    ("COALESCE(NULL, NULL, 'x')", "x"), ("NULLIF('a', 'a')", None),
    ("SUBSTRING('abcdef', 2, 3)", "bcd"), ("SUBSTR('abcdef', 5)", "ef"), ("LENGTH('abc')", 3),
    ("CHAR_LENGTH('abc')", 3), ("LEFT('abc', 2)", "ab"), ("RIGHT('abc', 2)", "bc"),
    ("LOCATE('c', 'abc')", 3), ("INSTR('abc', 'b')", 2), ("REPLACE('abc', 'b', 'x')", "axc"),
    ("TRANSLATE('abc', 'ab', 'xy')", "xyc"), ("RPAD('a', 3)", "a  "), ("LPAD('a', 3, '-')", "--a"),
    ("LTRIM('  a')", "a"), ("RTRIM('a  ')", "a"), ("ASCII('A')", 65), ("CHR(65)", "A"),
    ("CONCAT('a', 'b')", "ab"), ("'a' + 'b'", "ab"), ("1 + 2 * 3", 7), ("-1", -1),
    ("DB_NAME()", "sports2020"), ("{fn LENGTH('ab')}", 2),
    ("PRO_ARR_ESCAPE('a;b')", "a~;b"), ("PRO_ELEMENT('a;?;c', 2, 2)", None),
]


@pytest.mark.parametrize("expression, value", FUNCTIONS, ids=[case[0] for case in FUNCTIONS])
def test_a_function_is_known(session, expression, value):
    assert session.value("SELECT %s FROM SYSPROGRESS.SYSCALCTABLE" % expression) == value


@pytest.mark.parametrize("call", ["CURDATE()", "CURTIME()", "NOW()", "SYSDATE", "SYSTIME",
                                  "SYSTIMESTAMP"])
def test_the_server_has_a_clock(session, call):
    assert session.value("SELECT %s FROM SYSPROGRESS.SYSCALCTABLE" % call)


@pytest.mark.parametrize("statement", [
    "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SET PRO_CONNECT QUERY_TIMEOUT 30", "SET PRO_SERVER QUERY_TIMEOUT 30", "SET SCHEMA 'pub'"])
def test_a_session_is_set(session, statement):
    session.execute(statement)


def test_parameters_stand_where_values_do(session):
    assert session.query('SELECT "CustNum" FROM %s WHERE "CustNum" > ? AND "CustNum" < ? '
                         'ORDER BY "CustNum"' % CUSTOMER, 3, 6) == [[4], [5]]
    assert session.value('SELECT COUNT(*) FROM PUB."Loose-Key" WHERE "Code" = ?', "B") == 2
    assert session.value('SELECT COUNT(*) FROM PUB."Calendar" WHERE "Day" < ?',
                         ("D", "0300-01-01")) == 2
    assert session.value('SELECT COUNT(*) FROM PUB."Ledger-Entry" WHERE "Amount" = ?',
                         ("N", "-0.0000000001")) == 1
    assert session.query('SELECT "CustNum" FROM %s ORDER BY "CustNum" OFFSET ? ROWS '
                         'FETCH FIRST ? ROWS ONLY' % CUSTOMER, 2, 1) == [[3]]


def test_an_unqualified_table_is_of_the_schema_that_was_set(openedge):
    with openedge.connect() as connection:
        with pytest.raises(Refused, match="not found"):
            connection.query("SELECT State FROM State")
        connection.execute("SET SCHEMA 'pub'")
        assert connection.query("SELECT COUNT(*) FROM State") == [[51]]
    with openedge.connect(defaultSchema="PUB") as connection:
        assert connection.query("SELECT COUNT(*) FROM State") == [[51]]


def test_a_statement_can_be_run_at_login(openedge):
    statement = "(SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED)"
    with openedge.connect(INITIALIZATIONSTRING=statement) as connection:
        connection.query("SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE")
    assert openedge.log()[-1]["isolation"] == 1


# --- what is refused: the fact, the statement, words of the message

REFUSED = [
    ("a SELECT needs a FROM", "SELECT 1", "at or about"),
    ("rows of values are not compared",
     'SELECT "CustNum" FROM %s WHERE ("CustNum", "Name") > (1, \'a\')' % CUSTOMER, "Syntax error"),
    ("LIMIT is of other products", 'SELECT "CustNum" FROM %s LIMIT 1' % CUSTOMER, "LIMIT"),
    ("two bars join no texts", "SELECT 'a' || 'b' FROM SYSPROGRESS.SYSCALCTABLE", r"\|\|"),
    ("a name has 32 bytes at most", 'SELECT "%s" FROM %s' % (NAME_33, CUSTOMER), "33 bytes"),
    ("bytes, not characters", 'SELECT "%s" FROM %s' % ("ü" * 17, CUSTOMER), "34 bytes"),
    ("ROWID in quotes is a column", 'SELECT "rowid" FROM %s' % CUSTOMER, "Column not found"),
    ("an underscore begins no plain name", "SELECT _File FROM PUB.State", "_"),
    ("a hyphen is in no plain name", "SELECT Entry-No FROM PUB.\"Ledger-Entry\"",
     "Column not found"),
    ("a reserved word is no plain name", "SELECT Order FROM PUB.State", "Order"),
    ("TOP has no brackets", 'SELECT TOP (1) "CustNum" FROM %s' % CUSTOMER, r"\("),
    ("TOP ends at 2147483647", 'SELECT TOP 2147483648 "CustNum" FROM %s' % CUSTOMER, "2147483648"),
    ("TOP takes no parameter", 'SELECT TOP ? "CustNum" FROM %s' % CUSTOMER, r"\?"),
    ("OFFSET takes no expression", 'SELECT "CustNum" FROM %s ORDER BY 1 OFFSET 1 + 1 ROWS'
     % CUSTOMER, r"\+"),
    ("a condition is no value", 'SELECT "CustNum" = 1 FROM %s' % CUSTOMER, "="),
    ("a bit is no condition", 'SELECT "Entry-No" FROM PUB."Ledger-Entry" WHERE "Posted"',
     "end of statement"),
    ("there is no TRUE", 'SELECT "Entry-No" FROM PUB."Ledger-Entry" WHERE "Posted" = TRUE',
     "Column not found"),
    ("hints are for the main query", 'SELECT "CustNum" FROM %s WHERE "CustNum" IN '
     '(SELECT "CustNum" FROM %s WITH (NOLOCK))' % (CUSTOMER, CUSTOMER), "NOLOCK"),
    ("an unknown hint", 'SELECT "CustNum" FROM %s WITH (UPDLOCK)' % CUSTOMER, "UPDLOCK"),
    ("three parts are for several databases", 'SELECT "CustNum" FROM sports2020.PUB."Customer"',
     r"\."),
    ("there is no hash", 'SELECT MD5("Name") FROM %s' % CUSTOMER, "MD5"),
    ("there is no checksum", 'SELECT HASH("Name") FROM %s' % CUSTOMER, "HASH"),
    ("functions have their numbers of arguments",
     "SELECT LEFT('a') FROM SYSPROGRESS.SYSCALCTABLE", "LEFT"),
    ("a table that is not there", "SELECT x FROM PUB.Nowhere", "Table/View/Synonym not found"),
    ("a column that is not there", 'SELECT "Nothing" FROM %s' % CUSTOMER, "Column not found"),
    ("a view has no ROWID", 'SELECT ROWID FROM PUB."TopLedger"', "ROWID"),
    ("a text without end", "SELECT 'abc FROM PUB.State", "Syntax error"),
    ("two statements at once", "SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE; SELECT FLD FROM "
     "SYSPROGRESS.SYSCALCTABLE", "SELECT"),
    ("another product's catalogue", "SELECT * FROM INFORMATION_SCHEMA.TABLES", "not found"),
    ("the store's own row number", 'SELECT "_ROWID_" FROM PUB.State', "Column not found"),
    ("the store's own casts", "SELECT FLD::VARCHAR FROM SYSPROGRESS.SYSCALCTABLE", ":"),
    ("derived tables", 'SELECT "a" FROM (SELECT 1 AS "a" FROM PUB.State) t', r"\("),
    ("arrays end where their extent does", 'SELECT "Words"[5] FROM PUB."Lists"', "Words"),
    ("an unknown level", "SET TRANSACTION ISOLATION LEVEL SNAPSHOT NOW", "SNAPSHOT"),
    ("SET SCHEMA wants a text", "SET SCHEMA PUB", "PUB"),
]


@pytest.mark.parametrize("sql, words", [case[1:] for case in REFUSED],
                         ids=[case[0] for case in REFUSED])
def test_is_refused(session, sql, words):
    with pytest.raises(Refused, match=words) as refused:
        session.query(sql)
    assert refused.value.message.startswith("[DataDirect][OpenEdge JDBC Driver][OpenEdge] ")
    assert len(refused.value.message) <= 256 + len("[DataDirect][OpenEdge JDBC Driver][OpenEdge] ")


def test_top_with_offset_has_an_error_of_its_own(session):
    with pytest.raises(Refused) as refused:
        session.query('SELECT TOP 5 "CustNum" FROM %s ORDER BY "CustNum" '
                      'OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY' % CUSTOMER)
    assert (refused.value.state, refused.value.code) == ("HY000", -20398)
    assert "OFFSET - FETCH clause used in an unsupported context(16764)" in refused.value.message


@pytest.mark.parametrize("statement", [
    "INSERT INTO PUB.State (State) VALUES ('x')", "UPDATE PUB.State SET Region = 'x'",
    "DELETE FROM PUB.State", "CREATE TABLE PUB.x (a INTEGER)", "DROP TABLE PUB.State",
    "LOCK TABLE PUB.State IN EXCLUSIVE MODE", "UPDATE STATISTICS",
    "GRANT SELECT ON PUB.State TO x"])
def test_nobody_writes_and_it_is_counted(openedge, session, statement):
    session.set("isolation", 1)
    with pytest.raises(Refused, match="READ UNCOMMITTED"):
        session.execute(statement)
    assert openedge.row_count("State") == 51
    assert openedge.counts()["writes"] == 1


def test_limits_of_a_statement(session):
    filler = " " * 131_000
    query = "SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE"
    assert session.query(query + filler[:131_000 - len(query)]) == [[1]]
    with pytest.raises(Refused, match="131001 characters"):
        session.query(query + filler[:131_001 - len(query)])
    tables = ", ".join("SYSPROGRESS.SYSCALCTABLE t%d" % i for i in range(251))
    with pytest.raises(Refused, match="tables"):
        session.query("SELECT t0.FLD FROM " + tables)
    nested = "SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE WHERE FLD IN ("
    with pytest.raises(Refused, match="nesting"):
        session.query(nested * 25 + query + ")" * 25)


def test_a_connection_has_fifty_cursors(session):
    for i in range(50):
        session.start("cursor-%d" % i, "SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE")
    with pytest.raises(Refused, match="open cursors"):
        session.query("SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE")
    session.stop("cursor-7")
    assert session.query("SELECT FLD FROM SYSPROGRESS.SYSCALCTABLE") == [[1]]
    for i in set(range(50)) - {7}:
        session.stop("cursor-%d" % i)


# --- how values arrive

def columns(answer):
    return {name: type_number for name, type_number, *_ in answer["columns"]}


def test_types_are_those_of_the_driver(session):
    bit, char, varchar, numeric = -7, 1, 12, 2
    found = columns(session.answer('SELECT TOP 1 * FROM PUB."Ledger-Entry"'))
    assert found == {"Entry-No": -5, "Amount": numeric, "Rate": numeric, "Posted": bit,
                     "posted-at": char, "changed-at": 93}
    found = columns(session.answer('SELECT TOP 1 * FROM PUB."Media-Store"'))
    assert found == {"Id": 4, "Title": varchar, "Checksum": -3, "Thumb": -4, "Story": -1}
    assert set(columns(session.answer('SELECT TOP 1 * FROM PUB."Lists"')).values()) == {4, varchar}
    assert columns(session.answer('SELECT TOP 1 * FROM BOOKS."Shelf"')) == {
        "Nr": 4, "Code": char, "Weight": 8}


def test_decimals_have_fifty_digits(session):
    answer = session.answer('SELECT "Amount" FROM PUB."Ledger-Entry" ORDER BY "Entry-No" DESC')
    assert answer["columns"][0][3:] == [50, 10]
    assert [row[0] for row in answer["rows"]] == [
        "0.0000000000", "-0.0000000001", "1234567890123456789012345678901234567890.0123456789",
        "1.0000000000"]


def test_a_logical_has_three_states(session):
    assert session.query('SELECT "Posted" FROM PUB."Ledger-Entry" WHERE "Entry-No" IN (1, 2) '
                         'OR "Posted" IS NULL ORDER BY "Posted"') == [
                             [False], [True], [None], [None]]


@pytest.mark.parametrize("form, text", [
    ("iso", "2025-07-22 05:29:48.197-07:00"), ("spaced", "2025-07-22 05:29:48:197 - 07:00")])
def test_a_time_with_zone_is_a_text_of_either_form(openedge, form, text):
    openedge.switch(datetime_tz=form)
    with openedge.connect() as connection:
        query = 'SELECT "posted-at" FROM PUB."Ledger-Entry" WHERE "Entry-No" = 1'
        assert connection.value(query) == text
        assert connection.value(query + ' AND "posted-at" = ?', text) == text


@pytest.mark.parametrize("rule, text", [("always", "a~;b;c~~d;~?;?"),
                                        ("before_special", "a~;b;c~d;~?;?")])
def test_an_array_is_one_text(openedge, rule, text):
    openedge.switch(tilde=rule)
    with openedge.connect() as connection:
        assert connection.query('SELECT "Words" FROM PUB."Lists" ORDER BY "Id"') == [
            [text], [";;;"], [None]]


def test_elements_of_other_types_are_texts_too(openedge):
    with openedge.connect() as connection:
        query = 'SELECT "Numbers", "Days", "Flags", "Sums" FROM PUB."Lists" WHERE "Id" = 1'
        assert connection.query(query) == [["1;-2;?", "02/29/2020;?;12/31/1999", "1;0;?", "1.5;?"]]
        openedge.switch(array_values="iso")
        assert connection.query(query)[0][1] == "2020-02-29;?;1999-12-31"


def test_raw_blob_and_clob_arrive_whole(session):
    rows = session.query('SELECT "Checksum", "Thumb", "Story" FROM PUB."Media-Store" ORDER BY "Id"')
    assert rows[0] == [{"binary": "00ff10"}, {"binary": "89504e47"}, "Grüße"]
    assert rows[1] == [None, None, None]
    assert rows[2] == [{"binary": ""}, {"binary": ""}, ""]
    assert rows[3][1] == {"binary": bytes(range(256)).hex() * 625}
    assert rows[3][2] == "lang und länger " * 9000


def test_empty_unknown_and_a_question_mark_are_three_things(session):
    assert session.query('SELECT "2nd-field", "a#b$c%d&e_f", "Desc" FROM PUB."Odd%Names&More" '
                         'WHERE "Order" = 2') == [["", "?", None]]


def test_days_reach_from_year_one_to_9999(session):
    assert session.query('SELECT "Day" FROM PUB."Calendar" WHERE "Id" < 3 ORDER BY "Id"') == [
        ["0001-01-01"], ["9999-12-31"]]


@pytest.mark.parametrize("order, codes", [("high", ["", "a", "a", "B", "b", None, None, None]),
                                          ("low", [None, None, None, "", "a", "a", "B", "b"])])
def test_unknown_sorts_high_or_low(openedge, order, codes):
    openedge.switch(null_order=order)
    with openedge.connect() as connection:
        found = [row[0] for row in connection.query('SELECT "Code" FROM PUB."Loose-Key" '
                                                    'ORDER BY "Code"')]
        assert sorted(found, key=str) == sorted(codes, key=str)
        assert [code and code.lower() for code in found] == [code and code.lower()
                                                             for code in codes]
