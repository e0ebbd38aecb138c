package oe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes the store's SQL of a SELECT: names are looked up, and rights are. */
final class Rewriter {
    /** A table in a FROM, and what the store's SQL calls it. */
    record Bound(Tree.Source source, Table table, String alias) {}

    /** A column whose width counts. */
    record Use(Bound bound, Field field) {}

    private final Front front;
    private final Expressions expressions;
    private final List<List<Bound>> scopes = new ArrayList<>();
    private final Set<Use> uses = new LinkedHashSet<>();
    private final Compiled compiled = new Compiled();
    private int aliases;

    Rewriter(Front front) {
        this.front = front;
        expressions = new Expressions(front, this);
    }

    List<List<Bound>> scopes() {
        return scopes;
    }

    /** A field is operated on in the main query, by a function or, when that is null, by none. */
    void use(Bound bound, Field field, String function) {
        if (scopes.size() == 1 && front.widths.isCheckedIn(function, field))
            uses.add(new Use(bound, field));
    }

    Compiled compile(Tree.Select select) throws Refusal {
        scopes.add(bind(select));
        List<Tree.Item> items = expand(select);
        Compiled.Sql list = list(items, compiled.outs);
        compiled.visible = items.size();
        Set<Use> listUses = new HashSet<>(uses);
        Compiled.Sql from = from(select);
        Compiled.Sql where = where(select);
        Compiled.Sql tail = tail(select, items);
        if (Expressions.isGrouped(select))
            addChecks(uses, from, where);
        else
            addHidden(list);
        if (front.switches.is("wide_predicates", "all_rows"))
            addTableChecks(listUses);
        compiled.sql.add("SELECT ").add(select.isDistinct ? "DISTINCT " : "");
        compiled.sql.add(list);
        compiled.sql.add(from);
        compiled.sql.add(where);
        compiled.sql.add(tail);
        compiled.isNoLock = select.isNoLock;
        compiled.isReadPast = select.isReadPast;
        return compiled;
    }

    /** A query inside of another. */
    Compiled.Sql inner(Tree.Select select) throws Refusal {
        scopes.add(bind(select));
        Compiled.Sql sql = new Compiled.Sql();
        List<Tree.Item> items = expand(select);
        sql.add("SELECT ").add(select.isDistinct ? "DISTINCT " : "");
        sql.add(list(items, new ArrayList<>()));
        sql.add(from(select));
        sql.add(where(select));
        sql.add(tail(select, items));
        scopes.remove(scopes.size() - 1);
        return sql;
    }

    // --- FROM

    private List<Bound> bind(Tree.Select select) throws Refusal {
        List<Bound> bounds = new ArrayList<>();
        for (Tree.Source source : select.sources) {
            Table table = front.table(source.owner(), source.table());
            compiled.tables.add(table);
            bounds.add(new Bound(source, table, "\"t" + ++aliases + "\""));
        }
        return bounds;
    }

    private Compiled.Sql from(Tree.Select select) throws Refusal {
        Compiled.Sql sql = new Compiled.Sql();
        sql.add(" FROM ");
        for (Bound bound : scopes.get(scopes.size() - 1)) {
            String join = bound.source().join();
            sql.add(join.equals(",") ? ", " : join.isEmpty() ? "" : " " + join + " ");
            sql.add(bound.table().quoted()).add(" ").add(bound.alias());
            if (bound.source().on() != null) {
                sql.add(" ON ");
                expressions.emit(bound.source().on(), sql);
            }
        }
        return sql;
    }

    private Compiled.Sql where(Tree.Select select) throws Refusal {
        Compiled.Sql sql = new Compiled.Sql();
        if (select.where != null) {
            sql.add(" WHERE (");
            expressions.emit(select.where, sql);
            sql.add(")");
        }
        return sql;
    }

    // --- the select list

    private List<Tree.Item> expand(Tree.Select select) throws Refusal {
        List<Tree.Item> items = new ArrayList<>();
        for (Tree.Item item : select.items) {
            if (item.expression() != null) {
                items.add(item);
                continue;
            }
            int before = items.size();
            for (Bound bound : scopes.get(scopes.size() - 1)) {
                if (item.table() == null || expressions.isCalled(bound, null, item.table()))
                    addAll(bound, items);
            }
            if (items.size() == before)
                throw Refusal.noTable(front.switches, item.table());
        }
        return items;
    }

    private static void addAll(Bound bound, List<Tree.Item> items) {
        String name = bound.source().alias() != null ? bound.source().alias()
            : bound.source().table();
        for (Field field : bound.table().fields)
            items.add(new Tree.Item(new Tree.Column(null, name, field.name, 0), null, null));
    }

    private Compiled.Sql list(List<Tree.Item> items, List<Compiled.Out> outs) throws Refusal {
        Compiled.Sql sql = new Compiled.Sql();
        for (Tree.Item item : items) {
            sql.add(sql.text.isEmpty() ? "" : ", ");
            Compiled.Out out = expressions.describe(item.expression());
            if (item.alias() != null)
                out.name = item.alias();
            outs.add(out);
            if (out.isRowid)
                expressions.rowid((Tree.Rowid) item.expression(), sql);
            else if (out.field != null && item.expression() instanceof Tree.Column column)
                expressions.bare(column, sql);
            else
                expressions.emit(item.expression(), sql);
            if (item.alias() != null)
                sql.add(" AS ").add(Table.quote(item.alias()));
        }
        return sql;
    }

