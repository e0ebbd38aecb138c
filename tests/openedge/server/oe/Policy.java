package oe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A policy of change data capture: which fields of which table are captured, and how. */
final class Policy {
    /** How the names of change tables begin, unless a policy says otherwise. */
    static final String CHANGES = "CDC_";
    private static final String META = "\"_Tran-Id\" integer, \"_Time-Stamp\" datetime-tz, "
        + "\"_Change-Sequence\" int64, \"_Continuation-Position\" integer, "
        + "\"_ArrayIndex\" integer, \"_Fragment\" integer, \"_Operation\" integer";

    /** A field, where it stands among those that can be captured, and in the identifying key. */
    record Captured(Field field, int place, int identifying) {}

    final String id;
    final Table source;
    final int level;
    final int state;
    final int instance;
    final String owner;
    final String changeTable;
    final List<Captured> fields = new ArrayList<>();
    /** Null at level 0. */
    Table changes;

    /**
     * `properties`: owner and name of the change table, state and instance, and fields: names with
     * commas, an identifying one followed by a colon and its place in the key.
     */
    Policy(Table source, int level, int number, Map<String, String> properties) {
        this.source = source;
        this.level = level;
        id = String.format("Lookalike-%012d", number);
        owner = properties.getOrDefault("owner", "PUB");
        changeTable = properties.getOrDefault("name", CHANGES + source.name);
        state = Integer.parseInt(properties.getOrDefault("state", "0"));
        instance = Integer.parseInt(properties.getOrDefault("instance", "0"));
        List<Field> capturable = capturable(source);
        if (level == 0)
            return;
        if (!properties.containsKey("fields")) {
            for (Field field : capturable)
                fields.add(new Captured(field, fields.size(), 0));
            return;
        }
        for (String wanted : properties.get("fields").split(",")) {
            String[] parts = wanted.split(":");
            int place = capturable.indexOf(source.field(parts[0]));
            if (place < 0)
                throw new IllegalArgumentException("no field to be captured: " + parts[0]);
            fields.add(new Captured(capturable.get(place), place,
                parts.length > 1 ? Integer.parseInt(parts[1]) : 0));
        }
    }

    /** All but large values. */
    static List<Field> capturable(Table table) {
        return table.fields.stream().filter(field -> !field.kind.isLarge()).toList();
    }

    boolean isCapturing() {
        return state == 0 && instance == 0;
    }

    /** As a schema dump. */
    String changeTableText() {
        StringBuilder df = new StringBuilder("ADD TABLE \"" + changeTable + "\"\n");
        int order = 0;
        for (String field : META.split(", ")) {
            String[] parts = field.split(" ");
            addField(df, parts[0], parts[1], order += 10);
        }
        for (Captured captured : fields) {
            Field field = captured.field();
            addField(df, "\"" + field.name + "\"", field.kind.ablName, order += 10);
            df.append("  MAX-WIDTH ").append(field.width()).append('\n');
            if (field.isArray())
                df.append("  EXTENT ").append(field.extent).append('\n');
            if (field.kind == Kind.DECIMAL)
                df.append("  DECIMALS ").append(field.scale()).append('\n');
            if (field.isCaseSensitive)
                df.append("  CASE-SENSITIVE\n");
        }
        return df.append("ADD INDEX \"_Change-Sequence\" ON \"").append(changeTable)
            .append("\"\n  PRIMARY\n  INDEX-FIELD \"_Change-Sequence\" ASCENDING\n"
                + "  INDEX-FIELD \"_Operation\" ASCENDING\n").toString();
    }

    private void addField(StringBuilder df, String name, String type, int order) {
        df.append("ADD FIELD ").append(name).append(" OF \"").append(changeTable)
            .append("\" AS ").append(type).append("\n  ORDER ").append(order).append('\n');
    }

    // --- what the metaschema says of it

    void describe(Metaschema metaschema) {
        Field first = changes == null || fields.isEmpty() ? null
            : changes.field(fields.get(0).field().name);
        metaschema.add("_Cdc-Table-Policy", new Metaschema.Row().put("_Policy-Id", id)
            .put("_Policy-Name", changeTable).put("_Policy-Desc", "").put("_Policy-State", state)
            .put("_Policy-Instance", instance).put("_Source-File-Recid", source.recid)
            .put("_Change-Tablename", changeTable).put("_Change-Table-Owner", owner)
            .put("_ObjectId", changes == null ? 0 : changes.number)
            .put("_Identifying-Fields", fields.stream().anyMatch(one -> one.identifying() > 0))
            .put("_Level", level).put("_Encrypt-Policy", false)
            .put("_First-User-Field", first == null ? 0 : first.position));
        for (Captured captured : fields)
            metaschema.add("_Cdc-Field-Policy", new Metaschema.Row().put("_Policy-Id", id)
                .put("_Field-Position", captured.field().position)
                .put("_Identifying-Field", captured.identifying())
                .put("_Field-Recid", captured.field().recid));
    }
}
