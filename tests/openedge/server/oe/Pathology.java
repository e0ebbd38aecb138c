package oe;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Rows for the tables of pathology.df: what real databases hold besides the ordinary. */
final class Pathology {
    private final Store store;

    Pathology(Store store) {
        this.store = store;
    }

    private void insert(String table, String... rows) throws SQLException {
        store.run("INSERT INTO PUB.\"" + table + "\" VALUES (" + String.join("), (", rows) + ")");
    }

    private void insertLarge() throws SQLException {
        byte[] picture = new byte[160_000];
        for (int i = 0; i < picture.length; i++)
            picture[i] = (byte) i;
        Table table = store.schema.find("PUB", "Media-Store");
        try (PreparedStatement insert = Store.insert(store.connection(), table)) {
            insert.setInt(1, 4);
            insert.setString(2, "large");
            insert.setBytes(3, null);
            insert.setBytes(4, picture);
            insert.setString(5, "lang und länger ".repeat(9000));
            insert.executeUpdate();
        }
    }

    void fill() throws Exception {
        fillOrdinary();
        fillKeys();
        insert("Media-Store", "1, 'both', X'00FF10', X'89504E47', 'Grüße'",
            "2, NULL, NULL, NULL, NULL", "3, 'empty', X'', X'', ''");
        insertLarge();
        fillArrays();
        addOtherOwner();
        store.addView("PUB", "TopLedger",
            "SELECT \"Entry-No\", \"Posted\" FROM PUB.\"Ledger-Entry\" WHERE \"Posted\" = 1");
    }

    private void fillOrdinary() throws SQLException {
        insert("Ledger-Entry",
            "1, 1234567890123456789012345678901234567890.0123456789, 0.01, TRUE, "
                + "TIMESTAMP WITH TIME ZONE '2025-07-22 05:29:48.197-07:00', "
                + "TIMESTAMP '2004-05-20 15:35:41.845'",
            "2, -0.0000000001, -999999999999999.99, FALSE, "
                + "TIMESTAMP WITH TIME ZONE '1999-12-31 23:59:59.999+05:30', NULL",
            "9223372036854775807, 0, NULL, NULL, NULL, TIMESTAMP '2021-03-28 02:30:00'",
            "-9223372036854775808, 1, 1, NULL, "
                + "TIMESTAMP WITH TIME ZONE '2021-10-31 02:30:00.000+00:00', NULL");
        insert("Calendar", "1, DATE '0001-01-01', TIMESTAMP '0001-01-01 00:00:00', NULL",
            "2, DATE '9999-12-31', TIMESTAMP '9999-12-31 23:59:59.999', NULL",
            "3, DATE '0201-05-06', NULL, NULL", "4, DATE '2201-05-06', NULL, NULL",
            "5, NULL, NULL, NULL");
        insert("Odd%Names&More", "'a', 1, 2, 'b', 'c', DATE '2020-01-01'",
            "NULL, 2, NULL, '', '?', NULL");
        insert("Hidden-One", "1, 'hidden'");
        insert("CDC_Customer", "17, TIMESTAMP WITH TIME ZONE '2024-01-02 03:04:05.678+01:00', "
            + "1, 0, 0, 0, 1, 4711, 'captured'");
    }

    /** Rows that no key tells apart, or none that a mirror could use. */
    private void fillKeys() throws SQLException {
        insert("Loose-Key", "NULL, NULL, 'first'", "NULL, NULL, 'second'", "NULL, 'x', 'third'",
            "'a', NULL, 'fourth'", "'a', NULL, 'fifth'", "'b', 'C', 'sixth'", "'B', 'd', 'seventh'",
            "'', '', 'eighth'");
        insert("No-Index", "1, 'twice', TRUE", "1, 'twice', TRUE", "2, NULL, NULL",
            "3, '?', FALSE");
        insert("Word-Only", "1, 'some words'", "1, 'some words'");
        insert("Asleep", "1, 'a'", "1, 'the index sleeps: twice the same'", "2, NULL");
        insert("Short-Key", "'abcdefgh', 1", "'abcdefghi', 2");
    }

    private void fillArrays() throws SQLException {
        insert("Lists",
            "1, ARRAY['a;b', 'c~d', '?', NULL], ARRAY['1', '-2', NULL], "
                + "ARRAY['2020-02-29', NULL, '1999-12-31'], ARRAY['true', 'false', NULL], "
                + "ARRAY['1.5', NULL]",
            "2, ARRAY['', '', '', ''], ARRAY[NULL, NULL, NULL], ARRAY[NULL, NULL, NULL], "
                + "ARRAY[NULL, NULL, NULL], ARRAY['0', '-0.01']",
            "3, NULL, NULL, NULL, NULL, NULL");
    }

    private void addOtherOwner() throws Exception {
        store.change("ADD TABLE \"Shelf\"\nADD FIELD \"Nr\" OF \"Shelf\" AS integer\n"
            + "  MANDATORY\nADD FIELD \"Code\" OF \"Shelf\" AS char\n  FORMAT \"x(4)\"\n"
            + "  MAX-WIDTH 8\nADD FIELD \"Weight\" OF \"Shelf\" AS double\n", "BOOKS");
        store.run("INSERT INTO \"BOOKS\".\"Shelf\" VALUES (1, 'ab      ', 0.1)");
    }
}
