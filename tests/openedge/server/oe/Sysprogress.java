package oe;

import java.util.Collection;

/** The rows of the SQL catalogue, owner SYSPROGRESS. */
final class Sysprogress {
    private static final String OWNER = "SYSPROGRESS";

    private final Metaschema target;
    private final Users users;
    private final Switches switches;

    Sysprogress(Metaschema target, Users users, Switches switches) {
        this.target = target;
        this.users = users;
        this.switches = switches;
    }

    void gather(Collection<Table> tables, Schema schema) {
        for (Table table : tables) {
            addTable(table);
            for (Field field : table.fields)
                addColumn(table, field);
            for (Index index : table.indexes)
                addIndex(table, index);
            if (!table.primaryKey.isEmpty())
                addConstraint(table);
            if (switches.is("table_statistics", "stale") && !table.isView())
                addStatistics(table);
        }
        for (Users.Grant grant : users.grants(tables))
            addGrant(grant);
        for (Users.User user : users.all())
            target.add("SYSDBAUTH", new Metaschema.Row().put("GRANTEE", user.name())
                .put("DBA_ACC", user.isDba() ? "y" : "").put("RES_ACC", user.isDba() ? "y" : ""));
        for (Schema.Sequence sequence : schema.sequences.values())
            addSequence(sequence);
        for (Schema.Synonym synonym : schema.synonyms())
            addSynonym(synonym);
        target.add("SYSCALCTABLE", new Metaschema.Row().put("FLD", 1));
        target.add("SYSSCHEMAS", new Metaschema.Row().put("OWNER", OWNER).put("SCHEMANAME", "PUB"));
    }

    private void addTable(Table table) {
        Index primary = table.primaryIndex();
        Metaschema.Row row = new Metaschema.Row().put("CREATOR", table.isSystem() ? OWNER
            : table.owner).put("HAS_CCNSTRS", "N").put("HAS_FCNSTRS", "N")
            .put("HAS_PCNSTRS", table.primaryKey.isEmpty() ? "N" : "Y").put("HAS_UCNSTRS", "N")
            .put("ID", table.number).put("OWNER", table.owner).put("RSSID", 6).put("SEGID", 0)
            .put("TBL", table.name).put("TBLTYPE", target.type(table)).put("TBL_STATUS", "N")
            .put("DESCRIPTION", table.description).put("DUMP_NAME", table.dumpName)
            .put("FILE_LABEL", table.label).put("FROZEN", table.isFrozen)
            .put("HIDDEN", table.isHidden || table.isSystem())
            .put("PRIME_INDEX", primary == null ? null : (Object) primary.recid)
            .put("LAST_CHANGE", 1_580_000_000);
        target.add("SYSTABLES_FULL", row);
        target.add("SYSTABLES", row);
        if (table.isView())
            addView(table);
    }

    /** Whether SYSTABLES has it too is not known, and its type is only presumed. */
    private void addSynonym(Schema.Synonym synonym) {
        target.add("SYSSYNONYMS", new Metaschema.Row().put("ISPUBLIC", 0)
            .put("SNAME", synonym.name()).put("SOWNER", synonym.owner())
            .put("STBL", synonym.table().name).put("STBLOWNER", synonym.table().owner)
            .put("SCREATOR", synonym.owner()));
        if (!switches.is("synonym_rows", "in_systables"))
            return;
        Metaschema.Row row = new Metaschema.Row().put("CREATOR", synonym.owner())
            .put("ID", synonym.table().number).put("OWNER", synonym.owner())
            .put("TBL", synonym.name()).put("TBLTYPE", "S").put("HIDDEN", false);
        target.add("SYSTABLES_FULL", row);
        target.add("SYSTABLES", row);
    }

    private void addView(Table view) {
        target.add("SYSVIEWS", new Metaschema.Row().put("CREATOR", view.owner)
            .put("OWNER", view.owner).put("SEQ", 1).put("VIEWNAME", view.name)
            .put("VIEWTEXT", view.viewText));
        target.add("_Sysviews", new Metaschema.Row().put("_Creator", view.owner)
            .put("_Owner", view.owner).put("_Seq", 1).put("_Viewname", view.name)
            .put("_Viewtext", view.viewText));
    }

