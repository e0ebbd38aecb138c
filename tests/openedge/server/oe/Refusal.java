package oe;

/** What the server answers in place of a result: a text, its SQLSTATE, and a native code. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    /** What fits in a message of SQL. */
    private static final int TEXT_MAX = 256;

    final String state;
    final int code;

    Refusal(String text, String state, int code) {
        super(text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text);
        this.state = state;
        this.code = code;
    }

    // --- those whose codes are documented

    static Refusal tooWide(Table table, Field field) {
        return new Refusal("Column " + field.name + " in table " + table.owner + "." + table.name
            + " has value exceeding its max length or precision. (7864)", "22P00", 210012);
    }

    static Refusal locked(Table table) {
        return new Refusal("Failure getting record lock on a record from table " + table.owner + "."
            + table.name, "", -210015);
    }

    static Refusal offsetMisused() {
        return new Refusal("OFFSET - FETCH clause used in an unsupported context(16764)", "HY000",
            -20398);
    }

    // --- those of which only the text, or not even that, is known

    /** How the switch error_codes has it: by the standard, nothing, or some number. */
    static Refusal unknown(Switches switches, String text, String standard, int number) {
        return switch (switches.get("error_codes")) {
        case "empty" -> new Refusal(text, "", 0);
        case "numbered" -> new Refusal(text, "HY000", -number);
        default -> new Refusal(text, standard, 0);
        };
    }

    static Refusal syntax(Switches switches, String near) {
        return unknown(switches, "Syntax error in SQL statement at or about \"" + near + "\"",
            "42000", 20003);
    }

    static Refusal denied(Switches switches) {
        return unknown(switches, "Access denied (Authorization failed) (7512)", "42000", 20228);
    }

    static Refusal lockTableFull(Switches switches) {
        return unknown(switches, "Lock table overflow, increase -L on server (915)", "HY000", 20915);
    }

    static Refusal noTable(Switches switches, String name) {
        return unknown(switches, "Table/View/Synonym not found: " + name, "42S02", 20005);
    }

    static Refusal noColumn(Switches switches, String name) {
        return unknown(switches, "Column not found: " + name, "42S22", 20006);
    }

    static Refusal tooMuch(Switches switches, String what) {
        return unknown(switches, "Limit exceeded: " + what, "54000", 20007);
    }
}