    // --- behind WHERE

    private Compiled.Sql tail(Tree.Select select, List<Tree.Item> items) throws Refusal {
        Compiled.Sql sql = new Compiled.Sql();
        for (int i = 0; i < select.groups.size(); i++) {
            sql.add(i == 0 ? " GROUP BY " : ", ");
            expressions.emit(select.groups.get(i), sql);
        }
        if (select.having != null) {
            sql.add(" HAVING ");
            expressions.emit(select.having, sql);
        }
        for (int i = 0; i < select.orders.size(); i++) {
            sql.add(i == 0 ? " ORDER BY " : ", ");
            order(select.orders.get(i), items, sql);
        }
        window(select, sql);
        return sql;
    }

    /** By a column, the name of an item, or its number. */
    private void order(Tree.Order order, List<Tree.Item> items, Compiled.Sql sql) throws Refusal {
        String alias = null;
        if (order.expression() instanceof Tree.Column column && column.table() == null) {
            for (Tree.Item item : items) {
                if (column.name().equalsIgnoreCase(item.alias()))
                    alias = item.alias();
            }
        }
        if (alias != null)
            sql.add(Table.quote(alias));
        else if (order.expression() instanceof Tree.Rowid rowid)
            expressions.orderedRowid(rowid, sql);
        else
            expressions.ordered(order.expression(), sql);
        sql.add(order.isDescending() ? " DESC" : "");
        if (front.switches.is("null_order", "low"))
            sql.add(order.isDescending() ? " NULLS LAST" : " NULLS FIRST");
    }

    private void window(Tree.Select select, Compiled.Sql sql) throws Refusal {
        if (select.offset != null) {
            sql.add(" OFFSET ");
            expressions.emit(select.offset, sql);
            sql.add(" ROWS");
        }
        Tree.Expression count = select.fetch != null ? select.fetch : select.topParameter;
        if (count != null) {
            sql.add(" FETCH FIRST ");
            expressions.emit(count, sql);
            sql.add(" ROWS ONLY");
        } else if (select.top != null) {
            sql.add(" FETCH FIRST " + select.top + " ROWS ONLY");
        }
    }

    // --- what is too wide

    /** Fields that are operated on, but not shown, are fetched as well, to be looked at. */
    private void addHidden(Compiled.Sql list) {
        for (Use use : uses) {
            list.add(", ").add(expressions.stored(use.bound(), use.field()));
            Compiled.Out out = new Compiled.Out();
            out.table = use.bound().table();
            out.field = use.field();
            compiled.outs.add(out);
        }
        for (Bound bound : scopes.get(0)) {
            if (front.locks.hasSome(bound.table()))
                addRowid(bound, list);
            String damage = Damage.condition(bound.table(), bound.alias(), front);
            if (damage != null)
                addDamage(damage, list);
        }
    }

    private void addDamage(String condition, Compiled.Sql list) {
        list.add(", (").add(condition).add(")");
        Compiled.Out out = new Compiled.Out();
        out.isDamage = true;
        compiled.outs.add(out);
    }

    /** By it a locked record is known. */
    private void addRowid(Bound bound, Compiled.Sql list) {
        list.add(", ").add(bound.alias()).add("._ROWID_");
        Compiled.Out out = new Compiled.Out();
        out.table = bound.table();
        out.isRowid = true;
        compiled.outs.add(out);
    }

    /** Where rows are put together, each that takes part is looked at before. */
    private void addChecks(Set<Use> found, Compiled.Sql from, Compiled.Sql where) {
        for (Use use : found) {
            Compiled.Sql sql = new Compiled.Sql();
            sql.add("SELECT 1");
            sql.add(from);
            sql.add(where);
            sql.add(where.text.isEmpty() ? " WHERE " : " AND ");
            sql.add(isTooWide(use)).add(" FETCH FIRST ROW ONLY");
            compiled.checks.add(new Compiled.Check(sql, use.bound().table(), use.field()));
        }
    }

    /** Conditions and orders look at every row of the table. */
    private void addTableChecks(Set<Use> listUses) {
        for (Use use : uses) {
            if (listUses.contains(use))
                continue;
            Compiled.Sql sql = new Compiled.Sql();
            sql.add("SELECT 1 FROM ").add(use.bound().table().quoted()).add(" ")
                .add(use.bound().alias()).add(" WHERE ").add(isTooWide(use))
                .add(" FETCH FIRST ROW ONLY");
            compiled.checks.add(new Compiled.Check(sql, use.bound().table(), use.field()));
        }
    }

    private String isTooWide(Use use) {
        Field field = use.field();
        String column = expressions.stored(use.bound(), field);
        if (field.kind == Kind.DECIMAL && !field.isArray())
            return "ABS(" + column + ") >= 1" + "0".repeat(
                Math.max(0, field.width() - field.scale()));
        boolean isRaw = field.kind == Kind.RAW && !field.isArray();
        return (isRaw ? "OCTET_LENGTH(" + column + ")" : front.widths.sizeOfColumn(column)) + " > "
            + field.width();
    }
}
