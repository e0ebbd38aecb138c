package oe;

import java.sql.Types;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Makes the store's SQL of values and conditions. */
final class Expressions {
    private final Front front;
    private final Rewriter rewriter;
    /** Functions whose arguments are being written, the innermost first. */
    private final Deque<String> functions = new ArrayDeque<>();

    Expressions(Front front, Rewriter rewriter) {
        this.front = front;
        this.rewriter = rewriter;
    }

    // --- names

    boolean isCalled(Rewriter.Bound bound, String owner, String name) {
        if (bound.source().alias() != null)
            return owner == null && bound.source().alias().equalsIgnoreCase(name);
        return bound.table().name.equalsIgnoreCase(name)
            && (owner == null || bound.table().owner.equalsIgnoreCase(owner));
    }

    /** The innermost query that has it counts. */
    private Rewriter.Bound find(Tree.Column column) throws Refusal {
        List<List<Rewriter.Bound>> scopes = rewriter.scopes();
        for (int i = scopes.size() - 1; i >= 0; i--) {
            Rewriter.Bound found = null;
            for (Rewriter.Bound bound : scopes.get(i)) {
                boolean isOf = column.table() == null
                    || isCalled(bound, column.owner(), column.table());
                if (!isOf || bound.table().field(column.name()) == null)
                    continue;
                if (found != null)
                    throw Refusal.noColumn(front.switches, column.name() + " (ambiguous)");
                found = bound;
            }
            if (found != null)
                return found;
        }
        throw Refusal.noColumn(front.switches, column.name());
    }

    private Rewriter.Bound find(Tree.Rowid rowid) throws Refusal {
        List<List<Rewriter.Bound>> scopes = rewriter.scopes();
        for (int i = scopes.size() - 1; i >= 0; i--) {
            for (Rewriter.Bound bound : scopes.get(i)) {
                boolean isOf = rowid.table() == null ? scopes.get(i).size() == 1
                    : isCalled(bound, rowid.owner(), rowid.table());
                if (isOf && !bound.table().isView())
                    return bound;
            }
        }
        throw Refusal.noColumn(front.switches, "ROWID");
    }

    // --- what a value is

    static boolean isGrouped(Tree.Select select) {
        if (select.isDistinct || !select.groups.isEmpty())
            return true;
        return select.items.stream().anyMatch(item -> isAggregate(item.expression()));
    }

    private static boolean isAggregate(Tree.Expression expression) {
        if (expression instanceof Tree.Call call)
            return Functions.isAggregate(call.name())
                || call.arguments().stream().anyMatch(Expressions::isAggregate);
        if (expression instanceof Tree.Binary binary)
            return isAggregate(binary.left()) || isAggregate(binary.right());
        return expression instanceof Tree.Cast cast && isAggregate(cast.operand());
    }

    Compiled.Out describe(Tree.Expression expression) throws Refusal {
        Compiled.Out out = new Compiled.Out();
        Tree.Expression inner = expression;
        if (expression instanceof Tree.Call call && List.of("MIN", "MAX").contains(call.name()))
            inner = call.arguments().get(0);
        if (inner instanceof Tree.Column column && column.element() == 0) {
            Rewriter.Bound bound = find(column);
            front.describe(out, bound.table(), bound.table().field(column.name()));
        } else if (expression instanceof Tree.Rowid) {
            out.isRowid = true;
            out.name = "ROWID";
            out.type = Types.VARCHAR;
            out.precision = 19;
        }
        return out;
    }

    /** In ORDER BY: an index may keep characters in another order than that of their comparison. */
    void ordered(Tree.Expression expression, Compiled.Sql sql) throws Refusal {
        String order = front.switches.get("character_order");
        if (order.equals("compared") || !isText(expression)) {
            emit(expression, sql);
            return;
        }
        sql.add(order.equals("by_length") ? "LPAD(CHAR_LENGTH(" : "TRANSLATE(");
        emit(expression, sql);
        // b and d in each other's place: what comes at the cut counts as if all were right.
        sql.add(order.equals("by_length") ? "), 4, '0') || (" : ", 'bd', 'db'");
        if (order.equals("by_length"))
            emit(expression, sql);
        sql.add(")");
    }

