package oe;

import java.util.HashMap;
import java.util.Map;

/** Records that somebody else has locked, because a test said so. */
final class Locks {
    private final Map<Table, Map<Long, Integer>> locks = new HashMap<>();

    /** The record with this ROWID, for so many readings; below 0 is for ever. */
    synchronized void add(Table table, long rowid, int times) {
        locks.computeIfAbsent(table, key -> new HashMap<>()).put(rowid, times);
    }

    synchronized void clear() {
        locks.clear();
    }

    synchronized boolean hasSome(Table table) {
        return locks.containsKey(table);
    }

    /** Counts as a reading. */
    synchronized boolean isLocked(Table table, long rowid) {
        Map<Long, Integer> rows = locks.getOrDefault(table, Map.of());
        int left = rows.getOrDefault(rowid, 0);
        if (left > 0)
            rows.put(rowid, left - 1);
        return left != 0;
    }
}
