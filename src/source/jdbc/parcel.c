#include "source/jdbc/parcel.h"

#include <string.h>

void
parcel_put_number(struct buffer *parcel, int32_t number)
{
    (void)buffer_append(parcel, &number, sizeof number);
}

void
parcel_put_bytes(struct buffer *parcel, const char *bytes, size_t size)
{
    if (size > INT32_MAX)
        parcel->failed = true;
    parcel_put_number(parcel, (int32_t)size);
    (void)buffer_append(parcel, bytes, size);
}

void
parcel_put_text(struct buffer *parcel, const char *text)
{
    if (text == NULL)
        parcel_put_number(parcel, -1);
    else
        parcel_put_bytes(parcel, text, strlen(text));
}

int32_t
parcel_take_number(struct parcel_reader *parcel)
{
    int32_t number = 0;

    if ((size_t)(parcel->end - parcel->at) < sizeof number) {
        parcel->failed = true;
        return 0;
    }
    memcpy(&number, parcel->at, sizeof number);
    parcel->at += sizeof number;
    return number;
}

const char *
parcel_take_text(struct parcel_reader *parcel, size_t *size)
{
    int32_t number = parcel_take_number(parcel);
    const char *text = parcel->at;

    *size = 0;
    if (parcel->failed || number == -1)
        return NULL;
    if (number < 0 || number > parcel->end - parcel->at) {
        parcel->failed = true;
        return NULL;
    }
    parcel->at += number;
    *size = (size_t)number;
    return text;
}