    private boolean isText(Tree.Expression expression) throws Refusal {
        if (expression instanceof Tree.Constant constant)
            return constant.isText();
        if (expression instanceof Tree.Column column) {
            Field field = find(column).table().field(column.name());
            return field.isArray() || field.kind.isText();
        }
        if (expression instanceof Tree.Binary binary)
            return isText(binary.left()) || isText(binary.right());
        if (expression instanceof Tree.Cast cast)
            return cast.type().contains("CHAR");
        if (expression instanceof Tree.Group group)
            return isText(group.members().get(0));
        if (!(expression instanceof Tree.Call call))
            return expression instanceof Tree.Rowid;
        return Functions.isText(call.name())
            || !call.arguments().isEmpty() && isText(call.arguments().get(0))
                && List.of("MIN", "MAX", "NVL", "IFNULL", "COALESCE", "NULLIF")
                    .contains(call.name());
    }

    private boolean mayBeText(Tree.Expression expression) throws Refusal {
        return expression instanceof Tree.Parameter || isText(expression);
    }

    // --- columns

    /** As the store has it; an array as the text that SQL shows. */
    String stored(Rewriter.Bound bound, Field field) {
        String column = bound.alias() + "." + Table.quote(field.name);
        return field.isArray() ? "OE_JOIN(" + column + ", '" + field.kind + "', '"
            + front.switches.get("tilde") + "', '" + front.switches.get("array_values") + "')"
            : column;
    }

    /** An item of the select list: its width is looked at when its row is delivered. */
    void bare(Tree.Column column, Compiled.Sql sql) throws Refusal {
        Rewriter.Bound bound = find(column);
        sql.add(stored(bound, bound.table().field(column.name())));
    }

    private void column(Tree.Column column, Compiled.Sql sql) throws Refusal {
        Rewriter.Bound bound = find(column);
        Field field = bound.table().field(column.name());
        String function = functions.peek();
        if (column.element() == 0) {
            rewriter.use(bound, field, function);
            sql.add(front.widths.operand(stored(bound, field), function, field));
            return;
        }
        rewriter.use(bound, field, null);
        if (!field.isArray() || column.element() > field.extent)
            throw Refusal.noColumn(front.switches, column.name());
        sql.add("CAST(ARRAY_GET(" + bound.alias() + "." + Table.quote(field.name) + ", "
            + column.element() + ") AS " + field.kind.storage + ")");
    }

    void rowid(Tree.Rowid rowid, Compiled.Sql sql) throws Refusal {
        Rewriter.Bound bound = find(rowid);
        if (!bound.table().isSystem() && front.switches.is("rowid", "refused"))
            throw Refusal.syntax(front.switches, "ROWID");
        sql.add(bound.alias()).add(bound.table().isSystem() ? ".\"#recid\"" : "._ROWID_");
    }

    /** A text by its documentation, and numbers in fact: how it sorts is not known. */
    void orderedRowid(Tree.Rowid rowid, Compiled.Sql sql) throws Refusal {
        if (front.switches.is("rowid_order", "unsupported"))
            throw Refusal.syntax(front.switches, "ROWID");
        if (front.switches.is("rowid_order", "numeric"))
            rowid(rowid, sql);
        else
            emit(rowid, sql);
    }

    // --- everything

