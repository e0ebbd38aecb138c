package oe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the text of a schema dump into the schema, statement by statement. What changes the store
 * is told to a listener, so that the same text makes a new schema and alters one.
 */
final class DfReader {
    /** What becomes of a statement. */
    interface Listener {
        void added(Table table) throws Exception;

        void dropped(Table table) throws Exception;

        void added(Table table, Field field) throws Exception;

        void dropped(Table table, Field field) throws Exception;

        void renamed(Table table, String from, Field field) throws Exception;

        void dropped(Table table, Index index) throws Exception;

        /** All tables that were named, when the text is at its end. */
        void finished(Iterable<Table> named) throws Exception;
    }

    /** A word, or what stood between quotes. */
    private record Token(String text, boolean isQuoted) {
        boolean is(String word) {
            return !isQuoted && text.equals(word);
        }

        /** `?` is the unknown value. */
        String orNull() {
            return is("?") ? null : text;
        }
    }

    private final Schema schema;
    private final String owner;
    private final String tableType;
    private final Listener listener;
    private final List<Table> named = new ArrayList<>();
    private Table table;
    private Field field;
    private Index index;
    private long[] numbers;
    private String sequence;

    DfReader(Schema schema, String owner, String tableType, Listener listener) {
        this.schema = schema;
        this.owner = owner;
        this.tableType = tableType;
        this.listener = listener;
    }

    void read(byte[] bytes, String where) throws Exception {
        DumpText text = new DumpText(bytes);
        read(text.decode(0, text.end, where));
    }

    void read(String text) throws Exception {
        for (List<Token> line : lines(text)) {
            if (isStatement(line))
                statement(line);
            else
                option(line);
        }
        endStatement();
        listener.finished(named);
    }

    // --- lines; a quoted text may go over several

