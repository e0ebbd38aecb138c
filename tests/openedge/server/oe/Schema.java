package oe;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** All tables, synonyms and sequences of the database. */
final class Schema {
    /** A number generator. */
    record Sequence(String name, long initial, long increment, Long minimum, Long maximum,
        boolean isCycling) {}

    /** Another name of a table. */
    record Synonym(String owner, String name, Table table) {}

    private final Map<String, Table> tables = new TreeMap<>();
    private final Map<String, Synonym> synonyms = new TreeMap<>();
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

    /** The table that a SELECT means. */
    synchronized Table resolve(String owner, String name) {
        Synonym synonym = synonyms.get(key(owner, name));
        return synonym != null ? synonym.table() : find(owner, name);
    }

    synchronized Collection<Synonym> synonyms() {
        return java.util.List.copyOf(synonyms.values());
    }

    synchronized void add(Synonym synonym) {
        synonyms.put(key(synonym.owner(), synonym.name()), synonym);
        changed();
    }

    synchronized void dropSynonyms() {
        if (!synonyms.isEmpty())
            changed();
        synonyms.clear();
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
