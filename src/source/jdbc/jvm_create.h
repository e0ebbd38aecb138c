// The birth of the Java machine, which may end in a way of its own: a machine that cannot start, or
// that cannot go on, ends its process. Only jvm.c comes here.
#ifndef OE2PG_SOURCE_JDBC_JVM_CREATE_H
#define OE2PG_SOURCE_JDBC_JVM_CREATE_H

#include "base/error.h"
#include "model/settings.h"

#include <jni.h>

// Loads `path`, a libjvm.so, and starts the machine. Fails with ERROR_SOURCE and what the machine
// said, secrets masked; never to be called again then. The calling thread is not attached. A
// machine that dies later ends the process with a line of the log and EXIT_STATUS_BUG. From now on
// the process ignores SIGQUIT. Under jvm.c's lock.
JavaVM *jvm_create(const struct source_settings *settings, const char *path, struct error *err)
    __attribute__((warn_unused_result));

// Says that Java could not be started: `remedy` is NULL where jvm_options may be the cause. Returns
// false.
bool jvm_fail_start(struct error *err, const char *path, const char *why, const char *remedy);

#endif
