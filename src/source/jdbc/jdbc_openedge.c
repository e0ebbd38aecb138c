// The way in which source/openedge runs its queries over JDBC.
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"
#include "source/openedge/openedge.h"

static bool
query(void *context, const char *sql, size_t field_count, openedge_take *take, void *taker,
    struct error *err)
{
    struct jdbc_result result = { 0 };
    bool has_row = false;
    bool done = jdbc_result_query_texts(context, sql, field_count, &result, err) &&
                jdbc_result_next(&result, &has_row, err);

    while (done && has_row)
        done = take(taker, result.fields, err) && jdbc_result_next(&result, &has_row, err);
    jdbc_result_close(&result);
    return done;
}

bool
jdbc_openedge_tables(struct jdbc_source *source, struct arena *arena, struct catalog *catalog,
    bool *is_read, struct error *err)
{
    struct openedge_door door = { .context = source, .query = query };

    return openedge_read_tables(&door, arena, catalog, is_read, err);
}

bool
jdbc_openedge_keys(struct jdbc_source *source, struct arena *arena, struct catalog *catalog,
    bool *is_read, struct error *err)
{
    struct openedge_door door = { .context = source, .query = query };

    return openedge_read_keys(&door, arena, catalog, is_read, err);
}
