// What comes is compared with what the catalogue said. Where they differ either the table was
// changed, or the driver disagrees with itself: SQLite's calls a column of a result what its first
// row is. The catalogue's entry, read again, tells which.
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_type.h"
#include "source/product/product.h"

static bool
table_changed(struct error *err, const char *how)
{
    (void)error_set(err, ERROR_TABLE, "the table changed while it was being read: %s", how);
    return error_hint(err, "The next run reads the catalogue again.");
}

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
        done = table_changed(err, "it has another number of columns");
    for (size_t i = 0; done && i < count && *odd == NULL && !source->product->jdbc.has_own_types;
         i++) {
        if (is_plain[i] && !jdbc_type_is_same_class(table->columns[i].driver_type, types[i]))
            *odd = &table->columns[i];
    }
    arena_release(&arena);
    return done;
}

bool
jdbc_settle_odds(struct jdbc_source *source, const struct table *table, const struct column *odd,
    struct error *err)
{
    bool is_same;

    if (!jdbc_reread_columns(source, table, &is_same, err))
        return error_within(err, "column \"%s\" has another type in the result", odd->name);
    if (!is_same) {
        (void)table_changed(err, "a column has another type");
        return error_within(err, "column \"%s\"", odd->name);
    }
    jdbc_note_find(source, table)->is_at_odds = true;
    if (!source->has_odds) {
        source->has_odds = true;
        source->base.remark = arena_printf(&source->arena,
            "the driver's results are not of the types that its catalogue says (first met: column "
            "\"%s\" of table \"%s\"): there, each value is read as what it is",
            odd->name, table->name);
    }
    return true;
}
