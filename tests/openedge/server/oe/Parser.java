package oe;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a SELECT. What is not known to work on OpenEdge is refused, whatever the store can do. */
final class Parser {
    private static final int NESTING_MAX = 25;
    private static final int TABLES_MAX = 250;

    private final TokenStream tokens;
    private final Switches switches;
    private final Conditions conditions;
    private int nesting;
    private int tableCount;

    Parser(TokenStream tokens, Switches switches) {
        this.tokens = tokens;
        this.switches = switches;
        conditions = new Conditions(tokens, switches, this);
    }

    Tree.Select statement() throws Refusal {
        Tree.Select select = select();
        tokens.take(";");
        tokens.expectEnd();
        return select;
    }

    int parameterCount() {
        return conditions.parameterCount();
    }

    Tree.Select select() throws Refusal {
        if (++nesting > NESTING_MAX)
            throw Refusal.tooMuch(switches, "nesting levels");
        Tree.Select select = new Tree.Select();
        tokens.expect("SELECT");
        top(select);
        select.isDistinct = tokens.take("DISTINCT");
        if (!select.isDistinct)
            tokens.take("ALL");
        select.items = items();
        tokens.expect("FROM");
        sources(select);
        if (tokens.take("WHERE"))
            select.where = conditions.condition();
        if (tokens.take("GROUP")) {
            tokens.expect("BY");
            select.groups = conditions.list();
        }
        if (tokens.take("HAVING"))
            select.having = conditions.condition();
        order(select);
        window(select);
        nesting--;
        return select;
    }

    private void top(Tree.Select select) throws Refusal {
        if (!tokens.take("TOP"))
            return;
        if (switches.is("top_parameter", "accepted") && tokens.is("?"))
            select.topParameter = conditions.value();
        else
            select.top = tokens.number(Integer.MAX_VALUE);
    }

    private void window(Tree.Select select) throws Refusal {
        if (!tokens.is("OFFSET") && !tokens.is("FETCH"))
            return;
        if (switches.is("offset_fetch", "unsupported"))
            throw tokens.refuse();
        if (tokens.take("OFFSET")) {
            select.offset = count();
            tokens.expectOneOf("ROWS", "ROW");
        }
        if (tokens.take("FETCH")) {
            tokens.expectOneOf("FIRST", "NEXT");
            select.fetch = count();
            tokens.expectOneOf("ROWS", "ROW");
            tokens.expect("ONLY");
        }
        if (select.top != null || select.topParameter != null)
            throw Refusal.offsetMisused();
    }

    private Tree.Expression count() throws Refusal {
        return tokens.is("?") ? conditions.value()
            : new Tree.Constant(tokens.number(Long.MAX_VALUE), false);
    }

    // --- the select list

    private List<Tree.Item> items() throws Refusal {
        List<Tree.Item> items = new ArrayList<>();
        do {
            items.add(item());
        } while (tokens.take(","));
        return items;
    }

    private Tree.Item item() throws Refusal {
        if (tokens.take("*"))
            return new Tree.Item(null, null, null);
        if (tokens.isName(0) && tokens.peek(1).is(".") && tokens.peek(2).is("*")) {
            String table = tokens.name();
            tokens.expect(".");
            tokens.expect("*");
            return new Tree.Item(null, null, table);
        }
        Tree.Expression expression = conditions.value();
        String alias = null;
        if (tokens.take("AS") || tokens.isName(0))
            alias = tokens.name();
        return new Tree.Item(expression, alias, null);
    }

    // --- FROM

    private void sources(Tree.Select select) throws Refusal {
        List<Tree.Source> sources = new ArrayList<>();
        sources.add(source(select, ""));
        for (;;) {
            String join = join();
            if (join == null)
                break;
            sources.add(source(select, join));
        }
        if (tokens.take("{")) {
            tokens.expect("NO");
            tokens.expect("REORDER");
            tokens.expect("}");
        }
        select.sources = sources;
    }

