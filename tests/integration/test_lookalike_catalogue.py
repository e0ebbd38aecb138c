"""The catalogues of the look-alike have what OpenEdge's documentation says they have."""

import pathlib

import pytest

from openedge_server import Refused

COLUMNS = {
    "SYSPROGRESS.SYSTABLES": "CREATOR HAS_CCNSTRS HAS_FCNSTRS HAS_PCNSTRS HAS_UCNSTRS ID OWNER "
                             "RSSID SEGID TBL TBLTYPE TBL_STATUS",
    "SYSPROGRESS.SYSTABLES_FULL": "ID OWNER TBL TBLTYPE CAN_DUMP CAN_LOAD DESCRIPTION DUMP_NAME "
                                  "FILE_LABEL FILE_LABEL_SA FROZEN HIDDEN LAST_CHANGE PRIME_INDEX "
                                  "USER_MISC VALEXP VALMSG VALMSG_SA",
    "SYSPROGRESS.SYSCOLUMNS": "CHARSET COL COLLATION COLTYPE DFLT_VALUE ID NULLFLAG OWNER SCALE "
                              "TBL WIDTH",
    "SYSPROGRESS.SYSCOLUMNS_FULL": "COL WIDTH ARRAY_EXTENT COL_LABEL COL_LABEL_SA COL_SUBTYPE "
                                   "DESCRIPTION DFLT_VALUE_SA DISPLAY_ORDER FIELD_RPOS FORMAT "
                                   "FORMAT_SA HELP HELP_SA LABEL LABEL_SA USER_MISC VALEXP VALMSG "
                                   "VALMSG_SA VIEW_AS",
    "SYSPROGRESS.SYSINDEXES": "ABBREVIATE ACTIVE COLNAME desc ID IDXCOMPRESS IDXMETHOD IDXNAME "
                              "IDXORDER IDXOWNER IDXSEGID IDXSEQ IDXTYPE INDEX_USER_MISC "
                              "IXCOL_USER_MISC RSSID TBL TBLOWNER UNSORTED WORDIDX",
    "SYSPROGRESS.SYSTBLSTAT": "TBLID PARTITIONID PROPERTY ATTRIBUTE VALUE VAL_TS",
    "SYSPROGRESS.SYSVIEWS": "CREATOR OWNER SEQ VIEWNAME VIEWTEXT",
    "SYSPROGRESS.SYSSYNONYMS": "ISPUBLIC SNAME SOWNER STBL STBLOWNER SREMDB SCREATOR",
    "SYSPROGRESS.SYS_TBL_CONSTRS": "CNSTRNAME CNSTRTYPE IDXNAME OWNER TBLNAME",
    "SYSPROGRESS.SYS_KEYCOL_USAGE": "CNSTRNAME COLNAME COLPOSITION OWNER TBLNAME",
    "SYSPROGRESS.SYSTABAUTH": "GRANTEE TBL TBLOWNER SEL UPD INS DEL",
    "SYSPROGRESS.SYSDBAUTH": "GRANTEE DBA_ACC RES_ACC",
    "SYSPROGRESS.SYSSCHEMAS": "OWNER SCHEMANAME",
    "SYSPROGRESS.SYSSEQUENCES": "SEQ-NAME SEQ-OWNER SEQ-INIT SEQ-INCR SEQ-MIN SEQ-MAX CYCLE-OK "
                                "SEQ-NUM",
    'PUB."_File"': "_File-Name _File-Number _Owner _Tbl-Type _Hidden _Frozen _Desc _File-Label "
                   "_Dump-name _Prime-Index _dft-pk _numfld _numkey _numkfld _Last-change "
                   "_Last-modified _CRC _Can-Read _Has-Pcnstrs _Db-recid _Template _Rssid "
                   "_category _File-Attributes",
    'PUB."_Field"': "_File-recid _Field-Name _Data-Type _dtype _Extent _Order _Field-Physpos "
                    "_field-rpos _Width _Decimals _Format _Initial _Mandatory _Fld-case _Label "
                    "_Col-label _Desc _Help _Charset _Collation _sys-field _Fetch-Type "
                    "_Fld-stdtype _Last-modified _Attributes1 _Field-Attributes",
    'PUB."_Index"': "_File-recid _Index-Name _Unique _Active _num-comp _idx-num _Wordidx "
                    "_Idxmethod _Idxowner _Desc",
    'PUB."_Index-Field"': "_Index-recid _Index-Seq _Field-recid _Ascending _Abbreviate _Unsorted "
                          "_Collation",
    'PUB."_Sequence"': "_Seq-Name _Seq-Init _Seq-Incr _Seq-Min _Seq-Max _Cycle-Ok _Seq-Num "
                       "_Seq-Owner",
    'PUB."_User"': "_Userid _User-Name _Password _Domain-Name _TenantId _sql-only-user _Disabled",
    'PUB."_Db"': "_Db-name _Db-xl-name _Db-coll-name _Db-guid _Db-type _Db-local",
    'PUB."_DbStatus"': "_DbStatus-Codepage _DbStatus-OEVersion",
    'PUB."_Sysviews"': "_Owner _Viewname _Viewtext",
    'PUB."_TableStat"': "_TableStat-id",
    'PUB."_Cdc-Table-Policy"': "_Policy-Id _Source-File-Recid _Change-Tablename "
                               "_Change-Table-Owner _ObjectId _Policy-State _Policy-Instance "
                               "_Identifying-Fields _Level _First-User-Field",
    'PUB."_Cdc-Field-Policy"': "_Policy-Id _Field-Position _Identifying-Field _Field-Recid",
    'PUB."_Cdc-Change-Tracking"': "_Policy-Id _Tran-Id _Time-Stamp _Change-Sequence _Operation "
                                  "_Change-FieldMap _Recid _Source-Table-Number _Partition-Id "
                                  "_User-Name _Tenant-Id _Version _User-Misc _Misc",
}

