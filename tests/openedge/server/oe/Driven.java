package oe;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Connections through the driver and the socket, held for a test by their names. */
final class Driven {
    private static final String DRIVER = "com.ddtek.jdbc.openedge.OpenEdgeDriver";

    private final int port;
    private final Map<String, Connection> connections = new LinkedHashMap<>();
    private final Map<String, ResultSet> results = new LinkedHashMap<>();

    Driven(int port) {
        this.port = port;
    }

    Object obey(List<String> words, String body) throws Exception {
        try {
            return obeyed(words, body);
        } catch (SQLException e) {
            return Map.of("error", error(e));
        }
    }

    private static Map<String, Object> error(SQLException e) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", e.getMessage());
        error.put("state", e.getSQLState());
        error.put("code", e.getErrorCode());
        return error;
    }

    private Object obeyed(List<String> words, String body) throws Exception {
        String name = words.size() > 1 ? words.get(1) : "";
        switch (words.get(0)) {
        case "open":
            connections.put(name, open(Admin.properties(body)));
            return List.of();
        case "close":
            connections.remove(name).close();
            return List.of();
        case "query":
            return query(connections.get(name), body, Integer.parseInt(words.get(2)),
                Integer.parseInt(words.get(3)));
        case "start":
            results.put(words.get(2), start(connections.get(name), body,
                Integer.parseInt(words.get(3))));
            return List.of();
        case "next":
            return rows(results.get(name), Integer.parseInt(words.get(2)));
        case "stop":
            results.remove(name).getStatement().close();
            return List.of();
        case "ask":
            return ask(connections.get(name), words.get(2), body.split("\n", -1));
        case "fact":
            return Map.of("value", java.sql.DatabaseMetaData.class.getMethod(words.get(2))
                .invoke(connections.get(name).getMetaData()));
        case "set":
            return set(connections.get(name), words.get(2), words.get(3));
        default:
            throw new IllegalArgumentException("no command " + words);
        }
    }

    private Connection open(Map<String, String> properties) throws Exception {
        Class.forName(DRIVER);
        Properties login = new Properties();
        login.putAll(properties);
        String extra = properties.getOrDefault("url", "");
        return DriverManager.getConnection("jdbc:datadirect:openedge://127.0.0.1:" + port
            + ";databaseName=" + properties.getOrDefault("database", "look") + extra, login);
    }

    private Object set(Connection connection, String what, String value) throws SQLException {
        switch (what) {
        case "autocommit" -> connection.setAutoCommit(value.equals("1"));
        case "isolation" -> connection.setTransactionIsolation(Integer.parseInt(value));
        case "commit" -> connection.commit();
        case "rollback" -> connection.rollback();
        case "readonly" -> connection.setReadOnly(value.equals("1"));
        default -> throw new IllegalArgumentException(what);
        }
        return List.of();
    }

    // --- queries: SQL, and parameters behind NUL bytes, each with a letter for its type

    private static PreparedStatement prepare(Connection connection, String body)
        throws SQLException {
        String[] parts = body.split("\0", -1);
        PreparedStatement statement = connection.prepareStatement(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String value = parts[i].substring(1);
            switch (parts[i].charAt(0)) {
            case 'I' -> statement.setLong(i, Long.parseLong(value));
            case 'N' -> statement.setBigDecimal(i, new BigDecimal(value));
            case 'D' -> statement.setDate(i, Date.valueOf(value));
            case 'T' -> statement.setTimestamp(i, Timestamp.valueOf(value));
            default -> statement.setString(i, value);
            }
        }
        return statement;
    }

    private static ResultSet start(Connection connection, String body, int fetchSize)
        throws SQLException {
        PreparedStatement statement = prepare(connection, body);
        statement.setFetchSize(fetchSize);
        return statement.executeQuery();
    }

    /** Cancelled after so many milliseconds, and limited to so many seconds, unless they are 0. */
    private static Object query(Connection connection, String body, int cancelAfter, int timeout)
        throws Exception {
        try (PreparedStatement statement = prepare(connection, body)) {
            if (timeout > 0)
                statement.setQueryTimeout(timeout);
            Thread canceller = cancelLater(statement, cancelAfter);
            try {
                if (!statement.execute())
                    return List.of();
                return rows(statement.getResultSet(), Integer.MAX_VALUE);
            } finally {
                canceller.join();
            }
        }
    }

    private static Thread cancelLater(PreparedStatement statement, int milliseconds) {
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(milliseconds);
                statement.cancel();
            } catch (SQLException | InterruptedException e) {
                System.err.println("cancel: " + e.getMessage());
            }
        });
        if (milliseconds > 0)
            thread.start();
        return thread;
    }

    private Object ask(Connection connection, String what, String[] a) throws SQLException {
        java.sql.DatabaseMetaData data = connection.getMetaData();
        ResultSet result = switch (what) {
        case "tables" -> data.getTables(null, a[0], a[1], a[2].split(","));
        case "columns" -> data.getColumns(null, a[0], a[1], "%");
        case "primary_keys" -> data.getPrimaryKeys(null, a[0], a[1]);
        case "indexes" -> data.getIndexInfo(null, a[0], a[1], false, true);
        default -> throw new IllegalArgumentException(what);
        };
        return rows(result, Integer.MAX_VALUE);
    }

    /** What came before an error is shown beside it. */
    private static Map<String, Object> rows(ResultSet result, int most) throws SQLException {
        Map<String, Object> answer = new LinkedHashMap<>();
        ResultSetMetaData data = result.getMetaData();
        List<Object> columns = new ArrayList<>();
        for (int i = 1; i <= data.getColumnCount(); i++)
            columns.add(List.of(data.getColumnLabel(i), data.getColumnType(i),
                data.getColumnTypeName(i), data.getPrecision(i), data.getScale(i)));
        answer.put("columns", columns);
        List<Object> rows = new ArrayList<>();
        answer.put("rows", rows);
        try {
            while (rows.size() < most && result.next())
                rows.add(row(result, columns.size()));
        } catch (SQLException e) {
            answer.put("error", error(e));
        }
        return answer;
    }

    private static List<Object> row(ResultSet result, int count) throws SQLException {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Object value = result.getObject(i);
            if (value instanceof byte[] bytes)
                row.add(Map.of("binary", HexFormat.of().formatHex(bytes)));
            else
                row.add(value instanceof java.util.Date ? result.getString(i) : value);
        }
        return row;
    }
}
