package oe;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Parts of texts, counted by characters or by the bytes that they have in a code page: "characters",
 * or the name of a code page as the switch has it. Called by the store.
 */
public final class Slices {
    private Slices() {}

    /** Code pages of one byte for each character count as such, whatever they are. */
    private static int sizeOf(int character, String unit) {
        boolean isStrayByte = Character.getType(character) == Character.PRIVATE_USE;
        if (isStrayByte || !unit.equals("UTF-8"))
            return 1;
        Charset charset = StandardCharsets.UTF_8;
        return Character.toString(character).getBytes(charset).length;
    }

    /** How much of its column's width a text takes. */
    public static Integer size(String text, String unit) {
        return text == null ? null
            : (Integer) text.codePoints().map(character -> sizeOf(character, unit)).sum();
    }

    /**
     * A text that fits the width; of another one the beginning. Of a character that would not be
     * wholly in it nothing is left, or what a driver makes of half of one.
     */
    public static String cut(String text, int width, int left, String unit, boolean isReplaced) {
        if (text == null || size(text, unit) <= width)
            return text;
        String found = part(text, 1, left, unit);
        return isReplaced && size(found, unit) < left ? found + "\uFFFD" : found;
    }

    public static String slice(String unit, boolean isStripped, boolean isUnknownBeyond, String text,
        Integer from) {
        return slice(unit, isStripped, isUnknownBeyond, text, from, Integer.MAX_VALUE);
    }

    /** From the unit of number `from` on, counted from 1. */
    public static String slice(String unit, boolean isStripped, boolean isUnknownBeyond, String text,
        Integer from, Integer count) {
        if (text == null || from == null || count == null)
            return null;
        if (isUnknownBeyond && from > size(text, unit))
            return null;
        String found = part(text, from, count, unit);
        return isStripped ? found.replaceAll(" +$", "") : found;
    }

    /** Only the characters that are whole in it: a server converts what it returns. */
    private static String part(String text, int from, int count, String unit) {
        StringBuilder found = new StringBuilder();
        long first = from - 1L;
        long end = first + count;
        long at = 0;
        for (int i = 0; i < text.length() && at < end;) {
            int character = text.codePointAt(i);
            int size = sizeOf(character, unit);
            if (at >= first && at + size <= end)
                found.appendCodePoint(character);
            at += size;
            i += Character.charCount(character);
        }
        return found.toString();
    }
}
