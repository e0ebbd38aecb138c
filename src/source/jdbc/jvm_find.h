// Where Java is installed. Looks at files only; any thread.
#ifndef OE2PG_SOURCE_JDBC_JVM_FIND_H
#define OE2PG_SOURCE_JDBC_JVM_FIND_H

#include "base/error.h"

#include <stddef.h>

// The oldest that can run the helper.
enum { JVM_VERSION_MIN = 17 };

// Writes the path of libjvm.so: that of `java_home` if it is given (and an error if there is none
// in it), else the one that Debian calls its default, else that of the highest version in `folder`.
bool jvm_find(const char *java_home, const char *folder, char *path, size_t size, struct error *err)
    __attribute__((warn_unused_result));

#endif
