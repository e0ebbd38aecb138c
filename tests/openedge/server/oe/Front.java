package oe;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The SQL side of one connection: what it accepts, and what it knows about who asks. */
final class Front {
    private static final int STATEMENT_MAX = 131_000;
    private static final Set<String> WRITES = Set.of("INSERT", "UPDATE", "DELETE", "CREATE", "DROP",
        "ALTER", "GRANT", "REVOKE", "LOCK", "CALL");
    private static final Map<String, Integer> LEVELS = Map.of("READ UNCOMMITTED", 1,
        "READ COMMITTED", 2, "REPEATABLE READ", 4, "SERIALIZABLE", 8);

    final Switches switches;
    final Locks locks;
    final Widths widths;
    final String database;
    private final Server server;
    private final Store store;
    private final Users users;
    private final String user;
    private String defaultOwner;
    int isolation = 2;
    /** Seconds, as a SET statement said; 0 for none. */
    int queryTimeout;

    Front(Server server, String user, Map<String, String> properties) {
        this.server = server;
        store = server.store;
        users = server.users;
        switches = server.switches;
        locks = server.locks;
        this.user = user;
        database = properties.getOrDefault("databaseName", "").replace("'", "''");
        defaultOwner = properties.getOrDefault("defaultSchema", user);
        widths = new Widths(switches, properties.get("truncateTooLarge"));
    }

    /** What the store makes of a statement or of values that it cannot compute. */
    Refusal broken(java.sql.SQLException e) {
        return Refusal.unknown(switches, e.getMessage(), "42000", 20003);
    }

    // --- names and types

    /** A table of PUB; null when there is none of that name. */
    Table known(String name) {
        return store.schema.find("PUB", name);
    }

    /** Of one that nobody drew from it is the first value. */
    String current(Tree.Current current) throws Refusal {
        Schema.Sequence sequence = store.schema.sequences.get(current.sequence());
        if (sequence == null || !current.owner().equalsIgnoreCase("PUB"))
            throw Refusal.noTable(switches, current.sequence());
        if (switches.is("currval", "denied"))
            throw Refusal.denied(switches);
        return String.valueOf(sequence.initial());
    }

    Table table(String owner, String name) throws Refusal {
        Table table = store.schema.resolve(owner != null ? owner : defaultOwner, name);
        if (table == null)
            throw Refusal.noTable(switches, name);
        if (!users.mayRead(user, table))
            throw Refusal.denied(switches);
        return table;
    }

    void describe(Compiled.Out out, Table table, Field field) {
        out.table = table;
        out.field = field;
        out.name = field.name;
        boolean isBig = field.kind == Kind.RECID && switches.is("recid_type", "bigint");
        out.type = isBig ? java.sql.Types.BIGINT : field.jdbcType();
        out.typeName = field.isArray() ? "varchar" : isBig ? "bigint" : field.kind.colType;
        out.precision = precision(field);
        out.scale = field.scale();
        out.isNullable = !field.isMandatory;
    }

    static int precision(Field field) {
        if (field.isArray())
            return field.width();
        return switch (field.kind) {
        case INTEGER, RECID -> 10;
        case INT64 -> 19;
        case LOGICAL -> 1;
        case DATE -> 10;
        case DATETIME -> 23;
        case DATETIME_TZ -> 34;
        case TIME -> 12;
        case SMALLINT -> 5;
        case TINYINT -> 3;
        case REAL -> 7;
        case DOUBLE -> 15;
        case BLOB, CLOB -> 1_073_741_824;
        case DECIMAL -> Math.min(50, field.width());
        default -> field.width();
        };
    }

    // --- statements

    /** Null when it was a statement without a result, which is done then. */
    Compiled compile(String sql) throws Refusal {
        if (sql.length() > STATEMENT_MAX)
            throw Refusal.tooMuch(switches, "a statement of " + sql.length() + " characters");
        List<Lexer.Token> list = new Lexer(sql, switches).tokens();
        TokenStream tokens = new TokenStream(list, switches);
        if (tokens.is("SET")) {
            set(tokens);
            return null;
        }
        if (isAlteringWidth(tokens)) {
            alterWidth(tokens);
            return null;
        }
        refuseWrites(tokens);
        Parser parser = new Parser(tokens, switches);
        Tree.Select select = parser.statement();
        Compiled compiled = new Rewriter(this).compile(select);
        compiled.parameterCount = parser.parameterCount();
        return compiled;
    }

