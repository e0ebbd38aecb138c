// One connection: opened, set up, described, cancelled, closed.
#include "source/jdbc/jdbc.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jdbc_result.h"
#include "source/jdbc/jdbc_url.h"
#include "source/product/product.h"

#include <stdlib.h>
#include <string.h>

enum { REQUEST_CAP = 1024 * 1024, HOST_BYTES = 256 };

// --- connecting

static void
put_property(struct buffer *pairs, int32_t *count, const char *name, const char *value)
{
    parcel_put_text(pairs, name);
    parcel_put_text(pairs, value);
    *count += 2;
}

static bool
has_property(const struct source_settings *settings, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < settings->jdbc_property_count; i++) {
        const char *property = settings->jdbc_properties[i];

        if (strncmp(property, name, size) == 0 && property[size] == '=')
            return true;
    }
    return false;
}

// Login first, then what the driver needs, then what the user wants: the last one wins.
static int32_t
put_properties(const struct source_settings *settings, const char *url, struct buffer *pairs)
{
    const char *const *needed = product_properties(url);
    int32_t count = 0;

    if (settings->user != NULL)
        put_property(pairs, &count, "user", settings->user);
    if (settings->password != NULL)
        put_property(pairs, &count, "password", settings->password);
    for (; needed[0] != NULL; needed += 2) {
        if (!jdbc_url_has(url, needed[0]) && !has_property(settings, needed[0]))
            put_property(pairs, &count, needed[0], needed[1]);
    }
    if (settings->truncates)
        put_property(pairs, &count, "truncateTooLarge", "output");
    for (size_t i = 0; i < settings->jdbc_property_count; i++) {
        const char *property = settings->jdbc_properties[i];
        size_t size = strcspn(property, "=");

        parcel_put_bytes(pairs, property, size);
        parcel_put_text(pairs, property[size] == '=' ? property + size + 1 : "");
        count += 2;
    }
    return count;
}

static void
write_request(const struct source_settings *settings, const char *url, struct buffer *request)
{
    struct buffer pairs;
    int32_t count;

    buffer_init(&pairs, REQUEST_CAP);
    count = put_properties(settings, url, &pairs);
    parcel_put_number(request, (int32_t)settings->jar_file_count);
    for (size_t i = 0; i < settings->jar_file_count; i++)
        parcel_put_text(request, settings->jar_files[i]);
    parcel_put_text(request, settings->driver_class != NULL ? settings->driver_class : "");
    parcel_put_text(request, url);
    parcel_put_number(request, count);
    (void)buffer_append(request, pairs.bytes, pairs.size);
    parcel_put_number(request, settings->connect_timeout_s);
    request->failed |= pairs.failed;
    if (pairs.bytes != NULL) // it held the password
        explicit_bzero(pairs.bytes, pairs.capacity);
    buffer_release(&pairs);
}

static bool
open_session(struct jdbc_source *source, const struct buffer *request, struct error *err)
{
    const struct jvm_methods *methods = jvm_methods();
    struct jdbc_problem problem;
    struct jni_call call;
    jbyteArray array;
    jobject session;
    bool done = false;

    if (!jni_begin(source->settings, "could not connect to the source", &call, err))
        return false;
    if (!jni_bytes(&call, request->bytes, request->size, &array, err))
        goto out;
    session = (*call.env)->CallStaticObjectMethod(
        call.env, methods->session, methods->session_open, array);
    if ((*call.env)->ExceptionCheck(call.env)) {
        jni_take_problem(source->settings, call.env, &problem);
        (void)jdbc_fail_connect(&problem, err);
        goto out;
    }
    source->session = (*call.env)->NewGlobalRef(call.env, session);
    done = true;
out:
    jni_end(&call);
    return done;
}

static bool
connect_source(struct jdbc_source *source, const char *url, struct error *err)
{
    struct buffer request;
    bool done;

    if (source->settings->jar_file_count == 0) {
        (void)error_set(err, ERROR_CONFIG, "progress_db.jar_file is not given");
        return error_hint(err, "Name the jar of the JDBC driver, or the list of its jars.");
    }
    buffer_init(&request, REQUEST_CAP);
    write_request(source->settings, url, &request);
    done = request.failed ? error_set(err, ERROR_CONFIG, "the JDBC settings are too long")
                          : open_session(source, &request, err);
    if (request.bytes != NULL)
        explicit_bzero(request.bytes, request.capacity);
    buffer_release(&request);
    return done;
}

// --- the identity

static const char *
keep_text(struct jdbc_source *source, struct parcel_reader *parcel)
{
    size_t size;
    const char *text = parcel_take_text(parcel, &size);

    return text == NULL ? "" : arena_strndup(&source->arena, text, size);
}

// Everything that the driver says of itself and of its product. JDBC's word for "no quotes" is a
// blank.
static bool
learn(struct jdbc_source *source, struct error *err)
{
    struct source_identity *identity = &source->base.identity;
    struct parcel_reader parcel;
    struct jni_call call;
    const char *driver;
    const char *text;
    bool done;

    if (!jni_begin(source->settings, "could not ask the driver what it is", &call, err))
        return false;
    done = jni_parcel(
        &call, source->session, jvm_methods()->session_describe, &source->arena, &parcel, err);
    jni_end(&call);
    if (!done)
        return false;
    identity->product = keep_text(source, &parcel);
    identity->version = keep_text(source, &parcel);
    driver = keep_text(source, &parcel);
    driver = arena_printf(&source->arena, "%s %s", driver, keep_text(source, &parcel));
    text = keep_text(source, &parcel);
    source->catalog = text[0] != '\0' ? text : NULL;
    text = keep_text(source, &parcel);
    if (strcmp(text, " ") != 0)
        (void)text_print(source->quote, sizeof source->quote, "%s", text);
    text = keep_text(source, &parcel);
    (void)text_print(source->escape, sizeof source->escape, "%s", text);
    text = keep_text(source, &parcel);
    identity->driver = arena_printf(&source->arena, "%s (Java %s)", driver, text);
    identity->heap_mb = (int)parcel_take_number(&parcel);
    source->product = product_find(identity->product);
    source->base.buffers_results = source->product->jdbc.buffers_results;
    return true;
}

