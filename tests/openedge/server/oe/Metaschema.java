package oe;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what the database says of itself: PUB."_File" and its kin. Made anew when somebody asks
 * and something has changed since.
 */
final class Metaschema {
    /** A row: the values of some fields by their names; all others are unknown. */
    static final class Row {
        final Map<String, Object> values = new LinkedHashMap<>();

        Row put(String name, Object value) {
            values.put(name, value);
            return this;
        }
    }

    private static final OffsetDateTime MADE =
        OffsetDateTime.parse("2020-01-31T10:20:30.456+01:00");
    private static final Map<Kind, Integer> DTYPES = new HashMap<>(Map.ofEntries(
        Map.entry(Kind.CHARACTER, 1), Map.entry(Kind.DATE, 2), Map.entry(Kind.LOGICAL, 3),
        Map.entry(Kind.INTEGER, 4), Map.entry(Kind.DECIMAL, 5), Map.entry(Kind.RECID, 7),
        Map.entry(Kind.RAW, 8), Map.entry(Kind.BLOB, 18), Map.entry(Kind.CLOB, 19),
        Map.entry(Kind.DATETIME, 34), Map.entry(Kind.DATETIME_TZ, 40), Map.entry(Kind.INT64, 41)));

    private final Store store;
    private final Users users;
    private final Switches switches;
    private final Capture capture;
    private final String database;
    private String state = "";
    private final Map<String, List<Row>> rows = new LinkedHashMap<>();

    Metaschema(Store store, Users users, Switches switches, Capture capture, String database) {
        this.store = store;
        this.users = users;
        this.switches = switches;
        this.capture = capture;
        this.database = database;
    }

    synchronized void refresh() throws SQLException {
        String wanted = store.schema.version() + "/" + users.version() + "/"
            + switches.get("version") + switches.get("code_page") + switches.get("lob_coltype")
            + switches.get("array_coltype") + switches.get("cdc_table_type")
            + switches.get("table_statistics") + switches.get("synonym_rows")
            + switches.get("cdc_indexes") + switches.get("cdc_attributes");
        if (wanted.equals(state))
            return;
        rows.clear();
        gather();
        Connection connection = store.connection();
        for (Table table : store.schema.tables()) {
            if (table.isSystem() && !table.name.equals(Capture.TRACKING))
                write(connection, table, rows.getOrDefault(table.name, List.of()));
        }
        state = wanted;
    }

    /** What changes with every record that is written. */
    synchronized void refresh(Activity activity) throws SQLException {
        activity.write(store.connection(), store.schema.tables(), switches);
    }

    void add(String table, Row row) {
        rows.computeIfAbsent(table, key -> new ArrayList<>()).add(row);
    }

    private void gather() {
        Collection<Table> tables = store.schema.tables();
        for (Table table : tables) {
            addTable(table);
            if (table.name.startsWith(Policy.CHANGES) && !isCaptured(table))
                addPolicy(table);
        }
        for (Policy policy : capture.policies())
            policy.describe(this);
        new Sysprogress(this, users, switches).gather(tables, store.schema);
        for (Schema.Sequence sequence : store.schema.sequences.values())
            addSequence(sequence);
        for (Users.User user : users.all())
            add("_User", new Row().put("_Userid", user.name()).put("_User-Name", user.name())
                .put("_Domain-Name", "").put("_TenantId", 0).put("_sql-only-user", false)
                .put("_Disabled", false).put("_Password", "********"));
        addDatabase();
    }

    private boolean isCaptured(Table changes) {
        return capture.policies().stream().anyMatch(policy -> policy.changes == changes);
    }

    private boolean isChangeTable(Table table) {
        return table.name.startsWith(Policy.CHANGES) || isCaptured(table);
    }

    /** As SQL shows it: of CDC's tables it is not known. */
    String type(Table table) {
        return isChangeTable(table) ? switches.get("cdc_table_type") : table.type;
    }

    private void addTable(Table table) {
        Index primary = table.primaryIndex();
        Long defaultIndex = table.recid + 1;
        boolean hasNone = table.indexes.isEmpty();
        Long primaryRecid = primary == null ? null : Long.valueOf(primary.recid);
        add("_File", new Row().put("#recid", table.recid).put("_File-Name", table.name)
            .put("_File-Number", table.number).put("_Owner", table.owner)
            .put("_Tbl-Type", type(table)).put("_Hidden", table.isHidden || table.isSystem())
            .put("_Frozen", table.isFrozen).put("_Desc", table.description)
            .put("_File-Label", table.label).put("_Dump-name", table.dumpName)
            .put("_Prime-Index", hasNone ? defaultIndex : primaryRecid)
            .put("_dft-pk", hasNone).put("_numfld", table.fields.size())
            .put("_numkey", Math.max(1, table.indexes.size())).put("_numkfld", 0)
            .put("_Last-change", 1_580_000_000).put("_Last-modified", MADE).put("_CRC", 1)
            .put("_Has-Pcnstrs", table.primaryKey.isEmpty() ? "N" : "Y").put("_Has-Fcnstrs", "N")
            .put("_Has-Ucnstrs", "N").put("_Has-Ccnstrs", "N").put("_Db-recid", 64)
            .put("_Rssid", 6).put("_category", "").put("_File-Attributes", attributes(table)));
        if (hasNone && !table.isView())
            addDefaultIndex(table, defaultIndex);
        for (Field field : table.fields)
            addField(table, field);
        for (Index index : table.indexes)
            addIndex(table, index);
    }

