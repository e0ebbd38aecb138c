package oe;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Values of the store as OpenEdge's SQL delivers them, or does not. */
final class ValueText {
    private static final DateTimeFormatter ISO =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSxxx", Locale.ROOT);
    private static final DateTimeFormatter SPACED =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss:SSS '#'xxx", Locale.ROOT);

    private final Front front;

    ValueText(Front front) {
        this.front = front;
    }

    Object take(ResultSet result, int i, Compiled.Out out) throws SQLException, Refusal {
        Object value = read(result, i);
        if (value == null)
            return null;
        if (out.isRowid)
            return value.toString();
        if (value instanceof Boolean truth)
            return truth ? 1L : 0L;
        if (value instanceof OffsetDateTime stamp)
            return text(stamp);
        if (value instanceof LocalDate date)
            return inRange(date.getYear(), date);
        if (value instanceof LocalDateTime stamp)
            return inRange(stamp.getYear(), stamp);
        return fitting(value, out);
    }

    private static Object read(ResultSet result, int i) throws SQLException {
        switch (result.getMetaData().getColumnType(i)) {
        case java.sql.Types.DATE:
            return result.getObject(i, LocalDate.class);
        case java.sql.Types.TIME:
            return result.getObject(i, LocalTime.class);
        case java.sql.Types.TIMESTAMP:
            return result.getObject(i, LocalDateTime.class);
        case java.sql.Types.ARRAY:
            Array array = result.getArray(i);
            return array == null ? null : array.toString();
        default:
            return result.getObject(i);
        }
    }

    private String text(OffsetDateTime stamp) {
        if (front.switches.is("datetime_tz", "iso"))
            return stamp.format(ISO);
        // As once seen: a colon before the milliseconds, and blanks around the sign.
        String text = stamp.format(SPACED);
        int mark = text.indexOf('#');
        return text.substring(0, mark) + text.charAt(mark + 1) + " " + text.substring(mark + 2);
    }

    private Object inRange(int year, Object value) throws Refusal {
        if (year >= 1 && year <= 9999 || front.switches.is("date_out_of_range", "delivered"))
            return value;
        if (front.switches.is("date_out_of_range", "null"))
            return null;
        throw Refusal.unknown(front.switches, "Date is out of range", "22008", 20013);
    }

    private Object fitting(Object value, Compiled.Out out) throws Refusal {
        Object found = value instanceof String text ? converted(withoutNul(text)) : value;
        if (out.field == null || !out.field.hasWidth())
            return found;
        int width = out.field.width();
        if (!isTooWide(found, out.field, width))
            return found;
        if (front.widths.isChecked(out.field))
            throw Refusal.tooWide(out.table, out.field);
        return front.widths.cutText((String) found, width);
    }

    private boolean isTooWide(Object value, Field field, int width) {
        if (value instanceof BigDecimal number)
            return number.precision() - number.scale() > width - field.scale()
                && number.signum() != 0;
        if (value instanceof byte[] bytes)
            return bytes.length > width;
        return value instanceof String text && front.widths.sizeOf(text) > width;
    }

    /** Characters for private use stand for bytes that are none of the database's code page. */
    private String converted(String text) throws Refusal {
        if (text.chars().noneMatch(c -> Character.getType(c) == Character.PRIVATE_USE))
            return text;
        if (front.switches.is("unconvertible", "error"))
            throw Refusal.unknown(front.switches, "Code page conversion failed", "22021", 20022);
        return text.replaceAll("\\p{Co}",
            front.switches.is("unconvertible", "replaced") ? "\uFFFD" : "?");
    }

    private String withoutNul(String text) throws Refusal {
        int nul = text.indexOf('\0');
        if (nul < 0 || front.switches.is("embedded_nul", "delivered"))
            return text;
        if (front.switches.is("embedded_nul", "cut"))
            return text.substring(0, nul);
        throw Refusal.unknown(front.switches, "Invalid character string", "22021", 20014);
    }
}
