// HSQLDB, by JDBC.
#include "source/product/products.h"

static const struct product_native natives[] = {
    { "uuid", 0, MIRROR_UUID }, { "uuid(*", 0, MIRROR_UUID }, // as its width is spelt by JDBC
};

const struct product product_hsqldb = {
    .patterns = { "HSQL*" },
    .natives = { .list = natives, .count = sizeof natives / sizeof natives[0] },
    .dialect = { .limit = " FETCH FIRST %zu ROWS ONLY", .ends_transactions = true },
    .catalog.keys = "SELECT i.TABLE_SCHEM, i.TABLE_NAME, i.INDEX_NAME, "
                    "CASE WHEN p.COLUMN_NAME IS NOT NULL THEN 2 WHEN i.NON_UNIQUE THEN 0 ELSE 1 "
                    "END, i.COLUMN_NAME, "
                    "i.ORDINAL_POSITION FROM INFORMATION_SCHEMA.SYSTEM_INDEXINFO i "
                    "LEFT JOIN INFORMATION_SCHEMA.SYSTEM_PRIMARYKEYS p "
                    "ON p.TABLE_SCHEM = i.TABLE_SCHEM AND p.TABLE_NAME = i.TABLE_NAME "
                    "AND p.PK_NAME = i.INDEX_NAME AND p.COLUMN_NAME = i.COLUMN_NAME "
                    "WHERE i.TABLE_SCHEM <> 'INFORMATION_SCHEMA'{i.TABLE_SCHEM,i.TABLE_NAME} ORDER "
                    "BY 1, 2, 4 DESC, 3, 6",
    .probes = { .clock = "VALUES(CAST(UNIX_MILLIS() AS VARCHAR(20)))",
        .letters = "VALUES('" PRODUCT_LETTERS "')" },
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_TIMES | PRODUCT_KIND(VALUE_BOOLEAN) |
                   PRODUCT_KIND(VALUE_TIMESTAMP_TZ),
    .jdbc = { .is_statically_typed = true,
        // 2.7.4 takes a LocalDate before 1582 for another day than the text it prints for it.
        .writes_dates = true },
};
