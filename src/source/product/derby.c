// Apache Derby, by JDBC.
#include "source/product/products.h"

const struct product product_derby = {
    .patterns = { "Apache Derby" },
    .natives.stamp_decimals = 6, // it says nine of each, and people have milliseconds
    .dialect = { .limit = " FETCH FIRST %zu ROWS ONLY", .ends_transactions = true },
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_TIMES | PRODUCT_KIND(VALUE_BOOLEAN) |
                   PRODUCT_KIND(VALUE_TIMESTAMP_TZ),
    .jdbc.is_statically_typed = true,
};
