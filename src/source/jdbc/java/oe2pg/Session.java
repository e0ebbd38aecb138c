package oe2pg;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/**
 * One connection. Used by one thread at a time but for cancel(). Whatever it throws is read by
 * Problem.
 */
final class Session {
    // In the order of enum jdbc_metadata in jdbc.h.
    private static final int TABLES = 0;
    private static final int COLUMNS = 1;
    private static final int PRIMARY_KEYS = 2;
    private static final int INDEXES = 3;

    // How the isolation came about: in the order of enum isolation_way in jdbc_session.c.
    private static final int NOT_SET = 0;
    private static final int BY_CALL = 1;
    private static final int BY_STATEMENT = 2;

    private static final long CANCEL_MS = 1500;
    private static final long PATIENCE_MS = 4000;

    private final Connection connection;
    private int queryTimeout;
    private boolean endsTransactions;
    private Ahead ahead; // null until it is needed
    private volatile Statement running;
    private volatile boolean isCancelled;
    private Statement cancelled; // for the first time at cancelledNs
    private long cancelledNs;

    private Session(Connection connection) {
        this.connection = connection;
    }

    /** From a parcel: jars, class, URL, properties as names and values, seconds for connecting. */
    static Session open(byte[] request) throws Throwable {
        Parcel parcel = new Parcel(request);
        String[] jars = parcel.takeTexts();
        String className = parcel.takeText();
        String url = parcel.takeText();
        String[] pairs = parcel.takeTexts();
        int seconds = parcel.takeNumber();
        Properties properties = new Properties();
        for (int i = 0; i + 1 < pairs.length; i += 2)
            properties.setProperty(pairs[i], pairs[i + 1]);
        Driver driver = Drivers.find(jars, className, url);
        Connection connection = Connector.connect(driver, url, properties, seconds);
        if (connection == null)
            throw new SQLException("the driver does not take this URL", "08001");
        return new Session(connection);
    }

