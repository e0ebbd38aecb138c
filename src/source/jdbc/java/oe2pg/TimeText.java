package oe2pg;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Dates and times as PostgreSQL prints them with DateStyle ISO. */
final class TimeText {
    private TimeText() {}

    static void put(Packer packer, LocalDate date) {
        packer.beginDigits();
        date(packer, date);
        era(packer, date);
        packer.endDigits();
    }

    static void put(Packer packer, LocalTime time) {
        packer.beginDigits();
        time(packer, time);
        packer.endDigits();
    }

    static void put(Packer packer, LocalDateTime stamp) {
        packer.beginDigits();
        date(packer, stamp.toLocalDate());
        packer.digit(' ');
        time(packer, stamp.toLocalTime());
        era(packer, stamp.toLocalDate());
        packer.endDigits();
    }

    static void put(Packer packer, OffsetDateTime stamp) {
        packer.beginDigits();
        date(packer, stamp.toLocalDate());
        packer.digit(' ');
        time(packer, stamp.toLocalTime());
        offset(packer, stamp.getOffset());
        era(packer, stamp.toLocalDate());
        packer.endDigits();
    }

    /** What a driver prints with a sign before the year, as PostgreSQL would: year 0 is 1 BC. */
    static String withEra(String text) {
        int end = text.indexOf('-', 1);
        if (!text.startsWith("-") || end < 0)
            return text;
        long year = 1 + Long.parseLong(text.substring(1, end));
        return String.format("%04d%s BC", year, text.substring(end));
    }

    /** The way back, of dates and stamps, to what Java reads; `plus`: before a year of many digits. */
    static String withSign(String text, String plus) {
        boolean isBefore = text.endsWith(" BC");
        int end = text.indexOf('-');
        if (end < 0 || !isBefore && end <= 4)
            return text;
        long year = Long.parseLong(text.substring(0, end));
        String rest = text.substring(end, text.length() - (isBefore ? 3 : 0));
        if (!isBefore)
            return plus + year + rest;
        return String.format(year == 1 ? "%04d%s" : "-%04d%s", year - 1, rest);
    }

    /** Java's year 0 is 1 BC. */
    private static void date(Packer packer, LocalDate date) {
        int year = date.getYear();
        packer.digits(year > 0 ? year : 1L - year, 4);
        packer.digit('-');
        packer.digits(date.getMonthValue(), 2);
        packer.digit('-');
        packer.digits(date.getDayOfMonth(), 2);
    }

    private static void era(Packer packer, LocalDate date) {
        if (date.getYear() > 0)
            return;
        packer.digit(' ');
        packer.digit('B');
        packer.digit('C');
    }

    private static void time(Packer packer, LocalTime time) {
        packer.digits(time.getHour(), 2);
        packer.digit(':');
        packer.digits(time.getMinute(), 2);
        packer.digit(':');
        packer.digits(time.getSecond(), 2);
        int rest = time.getNano();
        if (rest == 0)
            return;
        packer.digit('.');
        for (int unit = 100_000_000; rest != 0; unit /= 10) {
            packer.digit('0' + rest / unit);
            rest %= unit;
        }
    }

    private static void offset(Packer packer, ZoneOffset offset) {
        int seconds = offset.getTotalSeconds();
        packer.digit(seconds < 0 ? '-' : '+');
        seconds = Math.abs(seconds);
        packer.digits(seconds / 3600, 2);
        if (seconds % 3600 == 0)
            return;
        packer.digit(':');
        packer.digits(seconds / 60 % 60, 2);
        if (seconds % 60 == 0)
            return;
        packer.digit(':');
        packer.digits(seconds % 60, 2);
    }
}
