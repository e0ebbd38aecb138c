package oe;

import java.util.Locale;
import java.util.Set;

/**
 * What becomes, in one connection, of values that are wider than SQL was told: where they end a
 * query, where they are cut, and what gets past the width.
 */
final class Widths {
    /** Functions that take a part of a text, and so might read no more of it than that. */
    private static final Set<String> SLICES =
        Set.of("SUBSTRING", "SUBSTR", "LEFT", "RIGHT", "PRO_ELEMENT");

    private final Switches switches;
    /** The session's own setting; null when it leaves that to the server. */
    private final String ownMode;

    Widths(Switches switches, String ownMode) {
        this.switches = switches;
        this.ownMode = ownMode;
    }

    private String mode() {
        return ownMode != null && switches.is("session_truncates", "obeyed") ? ownMode.toLowerCase(Locale.ROOT)
            : switches.get("truncate_too_large");
    }

    private boolean isTruncating() {
        String mode = mode();
        return mode.equals("on") || mode.equals("output") || mode.equals("all");
    }

    /** `on` and `all` mean the same as `output` from 12.8 on. */
    private boolean isTruncatingAll() {
        return isTruncating() && !mode().equals("output") && !switches.is("version", "12.8.0");
    }

    private static boolean isText(Field field) {
        return field.isArray() || field.kind == Kind.CHARACTER;
    }

    /** Only texts are ever truncated. */
    boolean isChecked(Field field) {
        return field.hasWidth() && !(isText(field) && isTruncating());
    }

    /** Whether a function sees all of its argument; null is none: the column is compared or sorted. */
    private boolean getsPast(String function) {
        if (function == null)
            return false;
        return switch (switches.get("wide_functions")) {
        case "pass", "cut" -> true;
        case "substring" -> SLICES.contains(function);
        case "cast" -> function.equals("CAST");
        default -> false;
        };
    }

    private boolean cutsArguments() {
        return switches.is("wide_functions", "cut_first");
    }

    /** Whether the query fails when the value that is operated on is too wide. */
    boolean isCheckedIn(String function, Field field) {
        boolean isCut = function != null && cutsArguments() && isText(field);
        return isChecked(field) && !getsPast(function) && !isCut;
    }

    /** The store's SQL of a column as an operand. */
    String operand(String column, String function, Field field) {
        if (!field.hasWidth() || !isText(field))
            return column;
        boolean isCutHere = function != null && !getsPast(function)
            && (isTruncating() || cutsArguments());
        return isCutHere || isTruncatingAll() ? cut(column, field) : column;
    }

    /** The store's SQL of what a function made of a column; a text is cut when it says so. */
    String result(String call, Field field) {
        boolean isCut = field != null && field.hasWidth() && switches.is("wide_functions", "cut");
        return isCut ? cut(call, field) : call;
    }

    private String cut(String text, Field field) {
        return "OE_CUT(" + text + ", " + field.width() + ", " + left(field.width()) + ", "
            + widthUnit() + ", " + isReplaced() + ")";
    }

    /** How much is left of what is wider. */
    private int left(int width) {
        return switches.is("truncated_to", "half") ? width / 2 : width;
    }

    private boolean isReplaced() {
        return switches.is("halved_character", "replaced");
    }

    private boolean isByBytes() {
        return switches.is("width_unit", "bytes");
    }

    /** Widths count characters unless they count bytes, in the code page that is named here. */
    private String widthUnit() {
        return isByBytes() ? "'" + switches.get("code_page") + "'" : "'characters'";
    }

    String cutText(String text, int width) {
        return Slices.cut(text, width, left(width),
            isByBytes() ? switches.get("code_page") : "characters", isReplaced());
    }

    int sizeOf(String text) {
        return Slices.size(text, isByBytes() ? switches.get("code_page") : "characters");
    }

    /** The store's SQL of a text's size. */
    String sizeOfColumn(String column) {
        return isByBytes() ? "OE_SIZE(" + column + ", " + widthUnit() + ")"
                           : "CHAR_LENGTH(" + column + ")";
    }

    /** The store's function behind SUBSTRING; its arguments follow, and a bracket. */
    String slice() {
        boolean isPlain = switches.is("substring_unit", "characters")
            && switches.is("slice_blanks", "kept") && switches.is("slice_beyond", "empty");
        if (isPlain)
            return "SUBSTRING(";
        String unit = switches.is("substring_unit", "bytes") ? switches.get("code_page")
            : "characters";
        return "OE_SLICE('" + unit + "', " + switches.is("slice_blanks", "stripped") + ", "
            + switches.is("slice_beyond", "unknown") + ", ";
    }
}
