package oe;

/** A field of a table, as a dump describes it. */
final class Field {
    /** What SQL can declare at most. */
    static final int WIDTH_MAX = 31_995;

    String name;
    Kind kind;
    int extent;
    int order;
    int position;
    int width;
    int decimals = -1;
    boolean isMandatory;
    boolean isCaseSensitive;
    String format = "";
    String initial = "";
    String label;
    String columnLabel;
    String description = "";
    String help = "";
    String codePage = "";
    long recid;

    Field(String name, Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    boolean isArray() {
        return extent > 0;
    }

    int scale() {
        if (kind == Kind.DATETIME || kind == Kind.TIME)
            return 3;
        return kind == Kind.DECIMAL ? Math.min(10, decimals < 0 ? 10 : decimals) : 0;
    }

    /** The declared one, or what the dictionary would have taken from type and format. */
    int width() {
        if (width > 0)
            return Math.min(width, WIDTH_MAX);
        boolean isText = kind == Kind.CHARACTER || kind == Kind.CHAR;
        int one = isText ? 2 * formatLength() : kind.usualWidth;
        return Math.min(isArray() ? extent * Math.max(22, one + 2) : one, WIDTH_MAX);
    }

    /** x(30) shows 30 characters, XXX three. */
    private int formatLength() {
        int open = format.indexOf('(');
        int close = format.indexOf(')', open + 1);
        if (open < 0 || close < 0)
            return format.isEmpty() ? 8 : format.length();
        try {
            return Integer.parseInt(format.substring(open + 1, close).strip());
        } catch (NumberFormatException e) {
            return 8;
        }
    }

    int jdbcType() {
        return isArray() ? java.sql.Types.VARCHAR : kind.jdbcType;
    }

    String storage() {
        if (isArray())
            return "VARCHAR ARRAY";
        if (kind == Kind.CHARACTER && isCaseSensitive)
            return "VARCHAR";
        return kind == Kind.DECIMAL ? "NUMERIC(" + (60 + scale()) + ", " + scale() + ")"
                                    : kind.storage;
    }

    /** How a value can exceed what SQL was told. */
    boolean hasWidth() {
        return isArray() || kind == Kind.CHARACTER || kind == Kind.DECIMAL || kind == Kind.RAW;
    }
}
