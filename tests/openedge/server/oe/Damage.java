package oe;

import java.util.Map;
import java.util.Set;

/**
 * Rows of the catalogue that nobody gets: the switches damaged_files, damaged_fields and
 * damaged_indexes name the table whose they are.
 */
final class Damage {
    /** Tables of the catalogue, and what says in them whose a row is. */
    private static final Map<String, String> FILES = Map.of("_File", "_File-Name",
        "SYSTABLES_FULL", "TBL");
    private static final Map<String, String> FIELDS = Map.of("_Field", "_File-recid",
        "SYSCOLUMNS", "TBL", "SYSCOLUMNS_FULL", "TBL");
    private static final Map<String, String> INDEXES = Map.of("_Index", "_File-recid",
        "SYSINDEXES", "TBL");
    private static final Set<String> OF_INDEXES = Set.of("primary_keys", "indexes");

    private Damage() {}

    /** Of a row of this table, in the store's SQL; null when no row of it is damaged. */
    static String condition(Table catalogue, String alias, Front front) {
        if (!catalogue.isSystem())
            return null;
        for (Map.Entry<String, Map<String, String>> part : Map.of("damaged_files", FILES,
            "damaged_fields", FIELDS, "damaged_indexes", INDEXES).entrySet()) {
            String column = part.getValue().get(catalogue.name);
            Table damaged = column == null ? null : table(front, part.getKey());
            if (damaged != null)
                return alias + "." + Table.quote(column) + " = "
                    + (column.equals("_File-recid") ? Long.toString(damaged.recid)
                        : "'" + damaged.name.replace("'", "''") + "'");
        }
        return null;
    }

    /** The driver gets no more than anybody else. */
    static void refuse(String what, Table asked, Front front) throws Refusal {
        if (asked != null && asked == table(front, OF_INDEXES.contains(what)
            ? "damaged_indexes" : "damaged_fields"))
            throw refusal(front.switches);
    }

    static Refusal refusal(Switches switches) {
        return Refusal.unknown(switches, "The record is damaged.", "HY000", 20023);
    }

    private static Table table(Front front, String part) {
        return front.known(front.switches.get(part));
    }
}
