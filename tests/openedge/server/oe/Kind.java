package oe;

import java.sql.Types;
import java.util.Locale;

/** ABL's data types, and the few that only SQL knows: how each is kept, and shown through SQL. */
enum Kind {
    CHARACTER("character", "VARCHAR_IGNORECASE", Types.VARCHAR, "varchar", 16),
    INTEGER("integer", "INTEGER", Types.INTEGER, "integer", 4),
    INT64("int64", "BIGINT", Types.BIGINT, "bigint", 8),
    DECIMAL("decimal", "NUMERIC(60, 10)", Types.NUMERIC, "numeric", 17),
    LOGICAL("logical", "TINYINT", Types.BIT, "bit", 1),
    DATE("date", "DATE", Types.DATE, "date", 4),
    DATETIME("datetime", "TIMESTAMP(3)", Types.TIMESTAMP, "timestamp", 8),
    DATETIME_TZ("datetime-tz", "TIMESTAMP(3) WITH TIME ZONE", Types.CHAR, "timestamp_timezone", 12),
    RAW("raw", "VARBINARY", Types.VARBINARY, "varbinary", 16),
    RECID("recid", "BIGINT", Types.INTEGER, "integer", 4),
    BLOB("blob", "BLOB", Types.LONGVARBINARY, "blob", 0),
    CLOB("clob", "CLOB", Types.LONGVARCHAR, "clob", 0),
    // Of tables that SQL made.
    CHAR("char", "VARCHAR", Types.CHAR, "character", 16),
    SMALLINT("smallint", "SMALLINT", Types.SMALLINT, "smallint", 2),
    TINYINT("tinyint", "TINYINT", Types.TINYINT, "tinyint", 1),
    REAL("real", "REAL", Types.REAL, "real", 4),
    DOUBLE("double", "DOUBLE PRECISION", Types.DOUBLE, "float", 8),
    TIME("time", "TIME(3)", Types.TIME, "time", 8);

    final String ablName;
    final String storage;
    final int jdbcType;
    final String colType;
    final int usualWidth;

    Kind(String ablName, String storage, int jdbcType, String colType, int usualWidth) {
        this.ablName = ablName;
        this.storage = storage;
        this.jdbcType = jdbcType;
        this.colType = colType;
        this.usualWidth = usualWidth;
    }

    static Kind of(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Kind kind : values()) {
            if (kind.ablName.equals(wanted))
                return kind;
        }
        return switch (wanted) {
        case "bigint" -> INT64;
        case "numeric", "dec" -> DECIMAL;
        case "int" -> INTEGER;
        case "varchar", "longchar" -> CHARACTER;
        default -> throw new IllegalArgumentException("a field of type \"" + name + "\"");
        };
    }

    boolean isText() {
        return this == CHARACTER || this == CHAR || this == CLOB || this == DATETIME_TZ;
    }

    boolean isLarge() {
        return this == BLOB || this == CLOB;
    }
}
