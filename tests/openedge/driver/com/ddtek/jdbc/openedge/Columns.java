package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;

/** What a result says about its columns. */
final class Columns {
    private record Column(String name, String table, int type, String typeName, int precision,
        int scale, boolean isNullable, boolean isCaseSensitive) {}

    private final Column[] columns;

    Columns(DataInputStream from) throws IOException {
        columns = new Column[from.readInt()];
        for (int i = 0; i < columns.length; i++) {
            String name = Wire.takeText(from);
            String table = Wire.takeText(from);
            int type = from.readInt();
            String typeName = Wire.takeText(from);
            columns[i] = new Column(name, table, type, typeName, from.readInt(), from.readInt(),
                from.readBoolean(), from.readBoolean());
        }
    }

    ResultSetMetaData proxy() {
        return Proxies.make(ResultSetMetaData.class, this);
    }

    int find(String name) throws SQLException {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].name().equalsIgnoreCase(name))
                return i + 1;
        }
        throw Failures.driver("Invalid column name: " + name + ".", "42S22");
    }

    private Column at(int index) throws SQLException {
        if (index < 1 || index > columns.length)
            throw Failures.driver("Invalid column number: " + index + ".", "07009");
        return columns[index - 1];
    }

    // --- java.sql.ResultSetMetaData

    int getColumnCount() {
        return columns.length;
    }

    String getColumnName(int index) throws SQLException {
        return at(index).name();
    }

    String getColumnLabel(int index) throws SQLException {
        return at(index).name();
    }

    String getTableName(int index) throws SQLException {
        return at(index).table();
    }

    String getSchemaName(int index) {
        return "";
    }

    String getCatalogName(int index) {
        return "";
    }

    int getColumnType(int index) throws SQLException {
        return at(index).type();
    }

    String getColumnTypeName(int index) throws SQLException {
        return at(index).typeName();
    }

    int getPrecision(int index) throws SQLException {
        return at(index).precision();
    }

    int getColumnDisplaySize(int index) throws SQLException {
        return at(index).precision();
    }

    int getScale(int index) throws SQLException {
        return at(index).scale();
    }

    int isNullable(int index) throws SQLException {
        return at(index).isNullable() ? ResultSetMetaData.columnNullable
                                      : ResultSetMetaData.columnNoNulls;
    }

    boolean isCaseSensitive(int index) throws SQLException {
        return at(index).isCaseSensitive();
    }

    boolean isSigned(int index) throws SQLException {
        return at(index).type() != java.sql.Types.VARCHAR;
    }
}
