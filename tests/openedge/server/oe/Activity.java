package oe;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server counts of what is written since its start, and which transactions are open: the
 * virtual system tables PUB."_TableStat", "_ActSummary", "_DbStatus" and "_Trans", written when
 * somebody asks.
 */
final class Activity {
    private static final Pattern ASKED =
        Pattern.compile("_TableStat|_ActSummary|_DbStatus|_Trans", Pattern.CASE_INSENSITIVE);
    private static final Pattern WRITE = Pattern.compile(
        "\\s*(INSERT\\s+INTO|MERGE\\s+INTO|UPDATE|DELETE\\s+FROM)\\s+(?:\"?PUB\"?\\.)?"
            + "(?:\"([^\"]+)\"|([^\\s(]+))[\\s\\S]*", Pattern.CASE_INSENSITIVE);
    private static final String START = "Mon Nov 30 08:%02d:%02d 2026";

    /** Rows created, updated, deleted. */
    private static final class Counters {
        final long[] rows = new long[3];
    }

    private final Map<String, Counters> tables = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Counters total = new Counters();
    private final Map<Integer, String> transactions = new TreeMap<>();
    private long startedAt = System.nanoTime();
    private int starts;

    static boolean isAskedBy(String sql) {
        return ASKED.matcher(sql).find();
    }

    /** Of PUB; null when it writes to none. */
    static String writtenTable(String sql) {
        Matcher write = WRITE.matcher(sql);
        if (!write.matches())
            return null;
        return write.group(2) != null ? write.group(2) : write.group(3);
    }

    /** A statement of the store's own SQL changed so many rows. */
    synchronized void count(String sql, long rows) {
        Matcher write = WRITE.matcher(sql);
        if (!write.matches() || rows <= 0)
            return;
        int kind = switch (Character.toUpperCase(write.group(1).charAt(0))) {
        case 'U' -> 1;
        case 'D' -> 2;
        default -> 0;
        };
        tables.computeIfAbsent(writtenTable(sql), key -> new Counters()).rows[kind] += rows;
        total.rows[kind] += rows;
    }

    /** The server is stopped and started: all counts begin again. */
    synchronized void restart() {
        starts++;
        startedAt = System.nanoTime();
        transactions.clear();
        zero();
    }

    /** As an operator does it: the server runs on. */
    synchronized void zero() {
        tables.clear();
        java.util.Arrays.fill(total.rows, 0);
    }

    synchronized void begin(int transaction) {
        transactions.put(transaction, "ACTIVE");
    }

    synchronized void end(int transaction) {
        transactions.remove(transaction);
    }

    synchronized void write(Connection connection, Collection<Table> schema, Switches switches)
        throws SQLException {
        List<Object[]> stats = new ArrayList<>();
        for (Table table : schema) {
            if (!isCounted(table, switches))
                continue;
            long[] rows = tables.getOrDefault(table.name, new Counters()).rows;
            boolean isParted = switches.is("table_counters", "parted");
            stats.add(new Object[] {table.number, rows[0], rows[1], isParted ? 0L : rows[2]});
            if (isParted)
                stats.add(new Object[] {table.number, 0L, 0L, rows[2]});
        }
        replace(connection, "\"_TableStat\" (\"#recid\", \"_TableStat-id\", "
            + "\"_TableStat-Create\", \"_TableStat-Update\", \"_TableStat-Delete\")", stats);
        List<Object[]> open = new ArrayList<>();
        transactions.forEach((number, state) -> open.add(new Object[] {number, 5, state}));
        open.add(new Object[] {4711, null, null}); // a slot that nobody uses
        open.add(new Object[] {4712, 7, "Allocated"});
        replace(connection, "\"_Trans\" (\"#recid\", \"_Trans-Num\", \"_Trans-Usrnum\", "
            + "\"_Trans-State\")", open);
        long uptime = (System.nanoTime() - startedAt) / 1_000_000_000;
        replace(connection, "\"_ActSummary\" (\"#recid\", \"_Summary-UpTime\", "
            + "\"_Summary-RecCreat\", \"_Summary-RecUpd\", \"_Summary-RecDel\")", List.of(
                new Object[][] {{uptime, total.rows[0], total.rows[1], total.rows[2]}}));
        try (PreparedStatement update = connection.prepareStatement(
            "UPDATE PUB.\"_DbStatus\" SET \"_DbStatus-starttime\" = ?")) {
            update.setString(1, String.format(START, starts / 60, starts % 60));
            update.execute();
        }
    }

    private static boolean isCounted(Table table, Switches switches) {
        return !table.isSystem() && switch (switches.get("table_counters")) {
        case "none" -> false;
        case "some" -> table.number % 2 == 0;
        default -> true;
        };
    }

    private static void replace(Connection connection, String target, List<Object[]> rows)
        throws SQLException {
        String table = "PUB." + target.substring(0, target.indexOf(' '));
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM " + table);
        }
        int count = target.split(",").length;
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO PUB." + target
            + " VALUES (?" + ", ?".repeat(count - 1) + ")")) {
            int number = 0;
            for (Object[] row : rows) {
                insert.setLong(1, 2_000_000 + ++number);
                for (int i = 0; i < row.length; i++)
                    insert.setObject(i + 2, row[i]);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
