package oe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A table, or a view: a table whose rows a query makes. */
final class Table {
    final String owner;
    final String name;
    final List<Field> fields = new ArrayList<>();
    final List<Index> indexes = new ArrayList<>();
    /** For views, what they are made of, in the store's SQL. */
    String viewText;
    /** 'T' of users, 'S' of the system, 'V' views. */
    String type = "T";
    boolean isHidden;
    boolean isFrozen;
    String label = "";
    String description = "";
    String dumpName;
    int number;
    long recid;
    /** Columns of a PRIMARY KEY that SQL declared, in order; empty for ABL's tables. */
    List<Field> primaryKey = List.of();

    Table(String owner, String name) {
        this.owner = owner;
        this.name = name;
        dumpName = name;
    }

    Field field(String wanted) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(wanted))
                return field;
        }
        return null;
    }

    Index index(String wanted) {
        for (Index index : indexes) {
            if (index.name.equalsIgnoreCase(wanted))
                return index;
        }
        return null;
    }

    Index primaryIndex() {
        return indexes.stream().filter(index -> index.isPrimary).findFirst().orElse(null);
    }

    /** In the order in which SQL and dumps have them. */
    void sortFields() {
        fields.sort(Comparator.comparingInt(field -> field.order));
    }

    boolean isView() {
        return viewText != null;
    }

    boolean isSystem() {
        return type.equals("S");
    }

    /** How the store calls it. */
    String quoted() {
        return quote(owner) + "." + quote(name);
    }

    static String quote(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }
}