    String colType(Field field) {
        if (field.isArray())
            return switches.get("array_coltype");
        if (field.kind.isLarge() && switches.is("lob_coltype", "lvarbinary_lvarchar"))
            return field.kind == Kind.BLOB ? "lvarbinary" : "lvarchar";
        return field.kind.colType;
    }

    private void addColumn(Table table, Field field) {
        boolean isText = field.kind == Kind.CHARACTER || field.isArray();
        Metaschema.Row row = new Metaschema.Row().put("CHARSET", field.codePage)
            .put("COL", field.name)
            .put("COLLATION", isText && !field.isCaseSensitive ? "basic_I" : "")
            .put("COLTYPE", colType(field)).put("DFLT_VALUE", field.initial)
            .put("ID", field.order / 10).put("NULLFLAG", field.isMandatory ? "N" : "Y")
            .put("OWNER", table.owner).put("SCALE", field.scale()).put("TBL", table.name)
            .put("WIDTH", field.width()).put("ARRAY_EXTENT", field.extent)
            .put("COL_LABEL", field.columnLabel).put("DESCRIPTION", field.description)
            .put("DISPLAY_ORDER", field.order).put("FIELD_RPOS", field.position)
            .put("FORMAT", field.format).put("HELP", field.help).put("LABEL", field.label);
        target.add("SYSCOLUMNS_FULL", row);
        target.add("SYSCOLUMNS", row);
    }

    private void addIndex(Table table, Index index) {
        int place = 0;
        for (Index.Part part : index.parts)
            target.add("SYSINDEXES", new Metaschema.Row().put("ABBREVIATE", part.isAbbreviated())
                .put("ACTIVE", index.isActive).put("COLNAME", part.field().name)
                .put("desc", index.description).put("ID", index.number).put("IDXMETHOD", "B")
                .put("IDXNAME", index.name).put("IDXORDER", part.isAscending() ? "A" : "D")
                .put("IDXOWNER", table.owner).put("IDXSEQ", ++place)
                .put("IDXTYPE", index.isUnique ? "U" : "D").put("TBL", table.name)
                .put("TBLOWNER", table.owner).put("UNSORTED", false)
                .put("WORDIDX", index.isWord ? 1 : 0));
    }

    private void addConstraint(Table table) {
        String name = "SYS_PK_" + table.name;
        target.add("SYS_TBL_CONSTRS", new Metaschema.Row().put("CNSTRNAME", name)
            .put("CNSTRTYPE", "P").put("IDXNAME", name).put("OWNER", table.owner)
            .put("TBLNAME", table.name));
        int place = 0;
        for (Field field : table.primaryKey)
            target.add("SYS_KEYCOL_USAGE", new Metaschema.Row().put("CNSTRNAME", name)
                .put("COLNAME", field.name).put("COLPOSITION", ++place).put("OWNER", table.owner)
                .put("TBLNAME", table.name));
    }

    /** What the codes mean is not known: whoever takes one for the number of rows is wrong. */
    private void addStatistics(Table table) {
        for (int property = 1; property <= 4; property++)
            target.add("SYSTBLSTAT", new Metaschema.Row().put("TBLID", table.number)
                .put("PARTITIONID", 0).put("PROPERTY", property).put("ATTRIBUTE", 0)
                .put("VALUE", property * 7));
    }

    private void addGrant(Users.Grant grant) {
        target.add("SYSTABAUTH", new Metaschema.Row().put("GRANTEE", grant.user())
            .put("GRANTOR", "sysprogress").put("TBL", grant.table().name)
            .put("TBLOWNER", grant.table().owner).put("SEL", "y"));
    }

    private void addSequence(Schema.Sequence sequence) {
        target.add("SYSSEQUENCES", new Metaschema.Row().put("SEQ-NAME", sequence.name())
            .put("SEQ-OWNER", "PUB").put("SEQ-INIT", sequence.initial())
            .put("SEQ-INCR", sequence.increment()).put("SEQ-MIN", sequence.minimum())
            .put("SEQ-MAX", sequence.maximum()).put("CYCLE-OK", sequence.isCycling() ? "Y" : "N"));
    }
}