    private String join() throws Refusal {
        if (tokens.take(","))
            return ",";
        if (tokens.take("LEFT")) {
            tokens.take("OUTER");
            tokens.expect("JOIN");
            return "LEFT JOIN";
        }
        if (tokens.take("INNER")) {
            tokens.expect("JOIN");
            return "JOIN";
        }
        return tokens.take("JOIN") ? "JOIN" : null;
    }

    private Tree.Source source(Tree.Select select, String join) throws Refusal {
        if (++tableCount > TABLES_MAX)
            throw Refusal.tooMuch(switches, "tables");
        String owner = null;
        String table = tokens.name();
        if (tokens.take(".")) {
            owner = table;
            table = tokens.name();
        }
        if (tokens.is("."))
            throw tokens.refuse(); // several databases at once
        String alias = null;
        if (tokens.take("AS") || tokens.isName(0))
            alias = tokens.name();
        hints(select);
        Tree.Expression on = null;
        if (join.endsWith("JOIN")) {
            tokens.expect("ON");
            on = conditions.condition();
        }
        return new Tree.Source(owner, table, alias, join, on);
    }

    private void hints(Tree.Select select) throws Refusal {
        if (tokens.take("WITH")) {
            tokens.expect("(");
            if (tokens.is("INDEX"))
                indexHint();
            else
                lockHint(select);
            tokens.expect(")");
        } else if (tokens.take("FORCE")) {
            tokens.expect("(");
            indexHint();
            tokens.expect(")");
        }
    }

    private void indexHint() throws Refusal {
        tokens.expect("INDEX");
        tokens.expect("(");
        if (!tokens.take("PRIMARY"))
            tokens.name();
        tokens.expect(")");
    }

    /** Only the main query may have one. */
    private void lockHint(Tree.Select select) throws Refusal {
        if (nesting > 1)
            throw tokens.refuse();
        select.isReadPast |= tokens.take("READPAST");
        select.isNoLock |= tokens.take("NOLOCK");
        if (!select.isReadPast && !select.isNoLock)
            throw tokens.refuse();
        if (tokens.take("WAIT"))
            tokens.number(Integer.MAX_VALUE);
        else
            tokens.take("NOWAIT");
    }

    private void order(Tree.Select select) throws Refusal {
        if (!tokens.take("ORDER"))
            return;
        tokens.expect("BY");
        List<Tree.Order> orders = new ArrayList<>();
        do {
            Tree.Expression expression = conditions.value();
            boolean isDescending = tokens.take("DESC");
            if (!isDescending)
                tokens.take("ASC");
            orders.add(new Tree.Order(expression, isDescending));
        } while (tokens.take(","));
        select.orders = orders;
    }

    /** Words that are no names unless they stand in quotes. */
    static final Set<String> RESERVED = Set.of("ALL", "AND", "ANY", "AS", "ASC", "BETWEEN", "BY",
        "CASE", "CAST", "CHAR", "CHARACTER", "COLUMN", "CONVERT", "COUNT", "CREATE", "CURDATE",
        "DATE", "DAY", "DAYOFMONTH", "DEC", "DECIMAL", "DEFAULT", "DELETE", "DESC", "DISTINCT",
        "DROP", "ELSE", "END", "ESCAPE", "EXISTS", "FETCH", "FIRST", "FOR", "FORCE", "FROM",
        "GROUP", "HAVING", "IN", "INDEX", "INNER", "INSERT", "INTEGER", "INTO", "IS", "JOIN",
        "LEFT", "LIKE", "LIMIT", "MAX", "MIN", "NOT", "NULL", "OFFSET", "ON", "ONLY", "OR",
        "ORDER", "OUTER", "PRIMARY", "RIGHT", "ROWID", "SELECT", "SET", "SUM", "TABLE", "THEN",
        "TIME", "TIMESTAMP", "TOP", "UNION", "UNIQUE", "UPDATE", "USER", "VALUES", "VARCHAR",
        "VIEW", "WHEN", "WHERE", "WITH");
}
