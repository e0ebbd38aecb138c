// A driver's exception is a tree: causes, next exceptions, each with a state that may be empty.
// java/oe2pg/Problem.java flattens it; here it gets its meaning.
#include "base/mem.h"
#include "base/text.h"
#include "source/jdbc/jdbc.h"
#include "source/product/product_error.h"

#include <stdlib.h>
#include <string.h>

// Masked as a whole before it is cut: half a secret would not be found.
static void
take_message(const struct source_settings *settings, const char *text, size_t size,
    struct jdbc_problem *problem)
{
    char *whole = mem_alloc(size + 1);

    memcpy(whole, text, size);
    whole[size] = '\0';
    source_settings_mask(settings, whole, size + 1);
    (void)text_print(problem->message, sizeof problem->message, "%s", whole);
    free(whole);
}

static void
read_problem(const struct source_settings *settings, struct parcel_reader *parcel,
    struct jdbc_problem *problem)
{
    int32_t kind = parcel_take_number(parcel);
    const char *text;
    size_t size;

    if (kind >= JDBC_PROBLEM_SQL && kind < JDBC_PROBLEM_OTHER)
        problem->kind = kind == JDBC_PROBLEM_SQL      ? JDBC_PROBLEM_SQL
                        : kind == JDBC_PROBLEM_MEMORY ? JDBC_PROBLEM_MEMORY
                                                      : JDBC_PROBLEM_CLASS;
    problem->column = parcel_take_number(parcel);
    problem->code = parcel_take_number(parcel);
    text = parcel_take_text(parcel, &size);
    if (text != NULL)
        (void)text_print(problem->state, sizeof problem->state, "%.*s",
            (int)(size < sizeof problem->state ? size : sizeof problem->state - 1), text);
    text = parcel_take_text(parcel, &size);
    if (text != NULL)
        take_message(settings, text, size, problem);
}

void
jni_take_problem(const struct source_settings *settings, JNIEnv *env, struct jdbc_problem *problem)
{
    const struct jvm_methods *methods = jvm_methods();
    jthrowable thrown = (*env)->ExceptionOccurred(env);
    jbyteArray described;
    jbyte *bytes = NULL;

    memset(problem, 0, sizeof *problem);
    problem->kind = JDBC_PROBLEM_OTHER;
    problem->column = -1;
    (*env)->ExceptionClear(env);
    described =
        (*env)->CallStaticObjectMethod(env, methods->problem, methods->problem_describe, thrown);
    if (!(*env)->ExceptionCheck(env) && described != NULL)
        bytes = (*env)->GetByteArrayElements(env, described, NULL);
    if (bytes != NULL) {
        jsize size = (*env)->GetArrayLength(env, described);
        struct parcel_reader parcel = { .at = (char *)bytes, .end = (char *)bytes + size };

        read_problem(settings, &parcel, problem);
        (*env)->ReleaseByteArrayElements(env, described, bytes, JNI_ABORT);
    }
    // Nothing but a full heap keeps it from being described.
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionClear(env);
        problem->kind = JDBC_PROBLEM_MEMORY;
    }
    if (problem->message[0] == '\0')
        (void)text_print(problem->message, sizeof problem->message, "it does not say why");
    (*env)->DeleteLocalRef(env, described);
    (*env)->DeleteLocalRef(env, thrown);
}

static bool
fail_memory(struct error *err, const char *what)
{
    (void)error_set(err, ERROR_DATA, "%s: Java's heap is too small for it", what);
    return error_hint(err, "Give Java more by progress_db.jvm_options, e.g. \"-Xmx512m\".");
}

bool
jdbc_fail(const struct jdbc_problem *problem, struct error *err, const char *what)
{
    if (problem->kind == JDBC_PROBLEM_MEMORY)
        return fail_memory(err, what);
    (void)product_error_fill(err, what, problem->state, problem->code, problem->message);
    if (problem->kind == JDBC_PROBLEM_CLASS)
        (void)error_hint(err, "The driver needs a class that is not in progress_db.jar_file.");
    return false;
}

// A login that was refused is not tried again: that would only lock an account.
static bool
was_refused(const struct jdbc_problem *problem)
{
    const char *state = product_error_state(problem->state, problem->code, problem->message);

    return strncmp(state, "28", 2) == 0 || strcmp(state, "3D000") == 0 ||
           strncmp(state, "42", 2) == 0 || strcmp(state, "08004") == 0;
}

bool
jdbc_fail_connect(const struct jdbc_problem *problem, struct error *err)
{
    (void)jdbc_fail(problem, err, "could not connect to the source");
    err->kind = ERROR_SOURCE;
    if (problem->kind == JDBC_PROBLEM_MEMORY)
        return false;
    err->hint[0] = '\0';
    if (problem->kind == JDBC_PROBLEM_CLASS) {
        err->retry = RETRY_NEVER;
        return error_hint(err, "See that progress_db.jar_file names the driver's jars and "
                               "progress_db.driver_class its class.");
    }
    if (was_refused(problem)) {
        err->retry = RETRY_NEVER;
        return error_hint(err, "Check user, password and database name; the server's log may say "
                               "more.");
    }
    return error_hint(err, "See that host, port and database name (or progress_db.jdbc_url) are "
                           "right, that the port is not that of another service (OpenEdge's is "
                           "that of its SQL broker), and that the source is running.");
}
