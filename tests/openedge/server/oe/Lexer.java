package oe;

import java.util.ArrayList;
import java.util.List;

/** Cuts a statement into words, names in quotes, texts, numbers and signs. */
final class Lexer {
    enum Sort { WORD, NAME, TEXT, NUMBER, SIGN, END }

    /** `text` is without quotes, and words are in upper case; `raw` is as it was written. */
    record Token(Sort sort, String text, String raw) {
        boolean is(String word) {
            return (sort == Sort.WORD || sort == Sort.SIGN) && text.equals(word);
        }
    }

    private static final List<String> DOUBLE_SIGNS = List.of("<>", "<=", ">=", "!=", "||");
    private static final String SIGNS = "()*,.+-/<>=?[]{};|!";
    private static final int NAME_MAX = 32;

    private final String sql;
    private final Switches switches;
    private int at;

    Lexer(String sql, Switches switches) {
        this.sql = sql;
        this.switches = switches;
    }

    List<Token> tokens() throws Refusal {
        List<Token> tokens = new ArrayList<>();
        while (at < sql.length()) {
            if (Character.isWhitespace(sql.charAt(at)))
                at++;
            else if (sql.startsWith("--", at))
                at = Math.max(at, sql.indexOf('\n', at) < 0 ? sql.length() : sql.indexOf('\n', at));
            else if (sql.startsWith("/*", at))
                skipComment();
            else
                tokens.add(next());
        }
        tokens.add(new Token(Sort.END, "", ""));
        return tokens;
    }

    private void skipComment() throws Refusal {
        int end = sql.indexOf("*/", at + 2);
        if (end < 0)
            throw Refusal.syntax(switches, "/*");
        at = end + 2;
    }

    private Token next() throws Refusal {
        char c = sql.charAt(at);
        if (c == '\'')
            return quoted('\'', Sort.TEXT);
        if (c == '"')
            return name();
        if (isLetter(c))
            return word();
        if (isDigit(c) || c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))
            return number();
        for (String sign : DOUBLE_SIGNS) {
            if (sql.startsWith(sign, at))
                return sign(sign);
        }
        if (SIGNS.indexOf(c) < 0)
            throw Refusal.syntax(switches, String.valueOf(c));
        return sign(String.valueOf(c));
    }

    private Token sign(String text) {
        at += text.length();
        return new Token(Sort.SIGN, text, text);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Token quoted(char quote, Sort sort) throws Refusal {
        StringBuilder text = new StringBuilder();
        int from = at++;
        for (; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (c == quote && at + 1 < sql.length() && sql.charAt(at + 1) == quote)
                at++;
            else if (c == quote)
                break;
            text.append(c);
        }
        if (at++ >= sql.length())
            throw Refusal.syntax(switches, sql.substring(from, Math.min(sql.length(), from + 20)));
        return new Token(sort, text.toString(), sql.substring(from, at));
    }

    private Token name() throws Refusal {
        Token token = quoted('"', Sort.NAME);
        checkName(token);
        return token;
    }

    private void checkName(Token token) throws Refusal {
        int bytes = token.text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > NAME_MAX)
            throw Refusal.tooMuch(switches, "a name of " + bytes + " bytes");
    }

    private Token word() throws Refusal {
        int from = at;
        while (at < sql.length()
            && (isLetter(sql.charAt(at)) || isDigit(sql.charAt(at)) || sql.charAt(at) == '_'))
            at++;
        String raw = sql.substring(from, at);
        Token token = new Token(Sort.WORD, raw.toUpperCase(java.util.Locale.ROOT), raw);
        checkName(token);
        return token;
    }

    private Token number() {
        int from = at;
        while (at < sql.length() && (isDigit(sql.charAt(at)) || sql.charAt(at) == '.'))
            at++;
        if (at < sql.length() && (sql.charAt(at) == 'e' || sql.charAt(at) == 'E')) {
            at++;
            if (at < sql.length() && (sql.charAt(at) == '+' || sql.charAt(at) == '-'))
                at++;
            while (at < sql.length() && isDigit(sql.charAt(at)))
                at++;
        }
        String raw = sql.substring(from, at);
        return new Token(Sort.NUMBER, raw, raw);
    }
}
