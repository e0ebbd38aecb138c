package oe;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads conditions and values. They are not the same here: no condition is a value. */
final class Conditions {
    private static final Set<String> COMPARISONS = Set.of("=", "<>", "<", ">", "<=", ">=");
    /** What may follow a value in brackets, and never a condition in brackets. */
    private static final Set<String> AFTER_VALUE = Set.of("=", "<>", "<", ">", "<=", ">=", "+", "-",
        "*", "/", "||", "IS", "IN", "LIKE", "BETWEEN", "NOT");
    private static final Set<String> BARE_CALLS = Set.of("SYSDATE", "SYSTIME", "SYSTIMESTAMP",
        "CURDATE", "CURTIME", "NOW");

    private final TokenStream tokens;
    private final Switches switches;
    private final Parser parser;
    private int parameterCount;

    Conditions(TokenStream tokens, Switches switches, Parser parser) {
        this.tokens = tokens;
        this.switches = switches;
        this.parser = parser;
    }

    int parameterCount() {
        return parameterCount;
    }

    List<Tree.Expression> list() throws Refusal {
        List<Tree.Expression> list = new ArrayList<>();
        do {
            list.add(value());
        } while (tokens.take(","));
        return list;
    }

    // --- conditions

    Tree.Expression condition() throws Refusal {
        Tree.Expression left = conjunction();
        while (tokens.take("OR"))
            left = new Tree.Binary("OR", left, conjunction());
        return left;
    }

    private Tree.Expression conjunction() throws Refusal {
        Tree.Expression left = negation();
        while (tokens.take("AND"))
            left = new Tree.Binary("AND", left, negation());
        return left;
    }

    private Tree.Expression negation() throws Refusal {
        if (tokens.take("NOT"))
            return new Tree.Unary("NOT", negation());
        if (tokens.is("(") && !tokens.peek(1).is("SELECT") && !isValueInBrackets()) {
            tokens.expect("(");
            Tree.Expression inner = condition();
            tokens.expect(")");
            return new Tree.Group(List.of(inner));
        }
        return predicate();
    }

    private boolean isValueInBrackets() {
        Lexer.Token behind = tokens.behindBracket();
        return behind.sort() != Lexer.Sort.NAME && AFTER_VALUE.contains(behind.text());
    }

    private Tree.Expression predicate() throws Refusal {
        if (tokens.take("EXISTS")) {
            tokens.expect("(");
            Tree.Select query = parser.select();
            tokens.expect(")");
            return new Tree.Exists(query);
        }
        Tree.Expression left = value();
        if (COMPARISONS.contains(tokens.peek(0).text())
            && tokens.peek(0).sort() == Lexer.Sort.SIGN) {
            String sign = tokens.next().text();
            return new Tree.Binary(sign, left, value());
        }
        if (tokens.take("IS")) {
            boolean isNegated = tokens.take("NOT");
            tokens.expect("NULL");
            return new Tree.IsNull(left, isNegated);
        }
        return negatable(left, tokens.take("NOT"));
    }

    private Tree.Expression negatable(Tree.Expression left, boolean isNegated) throws Refusal {
        if (tokens.take("BETWEEN")) {
            Tree.Expression low = value();
            tokens.expect("AND");
            return new Tree.Between(left, low, value(), isNegated);
        }
        if (tokens.take("IN"))
            return in(left, isNegated);
        if (tokens.take("LIKE")) {
            Tree.Expression pattern = value();
            Tree.Expression escape = tokens.take("ESCAPE") ? value() : null;
            return new Tree.Like(left, pattern, escape, isNegated);
        }
        throw tokens.refuse();
    }

    private Tree.Expression in(Tree.Expression left, boolean isNegated) throws Refusal {
        tokens.expect("(");
        Tree.Select query = null;
        List<Tree.Expression> members = List.of();
        if (tokens.is("SELECT"))
            query = parser.select();
        else
            members = list();
        tokens.expect(")");
        return new Tree.In(left, members, query, isNegated);
    }

    // --- values

    Tree.Expression value() throws Refusal {
        Tree.Expression left = product();
        for (;;) {
            if (tokens.is("||") && switches.is("concat_bars", "accepted")) {
                tokens.expect("||");
                left = new Tree.Binary("||", left, product());
            } else if (tokens.is("+") || tokens.is("-")) {
                left = new Tree.Binary(tokens.next().text(), left, product());
            } else {
                return left;
            }
        }
    }

    private Tree.Expression product() throws Refusal {
        Tree.Expression left = factor();
        while (tokens.is("*") || tokens.is("/"))
            left = new Tree.Binary(tokens.next().text(), left, factor());
        return left;
    }

