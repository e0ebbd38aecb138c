package oe;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Change data capture: what transactions do to a table with a policy stands in
 * PUB."_Cdc-Change-Tracking" and, from level 2 on, in a change table. A sequence is taken when a
 * record is written, so transactions that commit in another order leave them out of order.
 */
final class Capture {
    static final String TRACKING = "_Cdc-Change-Tracking";
    static final int CREATED = 1;
    static final int DELETED = 2;
    static final int BEFORE = 3;
    static final int AFTER = 4;
    private static final int MAP_BYTES = 256;

    /** A row that is written when its transaction ends. */
    private record Held(String sql, Object[] values) {}

    /** What is written and not committed yet, on a connection of the store's own. */
    private static final class Transaction {
        final int number;
        final Connection connection;
        final List<Held> held = new ArrayList<>();
        final Map<Integer, Long> firstSequences = new TreeMap<>();
        final Map<Integer, Long> lastSequences = new TreeMap<>();

        Transaction(int number, Connection connection) {
            this.number = number;
            this.connection = connection;
        }
    }

    private final Store store;
    private final Switches switches;
    private final List<Policy> policies = new ArrayList<>();
    private final Map<Integer, Transaction> open = new TreeMap<>();
    private final Map<Integer, Long> sequences = new TreeMap<>();
    private int policyCount;
    private int lastTransaction = 1_000_000;
    private long lastRecid = 3_000_000;

    Capture(Store store, Switches switches) {
        this.store = store;
        this.switches = switches;
    }

    // --- policies

    /** From level 1 on there is a change table, which has rows from level 2 on. */
    void add(Table source, int level, Map<String, String> properties) throws Exception {
        Policy policy = new Policy(source, level, ++policyCount, properties);
        if (level > 0) {
            store.change(policy.changeTableText(), policy.owner);
            policy.changes = store.schema.find(policy.owner, policy.changeTable);
        }
        policies.add(policy);
        store.schema.changed();
    }

    /** With what they have captured. */
    void drop(Table source) throws Exception {
        for (Policy policy : List.copyOf(policies)) {
            if (policy.source != source)
                continue;
            policies.remove(policy);
            if (policy.changes != null)
                store.change("DROP TABLE \"" + policy.changeTable + "\"\n", policy.owner);
        }
        store.run("DELETE FROM PUB.\"" + TRACKING + "\" WHERE \"_Source-Table-Number\" = "
            + source.number);
        sequences.remove(source.number);
        store.schema.changed();
    }

    void reset() throws Exception {
        for (int number : List.copyOf(open.keySet()))
            end(number, false);
        for (Policy policy : List.copyOf(policies))
            drop(policy.source);
    }

    List<Policy> policies() {
        return List.copyOf(policies);
    }

    private Policy capturing(Table table) {
        return policies.stream().filter(policy -> policy.source == table && policy.isCapturing())
            .findFirst().orElse(null);
    }

    /** Whether a statement writes to a table of which something is captured. */
    boolean isOf(String sql) {
        return capturing(sql) != null;
    }

    private Policy capturing(String sql) {
        String name = policies.isEmpty() ? null : Activity.writtenTable(sql);
        Table table = name == null ? null : store.schema.find("PUB", name);
        return table == null ? null : capturing(table);
    }

    // --- transactions

