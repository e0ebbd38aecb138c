package oe;

import java.util.ArrayList;
import java.util.List;

/** Records that somebody else has locked, because a test said so. */
final class Locks {
    private static final class Lock {
        final Table table;
        final long row;
        int left;

        Lock(Table table, long row, int left) {
            this.table = table;
            this.row = row;
            this.left = left;
        }
    }

    private final List<Lock> locks = new ArrayList<>();

    /** The record that a query over the table meets as its `row`-th; `times` below 0 is for ever. */
    synchronized void add(Table table, long row, int times) {
        locks.add(new Lock(table, row, times));
    }

    synchronized void clear() {
        locks.clear();
    }

    synchronized boolean isLocked(Table table, long row) {
        for (Lock lock : locks) {
            if (lock.table == table && lock.row == row && lock.left != 0) {
                lock.left -= lock.left > 0 ? 1 : 0;
                return true;
            }
        }
        return false;
    }
}