    /** The fifth says that a table is captured, the sixth that it is a change table. */
    private String[] attributes(Table table) {
        if (switches.is("cdc_attributes", "unset"))
            return null;
        String[] attributes = new String[64];
        java.util.Arrays.fill(attributes, "0");
        if (capture.policies().stream().anyMatch(policy -> policy.source == table))
            attributes[4] = "1";
        if (isChangeTable(table))
            attributes[5] = "1";
        return attributes;
    }

    private void addPolicy(Table table) {
        Table source = store.schema.find("PUB", table.name.substring(Policy.CHANGES.length()));
        add("_Cdc-Table-Policy", new Row().put("_Policy-Id", "policy-" + table.number)
            .put("_Policy-Name", table.name).put("_Policy-State", 0).put("_Policy-Instance", 0)
            .put("_Source-File-Recid", source == null ? null : (Object) source.recid)
            .put("_Change-Tablename", table.name).put("_Change-Table-Owner", table.owner)
            .put("_ObjectId", table.number).put("_Level", 2));
    }

    private void addDefaultIndex(Table table, long recid) {
        add("_Index", new Row().put("#recid", recid).put("_File-recid", table.recid)
            .put("_Index-Name", "default").put("_Unique", false).put("_Active", true)
            .put("_num-comp", 0).put("_idx-num", table.number).put("_Wordidx", 0));
    }

    private void addField(Table table, Field field) {
        add("_Field", new Row().put("#recid", field.recid).put("_File-recid", table.recid)
            .put("_Field-Name", field.name).put("_Data-Type", field.kind.ablName)
            .put("_dtype", DTYPES.getOrDefault(field.kind, 1)).put("_Extent", field.extent)
            .put("_Order", field.order).put("_Field-Physpos", field.position)
            .put("_field-rpos", field.position).put("_Width", field.width())
            .put("_Decimals", field.kind == Kind.DECIMAL ? (Object) field.scale() : null)
            .put("_Format", field.format).put("_Initial", field.initial)
            .put("_Mandatory", field.isMandatory).put("_Fld-case", field.isCaseSensitive)
            .put("_Label", field.label).put("_Col-label", field.columnLabel)
            .put("_Desc", field.description).put("_Help", field.help)
            .put("_Charset", field.codePage).put("_Collation", "").put("_sys-field", false)
            .put("_Last-modified", MADE));
    }

    /** The tracking table may have been made with its other indexes inactive. */
    private boolean isActive(Table table, Index index) {
        boolean isOfTracking = table.name.equals(Capture.TRACKING) && !index.isPrimary;
        return index.isActive && !(isOfTracking && switches.is("cdc_indexes", "inactive"));
    }

    private void addIndex(Table table, Index index) {
        add("_Index", new Row().put("#recid", index.recid).put("_File-recid", table.recid)
            .put("_Index-Name", index.name).put("_Unique", index.isUnique)
            .put("_Active", isActive(table, index)).put("_num-comp", index.parts.size())
            .put("_idx-num", index.number).put("_Wordidx", index.isWord ? 1 : 0)
            .put("_Idxmethod", "").put("_Idxowner", table.owner).put("_Desc", index.description));
        int place = 0;
        for (Index.Part part : index.parts)
            add("_Index-Field", new Row().put("_Index-recid", index.recid)
                .put("_Index-Seq", ++place).put("_Field-recid", part.field().recid)
                .put("_Ascending", part.isAscending()).put("_Abbreviate", part.isAbbreviated())
                .put("_Unsorted", false));
    }

    private void addSequence(Schema.Sequence sequence) {
        add("_Sequence", new Row().put("_Db-recid", 64).put("_Seq-Name", sequence.name())
            .put("_Seq-Init", sequence.initial()).put("_Seq-Incr", sequence.increment())
            .put("_Seq-Min", sequence.minimum()).put("_Seq-Max", sequence.maximum())
            .put("_Cycle-Ok", sequence.isCycling()).put("_Seq-Owner", "PUB"));
    }

    private void addDatabase() {
        String codePage = switches.get("code_page");
        add("_Db", new Row().put("#recid", 64).put("_Db-name", database)
            .put("_Db-xl-name", codePage).put("_Db-coll-name", "BASIC").put("_Db-local", true)
            .put("_Db-guid", "6c6f6f6b-616c-696b-6520-" + String.format("%012x",
                database.hashCode() & 0xFFFFFFFFL)).put("_Db-type", "PROGRESS"));
        add("_DbStatus", new Row().put("_DbStatus-Id", 1).put("_DbStatus-Codepage", codePage)
            .put("_DbStatus-Collation", "BASIC").put("_DbStatus-DbVers", 15061)
            .put("_DbStatus-OEVersion", "OpenEdge Release " + switches.get("version")));
    }

    // --- writing

    private static void write(Connection connection, Table table, List<Row> rows)
        throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM " + table.quoted());
        }
        List<String> names = new ArrayList<>(List.of("#recid"));
        for (Field field : table.fields)
            names.add(field.name);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table.quoted()
            + " VALUES (" + "?, ".repeat(names.size() - 1) + "?)")) {
            long number = 0;
            for (Row row : rows) {
                row.values.putIfAbsent("#recid", 1_000_000 + ++number);
                for (int i = 0; i < names.size(); i++)
                    insert.setObject(i + 1, row.values.get(names.get(i)));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
