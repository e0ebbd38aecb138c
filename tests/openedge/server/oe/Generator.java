package oe;

/** Many small tables, for tests of sites that have thousands. */
final class Generator {
    private final Store store;

    Generator(Store store) {
        this.store = store;
    }

    void tables(int count) throws Exception {
        StringBuilder df = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            String table = String.format("gen_%04d", i);
            df.append("ADD TABLE \"").append(table).append("\"\n");
            field(df, table, "id", "integer");
            for (int field = 1; field <= 8 + i % 8; field++)
                field(df, table, "field-" + field, field % 3 == 0 ? "integer" : "character");
            df.append("ADD INDEX \"id\" ON \"").append(table)
                .append("\"\n  UNIQUE\n  PRIMARY\n  INDEX-FIELD \"id\" ASCENDING\n");
        }
        store.change(df.toString(), "PUB");
        for (int i = 1; i <= count; i++)
            store.run(String.format("INSERT INTO PUB.\"gen_%04d\" (\"id\", \"field-1\") "
                + "SELECT x, 'row ' || x FROM SYSTEM_RANGE(1, %d)", i, i % 5));
    }

    private static void field(StringBuilder df, String table, String name, String type) {
        df.append("ADD FIELD \"").append(name).append("\" OF \"").append(table).append("\" AS ")
            .append(type).append("\n  FORMAT \"").append(type.equals("integer") ? ">>>9" : "x(20)")
            .append("\"\n");
    }
}
