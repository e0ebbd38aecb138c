// The Java helper as the build made it (java/embed.py): its classes, those first that others need.
#ifndef OE2PG_SOURCE_JDBC_JVM_CLASSES_H
#define OE2PG_SOURCE_JDBC_JVM_CLASSES_H

#include <stddef.h>

struct jvm_class {
    const char *name; // "oe2pg/Session"
    const unsigned char *code;
    size_t size;
};

extern const struct jvm_class jvm_classes[];
extern const size_t jvm_class_count;

#endif