FIELDS = """SELECT x."_Field-Name", x."_Data-Type", x."_Extent", x."_Width", x."_Decimals",
    x."_Mandatory", x."_Fld-case" FROM PUB."_File" f, PUB."_Field" x
    WHERE x."_File-recid" = f.rowid AND f."_File-Name" = ? ORDER BY x."_Order\""""

INDEXES = """SELECT i."_Index-Name", i."_Unique", i."_Active", i."_Wordidx", x."_Field-Name",
    k."_Ascending", k."_Abbreviate" FROM PUB."_File" f, PUB."_Index" i, PUB."_Index-Field" k,
    PUB."_Field" x WHERE i."_File-recid" = f.rowid AND k."_Index-recid" = i.rowid
    AND k."_Field-recid" = x.rowid AND f."_File-Name" = ?
    ORDER BY i."_Index-Name", k."_Index-Seq\""""


@pytest.fixture
def session(openedge):
    with openedge.connect() as connection:
        yield connection


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_of_the_catalogue_has_its_columns(session, table):
    names = ", ".join('"%s"' % name for name in COLUMNS[table].split())
    session.query("SELECT %s FROM %s" % (names, table))


def test_user_tables_are_told_from_all_others(session):
    def kind(name, owner="PUB"):
        return session.query(
            'SELECT "_Tbl-Type", "_Hidden" FROM PUB."_File" WHERE "_File-Name" = ? '
            'AND "_Owner" = ? AND "_File-Number" > 0', name, owner)
    assert kind("Customer") == [["T", False]]
    assert kind("Hidden-One") == [["T", True]]
    assert kind("CDC_Customer") == [["T", False]]
    assert kind("Shelf", "BOOKS") == [["T", False]]
    assert kind("TopLedger") == [["V", False]]
    assert kind("_File") == []
    assert session.query("SELECT TBLTYPE FROM SYSPROGRESS.SYSTABLES WHERE TBL = '_File'") == [["S"]]


def test_names_keep_their_spelling_and_are_found_without_it(session):
    assert session.query('SELECT "_File-Name" FROM PUB."_File" WHERE "_File-Name" = \'ORDERLINE\''
                         ) == [["OrderLine"]]


def test_fields_tell_what_a_dump_tells(session):
    supplier = {row[0]: row[1:] for row in session.query(FIELDS, "Supplier")}
    assert list(supplier)[:2] == ["SupplierIDNum", "Name"]
    assert supplier["Password"] == ["character", 0, 16, None, True, True]
    assert supplier["Name"] == ["character", 0, 60, None, False, False]
    quotas = session.query(FIELDS, "SalesRep")[-1]
    assert quotas == ["MonthQuota", "integer", 12, 264, None, False, False]
    amounts = session.query(FIELDS, "Ledger-Entry")
    assert amounts[1] == ["Amount", "decimal", 0, 50, 10, False, False]


