package oe;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What .df and .d files have in common: a trailer of key=value lines that says how to read what
 * stands before it, and may be missing or wrong.
 */
final class DumpText {
    final byte[] bytes;
    /** Where the trailer begins. */
    final int end;
    final Map<String, String> trailer = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final Charset charset;

    DumpText(byte[] bytes) {
        this.bytes = bytes;
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        int psc = latin.lastIndexOf("\nPSC");
        end = psc < 0 ? bytes.length : psc + 1;
        for (String line : latin.substring(end).split("\r?\n")) {
            int equals = line.indexOf('=');
            if (equals > 0)
                trailer.put(line.substring(0, equals), line.substring(equals + 1));
        }
        charset = charset(trailer.getOrDefault("cpstream", trailer.getOrDefault("codepage", "")));
    }

    static Charset charset(String codePage) {
        String name = codePage.toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.equals("undefined"))
            return StandardCharsets.UTF_8;
        if (name.matches("125\\d"))
            name = "windows-" + name;
        else if (name.startsWith("iso8859-"))
            name = "iso-" + name.substring(3);
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }

    /** Bytes that are not valid in the named code page are told, and taken as Latin-1. */
    String decode(int from, int to, String where) {
        try {
            return charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            System.err.println(where + ": not valid in " + charset + ", taken as Latin-1");
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }
}
