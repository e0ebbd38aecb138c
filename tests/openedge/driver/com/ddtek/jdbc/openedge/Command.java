package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** A statement, prepared or not. */
final class Command {
    final Session session;
    private final String prepared;
    private final Statement proxy;
    private final List<Object> parameters = new ArrayList<>();
    private int fetchSize;
    private int maxRows;
    private int timeout;
    private Rows rows;
    private boolean isClosed;

    Command(Session session, String prepared) {
        this.session = session;
        this.prepared = prepared;
        proxy = prepared == null ? Proxies.make(Statement.class, this)
                                 : Proxies.make(PreparedStatement.class, this);
    }

    Statement statement() {
        return proxy;
    }

    PreparedStatement prepared() {
        return (PreparedStatement) proxy;
    }

    /** Rows of a round trip, 0 for the driver's own choice. */
    int rowsOfTrip() {
        return session.fact("fetch_size").equals("ignored") ? 0 : fetchSize;
    }

    /** The result, or null when the statement gives none. */
    private ResultSet run(String sql) throws SQLException {
        if (isClosed)
            throw Failures.driver("Object has been closed.", "HY010");
        if (rows != null)
            rows.close();
        rows = null;
        try {
            Wire.Body body = new Wire.Body(Wire.EXECUTE).text(sql).number(maxRows).number(timeout);
            body.number(parameters.size());
            for (Object parameter : parameters)
                body.value(parameter);
            DataInputStream answer = session.question(body);
            if (!answer.readBoolean())
                return null;
            rows = new Rows(session, this, answer);
            return rows.proxy();
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    // --- java.sql.Statement

    ResultSet executeQuery(String sql) throws SQLException {
        ResultSet result = run(sql);
        if (result == null)
            throw Failures.driver("No result set was produced.", "07005");
        return result;
    }

    boolean execute(String sql) throws SQLException {
        return run(sql) != null;
    }

    int executeUpdate(String sql) throws SQLException {
        run(sql);
        return 0;
    }

    ResultSet getResultSet() {
        return rows == null ? null : rows.proxy();
    }

    int getUpdateCount() {
        return -1;
    }

    boolean getMoreResults() {
        return false;
    }

    Connection getConnection() {
        return session.proxy();
    }

    void cancel() throws SQLException {
        session.cancelRunning();
    }

    void setEscapeProcessing(boolean value) {}

    int getFetchSize() {
        return fetchSize;
    }

    void setFetchSize(int value) throws SQLException {
        if (value < 0)
            throw Failures.driver("Invalid fetch size.", "HY024");
        fetchSize = value;
    }

    int getMaxRows() {
        return maxRows;
    }

    void setMaxRows(int value) {
        maxRows = value;
    }

    int getQueryTimeout() {
        return timeout;
    }

    void setQueryTimeout(int seconds) throws SQLException {
        String way = session.fact("query_timeout");
        if (way.equals("unsupported"))
            throw Failures.unsupported("setQueryTimeout");
        timeout = way.equals("ignored") ? 0 : seconds;
    }

    boolean isClosed() {
        return isClosed;
    }

    void close() throws SQLException {
        isClosed = true;
        if (rows != null)
            rows.close();
    }

    // --- java.sql.PreparedStatement

    ResultSet executeQuery() throws SQLException {
        return executeQuery(prepared);
    }

    boolean execute() throws SQLException {
        return execute(prepared);
    }

    void clearParameters() {
        parameters.clear();
    }

    private void put(int index, Object value) {
        while (parameters.size() < index)
            parameters.add(null);
        parameters.set(index - 1, value);
    }

    void setNull(int index, int type) {
        put(index, null);
    }

    void setString(int index, String value) {
        put(index, value);
    }

    void setBytes(int index, byte[] value) {
        put(index, value);
    }

    void setBoolean(int index, boolean value) {
        put(index, value ? 1L : 0L);
    }

    void setShort(int index, short value) {
        put(index, (long) value);
    }

    void setInt(int index, int value) {
        put(index, (long) value);
    }

    void setLong(int index, long value) {
        put(index, value);
    }

    void setDouble(int index, double value) {
        put(index, value);
    }

    void setBigDecimal(int index, BigDecimal value) {
        put(index, value);
    }

    void setDate(int index, Date value) {
        put(index, value == null ? null : value.toLocalDate());
    }

    void setTime(int index, Time value) {
        put(index, value == null ? null : value.toLocalTime()
            .plusNanos(Math.floorMod(value.getTime(), 1000) * 1_000_000L));
    }

    void setTimestamp(int index, Timestamp value) {
        put(index, value == null ? null : value.toLocalDateTime());
    }

    void setObject(int index, Object value) throws SQLException {
        if (isOfJavaTime(value) && !session.fact("java_time").equals("supported"))
            throw Failures.driver("Object type not supported.", "HY004");
        if (value instanceof Date date)
            setDate(index, date);
        else if (value instanceof Time time)
            setTime(index, time);
        else if (value instanceof Timestamp stamp)
            setTimestamp(index, stamp);
        else if (value instanceof Boolean truth)
            setBoolean(index, truth);
        else
            put(index, value);
    }

    private static boolean isOfJavaTime(Object value) {
        return value instanceof LocalDate || value instanceof LocalTime
            || value instanceof LocalDateTime || value instanceof OffsetDateTime;
    }

    void setObject(int index, Object value, int type) throws SQLException {
        setObject(index, value);
    }
}
