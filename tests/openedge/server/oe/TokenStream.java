package oe;

import java.util.List;

/** The tokens of a statement, and where the parser is in them. */
final class TokenStream {
    private final List<Lexer.Token> tokens;
    private final Switches switches;
    private int at;

    TokenStream(List<Lexer.Token> tokens, Switches switches) {
        this.tokens = tokens;
        this.switches = switches;
    }

    Lexer.Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Lexer.Token next() {
        Lexer.Token token = peek(0);
        at++;
        return token;
    }

    boolean is(String word) {
        return peek(0).is(word);
    }

    boolean take(String word) {
        boolean isIt = is(word);
        at += isIt ? 1 : 0;
        return isIt;
    }

    void expect(String word) throws Refusal {
        if (!take(word))
            throw refuse();
    }

    void expectOneOf(String one, String other) throws Refusal {
        if (!take(one))
            expect(other);
    }

    void expectEnd() throws Refusal {
        if (peek(0).sort() != Lexer.Sort.END)
            throw refuse();
    }

    Refusal refuse() {
        Lexer.Token token = peek(0);
        return Refusal.syntax(switches, token.sort() == Lexer.Sort.END ? "end of statement"
            : token.raw());
    }

    boolean isName(int ahead) {
        Lexer.Token token = peek(ahead);
        return token.sort() == Lexer.Sort.NAME
            || token.sort() == Lexer.Sort.WORD && !Parser.RESERVED.contains(token.text());
    }

    String name() throws Refusal {
        if (!isName(0))
            throw refuse();
        Lexer.Token token = next();
        return token.sort() == Lexer.Sort.NAME ? token.text() : token.raw();
    }

    /** Digits, not above `most`. */
    String number(long most) throws Refusal {
        Lexer.Token token = peek(0);
        if (token.sort() != Lexer.Sort.NUMBER || !token.text().matches("\\d{1,19}")
            || new java.math.BigInteger(token.text()).bitLength() > 63
            || Long.parseLong(token.text()) > most)
            throw refuse();
        return next().text();
    }

    /** What stands behind the bracket that closes the one at hand. */
    Lexer.Token behindBracket() {
        int depth = 0;
        for (int i = at; i < tokens.size(); i++) {
            if (tokens.get(i).is("("))
                depth++;
            else if (tokens.get(i).is(")") && --depth == 0)
                return tokens.get(i + 1);
        }
        return peek(Integer.MAX_VALUE - at);
    }
}
