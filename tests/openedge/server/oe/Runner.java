package oe;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;

/** Runs the queries of one connection in the store, until they are done or cancelled. */
final class Runner {
    /** The store's code for statements that were cancelled or took too long. */
    private static final int STOPPED = 57014;

    private final Server server;
    private final Front front;
    private final Connection connection;
    private volatile PreparedStatement running;
    private boolean isCancelled;
    private boolean isStreaming;

    Runner(Server server, Front front, Connection connection) {
        this.server = server;
        this.front = front;
        this.connection = connection;
    }

    /** By any thread. */
    synchronized void cancel() {
        isCancelled = true;
        notifyAll();
        PreparedStatement statement = running;
        try {
            if (statement != null)
                statement.cancel();
        } catch (SQLException e) {
            server.note("cancel: " + e.getMessage());
        }
    }

    private synchronized boolean isCancelled() {
        return isCancelled;
    }

    /** `timeout` in seconds, 0 for none. */
    Cursor run(Compiled compiled, List<Object> parameters, int maxRows, int timeout)
        throws SQLException, Refusal {
        pause("execute", timeout);
        seeUncommitted(compiled.isNoLock || front.isolation == 1);
        for (Compiled.Check check : compiled.checks)
            check(check, parameters);
        stream();
        PreparedStatement statement = statement(compiled.sql, parameters);
        ResultSet result = execute(statement, timeout);
        complete(compiled, result.getMetaData());
        return new Cursor(compiled, statement, result, front, maxRows);
    }

    /** Who reads with locks sees what is committed; that others would wait is left to Locks. */
    private void seeUncommitted(boolean isDirty) throws SQLException {
        int wanted =
            isDirty ? Connection.TRANSACTION_READ_UNCOMMITTED : Connection.TRANSACTION_READ_COMMITTED;
        if (connection.getTransactionIsolation() != wanted)
            connection.setTransactionIsolation(wanted);
    }

    /** The store makes the whole of a result before it gives any of it, unless its session is told not to. */
    private void stream() throws SQLException {
        boolean isWished = front.switches.is("results", "streamed");
        if (isWished == isStreaming)
            return;
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LAZY_QUERY_EXECUTION " + (isWished ? 1 : 0));
        }
        isStreaming = isWished;
    }

    private void check(Compiled.Check check, List<Object> parameters)
        throws SQLException, Refusal {
        try (PreparedStatement statement = statement(check.sql(), parameters);
            ResultSet result = statement.executeQuery()) {
            if (result.next())
                throw Refusal.tooWide(check.table(), check.field());
        }
    }

    private PreparedStatement statement(Compiled.Sql sql, List<Object> parameters)
        throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.text.toString());
        int place = 0;
        for (int parameter : sql.parameters)
            statement.setObject(++place, bindable(parameters.get(parameter)));
        return statement;
    }

    /** Times with a zone, in either form in which they are delivered. */
    private static Object bindable(Object value) {
        if (value instanceof String text && text.matches("\\d{4}-.*:\\d{3} [-+] \\d\\d:\\d\\d"))
            return text.replaceFirst(":(\\d{3}) ([-+]) ", ".$1$2");
        return value;
    }

    private ResultSet execute(PreparedStatement statement, int timeout) throws SQLException, Refusal {
        running = statement;
        try {
            statement.setQueryTimeout(timeout);
            return statement.executeQuery();
        } catch (SQLException e) {
            statement.close();
            if (isCancelled())
                throw aborted();
            if (e.getErrorCode() == STOPPED)
                throw timedOut();
            throw front.broken(e);
        } finally {
            running = null;
        }
    }

    private Refusal aborted() {
        return Refusal.unknown(front.switches, "query aborted", "HY008", 20016);
    }

    private Refusal timedOut() {
        return Refusal.unknown(front.switches, "Query timeout expired", "HYT00", 20017);
    }

    /** Takes as long as a test wants it to, unless somebody cancels it. */
    synchronized void pause(String where, int timeout) throws Refusal {
        int delay = server.mishaps.delay(where);
        isCancelled = false;
        long end = System.nanoTime() + delay * 1_000_000L;
        long limit = System.nanoTime() + timeout * 1_000_000_000L;
        while (System.nanoTime() < end) {
            if (isCancelled)
                throw aborted();
            if (timeout > 0 && System.nanoTime() >= limit)
                throw timedOut();
            try {
                wait(20);
            } catch (InterruptedException e) {
                throw aborted();
            }
        }
    }

    /** Values that are computed have the type that the store gives them. */
    private static void complete(Compiled compiled, ResultSetMetaData data) throws SQLException {
        for (int i = 0; i < compiled.visible; i++) {
            Compiled.Out out = compiled.outs.get(i);
            if (out.name == null)
                out.name = data.getColumnLabel(i + 1);
            if (out.field != null || out.isRowid)
                continue;
            out.type = type(data.getColumnType(i + 1));
            out.typeName = typeName(out.type);
            out.precision = data.getPrecision(i + 1);
            out.scale = data.getScale(i + 1);
        }
    }

    private static int type(int type) {
        return switch (type) {
        case Types.BOOLEAN -> Types.BIT;
        case Types.TIMESTAMP_WITH_TIMEZONE -> Types.CHAR;
        case Types.BLOB -> Types.LONGVARBINARY;
        case Types.CLOB -> Types.LONGVARCHAR;
        case Types.DECIMAL -> Types.NUMERIC;
        case Types.NULL, Types.ARRAY -> Types.VARCHAR;
        default -> type;
        };
    }

    private static String typeName(int type) {
        for (Kind kind : Kind.values()) {
            if (kind.jdbcType == type)
                return kind.colType;
        }
        return "varchar";
    }
}
