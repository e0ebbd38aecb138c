package oe;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** All tables and sequences of the database. */
final class Schema {
    /** A number generator. */
    record Sequence(String name, long initial, long increment, Long minimum, Long maximum,
        boolean isCycling) {}

    private final Map<String, Table> tables = new TreeMap<>();
    final Map<String, Sequence> sequences = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int lastNumber;
    private int lastSystemNumber;
    private long lastRecid = 96;
    /** Grows with every change. */
    private int version;

    private static String key(String owner, String name) {
        return owner.toUpperCase(Locale.ROOT) + "." + name.toUpperCase(Locale.ROOT);
    }

    synchronized Table find(String owner, String name) {
        return tables.get(key(owner, name));
    }

    synchronized Collection<Table> tables() {
        return java.util.List.copyOf(tables.values());
    }

    synchronized void add(Table table) {
        if (table.number == 0)
            table.number = table.isSystem() ? --lastSystemNumber : ++lastNumber;
        table.recid = nextRecid();
        tables.put(key(table.owner, table.name), table);
    }

    synchronized void remove(Table table) {
        tables.remove(key(table.owner, table.name));
    }

    synchronized long nextRecid() {
        lastRecid += 32;
        return lastRecid;
    }

    synchronized int version() {
        return version;
    }

    synchronized void changed() {
        version++;
    }
}
