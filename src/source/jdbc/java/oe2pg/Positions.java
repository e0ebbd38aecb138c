package oe2pg;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;

/** Canonical texts as parameters in the type of the column that they are compared with. */
final class Positions {
    // In the order of enum jdbc_parameter in jdbc.h.
    private static final int TEXT = 0;
    private static final int UNTYPED = 1;
    private static final int NUMBER = 2;
    private static final int REAL = 3;
    private static final int BOOLEAN = 4;
    private static final int DATE = 5;
    private static final int TIME = 6;
    private static final int STAMP = 7;
    private static final int ZONED_STAMP = 8;
    private static final int BINARY = 9;

    private static final int NANOS_A_MILLISECOND = 1_000_000;
    private static final int DIGITS_MANY = 1000;

    private Positions() {}

    /** From a parcel: how many, then for each its kind and its bytes. */
    static void bind(PreparedStatement statement, Parcel parcel, int count) throws SQLException {
        for (int i = 1; i <= count; i++) {
            int kind = parcel.takeNumber();
            if (kind == BINARY)
                statement.setBytes(i, parcel.takeBytes());
            else
                bindText(statement, i, kind, parcel.takeText());
        }
    }

    private static void bindText(PreparedStatement statement, int i, int kind, String text)
        throws SQLException {
        try {
            bindAs(statement, i, kind, text);
        } catch (NumberFormatException | java.time.DateTimeException e) {
            // Odd values are compared as the source likes.
            statement.setString(i, isDay(kind) ? dayOf(text, "") : text);
        }
    }

    private static boolean isDay(int kind) {
        return kind == DATE || kind == STAMP || kind == ZONED_STAMP;
    }

    private static String dayOf(String text, String plus) {
        try {
            return TimeText.withSign(text, plus);
        } catch (NumberFormatException e) {
            return text; // it is no day
        }
    }

    private static String javaStamp(String text) {
        return dayOf(text, "+").replace(' ', 'T');
    }

    private static void bindAs(PreparedStatement statement, int i, int kind, String text)
        throws SQLException {
        switch (kind) {
        case UNTYPED:
            statement.setObject(i, text, Types.OTHER);
            break;
        case NUMBER:
            bindNumber(statement, i, numberOf(text));
            break;
        case REAL:
            statement.setDouble(i, Double.parseDouble(text));
            break;
        case BOOLEAN:
            statement.setBoolean(i, text.equals("true"));
            break;
        case DATE:
            bindDate(statement, i, LocalDate.parse(dayOf(text, "+")));
            break;
        case TIME:
            bindTime(statement, i, LocalTime.parse(text));
            break;
        case STAMP:
            bindStamp(statement, i, LocalDateTime.parse(javaStamp(text)));
            break;
        case ZONED_STAMP:
            statement.setObject(i, OffsetDateTime.parse(fullOffset(javaStamp(text))));
            break;
        default:
            statement.setString(i, text);
        }
    }

    /** Java wants the minutes of an offset. */
    private static String fullOffset(String text) {
        int size = text.length();
        boolean isShort = size > 3 && (text.charAt(size - 3) == '+' || text.charAt(size - 3) == '-');
        return isShort ? text.concat(":00") : text;
    }

    /** The zeros at the end of a large number may be more digits than the source takes. */
    private static BigDecimal numberOf(String text) {
        int end = text.length();
        if (end <= DIGITS_MANY || text.indexOf('e') >= 0 || text.indexOf('E') >= 0)
            return new BigDecimal(text);
        while (end > 1 && text.charAt(end - 1) == '0')
            end--;
        BigDecimal number = new BigDecimal(text.substring(0, end));
        return text.indexOf('.') >= 0 ? number : number.scaleByPowerOfTen(text.length() - end);
    }

    private static void bindNumber(PreparedStatement statement, int i, BigDecimal number)
        throws SQLException {
        if (number.scale() <= 0 && number.precision() - number.scale() <= 18)
            statement.setLong(i, number.longValueExact());
        else
            statement.setBigDecimal(i, number);
    }

    // Older drivers know only the types of java.sql.

    private static void bindDate(PreparedStatement statement, int i, LocalDate date)
        throws SQLException {
        try {
            statement.setObject(i, date);
        } catch (SQLException | AbstractMethodError | UnsupportedOperationException e) {
            statement.setDate(i, Date.valueOf(date));
        }
    }

    private static void bindTime(PreparedStatement statement, int i, LocalTime time)
        throws SQLException {
        try {
            statement.setObject(i, time);
        } catch (SQLException | AbstractMethodError | UnsupportedOperationException e) {
            // valueOf knows whole seconds alone.
            statement.setTime(i,
                new Time(Time.valueOf(time).getTime() + time.getNano() / NANOS_A_MILLISECOND));
        }
    }

    private static void bindStamp(PreparedStatement statement, int i, LocalDateTime stamp)
        throws SQLException {
        try {
            statement.setObject(i, stamp);
        } catch (SQLException | AbstractMethodError | UnsupportedOperationException e) {
            statement.setTimestamp(i, Timestamp.valueOf(stamp));
        }
    }
}