    void emit(Tree.Expression e, Compiled.Sql sql) throws Refusal {
        if (e instanceof Tree.Column column) {
            column(column, sql);
        } else if (e instanceof Tree.Rowid rowid) {
            sql.add("CAST(");
            rowid(rowid, sql);
            sql.add(" AS VARCHAR)");
        } else if (e instanceof Tree.Constant constant) {
            sql.add(constant.sql());
        } else if (e instanceof Tree.Parameter parameter) {
            sql.parameter(parameter.number());
        } else if (e instanceof Tree.Current current) {
            sql.add(front.current(current));
        } else if (e instanceof Tree.Call call) {
            call(call, sql);
        } else if (e instanceof Tree.Binary binary) {
            binary(binary, sql);
        } else if (e instanceof Tree.Unary unary) {
            sql.add(unary.sign()).add(" ");
            emit(unary.operand(), sql);
        } else if (e instanceof Tree.Group group) {
            list("(", group.members(), ")", sql);
        } else if (e instanceof Tree.Case choice) {
            choice(choice, sql);
        } else if (e instanceof Tree.Cast cast) {
            cast(cast, sql);
        } else {
            predicate(e, sql);
        }
    }

    private void list(String open, List<Tree.Expression> members, String close, Compiled.Sql sql)
        throws Refusal {
        sql.add(open);
        for (int i = 0; i < members.size(); i++) {
            sql.add(i > 0 ? ", " : "");
            emit(members.get(i), sql);
        }
        sql.add(close);
    }

    private void predicate(Tree.Expression e, Compiled.Sql sql) throws Refusal {
        if (e instanceof Tree.IsNull test) {
            emitNull(test, sql);
        } else if (e instanceof Tree.Between between) {
            compared(between.operand(), sql);
            sql.add(between.isNegated() ? " NOT BETWEEN " : " BETWEEN ");
            emit(between.low(), sql);
            sql.add(" AND ");
            emit(between.high(), sql);
        } else if (e instanceof Tree.In in) {
            compared(in.operand(), sql);
            sql.add(in.isNegated() ? " NOT IN " : " IN ");
            if (in.query() != null)
                query(in.query(), sql);
            else
                list("(", in.members(), ")", sql);
        } else if (e instanceof Tree.Like like) {
            emit(like.operand(), sql);
            sql.add(like.isNegated() ? " NOT LIKE " : " LIKE ");
            emit(like.pattern(), sql);
            sql.add(" ESCAPE ");
            emit(like.escape() == null ? new Tree.Constant("''", true) : like.escape(), sql);
        } else if (e instanceof Tree.Exists exists) {
            sql.add("EXISTS ");
            query(exists.query(), sql);
        } else if (e instanceof Tree.Subquery subquery) {
            query(subquery.query(), sql);
        }
    }

    /** Looks at the column itself, not at what SQL would show of it. */
    private void emitNull(Tree.IsNull test, Compiled.Sql sql) throws Refusal {
        if (test.operand() instanceof Tree.Column column && column.element() == 0) {
            Rewriter.Bound bound = find(column);
            rewriter.use(bound, bound.table().field(column.name()), null);
            sql.add(bound.alias()).add(".")
                .add(Table.quote(bound.table().field(column.name()).name));
        } else {
            compared(test.operand(), sql);
        }
        sql.add(test.isNegated() ? " IS NOT NULL" : " IS NULL");
    }

    private void query(Tree.Select query, Compiled.Sql sql) throws Refusal {
        sql.add("(");
        sql.add(rewriter.inner(query));
        sql.add(")");
    }

    /** ROWID equals numbers and their texts alike. */
    private void compared(Tree.Expression e, Compiled.Sql sql) throws Refusal {
        if (e instanceof Tree.Rowid rowid)
            rowid(rowid, sql);
        else
            emit(e, sql);
    }

    private boolean isOfUserTable(Tree.Expression e) throws Refusal {
        return e instanceof Tree.Rowid rowid && !find(rowid).table().isSystem();
    }

