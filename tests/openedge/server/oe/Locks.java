package oe;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * Records that others work on, because a test said so: locked ones, and ones that move while
 * somebody reads without locks, who then misses them or meets them twice.
 */
final class Locks {
    enum Fate { LOCKED, MISSED, TWICE }

    private final Map<Fate, Map<Table, Map<Long, Integer>>> fates = new EnumMap<>(Fate.class);

    /** The record with this ROWID, for so many readings; below 0 is for ever. */
    synchronized void add(Fate fate, Table table, long rowid, int times) {
        fates.computeIfAbsent(fate, key -> new HashMap<>())
            .computeIfAbsent(table, key -> new HashMap<>()).put(rowid, times);
    }

    synchronized void clear() {
        fates.clear();
    }

    synchronized boolean hasSome(Table table) {
        return fates.values().stream().anyMatch(tables -> tables.containsKey(table));
    }

    /** Counts as a reading. */
    synchronized boolean is(Fate fate, Table table, long rowid) {
        Map<Long, Integer> rows =
            fates.getOrDefault(fate, Map.of()).getOrDefault(table, Map.of());
        int left = rows.getOrDefault(rowid, 0);
        if (left > 0)
            rows.put(rowid, left - 1);
        return left != 0;
    }
}
