package oe;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the data is: H2, in memory. Tables and columns bear their OpenEdge names there; texts are
 * not bounded by their SQL width, as ABL does not know it.
 */
final class Store implements DfReader.Listener {
    private static final String URL = "jdbc:h2:mem:openedge;DB_CLOSE_DELAY=-1;"
        + "DATABASE_TO_UPPER=FALSE;CASE_INSENSITIVE_IDENTIFIERS=TRUE;"
        + "DEFAULT_NULL_ORDERING=HIGH;MAX_MEMORY_ROWS=100000000";

    final Schema schema = new Schema();
    private final Connection connection;
    private final List<Field> newFields = new ArrayList<>();
    private Table newTable;
    private boolean isForeign; // a dump, whose data may contradict its schema

    Store() throws SQLException {
        connection = connect();
        run("CREATE SCHEMA IF NOT EXISTS \"PUB\"");
        run("CREATE SCHEMA IF NOT EXISTS \"SYSPROGRESS\"");
        run("CREATE ALIAS OE_JOIN FOR \"oe.Elements.join\"");
        run("CREATE ALIAS OE_ELEMENT FOR \"oe.Elements.element\"");
        run("CREATE ALIAS OE_ESCAPE FOR \"oe.Elements.escape\"");
        run("CREATE ALIAS OE_DESCAPE FOR \"oe.Elements.descape\"");
        run("CREATE ALIAS OE_CUT FOR \"oe.Slices.cut\"");
        run("CREATE ALIAS OE_SIZE FOR \"oe.Slices.size\"");
        run("CREATE ALIAS OE_SLICE FOR \"oe.Slices.slice\"");
        run("CREATE ALIAS OE_TRY_NUMBER FOR \"oe.Elements.number\"");
        run("CREATE ALIAS OE_MONTHS_BETWEEN FOR \"oe.Elements.monthsBetween\"");
    }

    static Connection connect() throws SQLException {
        return DriverManager.getConnection(URL, "sa", "");
    }

    Connection connection() {
        return connection;
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    // --- schemas and data

    /** A schema that comes with the program. */
    void loadOwnSchema(String file, String owner, String type) throws Exception {
        try (InputStream in = Store.class.getResourceAsStream(file)) {
            new DfReader(schema, owner, type, this).read(in.readAllBytes(), file);
        }
    }

    /** A change of the schema, as its text. */
    synchronized void change(String df, String owner) throws Exception {
        run("CREATE SCHEMA IF NOT EXISTS " + Table.quote(owner));
        new DfReader(schema, owner, "T", this).read(df);
    }

    /** All .df and .d files of a folder and of those in it. Returns the number of records. */
    int loadFolder(Path folder) throws Exception {
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = new ArrayList<>(found.filter(Files::isRegularFile).sorted().toList());
        }
        isForeign = true;
        for (Path file : ofKind(files, ".df"))
            loadForeignSchema(file);
        int records = 0;
        for (Path file : ofKind(files, ".d"))
            records += loadData(file);
        isForeign = false;
        for (Table table : schema.tables())
            makeIndexes(table);
        return records;
    }

    /** A text that contradicts itself is told, and what it said before holds. */
    private void loadForeignSchema(Path file) throws Exception {
        try {
            new DfReader(schema, "PUB", "T", this)
                .read(Files.readAllBytes(file), file.getFileName().toString());
        } catch (IllegalArgumentException e) {
            System.err.println(file.getFileName() + ": " + e.getMessage());
        }
    }

    /** What changes a schema comes after what makes it. */
    private static List<Path> ofKind(List<Path> files, String end) {
        List<Path> found = new ArrayList<>(
            files.stream().filter(file -> file.toString().endsWith(end)).toList());
        found.sort(java.util.Comparator.comparing(
            file -> file.getFileName().toString().startsWith("delta")));
        return found;
    }

    private int loadData(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        Table table = schema.find("PUB", DReader.tableName(bytes, file));
        if (table == null) {
            System.err.println(file.getFileName() + ": no table of this name");
            return 0;
        }
        try (PreparedStatement insert = insert(connection, table)) {
            return new DReader(file, bytes, table).load(insert);
        }
    }

    /** With a parameter for each field, in their order. */
    static PreparedStatement insert(Connection connection, Table table) throws SQLException {
        List<String> names = table.fields.stream().map(f -> Table.quote(f.name)).toList();
        return connection.prepareStatement("INSERT INTO " + table.quoted() + " ("
            + String.join(", ", names) + ") VALUES ("
            + String.join(", ", Collections.nCopies(names.size(), "?")) + ")");
    }

