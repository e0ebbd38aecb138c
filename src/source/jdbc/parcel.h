// Texts and numbers on their way between C and Java, as bytes (java/oe2pg/Parcel.java). Pure; any
// thread.
#ifndef OE2PG_SOURCE_JDBC_PARCEL_H
#define OE2PG_SOURCE_JDBC_PARCEL_H

#include "base/buffer.h"

#include <stdint.h>

void parcel_put_number(struct buffer *parcel, int32_t number);
// NULL is null.
void parcel_put_text(struct buffer *parcel, const char *text);
void parcel_put_bytes(struct buffer *parcel, const char *bytes, size_t size);

struct parcel_reader {
    const char *at;
    const char *end;
    bool failed; // something was asked for that was not there
};

int32_t parcel_take_number(struct parcel_reader *parcel);
// The text's bytes, not terminated, with their size; NULL for null (and when there is none).
const char *parcel_take_text(struct parcel_reader *parcel, size_t *size);

#endif
