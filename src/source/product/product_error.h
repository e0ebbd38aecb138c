// What a driver's error means, where its SQLSTATE says little: by the product's own number, as
// product.h lists it. Which product it is may not be known yet, so all are asked; their numbers are
// apart. Pure; any thread.
#ifndef OE2PG_SOURCE_PRODUCT_PRODUCT_ERROR_H
#define OE2PG_SOURCE_PRODUCT_PRODUCT_ERROR_H

#include "base/error.h"
#include "model/table.h"
#include "source/product/product.h"

// NULL: the state says enough, or no product knows the number. The sign of `code` says nothing.
const struct product_error *product_error_find(const char *state, long code, const char *message);
// The SQLSTATE that says what it means: `state` itself where nothing better is known.
const char *product_error_state(const char *state, long code, const char *message);
// Fills kind, message, retry, state, number and hints; what may quote a value is not repeated.
// Returns false.
bool product_error_fill(
    struct error *err, const char *what, const char *state, long code, const char *message);
// True for the number that says that a value is too wide for its column. *column is the one that
// the message names, -1: none of the table's.
bool product_error_is_too_wide(const struct error *err, const struct table *table, int *column);
// True when the words of a failed login are those of a server that answered with no.
bool product_error_is_refusal(const char *message);

#endif
