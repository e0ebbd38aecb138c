package com.ddtek.jdbc.openedge;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/** What came over the wire, as the caller wants it. */
final class Values {
    private static final DateTimeFormatter STAMP =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private static final DateTimeFormatter CLOCK =
        DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private Values() {}

    static String text(Object value) {
        if (value == null)
            return null;
        if (value instanceof byte[] bytes)
            return HexFormat.of().formatHex(bytes);
        if (value instanceof BigDecimal decimal)
            return decimal.toPlainString();
        if (value instanceof LocalDateTime stamp)
            return stamp.format(STAMP); // not by Timestamp: it skips the hours that a zone skips
        return value instanceof LocalTime time ? time.format(CLOCK) : value.toString();
    }

    static String read(InputStream stream, Wire.Large large) throws SQLException {
        try (stream) {
            byte[] bytes = stream.readAllBytes();
            return large.isText() ? new String(bytes, StandardCharsets.UTF_8) : text(bytes);
        } catch (IOException e) {
            throw Failures.broken(e);
        }
    }

    static Object object(Object value, int type) {
        if (value instanceof Long number && type == Types.BIT)
            return number != 0;
        if (value instanceof Long number && type != Types.BIGINT)
            return number.intValue();
        if (value instanceof LocalDate date)
            return Date.valueOf(date);
        if (value instanceof LocalTime time)
            return Time.valueOf(time);
        return value instanceof LocalDateTime stamp ? Timestamp.valueOf(stamp) : value;
    }

    /** For drivers that know java.time. */
    static Object as(Object value, Class<?> type) throws SQLException {
        if (value == null || type.isInstance(value))
            return value;
        if (type == LocalDateTime.class)
            return stamp(value);
        if (type == LocalDate.class)
            return date(value);
        throw Failures.driver("Unsupported data conversion.", "07006");
    }

    static BigDecimal number(Object value) throws SQLException {
        if (value == null || value instanceof BigDecimal)
            return (BigDecimal) value;
        try {
            return new BigDecimal(value.toString().strip());
        } catch (NumberFormatException e) {
            throw Failures.driver("Unsupported data conversion.", "07006");
        }
    }

    static byte[] bytes(Object value) {
        if (value == null || value instanceof byte[])
            return (byte[]) value;
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    static LocalDate date(Object value) throws SQLException {
        if (value instanceof LocalDate date)
            return date;
        return stamp(value).toLocalDate();
    }

    static LocalTime time(Object value) throws SQLException {
        if (value instanceof LocalTime time)
            return time;
        return stamp(value).toLocalTime();
    }

    static LocalDateTime stamp(Object value) throws SQLException {
        if (value instanceof LocalDateTime stamp)
            return stamp;
        if (value instanceof LocalDate date)
            return date.atStartOfDay();
        try {
            return LocalDateTime.parse(value.toString().strip().replace(' ', 'T'));
        } catch (DateTimeException e) {
            throw Failures.driver("Unsupported data conversion.", "07006");
        }
    }
}