    /** A statement that commits by itself. */
    long write(String sql) throws SQLException {
        Connection connection = store.connection();
        connection.setAutoCommit(false);
        try {
            Transaction transaction = new Transaction(++lastTransaction, connection);
            long rows = write(transaction, sql);
            flush(transaction);
            connection.commit();
            return rows;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** A statement of a transaction that stays open until it is ended. */
    long write(int number, String sql) throws SQLException {
        Transaction transaction = open.get(number);
        if (transaction == null) {
            transaction = new Transaction(number, Store.connect());
            transaction.connection.setAutoCommit(false);
            open.put(number, transaction);
        }
        return write(transaction, sql);
    }

    /** One that has written nothing has nothing to end. */
    void end(int number, boolean isCommitted) throws SQLException {
        Transaction transaction = open.remove(number);
        if (transaction == null)
            return;
        try (Connection connection = transaction.connection) {
            if (isCommitted) {
                flush(transaction);
                connection.commit();
            } else {
                connection.rollback();
                giveBack(transaction);
            }
        }
    }

    /** What was done to a table as a whole: operations 5 to 12. */
    void note(Table source, int operation) throws SQLException {
        Policy policy = capturing(source);
        if (policy == null)
            throw new IllegalArgumentException("nothing is captured of " + source.name);
        Transaction transaction = new Transaction(++lastTransaction, store.connection());
        track(transaction, policy, operation, 0, null, now());
        flush(transaction);
    }

    private void flush(Transaction transaction) throws SQLException {
        for (Held held : transaction.held)
            insert(transaction.connection, held);
        transaction.held.clear();
    }

    /** Whether numbers that were rolled back are used again is not known. */
    private void giveBack(Transaction transaction) {
        if (!switches.is("cdc_rolled_back", "reused"))
            return;
        transaction.lastSequences.forEach((table, last) -> {
            if (last.equals(sequences.get(table)))
                sequences.put(table, transaction.firstSequences.get(table) - 1);
        });
    }

    // --- what a statement did

    private long write(Transaction transaction, String sql) throws SQLException {
        Policy policy = capturing(sql);
        Map<Long, Object[]> before =
            policy == null ? Map.of() : records(transaction.connection, policy.source);
        long rows;
        try (java.sql.Statement statement = transaction.connection.createStatement()) {
            rows = statement.executeLargeUpdate(sql);
        }
        if (policy != null)
            compare(transaction, policy, before, records(transaction.connection, policy.source));
        return rows;
    }

    /** By their recids; large values are left out, since nothing captures them. */
    private static Map<Long, Object[]> records(Connection connection, Table table)
        throws SQLException {
        List<Field> fields = Policy.capturable(table);
        StringBuilder sql = new StringBuilder("SELECT _ROWID_");
        for (Field field : fields)
            sql.append(", ").append(Table.quote(field.name));
        Map<Long, Object[]> found = new LinkedHashMap<>();
        try (java.sql.Statement statement = connection.createStatement();
            ResultSet result = statement.executeQuery(
                sql.append(" FROM ").append(table.quoted()).toString())) {
            while (result.next()) {
                Object[] values = new Object[fields.size()];
                for (int i = 0; i < values.length; i++)
                    values[i] = plain(result.getObject(i + 2));
                found.put(result.getLong(1), values);
            }
        }
        return found;
    }

    private static Object plain(Object value) throws SQLException {
        return value instanceof java.sql.Array array ? array.getArray() : value;
    }

    private void compare(Transaction transaction, Policy policy, Map<Long, Object[]> before,
        Map<Long, Object[]> after) throws SQLException {
        TreeSet<Long> recids = new TreeSet<>(before.keySet());
        recids.addAll(after.keySet());
        for (long recid : recids) {
            Object[] was = before.get(recid);
            Object[] is = after.get(recid);
            if (was == null)
                capture(transaction, policy, CREATED, recid, null, is);
            else if (is == null)
                capture(transaction, policy, DELETED, recid, was, null);
            else if (!Arrays.deepEquals(was, is))
                capture(transaction, policy, AFTER, recid, was, is);
        }
    }

    private void capture(Transaction transaction, Policy policy, int operation, long recid,
        Object[] was, Object[] is) throws SQLException {
        boolean isUpdate = operation == AFTER;
        byte[] map = isUpdate && policy.level > 0 ? changed(policy, was, is) : null;
        // Whether an update of fields that are not captured is tracked is not known.
        if (map != null && Arrays.equals(map, new byte[MAP_BYTES])
            && switches.is("cdc_uncaptured", "silent"))
            return;
        OffsetDateTime now = now();
        boolean hasBefore = isUpdate && policy.level == 3;
        boolean isTwice = hasBefore && switches.is("cdc_tracking_rows", "two");
        long earlier = isTwice ? track(transaction, policy, BEFORE, recid, map, now) : 0;
        long sequence = track(transaction, policy, operation, recid, map, now);
        if (policy.level < 2)
            return;
        if (hasBefore)
            image(transaction, policy, BEFORE, isTwice ? earlier : sequence, now, was);
        image(transaction, policy, operation, sequence, now, is == null ? was : is);
    }

    /** Bit k of byte b, from the least significant one, stands for captured field 8b + k + 1. */
    private static byte[] changed(Policy policy, Object[] was, Object[] is) {
        byte[] map = new byte[MAP_BYTES];
        for (int i = 0; i < policy.fields.size(); i++) {
            int place = policy.fields.get(i).place();
            if (!Arrays.deepEquals(new Object[] {was[place]}, new Object[] {is[place]}))
                map[i / 8] |= (byte) (1 << i % 8);
        }
        return map;
    }

    // --- rows of tracking and change tables

    private static OffsetDateTime now() {
        return OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MILLIS);
    }

    /** Returns its sequence. */
    private long track(Transaction transaction, Policy policy, int operation, long recid,
        byte[] map, OffsetDateTime now) throws SQLException {
        int table = policy.source.number;
        long sequence = sequences.merge(table, 1L, Long::sum);
        transaction.firstSequences.putIfAbsent(table, sequence);
        transaction.lastSequences.put(table, sequence);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("#recid", ++lastRecid);
        row.put("_Policy-Id", policy.id);
        row.put("_Tran-Id", transaction.number);
        row.put("_Time-Stamp", now);
        row.put("_Change-Sequence", sequence);
        row.put("_Operation", operation);
        row.put("_Change-FieldMap", map);
        row.put("_Recid", recid);
        row.put("_Source-Table-Number", table);
        row.put("_Partition-Id", 0);
        row.put("_User-Name", "writer");
        row.put("_Tenant-Id", 0);
        row.put("_Version", 1);
        row.put("_User-Misc", "");
        write(transaction, "PUB.\"" + TRACKING + "\"", row);
        return sequence;
    }

    private void image(Transaction transaction, Policy policy, int operation, long sequence,
        OffsetDateTime now, Object[] values) throws SQLException {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("_Tran-Id", transaction.number);
        row.put("_Time-Stamp", now);
        row.put("_Change-Sequence", sequence);
        row.put("_Continuation-Position", 0);
        row.put("_ArrayIndex", 0);
        row.put("_Fragment", 0);
        row.put("_Operation", operation);
        for (Policy.Captured captured : policy.fields)
            row.put(captured.field().name, values[captured.place()]);
        write(transaction, policy.changes.quoted(), row);
    }

    private void write(Transaction transaction, String target, Map<String, Object> row)
        throws SQLException {
        List<String> names = row.keySet().stream().map(Table::quote).toList();
        Held held = new Held("INSERT INTO " + target + " (" + String.join(", ", names)
            + ") VALUES (?" + ", ?".repeat(names.size() - 1) + ")", row.values().toArray());
        if (switches.is("cdc_visible", "at_commit"))
            transaction.held.add(held);
        else
            insert(transaction.connection, held);
    }

    private static void insert(Connection connection, Held held) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(held.sql())) {
            for (int i = 0; i < held.values().length; i++)
                statement.setObject(i + 1, held.values()[i]);
            statement.execute();
        }
    }
}
