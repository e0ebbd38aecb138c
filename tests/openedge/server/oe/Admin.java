package oe;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Commands of a test, each as four bytes of size and UTF-8: a line with a word and its arguments,
 * and what else it needs below. Answered in the same form with JSON, {"failure": ...} when it went
 * wrong.
 */
final class Admin {
    private final Server server;
    private final Driven driven;

    Admin(Server server, int port) {
        this.server = server;
        driven = new Driven(port);
    }

    static void say(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    void serve(DataInputStream in, DataOutputStream out) throws IOException {
        for (;;) {
            byte[] bytes;
            try {
                bytes = new byte[in.readInt()];
            } catch (EOFException e) {
                return;
            }
            in.readFully(bytes);
            say(out, answer(new String(bytes, StandardCharsets.UTF_8)));
        }
    }

    private String answer(String command) {
        String[] parts = command.split("\n", 2);
        try {
            Object result = obey(List.of(parts[0].split(" ")), parts.length > 1 ? parts[1] : "");
            return result instanceof String json ? json : Json.text(result);
        } catch (Exception e) {
            return Json.text(Map.of("failure", e + " in " + parts[0]));
        }
    }

    private Object obey(List<String> words, String body) throws Exception {
        String first = words.size() > 1 ? words.get(1) : "";
        switch (words.get(0)) {
        case "sql":
            return sql(body, true);
        case "uncounted":
            return sql(body, false);
        case "df":
            server.store.change(body, first.isEmpty() ? "PUB" : first);
            break;
        case "view":
            server.store.addView(first, words.get(2), body);
            break;
        case "synonym":
            server.store.schema.add(new Schema.Synonym(first, words.get(2), table(words.get(3))));
            break;
        case "primary_key":
            declareKey(table(first), words.subList(2, words.size()));
            break;
        case "tables":
            new Generator(server.store).tables(Integer.parseInt(first));
            break;
        case "user":
            server.users.put(user(first, properties(body)));
            break;
        case "drop_user":
            server.users.drop(first);
            break;
        case "switch":
            properties(body).forEach(server.switches::set);
            break;
        case "switches":
            return Switches.answers();
        case "reset":
            server.reset();
            break;
        case "holders":
            return server.schemaHolders();
        default:
            return watch(words, first, body);
        }
        return List.of();
    }

    private Object watch(List<String> words, String first, String body) throws Exception {
        switch (words.get(0)) {
        case "locked":
        case "missed":
        case "twice":
            for (String rowid : words.subList(3, words.size()))
                server.locks.add(
                    Locks.Fate.valueOf(words.get(0).toUpperCase(java.util.Locale.ROOT)),
                    table(first), Long.parseLong(rowid), Integer.parseInt(words.get(2)));
            break;
        case "unlock":
            server.locks.clear();
            break;
        case "mishap":
            server.mishaps.plan(first, words.get(2), Integer.parseInt(words.get(3)),
                Integer.parseInt(words.get(4)), Integer.parseInt(words.get(5)));
            break;
        case "no_mishap":
            server.mishaps.clear();
            break;
        case "log":
            return server.journal.text();
        case "counts":
            return server.journal.counts();
        case "clear_log":
            server.journal.clear();
            break;
        case "restart":
            server.activity.restart();
            break;
        case "zero":
            server.activity.zero();
            break;
        case "begin":
            server.activity.begin(Integer.parseInt(first));
            break;
        case "end":
        case "rollback":
            end(Integer.parseInt(first), words.get(0).equals("end"));
            break;
        case "write":
            write(Integer.parseInt(first), body);
            break;
        case "cdc_policy":
            server.capture.add(table(first), Integer.parseInt(words.get(2)), properties(body));
            break;
        case "cdc_drop":
            server.capture.drop(table(first));
            break;
        case "cdc_note":
            server.capture.note(table(first), Integer.parseInt(words.get(2)));
            break;
        case "rows":
            return server.store.count(table(first));
        default:
            return driven.obey(words, body);
        }
        return List.of();
    }

    static Map<String, String> properties(String lines) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String line : lines.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0)
                found.put(line.substring(0, equals), line.substring(equals + 1));
        }
        return found;
    }

    private Table table(String name) {
        String[] parts = name.split("\\.", 2);
        Table table = parts.length > 1 ? server.store.schema.find(parts[0], parts[1])
            : server.store.schema.find("PUB", name);
        if (table == null)
            throw new IllegalArgumentException("no table " + name);
        return table;
    }

    private void declareKey(Table table, List<String> columns) {
        table.primaryKey = columns.stream().map(table::field).toList();
        server.store.schema.changed();
    }

    /** Rights that are not named are there, but for those of a DBA. */
    private static Users.User user(String name, Map<String, String> properties) {
        String tables = properties.getOrDefault("tables", "*");
        return new Users.User(name, properties.getOrDefault("password", ""),
            properties.getOrDefault("dba", "no").equals("yes"),
            properties.getOrDefault("metaschema", "yes").equals("yes"),
            properties.getOrDefault("sysprogress", "yes").equals("yes"),
            tables.equals("*") ? null : Users.granted(tables));
    }

    // --- the store's own SQL, for making and judging data

    private List<List<Object>> sql(String text, boolean isCounted) throws SQLException {
        server.metaschema.refresh();
        List<List<Object>> rows = new ArrayList<>();
        try (Statement statement = server.store.connection().createStatement()) {
            for (String one : split(text)) {
                rows.clear();
                if (isCounted && server.capture.isOf(one)) {
                    server.activity.count(one, server.capture.write(one));
                    continue;
                }
                if (statement.execute(one)) {
                    try (ResultSet result = statement.getResultSet()) {
                        while (result.next())
                            rows.add(row(result));
                    }
                } else if (isCounted) {
                    server.activity.count(one, statement.getLargeUpdateCount());
                }
            }
        }
        return rows;
    }

    /** A transaction's; it is open from the first one on. */
    private void write(int transaction, String text) throws SQLException {
        server.activity.begin(transaction);
        for (String one : split(text))
            server.activity.count(one, server.capture.write(transaction, one));
    }

    private void end(int transaction, boolean isCommitted) throws SQLException {
        server.capture.end(transaction, isCommitted);
        server.activity.end(transaction);
    }

    private static List<Object> row(ResultSet result) throws SQLException {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            Object value = result.getObject(i);
            if (value instanceof byte[] || value instanceof java.sql.Blob)
                row.add(Map.of("binary", java.util.HexFormat.of().formatHex(result.getBytes(i))));
            else if (value instanceof java.sql.Array array)
                row.add(Arrays.asList((Object[]) array.getArray()));
            else
                row.add(value == null ? null : result.getString(i));
        }
        return row;
    }

    /** At semicolons outside of quotes. */
    private static List<String> split(String sql) {
        List<String> statements = new ArrayList<>();
        char quote = 0;
        int start = 0;
        for (int i = 0; i <= sql.length(); i++) {
            char c = i < sql.length() ? sql.charAt(i) : ';';
            if (quote != 0 && i < sql.length()) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == ';') {
                if (!sql.substring(start, i).isBlank())
                    statements.add(sql.substring(start, i));
                start = i + 1;
            }
        }
        return statements;
    }
}
