package oe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is not known about OpenEdge, or differs between installations: a name, its answers, and the
 * first of them unless a test says otherwise. Tests set them while the server runs.
 */
final class Switches {
    /** Numbers are free, and so are names; all else is one of the answers. */
    private static final String NUMBER = "#";
    private static final String NAME = "*";

    private static final Map<String, List<String>> ANSWERS = new LinkedHashMap<>();
    /** Those that the driver is told when somebody logs in. */
    private static final List<String> DRIVER = List.of("cancel", "query_timeout", "isolation",
        "fetch_size", "cursor_over_commit", "primary_keys", "index_info", "java_time", "lost_state",
        "is_closed", "is_valid", "abort",
        "product");

    static {
        add("version", "12.2.0", "11.7.0", "12.8.0", "10.2.0");
        add("product", "short", "long");
        add("code_page", "UTF-8", "ISO8859-1", "1252", "IBM850", "UNDEFINED");
        add("truncate_too_large", "off", "on", "output");
        add("session_truncates", "obeyed", "ignored");
        add("truncated_to", "width", "half");
        add("halved_character", "dropped", "replaced");
        add("wide_functions", "fail", "pass", "cut", "cut_first", "substring", "cast");
        add("width_unit", "characters", "bytes");
        add("substring_unit", "characters", "bytes");
        add("slice_blanks", "kept", "stripped");
        add("slice_beyond", "empty", "unknown");
        add("wide_predicates", "matching_rows", "all_rows");
        add("rows_before_bad", "lost", "delivered");
        add("date_out_of_range", "error", "null", "delivered");
        add("embedded_nul", "delivered", "cut", "error");
        add("unconvertible", "replaced", "question_mark", "error");
        add("null_order", "high", "low");
        add("character_order", "compared", "by_length", "swapped");
        add("rowid", "works", "refused", "no_unequal", "blind");
        add("rowid_order", "numeric", "text", "unsupported");
        add("row_values", "rejected", "accepted");
        add("concat_bars", "rejected", "accepted");
        add("top_parameter", "rejected", "accepted");
        add("offset_fetch", "supported", "unsupported");
        add("datetime_tz", "iso", "spaced");
        add("tilde", "always", "before_special");
        add("array_values", "american", "iso");
        add("array_subscripts", "supported", "unsupported");
        add("recid_type", "integer", "bigint");
        add("lob_coltype", "blob_clob", "lvarbinary_lvarchar");
        add("array_coltype", "varchar", "vararray");
        add("primary_keys", "none", "primary_index", "unique_primary_index", "unsupported");
        add("index_info", "none", "all", "unsupported");
        add("get_tables", "user", "with_metaschema");
        add("cdc_table_type", "T", "S");
        add("cdc_attributes", "unset", "set");
        add("cdc_indexes", "active", "inactive");
        add("cdc_visible", "at_once", "at_commit");
        add("cdc_rolled_back", "gap", "reused");
        add("cdc_tracking_rows", "one", "two");
        add("cdc_uncaptured", "silent", "tracked");
        add("synonym_rows", "apart", "in_systables");
        add("currval", "granted", "denied");
        add("table_statistics", "none", "stale");
        add("table_counters", "none", "all", "some", "parted");
        add("error_codes", "standard", "empty", "numbered");
        add("lost_state", "standard", "empty", "general");
        add("is_closed", "tells", "after_close");
        add("is_valid", "works", "missing");
        add("abort", "works", "missing");
        add("cancel", "works", "unsupported", "ignored");
        add("query_timeout", "works", "unsupported", "ignored");
        add("isolation", "works", "unsupported", "unknown");
        add("fetch_size", "honoured", "ignored");
        add("results", "made_first", "streamed");
        add("cursor_over_commit", "closed", "held");
        add("autocommit_cursors", "kept", "closed");
        add("java_time", "unsupported", "supported");
        add("servers", NUMBER, "0");
        add("refuse_logins", NUMBER, "0");
        add("lock_wait_ms", NUMBER, "0");
        add("lock_table_overflows", NUMBER, "0");
        add("damaged_files", NAME, "");
        add("damaged_fields", NAME, "");
        add("damaged_indexes", NAME, "");
    }

    private final Map<String, String> values = new LinkedHashMap<>();

    Switches() {
        reset();
    }

    synchronized void reset() {
        ANSWERS.forEach((name, answers) ->
            values.put(name, answers.get(isNumber(name) || isName(name) ? 1 : 0)));
    }

    private static void add(String name, String... answers) {
        ANSWERS.put(name, List.of(answers));
    }

    private static boolean isNumber(String name) {
        return ANSWERS.get(name).get(0).equals(NUMBER);
    }

    private static boolean isName(String name) {
        return ANSWERS.get(name).get(0).equals(NAME);
    }

    synchronized void set(String name, String value) {
        if (!ANSWERS.containsKey(name))
            throw new IllegalArgumentException("no switch \"" + name + "\"");
        if (isNumber(name) ? !value.matches("\\d+")
            : !isName(name) && !ANSWERS.get(name).contains(value))
            throw new IllegalArgumentException(name + " is one of " + ANSWERS.get(name));
        values.put(name, value);
    }

    synchronized String get(String name) {
        return values.get(name);
    }

    boolean is(String name, String value) {
        return get(name).equals(value);
    }

    int number(String name) {
        return Integer.parseInt(get(name));
    }

    /** Takes one of a number that counts down; false when there is none. */
    synchronized boolean takeOne(String name) {
        int left = number(name);
        if (left > 0)
            values.put(name, Integer.toString(left - 1));
        return left > 0;
    }

    Map<String, String> forDriver() {
        Map<String, String> told = new LinkedHashMap<>();
        for (String name : DRIVER)
            told.put(name, get(name));
        return told;
    }

    static Map<String, List<String>> answers() {
        return ANSWERS;
    }
}