    private Tree.Expression factor() throws Refusal {
        if (tokens.take("-"))
            return new Tree.Unary("-", factor());
        if (tokens.take("+"))
            return factor();
        if (tokens.take("("))
            return bracket();
        if (tokens.take("{"))
            return escaped();
        if (tokens.take("?"))
            return new Tree.Parameter(parameterCount++);
        Lexer.Token token = tokens.peek(0);
        if (token.sort() == Lexer.Sort.TEXT)
            return new Tree.Constant(text(tokens.next()), true);
        if (token.sort() == Lexer.Sort.NUMBER)
            return new Tree.Constant(number(), false);
        if (tokens.take("NULL"))
            return new Tree.Constant("NULL", false);
        if (tokens.take("CASE"))
            return choice();
        if (tokens.take("CAST"))
            return cast();
        return call();
    }

    private static String text(Lexer.Token token) {
        return "'" + token.text().replace("'", "''") + "'";
    }

    private String number() throws Refusal {
        String number = tokens.peek(0).text();
        if (!number.matches("(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?"))
            throw tokens.refuse();
        tokens.next();
        return number;
    }

    private Tree.Expression bracket() throws Refusal {
        if (tokens.is("SELECT")) {
            Tree.Select query = parser.select();
            tokens.expect(")");
            return new Tree.Subquery(query);
        }
        List<Tree.Expression> members = new ArrayList<>(List.of(value()));
        // Rows of values are in no documentation.
        while (tokens.is(",") && switches.is("row_values", "accepted")) {
            tokens.expect(",");
            members.add(value());
        }
        tokens.expect(")");
        return new Tree.Group(members);
    }

    /** {ts '...'}, {d '...'}, {t '...'}, {fn ...}. */
    private Tree.Expression escaped() throws Refusal {
        Tree.Expression value;
        if (tokens.take("FN")) {
            value = call();
        } else {
            String type = tokens.take("TS") ? "TIMESTAMP" : tokens.take("D") ? "DATE"
                : tokens.take("T") ? "TIME" : null;
            if (type == null || tokens.peek(0).sort() != Lexer.Sort.TEXT
                || !tokens.peek(0).text().matches("[-0-9:. ]+"))
                throw tokens.refuse();
            value = new Tree.Constant(type + " " + text(tokens.next()), false);
        }
        tokens.expect("}");
        return value;
    }

    private Tree.Expression choice() throws Refusal {
        Tree.Expression operand = tokens.is("WHEN") ? null : value();
        List<Tree.Expression> conditions = new ArrayList<>();
        List<Tree.Expression> results = new ArrayList<>();
        while (tokens.take("WHEN")) {
            conditions.add(operand == null ? condition() : value());
            tokens.expect("THEN");
            results.add(value());
        }
        Tree.Expression otherwise = tokens.take("ELSE") ? value() : null;
        tokens.expect("END");
        if (results.isEmpty())
            throw tokens.refuse();
        return new Tree.Case(operand, conditions, results, otherwise);
    }

    private Tree.Expression cast() throws Refusal {
        tokens.expect("(");
        Tree.Expression operand = value();
        tokens.expect("AS");
        String type = Functions.castType(tokens);
        tokens.expect(")");
        return new Tree.Cast(operand, type);
    }

    private Tree.Expression call() throws Refusal {
        Lexer.Token token = tokens.peek(0);
        if (token.is("ROWID")) {
            tokens.next();
            return new Tree.Rowid(null, null);
        }
        if (token.sort() == Lexer.Sort.WORD && tokens.peek(1).is("("))
            return function(tokens.next().text());
        if (token.sort() == Lexer.Sort.WORD && BARE_CALLS.contains(token.text())) {
            tokens.next();
            return new Tree.Call(token.text(), List.of(), false, false);
        }
        return column();
    }

    private Tree.Expression function(String name) throws Refusal {
        tokens.expect("(");
        boolean isStar = name.equals("COUNT") && tokens.take("*");
        boolean isDistinct = !isStar && Functions.isAggregate(name) && tokens.take("DISTINCT");
        List<Tree.Expression> arguments = isStar || tokens.is(")") ? List.of() : list();
        if (!isStar && !Functions.fits(name, arguments.size()))
            throw Refusal.syntax(switches, name);
        tokens.expect(")");
        return new Tree.Call(name, arguments, isStar, isDistinct);
    }

    /** [[owner.]table.]column, where the column may be ROWID, but not in quotes. */
    private Tree.Expression column() throws Refusal {
        List<String> names = new ArrayList<>(List.of(tokens.name()));
        while (names.size() < 3 && tokens.take(".")) {
            if (tokens.take("ROWID"))
                return new Tree.Rowid(names.size() > 1 ? names.get(0) : null,
                    names.get(names.size() - 1));
            if (names.size() == 2 && tokens.take("CURRVAL"))
                return new Tree.Current(names.get(0), names.get(1));
            names.add(tokens.name());
        }
        int count = names.size();
        return new Tree.Column(count > 2 ? names.get(0) : null,
            count > 1 ? names.get(count - 2) : null, names.get(count - 1), subscript());
    }

    private int subscript() throws Refusal {
        if (!tokens.is("["))
            return 0;
        if (switches.is("array_subscripts", "unsupported"))
            throw tokens.refuse();
        tokens.expect("[");
        int element = Integer.parseInt(tokens.number(9999));
        tokens.expect("]");
        return element;
    }
}
