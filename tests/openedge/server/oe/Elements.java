package oe;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/**
 * Arrays, which SQL shows as one text: the elements with `;` between them, `~` in front of what
 * would be misread, and `?` for an unknown one. Called by the store.
 */
public final class Elements {
    private Elements() {}

    /** `rule` is that of the switch tilde, `values` of array_values, `kind` of the elements. */
    public static String join(Array array, String kind, String rule, String values)
        throws SQLException {
        if (array == null)
            return null;
        StringBuilder text = new StringBuilder();
        Object[] elements = (Object[]) array.getArray();
        for (int i = 0; i < elements.length; i++) {
            text.append(i > 0 ? ";" : "");
            text.append(elements[i] == null ? "?"
                : escape(shown(elements[i].toString(), kind, values), rule));
        }
        return text.toString();
    }

    private static String shown(String element, String kind, String values) {
        return switch (kind) {
        case "LOGICAL" -> element.equalsIgnoreCase("true") || element.equals("1") ? "1" : "0";
        case "DATE" -> values.equals("american") ? american(element) : element;
        default -> element;
        };
    }

    private static String american(String date) {
        LocalDate day = LocalDate.parse(date);
        return String.format("%02d/%02d/%04d", day.getMonthValue(), day.getDayOfMonth(),
            day.getYear());
    }

    public static String escape(String element, String rule) {
        if (element == null)
            return null;
        if (element.equals("?"))
            return "~?";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == ';' || c == '~' && (rule.equals("always") || isBeforeSpecial(element, i)))
                text.append('~');
            text.append(c);
        }
        return text.toString();
    }

    private static boolean isBeforeSpecial(String element, int tilde) {
        return tilde + 1 == element.length() || element.charAt(tilde + 1) == ';'
            || element.charAt(tilde + 1) == '~';
    }

    public static String descape(String text) {
        if (text == null || text.equals("?"))
            return null;
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isEscape = c == '~' && i + 1 < text.length()
                && ";~?".indexOf(text.charAt(i + 1)) >= 0;
            plain.append(isEscape ? text.charAt(++i) : c);
        }
        return plain.toString();
    }

    /** Elements from..to of a joined text, their escapes kept; null when all are unknown. */
    public static String element(String text, int from, int to) {
        if (text == null)
            return null;
        StringBuilder found = new StringBuilder();
        boolean isKnown = false;
        int number = 1;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i < text.length() && text.charAt(i) == '~') {
                i++;
            } else if (i == text.length() || text.charAt(i) == ';') {
                if (number >= from && number <= to) {
                    String one = text.substring(start, i);
                    isKnown |= !one.equals("?");
                    found.append(number > from ? ";" : "").append(one);
                }
                number++;
                start = i + 1;
            }
        }
        return isKnown ? found.toString() : null;
    }

    public static BigDecimal number(String text) {
        try {
            return text == null ? null : new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    public static BigDecimal monthsBetween(LocalDate later, LocalDate earlier) {
        if (later == null || earlier == null)
            return null;
        return BigDecimal.valueOf(ChronoUnit.MONTHS.between(earlier, later));
    }
}
