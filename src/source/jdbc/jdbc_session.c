// The session as a run needs it: isolation, time-outs, what is pinned, autocommit. What isolation
// is in force is told in the identity, for `check`; a level that cannot be had is not passed over
// in silence.
#include "source/catalog/session_pins.h"
#include "source/jdbc/jdbc.h"
#include "source/product/product.h"

enum { REQUEST_CAP = 1024 * 1024 };

// java.sql.Connection.
enum {
    TRANSACTION_READ_UNCOMMITTED = 1,
    TRANSACTION_READ_COMMITTED = 2,
    TRANSACTION_REPEATABLE_READ = 4,
    TRANSACTION_SERIALIZABLE = 8,
};

// Known to java/oe2pg/Session.java by these numbers.
enum isolation_way { ISOLATION_NOT_SET, ISOLATION_BY_CALL, ISOLATION_BY_STATEMENT };

static const char *
level_name(int32_t level)
{
    switch (level) {
    case TRANSACTION_READ_UNCOMMITTED:
        return "read uncommitted";
    case TRANSACTION_READ_COMMITTED:
        return "read committed";
    case TRANSACTION_REPEATABLE_READ:
        return "repeatable read";
    case TRANSACTION_SERIALIZABLE:
        return "serializable";
    default:
        return "no level";
    }
}

static int32_t
wanted_level(const struct jdbc_source *source)
{
    return source->settings->isolation == SOURCE_READ_UNCOMMITTED ? TRANSACTION_READ_UNCOMMITTED
                                                                  : TRANSACTION_READ_COMMITTED;
}

static const char *
isolation_statement(const struct jdbc_source *source)
{
    bool is_uncommitted = source->settings->isolation == SOURCE_READ_UNCOMMITTED;
    const char *statement = source->product->dialect.isolation[is_uncommitted ? 0 : 1];

    return statement != NULL ? statement : "";
}

static void
write_request(const struct jdbc_source *source, struct buffer *request)
{
    parcel_put_number(request, wanted_level(source));
    parcel_put_text(request, isolation_statement(source));
    parcel_put_number(request, source->settings->query_timeout_s);
}

static void
describe_isolation(struct jdbc_source *source, struct parcel_reader *answer)
{
    int32_t way = parcel_take_number(answer);
    int32_t reported = parcel_take_number(answer);
    const char *wanted = level_name(wanted_level(source));
    const char **isolation = &source->base.identity.isolation;
    struct arena *arena = &source->arena;

    if (way == ISOLATION_BY_CALL && reported == wanted_level(source)) {
        *isolation = arena_printf(arena, "%s, as the driver confirms", wanted);
    } else if (way == ISOLATION_NOT_SET) {
        source->needs_unlocked = source->settings->isolation == SOURCE_READ_UNCOMMITTED &&
                                 source->product->dialect.unlocked != NULL;
        *isolation = arena_printf(arena, "%s, as the driver reports: it does not take %s%s",
            level_name(reported), wanted,
            source->needs_unlocked ? ", so tables are read WITH (NOLOCK)" : "");
    } else {
        *isolation = arena_printf(arena, "%s, set by %s; the driver reports %s", wanted,
            way == ISOLATION_BY_STATEMENT ? "SET TRANSACTION" : "the driver", level_name(reported));
    }
}

static bool
call_set_up(struct jdbc_source *source, const struct buffer *request, struct parcel_reader *answer,
    struct error *err)
{
    struct jni_call call;
    jbyteArray array;
    jobject packed;
    bool done;

    if (!jni_begin(source->settings, "could not set up the session", &call, err))
        return false;
    done = jni_bytes(&call, request->bytes, request->size, &array, err) &&
           jni_object(&call, source->session, jvm_methods()->session_set_up, &packed, err, array) &&
           jni_take_parcel(&call, packed, &source->arena, answer, err);
    jni_end(&call);
    return done;
}

// What a statement is limited to although no limit was asked for; -1: the driver does not say.
static void
note_limit(struct jdbc_source *source, struct loose_setting loose, int32_t limit, bool limits_rows)
{
    struct source_session *session = &source->base.session;

    if (limit == 0) {
        session->pinned_count++;
        return;
    }
    session->may_end_early |= limits_rows;
    if (limit < 0 && !limits_rows)
        return;
    loose.wanted = "0";
    loose.found = limit < 0 ? NULL : arena_printf(&source->arena, "%d", (int)limit);
    session_pins_add_loose(session, &source->arena, loose);
}

static void
note_limits(struct jdbc_source *source, struct parcel_reader *answer)
{
    note_limit(source,
        (struct loose_setting){
            .name = "the driver's setMaxRows", .purpose = "no result ends before its last row" },
        parcel_take_number(answer), true);
    note_limit(source,
        (struct loose_setting){
            .name = "the driver's setMaxFieldSize", .purpose = "no value is shortened" },
        parcel_take_number(answer), false);
}

static bool
end_transactions(struct jdbc_source *source, struct error *err)
{
    struct jni_call call;
    bool done;

    if (!source->product->dialect.ends_transactions)
        return true;
    if (!jni_begin(source->settings, "could not switch autocommit off", &call, err))
        return false;
    done = jni_void(&call, source->session, jvm_methods()->session_end_transactions, err);
    jni_end(&call);
    return done;
}

bool
jdbc_set_up_session(struct jdbc_source *source, struct error *err)
{
    const struct catalog_door door = jdbc_catalog_door(source);
    const struct product *product = product_find(source->base.identity.product);
    struct parcel_reader answer;
    struct buffer request;
    bool done;

    buffer_init(&request, REQUEST_CAP);
    write_request(source, &request);
    done = call_set_up(source, &request, &answer, err);
    buffer_release(&request);
    if (done)
        describe_isolation(source, &answer);
    done = done && session_pins_set(&door, product, &source->arena, &source->base.session, err) &&
           code_page_learn(&door, source->product, &source->arena, &source->base.session,
               &source->base.code_page, err);
    if (done)
        note_limits(source, &answer);
    done = done && end_transactions(source, err);
    if (!done)
        err->kind = ERROR_SOURCE;
    return done;
}
