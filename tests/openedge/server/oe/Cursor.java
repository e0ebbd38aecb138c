package oe;

import com.ddtek.jdbc.openedge.Wire;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The result of a query. */
final class Cursor implements Rows {
    private static final int SMALL = 4096;
    private static int lastLarge;

    private final Compiled compiled;
    private final Statement statement;
    private final ResultSet result;
    private final ValueText texts;
    private final Front front;
    private final Locks locks;
    private final int maxRows;
    private final Map<Integer, byte[]> larges = new HashMap<>();
    private long rowNumber;
    private boolean isDead;

    Cursor(Compiled compiled, Statement statement, ResultSet result, Front front, int maxRows) {
        this.compiled = compiled;
        this.statement = statement;
        this.result = result;
        this.front = front;
        locks = front.locks;
        this.maxRows = maxRows;
        texts = new ValueText(front);
    }

    @Override
    public List<Compiled.Out> outs() {
        return compiled.outs.subList(0, compiled.visible);
    }

    @Override
    public boolean isOfUser() {
        return compiled.tables.stream().anyMatch(table -> !table.isSystem());
    }

    /** What failed comes alone: rows of its block are lost, unless they are said not to be. */
    @Override
    public Block fetch(int count) throws SQLException {
        List<Object[]> rows = new ArrayList<>();
        larges.clear();
        try {
            if (isDead)
                throw Refusal.unknown(front.switches, "The cursor is not open.", "24000", 20012);
            if (isOfUser() && !isDirty() && front.switches.takeOne("lock_table_overflows"))
                throw Refusal.lockTableFull(front.switches);
            while (rows.size() < count) {
                if (maxRows > 0 && rowNumber >= maxRows || !result.next())
                    return new Block(rows, true, null);
                rowNumber++;
                for (int times = times(); times > 0; times--)
                    rows.add(row());
            }
            return new Block(rows, false, null);
        } catch (Refusal e) {
            isDead = true;
            boolean areKept = front.switches.is("rows_before_bad", "delivered");
            return new Block(areKept ? rows : List.of(), false, e);
        }
    }

    /** Whether records are read without locks. */
    private boolean isDirty() {
        return compiled.isNoLock || front.isolation == 1;
    }

    /** How often the row is delivered. READPAST leaves locked ones out, and nobody hears of it. */
    private int times() throws SQLException, Refusal {
        int times = 1;
        for (int i = compiled.visible; i < compiled.outs.size(); i++) {
            Compiled.Out out = compiled.outs.get(i);
            if (!out.isRowid)
                continue;
            long rowid = result.getLong(i + 1);
            if (isDirty())
                times = timesWithoutLock(out.table, rowid);
            else if (locks.is(Locks.Fate.LOCKED, out.table, rowid))
                times = timesLocked(out.table);
        }
        return times;
    }

    private int timesWithoutLock(Table table, long rowid) {
        if (locks.is(Locks.Fate.MISSED, table, rowid))
            return 0;
        return locks.is(Locks.Fate.TWICE, table, rowid) ? 2 : 1;
    }

    private int timesLocked(Table table) throws Refusal {
        if (compiled.isReadPast && front.isolation == 2)
            return 0;
        pause(front.switches.number("lock_wait_ms"));
        throw Refusal.locked(table);
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Object[] row() throws SQLException, Refusal {
        Object[] values = new Object[compiled.visible];
        for (int i = 0; i < compiled.outs.size(); i++) {
            Object value = texts.take(result, i + 1, compiled.outs.get(i));
            if (compiled.outs.get(i).isDamage && Long.valueOf(1).equals(value))
                throw Damage.refusal(front.switches);
            if (i < compiled.visible)
                values[i] = sendable(value);
        }
        return values;
    }

    private Object sendable(Object value) throws SQLException {
        if (value instanceof Blob blob)
            return large(blob.getBytes(1, (int) blob.length()), false);
        if (value instanceof Clob clob)
            return large(clob.getSubString(1, (int) clob.length())
                .getBytes(StandardCharsets.UTF_8), true);
        return value;
    }

    /** Small ones travel with their row. */
    private Object large(byte[] bytes, boolean isText) {
        if (bytes.length <= SMALL)
            return isText ? (Object) new String(bytes, StandardCharsets.UTF_8) : bytes;
        int number = nextLarge();
        larges.put(number, bytes);
        return new Wire.Large(number, isText, bytes.length);
    }

    private static synchronized int nextLarge() {
        return ++lastLarge;
    }

    @Override
    public byte[] large(int number) {
        return larges.get(number);
    }

    @Override
    public void kill() {
        isDead = true;
    }

    @Override
    public void close() throws SQLException {
        isDead = true;
        larges.clear();
        result.close();
        statement.close();
    }
}
