// Progress OpenEdge, by either door: what a line can say of it. Its catalogue, keys, names, row ids
// and errors are a room of their own, source/openedge/.
#include "source/openedge/openedge.h"
#include "source/product/products.h"

const struct product product_openedge = {
    .patterns = { "*OpenEdge*" },
    .dialect = { .top = "TOP %zu ",
        .isolation = { "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" },
        .unlocked = " WITH (NOLOCK)",
        // An open transaction, and every statement begins one, keeps a lock of the schema.
        .ends_transactions = true },
    .catalog = { .guid = "SELECT d.\"_Db-guid\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1",
        .code_page = "SELECT d.\"_Db-xl-name\" FROM PUB.\"_Db\" d WHERE d.\"_Db-local\" = 1" },
    // Whether blanks at the end of characters count in an index as they do in a comparison is not
    // documented.
    .order.kinds = PRODUCT_NUMBERS | PRODUCT_TIMES,
    .row_ids = { .column = &openedge_row_id,
        .append = openedge_append_row_ids,
        .is_gone = openedge_is_gone },
    .odbc.driver = "*",
    .jdbc.is_statically_typed = true,
    .is_openedge = true,
};