    private static String firstWord(String sql) {
        return sql.strip().split("\\W", 2)[0].toUpperCase(java.util.Locale.ROOT);
    }

    static boolean isWrite(String sql) {
        return WRITES.contains(firstWord(sql));
    }

    /** Such a statement is done as soon as it is compiled. */
    static boolean isDoneAtOnce(String sql) {
        return firstWord(sql).equals("SET") || firstWord(sql).equals("ALTER");
    }

    /** Nobody has the right to write here; at READ UNCOMMITTED nobody could. */
    private void refuseWrites(TokenStream tokens) throws Refusal {
        if (!WRITES.contains(tokens.peek(0).text()))
            return;
        if (isolation == 1)
            throw Refusal.unknown(switches,
                "Cannot modify data at isolation level READ UNCOMMITTED", "25006", 20011);
        throw Refusal.denied(switches);
    }

    private void set(TokenStream tokens) throws Refusal {
        tokens.expect("SET");
        if (tokens.take("TRANSACTION")) {
            tokens.expect("ISOLATION");
            tokens.expect("LEVEL");
            setIsolation(tokens);
        } else if (tokens.take("SCHEMA")) {
            if (tokens.peek(0).sort() != Lexer.Sort.TEXT)
                throw tokens.refuse();
            defaultOwner = tokens.next().text();
        } else {
            if (!tokens.take("PRO_CONNECT"))
                tokens.expect("PRO_SERVER");
            tokens.expect("QUERY_TIMEOUT");
            queryTimeout = Integer.parseInt(tokens.number(Integer.MAX_VALUE));
        }
        tokens.take(";");
        tokens.expectEnd();
    }

    private void setIsolation(TokenStream tokens) throws Refusal {
        String level = tokens.next().text();
        if (!level.equals("SERIALIZABLE"))
            level += " " + tokens.next().text();
        if (!LEVELS.containsKey(level) || switches.is("isolation", "unknown"))
            throw Refusal.syntax(switches, level);
        isolation = LEVELS.get(level);
    }

    // --- the width of a column

    private boolean isAlteringWidth(TokenStream tokens) {
        return tokens.is("ALTER") && isolation != 1 && users.isDba(user);
    }

    /** ALTER TABLE [owner.]table ALTER COLUMN column SET PRO_SQL_WIDTH number. */
    private void alterWidth(TokenStream tokens) throws Refusal {
        tokens.expect("ALTER");
        tokens.expect("TABLE");
        String owner = null;
        String name = tokens.name();
        if (tokens.take(".")) {
            owner = name;
            name = tokens.name();
        }
        Table table = table(owner, name);
        tokens.expect("ALTER");
        tokens.expect("COLUMN");
        Field field = table.field(tokens.name());
        tokens.expect("SET");
        tokens.expect("PRO_SQL_WIDTH");
        int width = Integer.parseInt(tokens.number(Field.WIDTH_MAX));
        tokens.take(";");
        tokens.expectEnd();
        if (field == null)
            throw Refusal.noColumn(switches, "in table " + table.name);
        alter(table, field, width);
    }

    private void alter(Table table, Field field, int width) throws Refusal {
        if (table.isSystem() || table.isView() || !field.hasWidth() || width == 0)
            throw Refusal.syntax(switches, "PRO_SQL_WIDTH");
        if (table.isFrozen)
            throw Refusal.unknown(switches, "Table " + table.name + " is frozen", "42000", 20023);
        if (!server.schemaHolders().isEmpty())
            throw Refusal.unknown(switches, "Failure to acquire the lock of the schema", "HY000",
                20024);
        field.width = width;
        store.schema.changed();
    }
}