    private static List<List<Token>> lines(String text) {
        List<List<Token>> lines = new ArrayList<>();
        List<Token> line = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\n') {
                addLine(lines, line);
                line = new ArrayList<>();
                i++;
            } else if (c == '"') {
                i = quoted(text, i + 1, line);
            } else if (c == '#' && line.isEmpty()) {
                i = endOfLine(text, i);
            } else if (c <= ' ') {
                i++;
            } else {
                i = word(text, i, line);
            }
        }
        addLine(lines, line);
        return lines;
    }

    private static void addLine(List<List<Token>> lines, List<Token> line) {
        if (!line.isEmpty() && !line.get(0).is(".") && !line.get(0).text.startsWith("@"))
            lines.add(line);
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int word(String text, int from, List<Token> line) {
        int end = from;
        while (end < text.length() && text.charAt(end) > ' ')
            end++;
        line.add(new Token(text.substring(from, end), false));
        return end;
    }

    private static int quoted(String text, int from, List<Token> line) {
        StringBuilder value = new StringBuilder();
        int i = from;
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"')
                i++;
            else if (c == '"')
                break;
            value.append(c);
        }
        line.add(new Token(value.toString(), true));
        return i + 1;
    }

    // --- statements

    private static final List<String> VERBS = List.of("ADD", "UPDATE", "CHANGE", "DROP", "RENAME");
    private static final List<String> NOUNS = List.of(
        "DATABASE", "SEQUENCE", "TABLE", "FIELD", "INDEX", "CONSTRAINT", "UNIQUE", "PRIMARY");

    private static boolean isStatement(List<Token> line) {
        return line.size() > 2 && !line.get(0).isQuoted && VERBS.contains(line.get(0).text)
            && !line.get(1).isQuoted && NOUNS.contains(line.get(1).text);
    }

    private void statement(List<Token> line) throws Exception {
        endStatement();
        String verb = line.get(0).text;
        int noun = 1;
        boolean isUnique = line.get(1).is("UNIQUE");
        if (isUnique || line.get(1).is("PRIMARY"))
            noun++;
        String name = line.get(noun + 1).text;
        switch (line.get(noun).text) {
        case "SEQUENCE" -> sequence = verb.equals("DROP") ? null : name;
        case "TABLE" -> tableStatement(verb, name);
        case "FIELD" -> fieldStatement(verb, name, line);
        case "INDEX" -> indexStatement(verb, name, line, isUnique);
        default -> table = null; // the database, constraints
        }
        numbers = new long[] {1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 0};
    }

    private void endStatement() throws Exception {
        if (sequence != null) {
            schema.sequences.put(sequence, new Schema.Sequence(sequence, numbers[0], numbers[1],
                numbers[2] == Long.MIN_VALUE ? null : (Long) numbers[2],
                numbers[3] == Long.MAX_VALUE ? null : (Long) numbers[3], numbers[4] != 0));
        }
        if (addedField != null)
            listener.added(table, addedField);
        addedField = null;
        sequence = null;
        field = null;
        index = null;
    }

    private Field addedField;

    private void tableStatement(String verb, String name) throws Exception {
        table = schema.find(owner, name);
        if (verb.equals("DROP")) {
            schema.remove(need(name));
            listener.dropped(table);
            named.remove(table);
            return;
        }
        if (verb.equals("ADD") && table == null) {
            table = new Table(owner, name);
            table.type = tableType;
            schema.add(table);
            listener.added(table);
        }
        name(need(name));
    }

    private Table need(String name) {
        if (table == null)
            throw new IllegalArgumentException("no table \"" + name + "\"");
        return table;
    }

    private void name(Table one) {
        if (!named.contains(one))
            named.add(one);
    }

    private void fieldStatement(String verb, String name, List<Token> line) throws Exception {
        String tableName = line.get(line.indexOf(new Token("OF", false)) + 1).text;
        table = schema.find(owner, tableName);
        name(need(tableName));
        field = table.field(name);
        // A change may already be in the schema that stands beside it.
        if (verb.equals("ADD") && field != null) {
            System.err.println("field " + name + " of " + tableName + " is there already");
            return;
        }
        if (verb.equals("ADD")) {
            field = new Field(name, Kind.of(line.get(line.size() - 1).text));
            field.recid = schema.nextRecid();
            field.order = 10 * (table.fields.size() + 1);
            field.position = table.fields.size() + 2;
            table.fields.add(field);
            addedField = field;
            return;
        }
        if (field == null)
            throw new IllegalArgumentException("no field \"" + name + "\" of " + tableName);
        if (verb.equals("DROP")) {
            table.fields.remove(field);
            listener.dropped(table, field);
        } else if (verb.equals("RENAME")) {
            field.name = line.get(line.size() - 1).text;
            listener.renamed(table, name, field);
        }
    }

    private void indexStatement(String verb, String name, List<Token> line, boolean isUnique)
        throws Exception {
        String tableName = line.get(line.indexOf(new Token("ON", false)) + 1).text;
        table = schema.find(owner, tableName);
        name(need(tableName));
        index = table.index(name);
        if (verb.equals("ADD") && index == null) {
            index = new Index(name);
            index.isUnique = isUnique;
            index.recid = schema.nextRecid();
            index.number = table.indexes.size() + 8;
            table.indexes.add(index);
        } else if (verb.equals("ADD")) {
            index.parts.clear();
        } else if (verb.equals("DROP") && index != null) {
            table.indexes.remove(index);
            listener.dropped(table, index);
        } else if (index != null && line.get(1).is("PRIMARY")) {
            makePrimary();
        }
    }

    private void makePrimary() {
        for (Index other : table.indexes)
            other.isPrimary = other == index;
    }

    // --- options

    private void option(List<Token> line) {
        String word = line.get(0).text;
        Token value = line.size() > 1 ? line.get(1) : new Token("yes", false);
        if (sequence != null)
            sequenceOption(word, value);
        else if (index != null)
            indexOption(word, value, line);
        else if (field != null)
            fieldOption(word, value);
        else if (table != null)
            tableOption(word, value);
    }

    private void sequenceOption(String word, Token value) {
        if (value.orNull() == null)
            return;
        switch (word) {
        case "INITIAL" -> numbers[0] = Long.parseLong(value.text);
        case "INCREMENT" -> numbers[1] = Long.parseLong(value.text);
        case "MIN-VAL" -> numbers[2] = Long.parseLong(value.text);
        case "MAX-VAL" -> numbers[3] = Long.parseLong(value.text);
        case "CYCLE-ON-LIMIT" -> numbers[4] = value.text.equals("yes") ? 1 : 0;
        default -> { }
        }
    }

    private void tableOption(String word, Token value) {
        switch (word) {
        case "LABEL" -> table.label = value.orNull();
        case "DESCRIPTION" -> table.description = value.orNull();
        case "DUMP-NAME" -> table.dumpName = value.text;
        case "HIDDEN" -> table.isHidden = !value.text.equals("no");
        case "FROZEN" -> table.isFrozen = !value.text.equals("no");
        default -> { }
        }
    }

    private void fieldOption(String word, Token value) {
        switch (word.toUpperCase(Locale.ROOT)) {
        case "FORMAT" -> field.format = value.text;
        case "INITIAL" -> field.initial = value.orNull();
        case "LABEL" -> field.label = value.orNull();
        case "COLUMN-LABEL" -> field.columnLabel = value.orNull();
        case "DESCRIPTION" -> field.description = value.orNull();
        case "HELP" -> field.help = value.orNull();
        case "CLOB-CODEPAGE" -> field.codePage = value.text;
        case "POSITION" -> field.position = Integer.parseInt(value.text);
        case "ORDER" -> field.order = Integer.parseInt(value.text);
        case "MAX-WIDTH", "SQL-WIDTH" -> field.width = Integer.parseInt(value.text);
        case "DECIMALS" -> field.decimals = value.orNull() == null ? -1 : number(value);
        case "EXTENT" -> field.extent = Integer.parseInt(value.text);
        case "MANDATORY" -> field.isMandatory = true;
        case "NULL-ALLOWED" -> field.isMandatory = false;
        case "CASE-SENSITIVE" -> field.isCaseSensitive = true;
        case "NOT-CASE-SENSITIVE" -> field.isCaseSensitive = false;
        default -> { }
        }
    }

    private static int number(Token value) {
        return Integer.parseInt(value.text);
    }

    private void indexOption(String word, Token value, List<Token> line) {
        switch (word) {
        case "UNIQUE" -> index.isUnique = true;
        case "PRIMARY" -> makePrimary();
        case "WORD" -> index.isWord = true;
        case "INACTIVE" -> index.isActive = false;
        case "DESCRIPTION" -> index.description = value.orNull();
        case "INDEX-FIELD" -> {
            Field part = table.field(value.text);
            if (part == null)
                throw new IllegalArgumentException("no field \"" + value.text + "\"");
            boolean isAbbreviated = line.contains(new Token("ABBREVIATED", false));
            boolean isAscending = !line.contains(new Token("DESCENDING", false));
            index.parts.add(new Index.Part(part, isAscending, isAbbreviated));
        }
        default -> { }
        }
    }
}
