package oe;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Random;

/** Rows for the tables of sports2020.df: the same ones each time, and some thousand in all. */
final class Sports {
    private static final LocalDate FIRST_DAY = LocalDate.of(1998, 1, 1);

    private final Store store;
    private final Random random = new Random(2020);

    Sports(Store store) {
        this.store = store;
    }

    void fill() throws SQLException {
        rows("Benefits", 55);
        rows("BillTo", 60);
        rows("Bin", 400);
        rows("Customer", 1100);
        rows("Department", 7);
        rows("Employee", 55);
        rows("Family", 70);
        rows("Feedback", 40);
        rows("InventoryTrans", 300);
        rows("Invoice", 150);
        rows("Item", 55);
        rows("LocalDefault", 10);
        rows("Order", 2000);
        rows("OrderLine", 4000);
        rows("POLine", 1000);
        rows("PurchaseOrder", 300);
        rows("RefCall", 13);
        rows("SalesRep", 9);
        rows("ShipTo", 70);
        rows("State", 51);
        rows("Supplier", 10);
        rows("SupplierItemXref", 56);
        rows("TimeSheet", 25);
        rows("Vacation", 12);
        rows("Warehouse", 14);
    }

    private void rows(String name, int count) throws SQLException {
        Table table = store.schema.find("PUB", name);
        try (PreparedStatement insert = Store.insert(store.connection(), table)) {
            for (int row = 1; row <= count; row++) {
                for (int i = 0; i < table.fields.size(); i++)
                    insert.setObject(i + 1, value(table, table.fields.get(i), row));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Fields of unique indexes are made of the row's number, all others by chance. */
    private Object value(Table table, Field field, int row) {
        int place = keyPlace(table, field);
        if (place >= 0)
            return keyValue(field, place == 0 ? row : row / 3);
        boolean isUnknown = !field.isMandatory && random.nextInt(12) == 0;
        if (isUnknown)
            return null;
        if (field.isArray())
            return quotas(field.extent, row);
        return switch (field.kind) {
        case INTEGER, INT64 -> Business.number(random, field.name);
        case DECIMAL -> BigDecimal.valueOf(random.nextInt(2_000_000) - 50_000, 2);
        case DATE -> FIRST_DAY.plusDays(random.nextInt(9000));
        case LOGICAL -> random.nextBoolean();
        case BLOB -> picture(row);
        default -> text(field);
        };
    }

    /** From the end of a unique index, counted from 0; -1 when the field is in none. */
    private static int keyPlace(Table table, Field field) {
        for (Index index : table.indexes) {
            for (int i = 0; index.isUnique && i < index.parts.size(); i++) {
                if (index.parts.get(i).field() == field)
                    return index.parts.size() - 1 - i;
            }
        }
        return -1;
    }

    /** Components before the last one change with every third row only, so that it matters. */
    private Object keyValue(Field field, int row) {
        return switch (field.kind) {
        case INTEGER, INT64 -> row;
        case DATE -> FIRST_DAY.plusDays(row);
        default -> field.name.equals("CallNum") || field.name.equals("Parent")
            ? String.format("%06d", row) : code(field, row);
        };
    }

    /** Mixed case, in which equal letters would collide. */
    private static String code(Field field, int row) {
        char letter = (char) ('A' + row % 26);
        String head = row % 2 == 0 ? String.valueOf(letter)
            : String.valueOf(letter).toLowerCase(Locale.ROOT);
        String tail = field.width > 10 ? " Nr " + row : "";
        String code = head + String.format("%02d", row / 26) + tail;
        return code.substring(0, Math.min(code.length(), field.width()));
    }

    private Object[] quotas(int extent, int row) {
        Object[] elements = new Object[extent];
        for (int i = 0; i < extent; i++)
            elements[i] = String.valueOf(1000 + 10 * i * row);
        if (row % 4 == 0)
            elements[extent - 1] = null;
        return elements;
    }

    private byte[] picture(int row) {
        byte[] bytes = new byte[row % 5 == 0 ? 30_000 : 100 + row];
        random.nextBytes(bytes);
        return bytes;
    }

    private String text(Field field) {
        int kind = random.nextInt(20);
        if (kind == 0)
            return "";
        if (kind == 1)
            return "?";
        String text = Business.text(random, field);
        if (kind == 2)
            text += "\ttab \"and\" back\\slash\r\nnew line; ~tilde";
        return text.substring(0, Math.min(text.length(), field.width()));
    }
}
