// The ways in which a catalogue or a session is asked over JDBC.
#include "source/jdbc/jdbc.h"
#include "source/jdbc/jdbc_result.h"

#include <string.h>

static bool
query(void *context, const char *sql, size_t field_count, catalog_take *take, void *taker,
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

static bool
run(void *context, const char *sql, struct error *err)
{
    struct jdbc_source *source = context;
    struct jni_call call;
    jbyteArray packed;
    bool done;

    if (!jni_begin(source->settings, "could not query the source", &call, err))
        return false;
    done = jni_bytes(&call, sql, strlen(sql), &packed, err) &&
           jni_void(&call, source->session, jvm_methods()->session_run, err, packed);
    jni_end(&call);
    return done;
}

struct catalog_door
jdbc_catalog_door(struct jdbc_source *source)
{
    return (struct catalog_door){ .context = source, .query = query, .run = run };
}

struct catalog_door
jdbc_door(struct source *base)
{
    return jdbc_catalog_door((struct jdbc_source *)base);
}
