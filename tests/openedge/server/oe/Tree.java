package oe;

import java.util.List;

/** What a SELECT is made of. */
interface Tree {
    /** A value or a condition. */
    interface Expression {}

    /** A column of the table or alias `table`, which may be null; `element` 0 is the whole. */
    record Column(String owner, String table, String name, int element) implements Expression {}

    /** The pseudo-column. */
    record Rowid(String owner, String table) implements Expression {}

    /** A sequence's current value; asking draws none. */
    record Current(String owner, String sequence) implements Expression {}

    /** A constant, as the store writes it. */
    record Constant(String sql, boolean isText) implements Expression {}

    /** A question mark, counted from 0. */
    record Parameter(int number) implements Expression {}

    /** A function; COUNT(*) has a star. */
    record Call(String name, List<Expression> arguments, boolean isStar, boolean isDistinct)
        implements Expression {}

    /** Arithmetic, comparisons, AND and OR. */
    record Binary(String sign, Expression left, Expression right) implements Expression {}

    /** A sign, or NOT. */
    record Unary(String sign, Expression operand) implements Expression {}

    /** In brackets: several only where rows of values are allowed. */
    record Group(List<Expression> members) implements Expression {}

    record Case(Expression operand, List<Expression> conditions, List<Expression> results,
        Expression otherwise) implements Expression {}

    record Cast(Expression operand, String type) implements Expression {}

    record IsNull(Expression operand, boolean isNegated) implements Expression {}

    record Between(Expression operand, Expression low, Expression high, boolean isNegated)
        implements Expression {}

    record In(Expression operand, List<Expression> members, Select query, boolean isNegated)
        implements Expression {}

    record Like(Expression operand, Expression pattern, Expression escape, boolean isNegated)
        implements Expression {}

    record Exists(Select query) implements Expression {}

    record Subquery(Select query) implements Expression {}

    /** `*` has no expression; `table` is then what stood before it, or null. */
    record Item(Expression expression, String alias, String table) {}

    /** `join` is what stands before it: a comma, or the kind of join; `on` its condition. */
    record Source(String owner, String table, String alias, String join, Expression on) {}

    record Order(Expression expression, boolean isDescending) {}

    /** A whole query. */
    final class Select {
        String top;
        Expression topParameter;
        boolean isDistinct;
        List<Item> items = List.of();
        List<Source> sources = List.of();
        Expression where;
        List<Expression> groups = List.of();
        Expression having;
        List<Order> orders = List.of();
        Expression offset;
        Expression fetch;
        boolean isNoLock;
        boolean isReadPast;
    }
}
