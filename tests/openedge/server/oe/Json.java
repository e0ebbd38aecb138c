package oe;

import java.math.BigDecimal;
import java.util.Map;

/** Values as JSON. */
final class Json {
    private Json() {}

    static String text(Object value) {
        StringBuilder out = new StringBuilder();
        put(value, out);
        return out.toString();
    }

    private static void put(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                quote(entry.getKey().toString(), out);
                out.append(": ");
                put(entry.getValue(), out);
                separator = ", ";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Iterable<?> list) {
            String separator = "";
            out.append('[');
            for (Object item : list) {
                out.append(separator);
                put(item, out);
                separator = ", ";
            }
            out.append(']');
        } else if (value instanceof Number && !(value instanceof BigDecimal)) {
            out.append(value);
        } else {
            quote(value instanceof BigDecimal decimal ? decimal.toPlainString()
                : value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < 0x20 || Character.isSurrogate(c))
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        out.append('"');
    }
}