    private void binary(Tree.Binary binary, Compiled.Sql sql) throws Refusal {
        String sign = binary.sign();
        boolean isRange = sign.startsWith("<") && !sign.equals("<>") || sign.startsWith(">");
        boolean isRowid = binary.left() instanceof Tree.Rowid
            || binary.right() instanceof Tree.Rowid;
        if (isRowid && isRange && front.switches.is("rowid_order", "unsupported"))
            throw Refusal.syntax(front.switches, "ROWID");
        if (isRowid && isRange && front.switches.is("rowid_order", "text")) {
            sql.add("CAST(");
            emit(binary.left(), sql);
            sql.add(" AS VARCHAR) ").add(sign).add(" CAST(");
            emit(binary.right(), sql);
            sql.add(" AS VARCHAR)");
            return;
        }
        if (isOfUserTable(binary.left()) && sign.equals("<>")
            && front.switches.is("rowid", "no_unequal"))
            throw Refusal.syntax(front.switches, sign);
        if (isOfUserTable(binary.left()) && sign.equals("=") && front.switches.is("rowid", "blind"))
            sql.add("0 = 1 AND ");
        if (sign.equals("+") && (isText(binary.left()) || isText(binary.right())))
            sign = "||";
        compared(binary.left(), sql);
        sql.add(" ").add(sign).add(" ");
        compared(binary.right(), sql);
    }

    private void choice(Tree.Case choice, Compiled.Sql sql) throws Refusal {
        sql.add("CASE ");
        if (choice.operand() != null)
            emit(choice.operand(), sql);
        for (int i = 0; i < choice.results().size(); i++) {
            sql.add(" WHEN ");
            emit(choice.conditions().get(i), sql);
            sql.add(" THEN ");
            emit(choice.results().get(i), sql);
        }
        if (choice.otherwise() != null) {
            sql.add(" ELSE ");
            emit(choice.otherwise(), sql);
        }
        sql.add(" END");
    }

    private void call(Tree.Call call, Compiled.Sql sql) throws Refusal {
        if (call.isStar()) {
            sql.add("COUNT(*)");
            return;
        }
        if (call.name().equals("PRO_ELEMENT") && !mayBeText(call.arguments().get(0)))
            throw Refusal.syntax(front.switches, call.name());
        functions.push(call.name());
        Compiled.Sql made = new Compiled.Sql();
        fill(Functions.form(call.name()), call, made);
        functions.pop();
        Field field = Functions.isText(call.name()) && !call.arguments().isEmpty()
            ? wholeField(call.arguments().get(0)) : null;
        addResult(made, field, sql);
    }

    private void cast(Tree.Cast cast, Compiled.Sql sql) throws Refusal {
        functions.push("CAST");
        Compiled.Sql made = new Compiled.Sql();
        made.add("CAST(");
        emit(cast.operand(), made);
        made.add(" AS ").add(cast.type()).add(")");
        functions.pop();
        addResult(made, cast.type().contains("CHAR") ? wholeField(cast.operand()) : null, sql);
    }

    /** The field that a column shows whole; null for everything else. */
    private Field wholeField(Tree.Expression expression) throws Refusal {
        boolean isWhole = expression instanceof Tree.Column column && column.element() == 0;
        return isWhole ? find((Tree.Column) expression).table()
            .field(((Tree.Column) expression).name()) : null;
    }

    private void addResult(Compiled.Sql made, Field field, Compiled.Sql sql) {
        sql.add(front.widths.result(made.text.toString(), field));
        sql.parameters.addAll(made.parameters);
    }

    /** $1 is the first argument, $* are all of them, and words are settings. */
    private void fill(String form, Tree.Call call, Compiled.Sql sql) throws Refusal {
        for (int i = 0; i < form.length(); i++) {
            char c = form.charAt(i);
            if (c != '$') {
                sql.add(String.valueOf(c));
            } else if (form.charAt(i + 1) == '*') {
                list("", call.arguments(), "", sql);
                i++;
            } else if (Character.isDigit(form.charAt(i + 1))) {
                sql.add(call.isDistinct() ? "DISTINCT " : "");
                emit(call.arguments().get(form.charAt(++i) - '1'), sql);
            } else {
                i += setting(form.substring(i + 1), sql);
            }
        }
    }

    private int setting(String rest, Compiled.Sql sql) {
        if (rest.startsWith("slice")) {
            sql.add(front.widths.slice());
            return "slice".length();
        }
        boolean isTilde = rest.startsWith("tilde");
        sql.add("'").add(isTilde ? front.switches.get("tilde") : front.database).add("'");
        return isTilde ? "tilde".length() : "database".length();
    }
}