    long count(Table table) throws SQLException {
        try (Statement statement = connection.createStatement();
            ResultSet result =
                statement.executeQuery("SELECT COUNT(*) FROM " + table.quoted())) {
            result.next();
            return result.getLong(1);
        }
    }

    // --- what a schema's text does to the store

    /** A new table is made when all of its fields are known. */
    @Override
    public void added(Table table) throws SQLException {
        makeTable();
        newTable = table;
    }

    private void makeTable() throws SQLException {
        if (newTable == null)
            return;
        Table table = newTable;
        newTable = null;
        List<String> columns = new ArrayList<>();
        // Rows of the metaschema bear the numbers by which others refer to them.
        if (table.isSystem())
            columns.add("\"#recid\" BIGINT PRIMARY KEY");
        for (Field field : newFields)
            columns.add(Table.quote(field.name) + " " + field.storage());
        newFields.clear();
        run("CREATE TABLE " + table.quoted() + " (" + String.join(", ", columns) + ")");
    }

    @Override
    public void added(Table table, Field field) throws SQLException {
        if (newTable == table) {
            newFields.add(field);
            return;
        }
        run("ALTER TABLE " + table.quoted() + " ADD COLUMN " + Table.quote(field.name) + " "
            + field.storage());
    }

    @Override
    public void dropped(Table table) throws SQLException {
        run((table.isView() ? "DROP VIEW " : "DROP TABLE ") + table.quoted());
    }

    @Override
    public void dropped(Table table, Field field) throws SQLException {
        run("ALTER TABLE " + table.quoted() + " DROP COLUMN " + Table.quote(field.name));
    }

    @Override
    public void renamed(Table table, String from, Field field) throws SQLException {
        run("ALTER TABLE " + table.quoted() + " ALTER COLUMN " + Table.quote(from) + " RENAME TO "
            + Table.quote(field.name));
    }

    private static String indexName(Table table, Index index) {
        return Table.quote(table.owner) + "." + Table.quote(table.name + "." + index.name);
    }

    @Override
    public void dropped(Table table, Index index) throws SQLException {
        run("DROP INDEX IF EXISTS " + indexName(table, index));
    }

    @Override
    public void finished(Iterable<Table> named) throws SQLException {
        makeTable();
        for (Table table : named) {
            table.sortFields();
            if (!isForeign)
                makeIndexes(table);
        }
        schema.changed();
    }

    private void makeIndexes(Table table) {
        for (Index index : table.indexes) {
            try {
                if (index.canBeKept())
                    makeIndex(table, index);
            } catch (SQLException e) {
                System.err.println("index " + index.name + " of " + table.name + ": "
                    + e.getMessage());
            }
        }
    }

    private void makeIndex(Table table, Index index) throws SQLException {
        List<String> parts = index.parts.stream().map(part -> Table.quote(part.field().name)
            + (part.isAscending() ? "" : " DESC")).toList();
        run("CREATE " + (index.isUnique ? "UNIQUE " : "") + "INDEX IF NOT EXISTS "
            + indexName(table, index) + " ON " + table.quoted() + " (" + String.join(", ", parts)
            + ")");
    }

    /** A view over tables, in the store's SQL. */
    synchronized void addView(String owner, String name, String query) throws SQLException {
        Table view = new Table(owner, name);
        view.type = "V";
        view.viewText = query;
        run("CREATE VIEW " + view.quoted() + " AS " + query);
        try (Statement statement = connection.createStatement();
            ResultSet result = statement.executeQuery("SELECT * FROM " + view.quoted())) {
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
                view.fields.add(viewField(result.getMetaData(), i));
        }
        for (Field field : view.fields)
            field.recid = schema.nextRecid();
        schema.add(view);
        schema.changed();
    }

    private static Field viewField(java.sql.ResultSetMetaData data, int i) throws SQLException {
        Kind kind = switch (data.getColumnType(i)) {
        case java.sql.Types.INTEGER -> Kind.INTEGER;
        case java.sql.Types.BIGINT -> Kind.INT64;
        case java.sql.Types.NUMERIC -> Kind.DECIMAL;
        case java.sql.Types.DATE -> Kind.DATE;
        case java.sql.Types.BOOLEAN -> Kind.LOGICAL;
        default -> Kind.CHARACTER;
        };
        Field field = new Field(data.getColumnLabel(i), kind);
        field.order = i;
        field.width = kind == Kind.CHARACTER ? 2000 : kind == Kind.DECIMAL ? 50 : 0;
        return field;
    }
}