    /**
     * A parcel: product, its version, driver, its version, catalogue, quote, escape, Java's version,
     * megabytes of Java's heap.
     */
    byte[] describe() throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        return new Parcel()
            .putText(data.getDatabaseProductName())
            .putText(data.getDatabaseProductVersion())
            .putText(data.getDriverName())
            .putText(data.getDriverVersion())
            .putText(connection.getCatalog())
            .putText(data.getIdentifierQuoteString())
            .putText(data.getSearchStringEscape())
            .putText(System.getProperty("java.version"))
            .putNumber((int) (Runtime.getRuntime().maxMemory() >> 20))
            .bytes();
    }

    /** A parcel: isolation level; characters of a table's name, of a statement; columns at most. */
    byte[] limits() throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        return new Parcel()
            .putNumber(data.getMaxTableNameLength())
            .putNumber(data.getMaxStatementLength())
            .putNumber(data.getMaxColumnsInSelect())
            .bytes();
    }

    /**
     * From a parcel: the isolation level, a statement that sets it ("" where none is known), seconds
     * for a statement. Returns a parcel: how the level was set, the level that the driver reports now
     * (-1 when it does not), and what a statement is limited to: rows, and bytes of a value (0: no
     * limit, -1: the driver does not say).
     */
    byte[] setUp(byte[] request) throws SQLException {
        Parcel parcel = new Parcel(request);
        int isolation = parcel.takeNumber();
        String isolationSql = parcel.takeText();
        queryTimeout = parcel.takeNumber();
        int how = setIsolation(isolation, isolationSql);
        setReadOnly();
        try (Statement statement = connection.createStatement()) {
            return new Parcel()
                .putNumber(how)
                .putNumber(reportedIsolation())
                .putNumber(Unlimited.rows(statement))
                .putNumber(Unlimited.fieldSize(statement))
                .bytes();
        }
    }

    /** A statement for what it does. */
    void run(byte[] sqlBytes) throws SQLException {
        execute(new String(sqlBytes, StandardCharsets.UTF_8));
    }

    /** From now on every statement ends its transaction. */
    void endTransactions() throws SQLException {
        connection.setAutoCommit(false);
        endsTransactions = true;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Levels that the source does not have are left alone. */
    private int setIsolation(int isolation, String sql) throws SQLException {
        try {
            if (connection.getMetaData().supportsTransactionIsolationLevel(isolation)) {
                connection.setTransactionIsolation(isolation);
                return BY_CALL;
            }
        } catch (SQLException e) {
            if (sql.isEmpty())
                throw e;
        }
        if (sql.isEmpty())
            return NOT_SET;
        try {
            execute(sql);
            return BY_STATEMENT;
        } catch (SQLException e) {
            return NOT_SET;
        }
    }

    private int reportedIsolation() {
        try {
            return connection.getTransactionIsolation();
        } catch (SQLException e) {
            return -1;
        }
    }

    /** Not every driver can; nothing is written in any case. */
    private void setReadOnly() {
        try {
            connection.setReadOnly(true);
        } catch (SQLException e) {
            return;
        }
    }

    /** `positions` is a parcel (Positions.java), or null when there are none. */
    BatchReader query(byte[] sqlBytes, byte[] positions, byte[] ways, int rowLimit, int fetchSize,
        int fetchMax) throws SQLException {
        String sql = new String(sqlBytes, StandardCharsets.UTF_8);
        Statement statement = null;
        isCancelled = false;
        try {
            if (positions == null) {
                statement = connection.createStatement(
                    ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
                statement.setEscapeProcessing(false);
            } else {
                statement = connection.prepareStatement(
                    sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
                Parcel parcel = new Parcel(positions);
                Positions.bind((PreparedStatement) statement, parcel, parcel.takeNumber());
            }
            setLimits(statement, rowLimit, fetchSize);
            running = statement;
            ResultSet result = positions == null
                ? statement.executeQuery(sql)
                : ((PreparedStatement) statement).executeQuery();
            return new BatchReader(
                this, statement, result, ways, fetchMax > fetchSize ? fetchSize : 0, fetchMax);
        } catch (SQLException | RuntimeException | Error e) {
            abandon(statement);
            throw e;
        }
    }

    /** Time-outs and fetch sizes are no promise of any driver; the row limit is one. */
    private void setLimits(Statement statement, int rowLimit, int fetchSize) throws SQLException {
        try {
            if (queryTimeout > 0)
                statement.setQueryTimeout(queryTimeout);
        } catch (SQLException e) {
            queryTimeout = 0;
        }
        if (fetchSize > 0) {
            try {
                statement.setFetchSize(fetchSize);
            } catch (SQLException e) {
                statement.clearWarnings();
            }
        }
        Unlimited.fieldSize(statement);
        if (rowLimit > 0)
            statement.setMaxRows(rowLimit);
        else
            Unlimited.rows(statement);
    }

    private void abandon(Statement statement) {
        try {
            ended(statement);
        } catch (SQLException e) {
            return; // what failed before is what counts
        }
    }

    /** A statement is done with: so is its transaction, where there is one. */
    void ended(Statement statement) throws SQLException {
        running = null;
        try {
            if (statement != null)
                statement.close();
        } finally {
            if (endsTransactions)
                connection.rollback();
        }
    }

    /** From a parcel: catalogue, schema, table; a null is any, and for columns they are patterns. */
    BatchReader metadata(int what, byte[] names, byte[] ways) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        Parcel parcel = new Parcel(names);
        String catalog = parcel.takeText();
        String schema = parcel.takeText();
        String table = parcel.takeText();
        isCancelled = false;
        ResultSet result;
        switch (what) {
        case TABLES:
            String[] types = {"TABLE", "BASE TABLE", "PARTITIONED TABLE", "SYSTEM VERSIONED",
                "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SYNONYM"};
            result = data.getTables(catalog, null, "%", types);
            break;
        case COLUMNS:
            result = data.getColumns(catalog, schema, table == null ? "%" : table, "%");
            break;
        case PRIMARY_KEYS:
            result = data.getPrimaryKeys(catalog, schema, table);
            break;
        case INDEXES:
            // Approximate: no statistics are gathered in the source for our sake.
            result = data.getIndexInfo(catalog, schema, table, false, true);
            break;
        default:
            throw new IllegalArgumentException();
        }
        return new BatchReader(this, null, result, ways, 0, 0);
    }

    Future<Long> readAhead(Callable<Long> task) {
        if (ahead == null)
            ahead = new Ahead();
        return ahead.begin(task);
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /** For a driver whose cancel ended nothing: rows that are there already are not read either. */
    void checkCancelled() throws SQLException {
        if (isCancelled)
            throw new SQLException("cancelled", "57014");
    }

    /**
     * From any thread. A statement that goes on though its driver said that it is cancelled is ended
     * with its connection when the request comes again.
     */
    synchronized void cancel() throws InterruptedException {
        Statement statement = running;
        isCancelled = true;
        if (statement == null)
            return;
        if (statement == cancelled && System.nanoTime() - cancelledNs > PATIENCE_MS * 1_000_000) {
            Canceller.drop(connection, CANCEL_MS);
            return;
        }
        if (statement != cancelled)
            cancelledNs = System.nanoTime();
        cancelled = statement;
        Canceller.cancel(connection, statement, CANCEL_MS);
    }

    /** False when the connection is known to be dead. Ends the statement that failed, if one did. */
    boolean isAlive() throws InterruptedException {
        return !Pulse.isDead(this, connection, running);
    }

    void close() throws SQLException {
        if (ahead != null)
            ahead.end();
        try {
            if (endsTransactions)
                connection.rollback();
        } finally {
            connection.close();
        }
    }
}
