#include "source/source.h"

#include "source/driver.h"

static const struct source_driver *
find_driver(enum source_interface interface)
{
    switch (interface) {
    case SOURCE_INTERFACE_ODBC:
        return &odbc_source_driver;
    case SOURCE_INTERFACE_JDBC:
        break;
    }
    return NULL;
}

bool
source_open(const struct source_settings *settings, struct source **source, struct error *err)
{
    const struct source_driver *driver = find_driver(settings->interface);

    *source = NULL;
    if (driver == NULL) {
        (void)error_set(err, ERROR_CONFIG, "this build reads sources by ODBC only, not by JDBC");
        return error_hint(err, "Set progress_db.interface to odbc and name an ODBC driver.");
    }
    return driver->open(settings, source, err);
}

void
source_close(struct source *source)
{
    if (source != NULL)
        source->driver->close(source);
}

void
source_cancel(struct source *source)
{
    source->driver->cancel(source);
}

const struct source_identity *
source_identity(const struct source *source)
{
    return &source->identity;
}

bool
source_buffers_results(const struct source *source)
{
    return source->buffers_results;
}

bool
source_read_catalog(
    struct source *source, struct arena *arena, struct catalog *catalog, struct error *err)
{
    return source->driver->read_catalog(source, arena, catalog, err);
}

bool
source_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err)
{
    *cursor = NULL;
    return source->driver->open_cursor(source, request, cursor, err);
}

bool
cursor_fetch(struct cursor *cursor, const struct batch **batch, struct error *err)
{
    return cursor->source->driver->fetch(cursor, batch, err);
}

void
cursor_close(struct cursor *cursor)
{
    if (cursor != NULL)
        cursor->source->driver->close_cursor(cursor);
}
