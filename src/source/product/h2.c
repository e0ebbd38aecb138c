// H2, by JDBC.
#include "source/product/products.h"

// Its states are its numbers.
static const struct product_error errors[] = {
    { .code = 90067, .state = "08006" }, // the connection is broken
    { .code = 90007, .state = "08003" },
    { .code = 90098, .state = "08006" }, // the database is closed
    { .code = 90121, .state = "08006" },
};

static const struct product_native natives[] = {
    { "uuid", 0, MIRROR_UUID }, { "uuid(*", 0, MIRROR_UUID }, // as its width is spelt by JDBC
};

const struct product product_h2 = {
    .patterns = { "H2" },
    .natives = { .list = natives, .count = sizeof natives / sizeof natives[0] },
    .dialect = { .limit = " FETCH FIRST %zu ROWS ONLY",
        // Measured: its engine gathers a result before the first row is handed out, in its own
        // process or in ours.
        .ends_transactions = true },
    .catalog = { .objects =
                     "SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME, "
                     "CASE STORAGE_TYPE WHEN 'TABLE LINK' THEN 'foreign table' ELSE TABLE_TYPE "
                     "END, NULL, NULL FROM INFORMATION_SCHEMA.TABLES "
                     "WHERE TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'MATERIALIZED VIEW') "
                     "AND TABLE_SCHEMA <> 'INFORMATION_SCHEMA'",
        // Its catalogue has no indexes: a join would take seconds.
        .keys = "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, "
                "CASE WHEN INDEX_NAME LIKE 'PRIMARY!_KEY%' ESCAPE '!' THEN 2 "
                "WHEN IS_UNIQUE THEN 1 ELSE 0 END, "
                "COLUMN_NAME, ORDINAL_POSITION FROM INFORMATION_SCHEMA.INDEX_COLUMNS "
                "WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA'{TABLE_SCHEMA,TABLE_NAME} ORDER BY 1, "
                "2, 4 DESC, 3, 6",
        .estimates = "SELECT TABLE_SCHEMA, TABLE_NAME, ROW_COUNT_ESTIMATE "
                     "FROM INFORMATION_SCHEMA.TABLES",
        .sequences = { .list = "SELECT SEQUENCE_SCHEMA, SEQUENCE_NAME, \"INCREMENT\", "
                               "MINIMUM_VALUE, MAXIMUM_VALUE, CYCLE_OPTION, BASE_VALUE "
                               "FROM INFORMATION_SCHEMA.SEQUENCES",
            .field_count = PRODUCT_SEQUENCE_FIELDS },
        .views = "SELECT TABLE_SCHEMA, TABLE_NAME, SUBSTRING(VIEW_DEFINITION FROM # FOR 500) "
                 "FROM INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA' "
                 "AND (# = 1 OR CHAR_LENGTH(VIEW_DEFINITION) >= #)" },
    .probes = { .clock = "SELECT CAST(DATEDIFF('MILLISECOND', TIMESTAMP WITH TIME ZONE "
                         "'1970-01-01 00:00:00+00', CURRENT_TIMESTAMP) AS VARCHAR)",
        .letters = "SELECT '" PRODUCT_LETTERS "'" },
    .stamps.local_clock = "SELECT CAST(CAST(LOCALTIMESTAMP AS TIMESTAMP(3)) AS VARCHAR)",
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_TIMES | PRODUCT_KIND(VALUE_BOOLEAN) |
                   PRODUCT_KIND(VALUE_TIMESTAMP_TZ),
    .errors = { .list = errors, .count = sizeof errors / sizeof errors[0], .vague = { "90*" } },
    .jdbc.is_statically_typed = true,
};
