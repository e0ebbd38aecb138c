// The Java machine of the process: found and started when the first source asks for JDBC, never
// before and never again; nothing links to it. Threads are attached when they first come here and
// detached when they end.
#ifndef OE2PG_SOURCE_JDBC_JVM_H
#define OE2PG_SOURCE_JDBC_JVM_H

#include "base/error.h"
#include "model/settings.h"

#include <jni.h>

// Methods of the helper's classes; valid once jvm_start succeeded.
struct jvm_methods {
    jclass problem;
    jmethodID problem_describe;
    jclass session;
    jmethodID session_open;
    jmethodID session_describe;
    jmethodID session_limits;
    jmethodID session_set_up;
    jmethodID session_run;
    jmethodID session_end_transactions;
    jmethodID session_query;
    jmethodID session_metadata;
    jmethodID session_cancel;
    jmethodID session_is_alive;
    jmethodID session_close;
    jmethodID reader_describe;
    jmethodID reader_fill;
    jmethodID reader_begin;
    jmethodID reader_take;
    jmethodID reader_close;
};

// Starts the machine if nobody did; its options are those of the first caller. Fails with
// ERROR_SOURCE and the package that is missing, or what the machine said. Any thread.
bool jvm_start(const struct source_settings *settings, struct error *err)
    __attribute__((warn_unused_result));

// The calling thread's door into the machine, which must be running. Never NULL.
JNIEnv *jvm_enter(void);

const struct jvm_methods *jvm_methods(void);

#endif