@pytest.mark.parametrize("table, rows", [
    ("BillTo", [["CustNumBillTo", True, True, 0, "CustNum", True, False],
                ["CustNumBillTo", True, True, 0, "BillToID", False, False]]),
    ("Word-Only", [["Notes", False, True, 1, "Notes", True, False]]),
    ("Asleep", [["Id", True, False, 0, "Id", True, False],
                ["Text", False, True, 0, "Text", True, False]]),
    ("Short-Key", [["Name", True, True, 0, "Name", True, True]]),
    ("Feedback", [["Comments", False, True, 1, "Comments", True, False],
                  ["Company", False, True, 1, "Company", True, False],
                  ["Contact", False, True, 1, "Contact", True, False],
                  ["Department", False, True, 0, "Department", True, False],
                  ["Rating", False, True, 0, "Rating", True, False]]),
    ("No-Index", []),
])
def test_indexes_tell_all_that_spoils_a_key(session, table, rows):
    assert session.query(INDEXES, table) == rows


def test_the_primary_index_may_not_be_unique_and_a_default_is_none(session):
    query = ('SELECT f."_dft-pk", i."_Index-Name", i."_Unique" FROM PUB."_File" f '
             'LEFT JOIN PUB."_Index" i ON i.rowid = f."_Prime-Index" WHERE f."_File-Name" = ?')
    assert session.query(query, "Feedback") == [[False, "Department", False]]
    assert session.query(query, "Customer") == [[False, "CustNum", True]]
    assert session.query(query, "No-Index") == [[True, "default", False]]


def test_sysprogress_tells_the_same_in_its_own_words(session):
    assert session.query("SELECT COLTYPE, NULLFLAG, COLLATION, WIDTH, ARRAY_EXTENT FROM "
                         "SYSPROGRESS.SYSCOLUMNS_FULL WHERE TBL = 'SalesRep' AND OWNER = 'PUB' "
                         "AND COL IN ('SalesRep', 'MonthQuota') ORDER BY COL") == [
                             ["varchar", "Y", "basic_I", 264, 12],
                             ["varchar", "Y", "basic_I", 8, 0]]
    assert session.query("SELECT COL, COLTYPE, SCALE FROM SYSPROGRESS.SYSCOLUMNS "
                         "WHERE TBL = 'Ledger-Entry' ORDER BY ID") == [
                             ["Entry-No", "bigint", 0], ["Amount", "numeric", 10],
                             ["Rate", "numeric", 2], ["Posted", "bit", 0],
                             ["posted-at", "timestamp_timezone", 0], ["changed-at", "timestamp", 3]]
    assert session.query("SELECT COLNAME, IDXSEQ, IDXORDER, IDXTYPE, ABBREVIATE, WORDIDX FROM "
                         "SYSPROGRESS.SYSINDEXES WHERE TBL = 'RefCall' AND IDXNAME = 'Sibling' "
                         "ORDER BY IDXSEQ") == [["Parent", 1, "A", "U", False, 0],
                                                ["CallNum", 2, "A", "U", True, 0]]
    assert session.query("SELECT VIEWNAME FROM SYSPROGRESS.SYSVIEWS") == [["TopLedger"]]


def test_a_key_that_sql_declared_is_a_constraint(openedge, session):
    openedge.primary_key("BOOKS.Shelf", "Nr")
    assert session.query("SELECT c.CNSTRTYPE, k.COLNAME FROM SYSPROGRESS.SYS_TBL_CONSTRS c, "
                         "SYSPROGRESS.SYS_KEYCOL_USAGE k WHERE c.CNSTRNAME = k.CNSTRNAME "
                         "AND c.TBLNAME = 'Shelf'") == [["P", "Nr"]]
    assert [row[3] for row in session.ask("primary_keys", "BOOKS", "Shelf")] == ["Nr"]


def test_the_database_tells_who_it_is(openedge, session):
    openedge.switch(code_page="ISO8859-1", version="11.7.0")
    row = session.query('SELECT "_Db-name", "_Db-xl-name", "_Db-guid" FROM PUB."_Db"')[0]
    assert row[:2] == ["sports2020", "ISO8859-1"] and len(row[2]) == 36
    assert session.query('SELECT "_DbStatus-Codepage", "_DbStatus-OEVersion" '
                         'FROM PUB."_DbStatus"') == [["ISO8859-1", "OpenEdge Release 11.7.0"]]
    assert session.query('SELECT "_Userid" FROM PUB."_User"') == [["reader"]]
    assert session.query('SELECT "_Seq-Init", "_Seq-Incr" FROM PUB."_Sequence" '
                         'WHERE "_Seq-Name" = \'NextCustNum\'') == [[1000, 5]]


