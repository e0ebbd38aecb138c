#include "source/jdbc/jdbc.h"

#include <limits.h>

enum { LOCAL_REFERENCES = 32 };

// True when nothing was thrown; otherwise fills err.
static bool
check(const struct jni_call *call, struct error *err)
{
    struct jdbc_problem problem;

    if (!(*call->env)->ExceptionCheck(call->env))
        return true;
    jni_take_problem(call->settings, call->env, &problem);
    return jdbc_fail(&problem, err, call->what);
}

bool
jni_begin(const struct source_settings *settings, const char *what, struct jni_call *call,
    struct error *err)
{
    call->settings = settings;
    call->what = what;
    call->env = jvm_enter();
    return (*call->env)->PushLocalFrame(call->env, LOCAL_REFERENCES) == 0 || check(call, err);
}

void
jni_end(const struct jni_call *call)
{
    (void)(*call->env)->PopLocalFrame(call->env, NULL);
}

bool
jni_bytes(const struct jni_call *call, const void *bytes, size_t size, jbyteArray *array,
    struct error *err)
{
    if (size > INT_MAX)
        return error_set(err, ERROR_SYSTEM, "%s: more than 2 GiB for Java", call->what);
    *array = (*call->env)->NewByteArray(call->env, (jsize)size);
    if (*array == NULL)
        return check(call, err);
    (*call->env)->SetByteArrayRegion(call->env, *array, 0, (jsize)size, bytes);
    return check(call, err);
}

bool
jni_object(const struct jni_call *call, jobject object, jmethodID method, jobject *result,
    struct error *err, ...)
{
    va_list args;

    va_start(args, err);
    *result = (*call->env)->CallObjectMethodV(call->env, object, method, args);
    va_end(args);
    return check(call, err);
}

bool
jni_void(const struct jni_call *call, jobject object, jmethodID method, struct error *err, ...)
{
    va_list args;

    va_start(args, err);
    (*call->env)->CallVoidMethodV(call->env, object, method, args);
    va_end(args);
    return check(call, err);
}

void
jni_quietly(const struct jni_call *call, jobject object, jmethodID method)
{
    (*call->env)->CallVoidMethod(call->env, object, method);
    if ((*call->env)->ExceptionCheck(call->env))
        (*call->env)->ExceptionClear(call->env);
}

bool
jni_take_parcel(const struct jni_call *call, jobject array, struct arena *arena,
    struct parcel_reader *parcel, struct error *err)
{
    jsize size = (*call->env)->GetArrayLength(call->env, array);
    char *copy = arena_alloc(arena, (size_t)size + 1);

    (*call->env)->GetByteArrayRegion(call->env, array, 0, size, (jbyte *)copy);
    *parcel = (struct parcel_reader){ .at = copy, .end = copy + size };
    return check(call, err);
}

bool
jni_parcel(const struct jni_call *call, jobject object, jmethodID method, struct arena *arena,
    struct parcel_reader *parcel, struct error *err)
{
    jobject array;

    return jni_object(call, object, method, &array, err) &&
           jni_take_parcel(call, array, arena, parcel, err);
}
