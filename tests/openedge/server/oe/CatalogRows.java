package oe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The results of java.sql.DatabaseMetaData. */
final class CatalogRows implements Rows {
    private final List<Compiled.Out> outs = new ArrayList<>();
    private List<Object[]> rows = new ArrayList<>();
    private int next;

    private CatalogRows(String... columns) {
        for (String column : columns) {
            Compiled.Out out = new Compiled.Out();
            out.name = column;
            out.precision = 128;
            outs.add(out);
        }
    }

    private void add(Object... values) {
        rows.add(values);
    }

    private void sort(int... columns) {
        for (int i = columns.length - 1; i >= 0; i--) {
            int column = columns[i];
            rows.sort(Comparator.comparing(row -> String.valueOf(row[column])));
        }
    }

    @Override
    public List<Compiled.Out> outs() {
        return outs;
    }

    @Override
    public boolean isOfUser() {
        return false;
    }

    @Override
    public Block fetch(int count) {
        int end = Math.min(rows.size(), next + count);
        List<Object[]> block = List.copyOf(rows.subList(next, end));
        next = end;
        return new Block(block, next == rows.size(), null);
    }

    @Override
    public byte[] large(int number) {
        return null;
    }

    @Override
    public void kill() {}

    @Override
    public void close() {
        rows = List.of();
    }

    // --- the questions

    /** `arguments` as Facts.java of the driver sends them. */
    static CatalogRows answer(String what, List<String> arguments, Front front, Schema schema)
        throws Refusal {
        return switch (what) {
        case "tables" -> tables(arguments, front, schema);
        case "columns" -> columns(arguments, front, schema);
        case "primary_keys" -> primaryKeys(arguments, front, schema);
        case "indexes" -> indexes(arguments, front, schema);
        case "schemas" -> schemas();
        default -> tableTypes();
        };
    }

    private static CatalogRows schemas() {
        CatalogRows result = new CatalogRows("TABLE_SCHEM", "TABLE_CATALOG");
        result.add("PUB", null);
        result.add("SYSPROGRESS", null);
        return result;
    }

    private static CatalogRows tableTypes() {
        CatalogRows result = new CatalogRows("TABLE_TYPE");
        for (String type : List.of("SYNONYM", "SYSTEM TABLE", "TABLE", "VIEW"))
            result.add(type);
        return result;
    }

    private static boolean isLike(String pattern, String name) {
        if (pattern == null)
            return true;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length())
                regex.append(Pattern.quote(String.valueOf(pattern.charAt(++i))));
            else
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE).matcher(name).matches();
    }

    private static boolean isChosen(String owner, String name, List<String> patterns) {
        return isLike(patterns.get(0), owner) && isLike(patterns.get(1), name);
    }

    /** Tables that may not be read are shown as well. */
    private static CatalogRows tables(List<String> arguments, Front front, Schema schema) {
        CatalogRows result = new CatalogRows("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME",
            "TABLE_TYPE", "REMARKS");
        String types = arguments.get(2);
        for (Table table : schema.tables()) {
            boolean isShown = table.isSystem() && table.owner.equals("PUB")
                && front.switches.is("get_tables", "with_metaschema");
            String type = table.isView() ? "VIEW" : table.isSystem() && !isShown ? "SYSTEM TABLE"
                : "TABLE";
            if (isChosen(table.owner, table.name, arguments)
                && (types == null || List.of(types.split(",")).contains(type)))
                result.add(null, table.owner, table.name, type, table.description);
        }
        for (Schema.Synonym synonym : schema.synonyms()) {
            if (isChosen(synonym.owner(), synonym.name(), arguments)
                && (types == null || List.of(types.split(",")).contains("SYNONYM")))
                result.add(null, synonym.owner(), synonym.name(), "SYNONYM", "");
        }
        result.sort(3, 1, 2);
        return result;
    }

    /** As CatalogOptions=2, which is the driver's own choice: those of synonyms as well. */
    private static CatalogRows columns(List<String> arguments, Front front, Schema schema)
        throws Refusal {
        CatalogRows result = new CatalogRows("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME",
            "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "BUFFER_LENGTH",
            "DECIMAL_DIGITS", "NUM_PREC_RADIX", "NULLABLE", "REMARKS", "COLUMN_DEF",
            "SQL_DATA_TYPE", "SQL_DATETIME_SUB", "CHAR_OCTET_LENGTH", "ORDINAL_POSITION",
            "IS_NULLABLE");
        for (Table table : schema.tables())
            result.addColumns(new Schema.Synonym(table.owner, table.name, table), arguments, front);
        for (Schema.Synonym synonym : schema.synonyms())
            result.addColumns(synonym, arguments, front);
        result.sort(1, 2);
        return result;
    }

    private void addColumns(Schema.Synonym named, List<String> arguments, Front front)
        throws Refusal {
        if (!isChosen(named.owner(), named.name(), arguments))
            return;
        Damage.refuse("columns", named.table(), front);
        int place = 0;
        for (Field field : named.table().fields) {
            place++;
            if (isLike(arguments.get(2), field.name))
                addColumn(named, field, place, front);
        }
    }

    private void addColumn(Schema.Synonym named, Field field, int place, Front front) {
        Compiled.Out out = new Compiled.Out();
        front.describe(out, named.table(), field);
        add(null, named.owner(), named.name(), field.name, out.type, out.typeName, out.precision,
            null, out.scale, 10, field.isMandatory ? 0 : 1, field.label, field.initial, null, null,
            out.precision, place, field.isMandatory ? "NO" : "YES");
    }

    private static CatalogRows primaryKeys(List<String> arguments, Front front, Schema schema)
        throws Refusal {
        CatalogRows result = new CatalogRows("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME",
            "COLUMN_NAME", "KEY_SEQ", "PK_NAME");
        Table table = schema.find(String.valueOf(arguments.get(0)), arguments.get(1));
        if (table == null)
            return result;
        Damage.refuse("primary_keys", table, front);
        int place = 0;
        for (Field field : table.primaryKey)
            result.add(null, table.owner, table.name, field.name, ++place,
                "SYS_PK_" + table.name);
        Index index = table.primaryIndex();
        String way = front.switches.get("primary_keys");
        boolean isMeant = way.equals("primary_index")
            || way.equals("unique_primary_index") && index != null && index.isUnique;
        if (isMeant && index != null && table.primaryKey.isEmpty()) {
            for (Index.Part part : index.parts)
                result.add(null, table.owner, table.name, part.field().name, ++place, index.name);
        }
        result.sort(3);
        return result;
    }

    private static CatalogRows indexes(List<String> arguments, Front front, Schema schema)
        throws Refusal {
        CatalogRows result = new CatalogRows("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME",
            "NON_UNIQUE", "INDEX_QUALIFIER", "INDEX_NAME", "TYPE", "ORDINAL_POSITION",
            "COLUMN_NAME", "ASC_OR_DESC", "CARDINALITY", "PAGES", "FILTER_CONDITION");
        Table table = schema.find(String.valueOf(arguments.get(0)), arguments.get(1));
        if (table == null || front.switches.is("index_info", "none"))
            return result;
        Damage.refuse("indexes", table, front);
        for (Index index : table.indexes) {
            if (arguments.get(2).equals("unique") && !index.isUnique)
                continue;
            int place = 0;
            for (Index.Part part : index.parts)
                result.add(null, table.owner, table.name, index.isUnique ? 0 : 1, null,
                    index.name, 3, ++place, part.field().name, part.isAscending() ? "A" : "D",
                    null, null, null);
        }
        return result;
    }
}