// A single text by query; "" when there is none, for whatever reason.
static const char *
query_text(struct jdbc_source *source, const char *sql)
{
    struct jdbc_result result = { 0 };
    struct error ignored = { 0 };
    const char *text = NULL;
    bool has_row = false;

    if (sql == NULL)
        return "";
    if (jdbc_result_query_texts(source, sql, 1, &result, &ignored) &&
        jdbc_result_next(&result, &has_row, &ignored) && has_row)
        text = jdbc_result_text(&result, 0);
    text = text != NULL ? arena_strdup(&source->arena, text) : "";
    jdbc_result_close(&result);
    return text;
}

static void
describe(struct jdbc_source *source, const char *url)
{
    const struct source_settings *settings = source->settings;
    struct source_identity *identity = &source->base.identity;
    char text[HOST_BYTES];
    int port;

    jdbc_url_server(url, text, sizeof text, &port);
    identity->host = settings->host != NULL ? settings->host : arena_strdup(&source->arena, text);
    identity->port = settings->port > 0 ? settings->port : port;
    identity->db_name = source->catalog;
    if (identity->db_name == NULL)
        identity->db_name = settings->db_name;
    if (identity->db_name == NULL) {
        jdbc_url_database(url, text, sizeof text);
        identity->db_name = arena_strdup(&source->arena, text);
    }
    identity->guid = query_text(source, source->product->catalog.guid);
    identity->code_page = query_text(source, source->product->catalog.code_page);
}

// --- the driver's functions

static void
release(struct jdbc_source *source)
{
    jdbc_note_free_all(source);
    code_page_release(&source->base.code_page);
    arena_release(&source->arena);
    free(source);
}

static void
jdbc_close(struct source *base)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct error ignored = { 0 };
    struct jni_call call;

    if (source->session != NULL &&
        jni_begin(source->settings, "could not close the connection", &call, &ignored)) {
        jni_quietly(&call, source->session, jvm_methods()->session_close);
        (*call.env)->DeleteGlobalRef(call.env, source->session);
        jni_end(&call);
    }
    release(source);
}

static bool
jdbc_open(const struct source_settings *settings, struct source **opened, struct error *err)
{
    struct jdbc_source *source = mem_calloc(1, sizeof *source);
    struct buffer url;
    bool done;

    source->base.driver = &jdbc_source_driver;
    source->settings = settings;
    source->product = &product_unknown;
    arena_init(&source->arena);
    buffer_init(&url, REQUEST_CAP);
    done = jdbc_url_make(settings, &url, err) && jvm_start(settings, err) &&
           connect_source(source, buffer_text(&url), err) && learn(source, err) &&
           jdbc_set_up_session(source, err);
    if (done) {
        describe(source, buffer_text(&url));
        *opened = &source->base;
    } else {
        (void)jdbc_url_explain(settings->jdbc_url, err);
        jdbc_close(&source->base);
    }
    buffer_release(&url);
    return done;
}

static void
jdbc_read_limits(struct source *base, struct source_limits *limits)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct error ignored = { 0 };
    struct parcel_reader parcel;
    struct jni_call call;
    bool done;

    if (!jni_begin(source->settings, "could not ask the driver for its limits", &call, &ignored))
        return;
    done = jni_parcel(
        &call, source->session, jvm_methods()->session_limits, &source->arena, &parcel, &ignored);
    jni_end(&call);
    if (!done)
        return;
    limits->name_length = parcel_take_number(&parcel);
    limits->statement_bytes = parcel_take_number(&parcel);
    limits->columns = parcel_take_number(&parcel);
}

static const char *
jdbc_ask(struct source *base, const char *sql)
{
    return query_text((struct jdbc_source *)base, sql);
}

static void
jdbc_cancel(struct source *base)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct error ignored = { 0 };
    struct jni_call call;

    if (!jni_begin(source->settings, "could not cancel", &call, &ignored))
        return;
    jni_quietly(&call, source->session, jvm_methods()->session_cancel);
    jni_end(&call);
}

static bool
jdbc_is_alive(struct source *base)
{
    struct jdbc_source *source = (struct jdbc_source *)base;
    struct error ignored = { 0 };
    struct jni_call call;
    bool is_alive;

    if (!jni_begin(source->settings, "could not ask for life", &call, &ignored))
        return true;
    is_alive =
        (*call.env)->CallBooleanMethod(call.env, source->session, jvm_methods()->session_is_alive);
    if ((*call.env)->ExceptionCheck(call.env)) {
        (*call.env)->ExceptionClear(call.env);
        is_alive = true;
    }
    jni_end(&call);
    return is_alive;
}

const struct source_driver jdbc_source_driver = {
    .open = jdbc_open,
    .close = jdbc_close,
    .cancel = jdbc_cancel,
    .is_alive = jdbc_is_alive,
    .read_limits = jdbc_read_limits,
    .ask = jdbc_ask,
    .append_count = jdbc_append_count,
    .read_catalog = jdbc_read_catalog,
    .door = jdbc_door,
    .open_cursor = jdbc_open_cursor,
    .fetch = jdbc_fetch,
    .close_cursor = jdbc_close_cursor,
};
