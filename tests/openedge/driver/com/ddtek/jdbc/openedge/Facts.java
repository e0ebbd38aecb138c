package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What java.sql.DatabaseMetaData asks. */
final class Facts {
    private final Session session;

    Facts(Session session) {
        this.session = session;
    }

    private ResultSet ask(String what, String... arguments) throws SQLException {
        try {
            Wire.Body body = new Wire.Body(Wire.CATALOG).text(what).number(arguments.length);
            for (String argument : arguments)
                body.value(argument);
            DataInputStream answer = session.question(body);
            answer.readBoolean(); // there always is a result
            return new Rows(session, null, answer).proxy();
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    ResultSet getTables(String catalog, String schema, String table, String[] types)
        throws SQLException {
        return ask("tables", schema, table, types == null ? null : String.join(",", types));
    }

    ResultSet getColumns(String catalog, String schema, String table, String column)
        throws SQLException {
        return ask("columns", schema, table, column);
    }

    ResultSet getPrimaryKeys(String catalog, String schema, String table) throws SQLException {
        if (session.fact("primary_keys").equals("unsupported"))
            throw Failures.unsupported("getPrimaryKeys");
        return ask("primary_keys", schema, table);
    }

    ResultSet getIndexInfo(String catalog, String schema, String table, boolean isUnique,
        boolean isApproximate) throws SQLException {
        if (session.fact("index_info").equals("unsupported"))
            throw Failures.unsupported("getIndexInfo");
        return ask("indexes", schema, table, isUnique ? "unique" : "all");
    }

    ResultSet getSchemas() throws SQLException {
        return ask("schemas");
    }

    ResultSet getTableTypes() throws SQLException {
        return ask("table_types");
    }

    Connection getConnection() {
        return session.proxy();
    }

    String getURL() {
        return session.text;
    }

    String getUserName() {
        return session.url.properties.getOrDefault("user", "");
    }

    String getDatabaseProductName() {
        return session.fact("product").equals("long") ? "Progress OpenEdge" : "OpenEdge";
    }

    String getDatabaseProductVersion() {
        return session.fact("version");
    }

    int getDatabaseMajorVersion() {
        return Integer.parseInt(getDatabaseProductVersion().split("\\.")[0]);
    }

    int getDatabaseMinorVersion() {
        return Integer.parseInt(getDatabaseProductVersion().split("\\.")[1]);
    }

    String getDriverName() {
        return "OpenEdge";
    }

    String getDriverVersion() {
        return OpenEdgeDriver.MAJOR + "." + OpenEdgeDriver.MINOR + ".0 (look-alike)";
    }

    int getDriverMajorVersion() {
        return OpenEdgeDriver.MAJOR;
    }

    int getDriverMinorVersion() {
        return OpenEdgeDriver.MINOR;
    }

    String getIdentifierQuoteString() {
        return "\"";
    }

    String getSearchStringEscape() {
        return "\\";
    }

    String getCatalogSeparator() {
        return "";
    }

    String getCatalogTerm() {
        return "";
    }

    String getSchemaTerm() {
        return "owner";
    }

    boolean allTablesAreSelectable() {
        return false;
    }

    boolean dataDefinitionCausesTransactionCommit() {
        return true;
    }

    boolean doesMaxRowSizeIncludeBlobs() {
        return false;
    }

    boolean supportsTransactions() {
        return true;
    }

    boolean supportsTransactionIsolationLevel(int level) {
        return level != Connection.TRANSACTION_NONE
            && session.fact("isolation").equals("works");
    }

    int getDefaultTransactionIsolation() {
        return Connection.TRANSACTION_READ_COMMITTED;
    }

    int getResultSetHoldability() {
        return session.getHoldability();
    }

    boolean supportsOpenCursorsAcrossCommit() {
        return session.fact("cursor_over_commit").equals("held");
    }

    boolean supportsOpenCursorsAcrossRollback() {
        return supportsOpenCursorsAcrossCommit();
    }

    boolean isReadOnly() {
        return false;
    }

    int getMaxColumnNameLength() {
        return 32;
    }

    int getMaxTableNameLength() {
        return 32;
    }

    int getMaxStatementLength() {
        return 131_000;
    }

    int getMaxStatements() {
        return 50;
    }

    int getMaxTablesInSelect() {
        return 250;
    }

    int getMaxColumnsInTable() {
        return 5000;
    }
}