def test_a_change_table_is_named_by_its_policy(session):
    assert session.query('SELECT t."_Change-Tablename", f."_File-Name" '
                         'FROM PUB."_Cdc-Table-Policy" t, PUB."_File" f '
                         'WHERE f.rowid = t."_Source-File-Recid" AND t."_Policy-Instance" = 0'
                         ) == [["CDC_Customer", "Customer"]]


# --- what the driver says by itself

@pytest.mark.parametrize("setting, columns", [
    ("none", []), ("primary_index", ["Department"]), ("unique_primary_index", []),
    ("unsupported", None)])
def test_what_getprimarykeys_answers_is_a_switch(openedge, setting, columns):
    openedge.switch(primary_keys=setting)
    with openedge.connect() as session:
        if columns is None:
            with pytest.raises(Refused) as refused:
                session.ask("primary_keys", "PUB", "Feedback")
            assert refused.value.state == "0A000"
        else:
            found = session.ask("primary_keys", "PUB", "Feedback")
            assert [row[3] for row in found] == columns


@pytest.mark.parametrize("setting, names", [
    ("none", []), ("all", ["CustNumBillTo", "CustNumBillTo"]), ("unsupported", None)])
def test_what_getindexinfo_answers_is_a_switch(openedge, setting, names):
    openedge.switch(index_info=setting)
    with openedge.connect() as session:
        if names is None:
            with pytest.raises(Refused):
                session.ask("indexes", "PUB", "BillTo")
        else:
            assert [row[5] for row in session.ask("indexes", "PUB", "BillTo")] == names


def test_gettables_may_show_the_metaschema(openedge, session):
    def names():
        return {row[2] for row in session.ask("tables", "PUB", "%", "TABLE")}
    assert "Customer" in names() and "_File" not in names() and "TopLedger" not in names()
    openedge.switch(get_tables="with_metaschema")
    assert {"Customer", "_File"} <= names()


@pytest.mark.parametrize("fact, value", [
    ("allTablesAreSelectable", False), ("dataDefinitionCausesTransactionCommit", True),
    ("doesMaxRowSizeIncludeBlobs", False), ("getCatalogTerm", ""), ("getCatalogSeparator", "")])
def test_the_driver_says_of_itself_what_is_documented(session, fact, value):
    assert session.fact(fact) == value


@pytest.mark.parametrize("rows, in_systables", [("apart", []), ("in_systables", [["S"]])])
def test_a_synonym_is_another_name_of_a_table(openedge, rows, in_systables):
    openedge.switch(synonym_rows=rows)
    openedge.synonym("Land", "State")
    with openedge.connect() as session:
        assert session.query("SELECT COUNT(*) FROM PUB.Land") == [[51]]
        assert session.query("SELECT SNAME, SOWNER, STBL, STBLOWNER FROM SYSPROGRESS.SYSSYNONYMS"
                             ) == [["Land", "PUB", "State", "PUB"]]
        assert session.query("SELECT TBLTYPE FROM SYSPROGRESS.SYSTABLES WHERE TBL = 'Land'"
                             ) == in_systables
        assert [row[3] for row in session.ask("tables", "PUB", "Land", "TABLE,SYNONYM")] == [
            "SYNONYM"]
        assert [row[3] for row in session.ask("columns", "PUB", "Land")] == [
            "State", "StateName", "Region"]
    openedge.reset()
    with openedge.connect() as session, pytest.raises(Refused, match="not found"):
        session.query("SELECT COUNT(*) FROM PUB.Land")


def test_getcolumns_has_the_types_of_results(session):
    found = {row[3]: row for row in session.ask("columns", "PUB", "Ledger-Entry")}
    assert [found[name][4] for name in ("Entry-No", "Amount", "Posted", "posted-at")] == [
        -5, 2, -7, 1]
    assert found["Amount"][6] == 50 and found["Amount"][8] == 10


