package com.ddtek.jdbc.openedge;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayDeque;

/** A result, read forward in blocks. */
final class Rows {
    /** Rows of a block when nobody said how many. */
    private static final int BLOCK = 50;

    private final Session session;
    private final Command command; // null: a result of the catalogue
    private final int number;
    private final Columns columns;
    private final ResultSet proxy;
    private final ArrayDeque<Object[]> block = new ArrayDeque<>();
    private Object[] row;
    private SQLException behind; // what comes after the rows of this block
    private int fetchSize;
    private boolean isAtEnd;
    private boolean isClosed;
    private boolean wasNull;

    Rows(Session session, Command command, DataInputStream from) throws IOException {
        this.session = session;
        this.command = command;
        number = from.readInt();
        columns = new Columns(from);
        fetchSize = command == null ? 0 : command.rowsOfTrip();
        proxy = Proxies.make(ResultSet.class, this);
    }

    ResultSet proxy() {
        return proxy;
    }

    private void fetch() throws SQLException {
        try {
            DataInputStream answer = session.exchange(
                new Wire.Body(Wire.FETCH).number(number).number(fetchSize > 0 ? fetchSize : BLOCK));
            int kind = answer.readByte();
            for (int count = answer.readInt(); count > 0; count--)
                block.add(takeRow(answer));
            isAtEnd = answer.readBoolean();
            if (kind == Wire.OK_THEN_FAILED)
                behind = Failures.take(answer);
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    private Object[] takeRow(DataInputStream answer) throws IOException {
        Object[] values = new Object[columns.getColumnCount()];
        for (int i = 0; i < values.length; i++)
            values[i] = Wire.takeValue(answer);
        return values;
    }

    private void checkOpen() throws SQLException {
        if (isClosed)
            throw Failures.driver("Object has been closed.", "24000");
    }

    private Object value(int index) throws SQLException {
        checkOpen();
        if (row == null)
            throw Failures.driver("No row is at hand.", "24000");
        if (index < 1 || index > row.length)
            throw Failures.driver("Invalid column number: " + index + ".", "07009");
        wasNull = row[index - 1] == null;
        return row[index - 1];
    }

    // --- java.sql.ResultSet

    boolean next() throws SQLException {
        checkOpen();
        row = null;
        while (block.isEmpty()) {
            if (behind != null)
                throw behind;
            if (isAtEnd)
                return false;
            fetch();
        }
        row = block.poll();
        return true;
    }

    void close() throws SQLException {
        if (isClosed)
            return;
        isClosed = true;
        block.clear();
        try {
            if (!session.isClosed())
                session.question(new Wire.Body(Wire.CLOSE).number(number));
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    boolean isClosed() {
        return isClosed;
    }

    Statement getStatement() {
        return command == null ? null : command.statement();
    }

    ResultSetMetaData getMetaData() throws SQLException {
        checkOpen();
        return columns.proxy();
    }

    int findColumn(String name) throws SQLException {
        return columns.find(name);
    }

    int getType() {
        return ResultSet.TYPE_FORWARD_ONLY;
    }

    int getConcurrency() {
        return ResultSet.CONCUR_READ_ONLY;
    }

    int getFetchSize() {
        return fetchSize;
    }

    void setFetchSize(int rows) {
        if (!session.fact("fetch_size").equals("ignored"))
            fetchSize = rows;
    }

    boolean wasNull() {
        return wasNull;
    }

    String getString(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Wire.Large large)
            return Values.read(new LargeStream(session, large), large);
        return Values.text(value);
    }

    String getString(String name) throws SQLException {
        return getString(columns.find(name));
    }

    Object getObject(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Wire.Large large)
            return large.isText() ? getString(index) : getBytes(index);
        return Values.object(value, columns.getColumnType(index));
    }

    Object getObject(String name) throws SQLException {
        return getObject(columns.find(name));
    }

    Object getObject(int index, Class<?> type) throws SQLException {
        if (!session.fact("java_time").equals("supported"))
            throw Failures.unsupported("getObject");
        return Values.as(value(index), type);
    }

    boolean getBoolean(int index) throws SQLException {
        BigDecimal number = Values.number(value(index));
        return number != null && number.signum() != 0;
    }

    short getShort(int index) throws SQLException {
        return (short) getLong(index);
    }

    int getInt(int index) throws SQLException {
        return (int) getLong(index);
    }

    int getInt(String name) throws SQLException {
        return getInt(columns.find(name));
    }

    long getLong(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Long number)
            return number;
        BigDecimal number = Values.number(value);
        return number == null ? 0 : number.longValue();
    }

    float getFloat(int index) throws SQLException {
        return (float) getDouble(index);
    }

    double getDouble(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Double real)
            return real;
        BigDecimal number = Values.number(value);
        return number == null ? 0 : number.doubleValue();
    }

    BigDecimal getBigDecimal(int index) throws SQLException {
        return Values.number(value(index));
    }

    Date getDate(int index) throws SQLException {
        Object value = value(index);
        return value == null ? null : Date.valueOf(Values.date(value));
    }

    Time getTime(int index) throws SQLException {
        Object value = value(index);
        return value == null ? null : Time.valueOf(Values.time(value));
    }

    Timestamp getTimestamp(int index) throws SQLException {
        Object value = value(index);
        return value == null ? null : Timestamp.valueOf(Values.stamp(value));
    }

    byte[] getBytes(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Wire.Large large) {
            try (InputStream stream = new LargeStream(session, large)) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Failures.broken(e);
            }
        }
        return Values.bytes(value);
    }

    InputStream getBinaryStream(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Wire.Large large)
            return new LargeStream(session, large);
        return value == null ? null : new ByteArrayInputStream(Values.bytes(value));
    }

    Reader getCharacterStream(int index) throws SQLException {
        Object value = value(index);
        if (value instanceof Wire.Large large)
            return new InputStreamReader(new LargeStream(session, large), StandardCharsets.UTF_8);
        return value == null ? null : new StringReader(Values.text(value));
    }
}
