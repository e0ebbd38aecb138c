package oe2pg;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;

/**
 * Values of drivers that are not known to keep to their columns' types: each is packed as what it
 * is, whatever the rows before it were.
 */
final class ObjectValue {
    private static final int NANOS_A_MILLISECOND = 1_000_000;
    private static final int MILLISECONDS_A_SECOND = 1000;
    private static final char REPLACEMENT = '\uFFFD';

    private ObjectValue() {}

    /** Packs what is neither characters nor bytes; false where `value` is something else. */
    static boolean put(Packer packer, ResultSet result, int item, Object value) {
        if (value instanceof Number)
            return putNumber(packer, (Number) value);
        if (value instanceof Boolean) {
            packer.putBoolean((Boolean) value);
            return true;
        }
        return putTime(packer, value) || putSqlTime(packer, result, item, value);
    }

    /** Never by the text that the driver has for it: SQLite's own of a real has 15 digits. */
    private static boolean putNumber(Packer packer, Number value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short
            || value instanceof Byte)
            packer.putLong(value.longValue());
        else if (value instanceof Double)
            packer.putDouble(value.doubleValue());
        else if (value instanceof Float)
            packer.putFloat(value.floatValue());
        else if (value instanceof BigDecimal)
            packer.putText(((BigDecimal) value).toPlainString());
        else
            packer.putText(value.toString()); // BigInteger, and what a driver made up
        return true;
    }

    private static boolean putTime(Packer packer, Object value) {
        if (value instanceof LocalDate)
            TimeText.put(packer, (LocalDate) value);
        else if (value instanceof LocalTime)
            TimeText.put(packer, (LocalTime) value);
        else if (value instanceof LocalDateTime)
            TimeText.put(packer, (LocalDateTime) value);
        else if (value instanceof OffsetDateTime)
            TimeText.put(packer, (OffsetDateTime) value);
        else
            return false;
        return true;
    }

    /** These were made in Java's older calendar: the driver is asked for what it made them of. */
    private static boolean putSqlTime(Packer packer, ResultSet result, int item, Object value) {
        if (value instanceof Date) {
            LocalDate date = again(result, item, LocalDate.class);
            TimeText.put(packer, date != null ? date : ((Date) value).toLocalDate());
        } else if (value instanceof Time) {
            LocalTime time = again(result, item, LocalTime.class);
            TimeText.put(packer, time != null ? time : timeOf((Time) value));
        } else if (value instanceof Timestamp) {
            LocalDateTime stamp = again(result, item, LocalDateTime.class);
            TimeText.put(packer, stamp != null ? stamp : ((Timestamp) value).toLocalDateTime());
        } else {
            return false;
        }
        return true;
    }

    /** Null where the driver knows no such type, or lets no value be read twice. */
    private static <T> T again(ResultSet result, int item, Class<T> type) {
        try {
            return result.getObject(item, type);
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            return null;
        }
    }

    private static LocalTime timeOf(Time time) {
        long fraction = Math.floorMod(time.getTime(), MILLISECONDS_A_SECOND);
        return time.toLocalTime().withNano((int) fraction * NANOS_A_MILLISECOND);
    }

    /**
     * The bytes of a text in which a driver may have put a question mark for what is no UTF-8; null
     * where the text is all there is.
     */
    static byte[] bytesBehind(ResultSet result, int item, String text) {
        if (text.indexOf(REPLACEMENT) < 0)
            return null;
        try {
            byte[] bytes = result.getBytes(item);
            boolean isBehind =
                bytes != null && text.equals(new String(bytes, StandardCharsets.UTF_8));
            return isBehind ? bytes : null;
        } catch (SQLException | RuntimeException e) {
            return null;
        }
    }

    /** Bytes among numbers or dates, as SQL writes them. */
    static String print(byte[] bytes) {
        StringBuilder text = new StringBuilder(2 * bytes.length + 3).append("X'");
        for (byte b : bytes) {
            text.append(Character.toUpperCase(Character.forDigit(b >> 4 & 0xF, 16)));
            text.append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
        }
        return text.append('\'').toString();
    }
}
