// Finds the passwords inside connection strings, without asking a driver, so that they can be
// masked in everything that is shown. Pure but for the arena; any thread.
#ifndef OE2PG_CONFIG_SECRET_H
#define OE2PG_CONFIG_SECRET_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

// Secrets as they may turn up in a driver's message: as written, and as meant (quotes, escapes
// and percent codes undone). Grows in the arena.
struct secret_list {
    const char **texts;
    size_t count;
    size_t capacity;
};

// Adds one unless it is empty or there already.
void secret_add(struct arena *arena, struct secret_list *secrets, const char *text);

// Each scans one connection string, adds what is secret in it to `secrets`, and puts the string
// with *** in their places into *shown (in the arena). They fail with ERROR_CONFIG, never showing
// a piece of the string, where the string is not well-formed: a driver would then quote in its
// message what may be a part of the password.

// libpq's "key=value ..." or "postgresql://..." form.
bool secret_scan_libpq(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err) __attribute__((warn_unused_result));
// ODBC's "Key=value;Key={value};..." form.
bool secret_scan_odbc(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err) __attribute__((warn_unused_result));
// The name of a host, a database or a user: it would be shown as it is, so that one with a URL's
// user:password@ in it is refused.
bool secret_scan_name(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err) __attribute__((warn_unused_result));
// A JDBC URL: values behind ; ? or &, and what stands between a user and an @. Never refuses one:
// what a driver takes for a URL is its own affair.
void secret_scan_jdbc(
    struct arena *arena, const char *text, struct secret_list *secrets, const char **shown);
// Of "name=value" items: the same rule for names. *shown is all of them, separated by commas.
void secret_scan_properties(struct arena *arena, const char *const *items, size_t count,
    struct secret_list *secrets, const char **shown);

#endif
