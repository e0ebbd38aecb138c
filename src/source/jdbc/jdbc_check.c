#include "source/catalog/type_mismatch.h"
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"
#include "source/product/product.h"

bool
jdbc_check_result(const struct jdbc_source *source, const struct table *table, const bool *is_plain,
    struct jdbc_result *result, const struct column **odd, struct error *err)
{
    struct arena arena;
    int32_t *types;
    size_t count;
    bool done;

    *odd = NULL;
    arena_init(&arena);
    done = jdbc_result_describe(result, &arena, &types, &count, err);
    if (done && count != table->column_count)
        done = catalog_table_changed(err, "it has another number of columns");
    for (size_t i = 0; done && i < count && *odd == NULL && !source->product->jdbc.has_own_types;
         i++) {
        if (is_plain[i] && !jdbc_type_is_same_class(table->columns[i].driver_type, types[i]))
            *odd = &table->columns[i];
    }
    arena_release(&arena);
    return done;
}
