package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** A connection; what java.sql.Connection asks is answered by the methods of the same name. */
final class Session {
    private static final int CANCEL_MS = 10_000;

    final Url url;
    final String text;
    private final Wire wire;
    private final Connection proxy;
    private final Map<String, String> facts = new HashMap<>();
    private boolean isAutoCommit = true;
    private boolean isReadOnly;
    private int isolation = Connection.TRANSACTION_READ_COMMITTED;
    private volatile boolean isClosed;
    private volatile boolean wasClosed; // by its user

    Session(Url url, String text) throws SQLException {
        this.url = url;
        this.text = text;
        proxy = Proxies.make(Connection.class, this);
        int seconds = url.loginTimeout();
        if (seconds == 0)
            seconds = java.sql.DriverManager.getLoginTimeout();
        try {
            wire = Wire.connect(url.host, url.port, seconds * 1000);
        } catch (IOException e) {
            throw Failures.driver("Error establishing socket to host and port: " + url.host + ":"
                + url.port + ". Reason: " + e.getMessage(), "08001");
        }
        logIn();
        String first = url.properties.getOrDefault("initializationString", "").strip();
        if (first.startsWith("(") && first.endsWith(")"))
            first = first.substring(1, first.length() - 1);
        if (!first.isEmpty())
            createStatement().execute(first);
    }

    Connection proxy() {
        return proxy;
    }

    /** What the server said about itself when it let us in. */
    String fact(String name) {
        return facts.getOrDefault(name, "");
    }

    private void logIn() throws SQLException {
        boolean isDone = false;
        try {
            Wire.Body body = new Wire.Body(Wire.LOGIN).number(url.properties.size());
            for (Map.Entry<String, String> property : url.properties.entrySet())
                body.text(property.getKey()).text(property.getValue());
            DataInputStream answer = ask(body);
            for (int count = answer.readInt(); count > 0; count--)
                facts.put(Wire.takeText(answer), Wire.takeText(answer));
            wire.setTimeout(0);
            isDone = true;
        } catch (SocketTimeoutException e) {
            throw new java.sql.SQLTimeoutException(
                Failures.driver("Login timeout expired.", "HYT00").getMessage(), "HYT00", e);
        } catch (IOException e) {
            throw Failures.driver("Software caused connection abort: recv failed.", "08S01");
        } finally {
            if (!isDone)
                wire.close();
        }
    }

    /** The answer behind its first byte, or the exception that it holds. */
    private synchronized DataInputStream ask(Wire.Body body) throws IOException, SQLException {
        wire.send(body);
        DataInputStream answer = wire.receive();
        if (answer.readByte() == Wire.FAILED)
            throw Failures.take(answer);
        return answer;
    }

    /** The same with the first byte, for answers that are both. */
    synchronized DataInputStream exchange(Wire.Body body) throws SQLException {
        checkOpen();
        try {
            wire.send(body);
            DataInputStream answer = wire.receive();
            answer.mark(1);
            if (answer.readByte() == Wire.FAILED)
                throw Failures.take(answer);
            answer.reset();
            return answer;
        } catch (IOException e) {
            wire.close();
            isClosed = true;
            throw Failures.broken(e, lostState("08S01"));
        }
    }

    DataInputStream question(Wire.Body body) throws SQLException {
        DataInputStream answer = exchange(body);
        try {
            answer.readByte();
        } catch (IOException e) {
            throw Failures.broken(e);
        }
        return answer;
    }

    private void checkOpen() throws SQLException {
        if (isClosed)
            throw Failures.driver("Object has been closed.", lostState("08003"));
    }

    private String lostState(String standard) {
        return switch (fact("lost_state")) {
        case "empty" -> "";
        case "general" -> "HY000";
        default -> standard;
        };
    }

    private void set(String name, String value) throws SQLException {
        try {
            question(new Wire.Body(Wire.SET).text(name).text(value));
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    /** Over a connection of its own: this one waits for its answer. */
    void cancelRunning() throws SQLException {
        String way = fact("cancel");
        if (way.equals("unsupported"))
            throw Failures.unsupported("cancel");
        if (way.equals("ignored"))
            return;
        try {
            Wire other = Wire.connect(url.host, url.port, CANCEL_MS);
            try {
                other.send(new Wire.Body(Wire.CANCEL).text(fact("connection")));
                other.receive();
            } finally {
                other.close();
            }
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    // --- java.sql.Connection

    Statement createStatement() {
        return new Command(this, null).statement();
    }

    Statement createStatement(int type, int concurrency) throws SQLException {
        checkForwardOnly(type, concurrency);
        return createStatement();
    }

    PreparedStatement prepareStatement(String sql) throws SQLException {
        try {
            question(new Wire.Body(Wire.PREPARE).text(sql));
        } catch (IOException e) {
            throw Failures.broken(e);
        }
        return new Command(this, sql).prepared();
    }

    PreparedStatement prepareStatement(String sql, int type, int concurrency)
        throws SQLException {
        checkForwardOnly(type, concurrency);
        return prepareStatement(sql);
    }

    private static void checkForwardOnly(int type, int concurrency) throws SQLException {
        if (type != ResultSet.TYPE_FORWARD_ONLY || concurrency != ResultSet.CONCUR_READ_ONLY)
            throw Failures.unsupported("scrollable or updatable results");
    }

    DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return Proxies.make(DatabaseMetaData.class, new Facts(this));
    }

    String nativeSQL(String sql) {
        return sql;
    }

    String getCatalog() {
        return null;
    }

    void setCatalog(String name) {}

    String getSchema() {
        return null;
    }

    boolean getAutoCommit() {
        return isAutoCommit;
    }

    void setAutoCommit(boolean value) throws SQLException {
        set("autocommit", value ? "1" : "0");
        isAutoCommit = value;
    }

    void commit() throws SQLException {
        endTransaction("commit");
    }

    void rollback() throws SQLException {
        endTransaction("rollback");
    }

    private void endTransaction(String how) throws SQLException {
        if (isAutoCommit)
            throw Failures.driver("No transaction while autocommit is on.", "25000");
        set(how, "");
    }

    int getTransactionIsolation() {
        return isolation;
    }

    void setTransactionIsolation(int level) throws SQLException {
        if (!fact("isolation").equals("works"))
            throw Failures.unsupported("setTransactionIsolation");
        set("isolation", Integer.toString(level));
        isolation = level;
    }

    boolean isReadOnly() {
        return isReadOnly;
    }

    void setReadOnly(boolean value) throws SQLException {
        checkOpen();
        isReadOnly = value;
    }

    int getHoldability() {
        return fact("cursor_over_commit").equals("held") ? ResultSet.HOLD_CURSORS_OVER_COMMIT
                                                         : ResultSet.CLOSE_CURSORS_AT_COMMIT;
    }

    boolean isClosed() {
        return fact("is_closed").equals("after_close") ? wasClosed : isClosed;
    }

    boolean isValid(int seconds) {
        if (fact("is_valid").equals("missing"))
            throw new AbstractMethodError("isValid");
        try {
            set("ping", "");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    void close() {
        wasClosed = true;
        isClosed = true;
        wire.close();
    }

    void abort(Executor executor) {
        if (fact("abort").equals("missing"))
            throw new AbstractMethodError("abort");
        close();
    }
}
