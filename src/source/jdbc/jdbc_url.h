// URLs: the one that OpenEdge's driver takes, and what can be read out of any. Pure, but for
// jdbc_url_explain; any thread.
#ifndef OE2PG_SOURCE_JDBC_URL_H
#define OE2PG_SOURCE_JDBC_URL_H

#include "base/buffer.h"
#include "base/error.h"
#include "model/settings.h"

// settings->jdbc_url, or the URL of OpenEdge's driver made of host, port and db_name. ERROR_CONFIG
// when neither can be had.
bool jdbc_url_make(const struct source_settings *settings, struct buffer *url, struct error *err)
    __attribute__((warn_unused_result));

// True when the URL says something about the property: ";name=", "?name=" or "&name=", without
// case.
bool jdbc_url_has(const char *url, const char *name);

// The server in "//host:port/", where there is one; `host` stays "" and *port 0 otherwise.
void jdbc_url_server(const char *url, char *host, size_t size, int *port);

// The property databaseName, or the last name in the path: what a driver without catalogues has for
// a database.
void jdbc_url_database(const char *url, char *name, size_t size);

// After a failure: says in `err` what is wrong with the database, where that is a file. Returns
// false. NULL, for want of a URL, is allowed.
bool jdbc_url_explain(const char *url, struct error *err);

#endif
