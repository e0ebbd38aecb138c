package oe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that are known to exist, and how the store computes them. */
final class Functions {
    /** In `form`, $1 is the first argument and $* all of them with commas. */
    private record Function(int least, int most, String form, boolean isText) {}

    private static final Set<String> AGGREGATES = Set.of("COUNT", "SUM", "AVG", "MIN", "MAX");
    private static final Map<String, Function> KNOWN = new HashMap<>();

    static {
        for (String name : AGGREGATES)
            number(name, 1, 1, name + "($1)");
        for (String name : List.of("CURDATE", "SYSDATE"))
            number(name, 0, 0, "CURRENT_DATE");
        for (String name : List.of("CURTIME", "SYSTIME"))
            number(name, 0, 0, "CAST(LOCALTIME AS TIME(3))");
        number("NOW", 0, 0, "CAST(LOCALTIMESTAMP AS TIMESTAMP(3))");
        number("SYSTIMESTAMP", 0, 0, "CAST(CURRENT_TIMESTAMP AS TIMESTAMP(3) WITH TIME ZONE)");
        for (String part : List.of("YEAR", "MONTH", "HOUR", "MINUTE", "SECOND"))
            number(part, 1, 1, "EXTRACT(" + part + " FROM $1)");
        number("DAYOFMONTH", 1, 1, "EXTRACT(DAY FROM $1)");
        number("ADD_MONTHS", 2, 2, "DATEADD(MONTH, $2, $1)");
        number("MONTHS_BETWEEN", 2, 2, "OE_MONTHS_BETWEEN($1, $2)");
        number("LAST_DAY", 1, 1,
            "DATEADD(DAY, -EXTRACT(DAY FROM DATEADD(MONTH, 1, $1)), DATEADD(MONTH, 1, $1))");
        text("TO_CHAR", 1, 2, "TO_CHAR($*)");
        number("TO_DATE", 1, 2, "CAST($1 AS DATE)");
        number("TO_TIME", 1, 1, "CAST($1 AS TIME(3))");
        number("TO_TIMESTAMP", 1, 2, "CAST($1 AS TIMESTAMP(3))");
        number("TO_NUMBER", 1, 1, "OE_TRY_NUMBER($1)");
        number("DECODE", 3, 99, "DECODE($*)");
        for (String name : List.of("NVL", "IFNULL"))
            number(name, 2, 2, "COALESCE($1, $2)");
        number("COALESCE", 2, 99, "COALESCE($*)");
        number("NULLIF", 2, 2, "NULLIF($1, $2)");
        for (String name : List.of("SUBSTR", "SUBSTRING"))
            text(name, 2, 3, "$slice$*)");
        for (String name : List.of("LENGTH", "CHAR_LENGTH"))
            number(name, 1, 1, "CHAR_LENGTH($1)");
        text("LEFT", 2, 2, "LEFT($1, $2)");
        text("RIGHT", 2, 2, "RIGHT($1, $2)");
        number("LOCATE", 2, 3, "LOCATE($*)");
        number("INSTR", 2, 2, "LOCATE($2, $1)");
        text("REPLACE", 3, 3, "REPLACE($*)");
        text("TRANSLATE", 3, 3, "TRANSLATE($*)");
        text("RPAD", 2, 3, "RPAD($*)");
        text("LPAD", 2, 3, "LPAD($*)");
        text("LTRIM", 1, 1, "LTRIM($1)");
        text("RTRIM", 1, 1, "RTRIM($1)");
        number("ASCII", 1, 1, "ASCII($1)");
        text("CHR", 1, 1, "CHAR($1)");
        text("CONCAT", 2, 2, "($1 || $2)");
        text("DB_NAME", 0, 0, "$database");
        text("PRO_ELEMENT", 3, 3, "OE_ELEMENT($1, $2, $3)");
        text("PRO_ARR_ESCAPE", 1, 1, "OE_ESCAPE($1, $tilde)");
        text("PRO_ARR_DESCAPE", 1, 1, "OE_DESCAPE($1)");
    }

    private Functions() {}

    private static void number(String name, int least, int most, String form) {
        KNOWN.put(name, new Function(least, most, form, false));
    }

    private static void text(String name, int least, int most, String form) {
        KNOWN.put(name, new Function(least, most, form, true));
    }

    static boolean isAggregate(String name) {
        return AGGREGATES.contains(name);
    }

    static boolean fits(String name, int count) {
        Function function = KNOWN.get(name);
        return function != null && count >= function.least && count <= function.most;
    }

    static boolean isText(String name) {
        return KNOWN.get(name).isText;
    }

    static String form(String name) {
        return KNOWN.get(name).form;
    }

    // --- types of CAST

    private static final Map<String, String> TYPES = Map.ofEntries(
        Map.entry("VARCHAR", "VARCHAR"), Map.entry("CHARACTER", "CHAR"), Map.entry("CHAR", "CHAR"),
        Map.entry("INTEGER", "INTEGER"), Map.entry("BIGINT", "BIGINT"),
        Map.entry("SMALLINT", "SMALLINT"), Map.entry("TINYINT", "TINYINT"),
        Map.entry("NUMERIC", "NUMERIC"), Map.entry("DECIMAL", "NUMERIC"),
        Map.entry("FLOAT", "DOUBLE PRECISION"), Map.entry("REAL", "REAL"),
        Map.entry("BIT", "BOOLEAN"), Map.entry("DATE", "DATE"), Map.entry("TIME", "TIME(3)"),
        Map.entry("TIMESTAMP", "TIMESTAMP(3)"));

    static String castType(TokenStream tokens) throws Refusal {
        String type = TYPES.get(tokens.peek(0).text());
        if (tokens.peek(0).sort() != Lexer.Sort.WORD || type == null)
            throw tokens.refuse();
        tokens.next();
        if (!tokens.take("("))
            return type;
        String size = tokens.number(32_000);
        if (tokens.take(","))
            size += ", " + tokens.number(50);
        tokens.expect(")");
        return type + "(" + size + ")";
    }
}
