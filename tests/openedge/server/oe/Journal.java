package oe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened, for tests to look at: every statement, and some counts. */
final class Journal {
    private static final int LINES_MAX = 200_000;

    private final List<Map<String, Object>> lines = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private int open;

    synchronized Map<String, Object> statement(Conversation who, String kind, String sql) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("connection", who.number());
        line.put("user", who.user());
        line.put("kind", kind);
        line.put("isolation", who.isolation());
        line.put("autocommit", who.isAutoCommit());
        line.put("in_transaction", who.isInTransaction());
        line.put("sql", sql);
        line.put("error", null);
        if (lines.size() < LINES_MAX)
            lines.add(line);
        count(kind);
        return line;
    }

    synchronized void failed(Map<String, Object> line, String text) {
        line.put("error", text);
        count("errors");
    }

    synchronized void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    synchronized void opened() {
        count("logins");
        open++;
        counts.merge("most_connections", (long) open, Math::max);
    }

    synchronized void closed() {
        open--;
    }

    synchronized int open() {
        return open;
    }

    synchronized String text() {
        return Json.text(lines);
    }

    synchronized Map<String, Object> counts() {
        Map<String, Object> all = new LinkedHashMap<>(counts);
        all.put("connections", open);
        return all;
    }

    synchronized void clear() {
        lines.clear();
        counts.clear();
        counts.put("most_connections", (long) open);
    }
}