@pytest.mark.parametrize("switch, answer, query, value", [
    ("lob_coltype", "lvarbinary_lvarchar",
     "SELECT COLTYPE FROM SYSPROGRESS.SYSCOLUMNS WHERE COL = 'Thumb'", "lvarbinary"),
    ("array_coltype", "vararray",
     "SELECT COLTYPE FROM SYSPROGRESS.SYSCOLUMNS WHERE COL = 'MonthQuota'", "vararray"),
    ("cdc_table_type", "S",
     "SELECT TBLTYPE FROM SYSPROGRESS.SYSTABLES WHERE TBL = 'CDC_Customer'", "S"),
    ("table_statistics", "stale",
     "SELECT COUNT(*) FROM SYSPROGRESS.SYSTBLSTAT s, SYSPROGRESS.SYSTABLES t "
     "WHERE s.TBLID = t.ID AND t.TBL = 'State'", 4),
    ("row_values", "accepted",
     "SELECT COUNT(*) FROM PUB.State WHERE (State, StateName) > ('A', 'A')", 51),
    ("concat_bars", "accepted", "SELECT 'a' || 'b' FROM SYSPROGRESS.SYSCALCTABLE", "ab"),
    ("top_parameter", "accepted", "SELECT TOP ? FLD FROM SYSPROGRESS.SYSCALCTABLE", 1),
    ("rowid", "blind", "SELECT COUNT(*) FROM PUB.State WHERE ROWID = '1'", 0),
    ("rowid_order", "text", "SELECT TOP 1 ROWID FROM PUB.State WHERE ROWID > '9' ORDER BY ROWID",
     None),
])
def test_a_switch_changes_an_answer(openedge, switch, answer, query, value):
    parameters = [1] if "?" in query else []
    openedge.switch(**{switch: answer})
    with openedge.connect() as session:
        rows = session.query(query, *parameters)
        assert rows == ([[value]] if value is not None else [])
        openedge.reset()
        try:
            assert session.query(query, *parameters) != rows
        except Refused:
            assert answer == "accepted"


@pytest.mark.parametrize("switch, answer, query", [
    ("rowid", "refused", "SELECT ROWID FROM PUB.State"),
    ("rowid", "refused", "SELECT State FROM PUB.State WHERE ROWID = '3'"),
    ("rowid", "no_unequal", "SELECT State FROM PUB.State WHERE ROWID <> '3'"),
    ("rowid_order", "unsupported", "SELECT State FROM PUB.State ORDER BY ROWID"),
    ("rowid_order", "unsupported", "SELECT State FROM PUB.State WHERE ROWID > '3'"),
    ("offset_fetch", "unsupported",
     "SELECT State FROM PUB.State ORDER BY 1 FETCH FIRST 1 ROWS ONLY"),
    ("array_subscripts", "unsupported", 'SELECT "Words"[1] FROM PUB."Lists"'),
    ("isolation", "unknown", "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"),
])
def test_a_switch_takes_something_away(openedge, switch, answer, query):
    with openedge.connect() as session:
        session.query(query) if query.startswith("SELECT") else session.execute(query)
        openedge.switch(**{switch: answer})
        with pytest.raises(Refused, match="Syntax error"):
            session.query(query)


def test_recids_are_integers_or_larger(openedge):
    query = 'SELECT TOP 1 "_Prime-Index" FROM PUB."_File"'
    for setting, type_number in (("integer", 4), ("bigint", -5)):
        openedge.switch(recid_type=setting)
        with openedge.connect() as session:
            assert session.answer(query)["columns"][0][1] == type_number


def test_thousands_of_tables_are_described_by_few_queries(openedge):
    with openedge.connect() as session:
        before = session.value("SELECT COUNT(*) FROM SYSPROGRESS.SYSTABLES")
        openedge.add_tables(300)
        assert session.value("SELECT COUNT(*) FROM SYSPROGRESS.SYSTABLES") == before + 300
        assert len(session.query(INDEXES.replace(
            'f."_File-Name" = ?', 'f."_File-Name" LIKE \'gen%\''))) == 300
    openedge.df("\n".join('DROP TABLE "gen_%04d"' % i for i in range(1, 301)))


def test_every_switch_is_explained(openedge):
    readme = pathlib.Path(__file__).parents[1] / "openedge" / "README.md"
    text = readme.read_text(encoding="utf-8")
    for name, answers in openedge.control("switches").items():
        assert "| `%s` |" % name in text, name
        is_free = answers[0] in "#*"
        for answer in [] if is_free else answers:
            assert "`%s`" % answer in text, (name, answer)
