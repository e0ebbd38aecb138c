package oe;

import java.util.ArrayList;
import java.util.List;

/** An index of a table. */
final class Index {
    /** One component. */
    record Part(Field field, boolean isAscending, boolean isAbbreviated) {}

    final String name;
    final List<Part> parts = new ArrayList<>();
    boolean isUnique;
    boolean isPrimary;
    boolean isWord;
    boolean isActive = true;
    String description = "";
    int number;
    long recid;

    Index(String name) {
        this.name = name;
    }

    /** Whether the store can have it too. */
    boolean canBeKept() {
        return isActive && !isWord && !parts.isEmpty()
            && parts.stream().noneMatch(part -> part.field().isArray()
                || part.field().kind.isLarge());
    }
}
