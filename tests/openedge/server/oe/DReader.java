package oe;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the text of a data dump into a table. The values of a record stand in the order of the
 * fields, the elements of an array one after the other; a record may be shorter than the schema. A
 * value that cannot be understood is told, and is unknown.
 */
final class DReader {
    private static final int BATCH = 500;

    /** Where a value stands; a quoted one has its quotes still doubled. */
    private record Piece(int from, int to, boolean isQuoted) {}

    private final DumpText text;
    private final Path folder;
    private final String where;
    private final Table table;
    private final char thousands;
    private final char point;
    private final String dateOrder;
    private final int century;
    private int at;
    private int record;

    DReader(Path file, byte[] bytes, Table table) {
        text = new DumpText(bytes);
        folder = file.toAbsolutePath().getParent();
        where = file.getFileName().toString();
        this.table = table;
        String[] format = text.trailer.getOrDefault("numformat", "44,46").split(",");
        boolean isOld = format.length < 2; // then it is the decimal point itself
        thousands = isOld ? ',' : (char) Integer.parseInt(format[0].strip());
        point = isOld ? '.' : (char) Integer.parseInt(format[1].strip());
        String[] date = text.trailer.getOrDefault("dateformat", "mdy-1950").split("-");
        dateOrder = date[0];
        century = date.length > 1 ? Integer.parseInt(date[1]) : 1950;
    }

    /** Which table a file is of: its trailer says it, or its name does. */
    static String tableName(byte[] bytes, Path file) {
        String name = file.getFileName().toString();
        return new DumpText(bytes).trailer.getOrDefault(
            "filename", name.substring(0, name.length() - 2));
    }

    /** Returns how many records there were. */
    int load(PreparedStatement insert) throws Exception {
        for (;;) {
            List<Piece> pieces = nextRecord();
            if (pieces == null)
                break;
            if (pieces.isEmpty())
                continue;
            record++;
            bind(insert, pieces);
            insert.addBatch();
            if (record % BATCH == 0)
                insert.executeBatch();
        }
        insert.executeBatch();
        return record;
    }

    // --- records

    private List<Piece> nextRecord() {
        if (at >= text.end)
            return null;
        List<Piece> pieces = new ArrayList<>();
        while (at < text.end && text.bytes[at] != '\n') {
            if (text.bytes[at] == ' ' || text.bytes[at] == '\r')
                at++;
            else
                pieces.add(text.bytes[at] == '"' ? quotedPiece() : barePiece());
        }
        at++;
        return pieces.size() == 1 && isDot(pieces.get(0)) ? null : pieces;
    }

    private boolean isDot(Piece piece) {
        return !piece.isQuoted() && piece.to() - piece.from() == 1
            && text.bytes[piece.from()] == '.';
    }

    private Piece quotedPiece() {
        int from = ++at;
        while (at < text.end) {
            if (text.bytes[at] != '"') {
                at++;
            } else if (at + 1 < text.end && text.bytes[at + 1] == '"') {
                at += 2;
            } else {
                break;
            }
        }
        return new Piece(from, at++, true);
    }

    private Piece barePiece() {
        int from = at;
        while (at < text.end && text.bytes[at] > ' ')
            at++;
        return new Piece(from, at, false);
    }

    private String string(Piece piece) {
        String value = text.decode(piece.from(), piece.to(), where + " record " + record);
        return piece.isQuoted() ? value.replace("\"\"", "\"") : value;
    }

    // --- values

    private void bind(PreparedStatement insert, List<Piece> pieces) throws Exception {
        int next = 0;
        for (int i = 0; i < table.fields.size(); i++) {
            Field field = table.fields.get(i);
            int count = Math.max(1, field.extent);
            List<Piece> own = pieces.subList(Math.min(next, pieces.size()),
                Math.min(next + count, pieces.size()));
            next += count;
            insert.setObject(i + 1, field.isArray() ? array(field, own)
                : own.isEmpty() ? null : value(field, own.get(0)));
        }
        if (pieces.size() > next)
            complain("has " + (pieces.size() - next) + " values too many");
    }

    private Object array(Field field, List<Piece> own) {
        Object[] elements = new Object[field.extent];
        for (int i = 0; i < own.size(); i++) {
            Object value = value(field, own.get(i));
            elements[i] = value == null ? null : value instanceof BigDecimal decimal
                ? decimal.toPlainString() : value.toString();
        }
        return elements;
    }

    private Object value(Field field, Piece piece) {
        String value = string(piece);
        if (!piece.isQuoted() && value.equals("?"))
            return null;
        try {
            return understand(field, value);
        } catch (IllegalArgumentException | DateTimeException | IOException e) {
            complain("field " + field.name + ": \"" + value + "\" is no " + field.kind.ablName);
            return null;
        }
    }

    private Object understand(Field field, String value) throws IOException {
        return switch (field.kind) {
        case INTEGER, INT64, RECID -> Long.valueOf(plain(value));
        case DECIMAL -> new BigDecimal(plain(value));
        case LOGICAL -> truth(value);
        case DATE -> date(value);
        case DATETIME -> LocalDateTime.parse(value);
        case DATETIME_TZ -> OffsetDateTime.parse(value);
        case RAW -> java.util.Base64.getDecoder().decode(value);
        case BLOB -> Files.readAllBytes(large(value));
        case CLOB -> new String(Files.readAllBytes(large(value)), DumpText.charset(
            value.contains("!") ? value.split("!")[1] : ""));
        default -> value;
        };
    }

    private String plain(String value) {
        return value.replace(String.valueOf(thousands), "").replace(point, '.');
    }

    private static Boolean truth(String value) {
        if (value.equalsIgnoreCase("yes") || value.equalsIgnoreCase("true"))
            return Boolean.TRUE;
        if (value.equalsIgnoreCase("no") || value.equalsIgnoreCase("false"))
            return Boolean.FALSE;
        throw new IllegalArgumentException(value);
    }

    /** Two digits of a year mean the one in the hundred years of the trailer. */
    private LocalDate date(String value) {
        String[] parts = value.split("/");
        if (parts.length != 3)
            throw new IllegalArgumentException(value);
        String yearText = parts[dateOrder.indexOf('y')];
        int year = Integer.parseInt(yearText);
        if (yearText.length() <= 2)
            year += century / 100 * 100 + (year < century % 100 ? 100 : 0);
        return LocalDate.of(year, Integer.parseInt(parts[dateOrder.indexOf('m')]),
            Integer.parseInt(parts[dateOrder.indexOf('d')]));
    }

    private Path large(String name) {
        Path beside = folder.resolve(name);
        return Files.exists(beside) ? beside : folder.resolve("lobs").resolve(name);
    }

    private void complain(String what) {
        System.err.println(where + " record " + record + ": " + what);
    }
}
