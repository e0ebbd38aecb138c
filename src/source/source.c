#include "source/source.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/sqlstate.h"
#include "base/text.h"
#include "model/canonical.h"
#include "source/cutting.h"
#include "source/driver.h"
#include "source/product/product_error.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct source_driver *
find_driver(enum source_interface interface)
{
    switch (interface) {
    case SOURCE_INTERFACE_ODBC:
        return &odbc_source_driver;
    case SOURCE_INTERFACE_JDBC:
#ifdef OE2PG_JDBC
        return &jdbc_source_driver;
#else
        break;
#endif
    case SOURCE_INTERFACE_DUMP:
        return &dump_source_driver;
    }
    return NULL;
}

// A failure that a door told is the source's, whichever of its functions found the words.
static bool
is_told_by_source(bool done, struct error *err)
{
    if (!done && err->kind != ERROR_CONFIG && err->kind != ERROR_SYSTEM)
        err->side = ERROR_SIDE_SOURCE;
    return done;
}

// What a lost connection looks like to those above.
static bool
fail_here(const char *name, struct error *err)
{
    if (!fault_point(name))
        return false;
    (void)error_set(err, ERROR_SOURCE, "%s: the connection is lost, SQLSTATE 08S01", name);
    err->side = ERROR_SIDE_SOURCE;
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "08S01");
    err->retry = RETRY_LATER;
    return true;
}

bool
source_open(const struct source_settings *settings, struct source **source, struct error *err)
{
    const struct source_driver *driver = find_driver(settings->interface);

    *source = NULL;
    if (driver == NULL) {
        (void)error_set(err, ERROR_CONFIG, "this program was built without JDBC");
        return error_hint(err, "Build it where a JDK is installed (-Djdbc=enabled), or set "
                               "progress_db.interface to odbc and name an ODBC driver.");
    }
    if (fail_here("open the source", err) ||
        !is_told_by_source(driver->open(settings, source, err), err))
        return false;
    (*source)->cutting.settings = settings;
    return true;
}

void
source_close(struct source *source)
{
    if (source == NULL)
        return;
    source_close(source->cutting.opened);
    source->driver->close(source);
}

void
source_cancel(struct source *source)
{
    struct source *session = source->cutting.opened;

    source->is_cancelled = true;
    source->driver->cancel(source);
    if (session != NULL)
        source_cancel(session);
}

bool
source_is_waiting(const struct source *source)
{
    const struct source *session = source->cutting.opened;

    return source->is_waiting || (session != NULL && source_is_waiting(session));
}

const struct source_identity *
source_identity(const struct source *source)
{
    return &source->identity;
}

const struct source_session *
source_session(const struct source *source)
{
    return &source->session;
}

struct source_capabilities
source_capabilities(const struct source *source)
{
    const struct product *product = product_find(source->identity.product);
    char quote = product->dialect.quote;

    if (quote == '\0')
        quote = '"';
    return (struct source_capabilities){ .row_id = product->row_ids.column,
        .may_cut = product->is_openedge,
        .has_metaschema = product->is_openedge,
        .widths = product->widths.most > 0 ? &product->widths : NULL,
        .is_read_whole = source->is_read_whole,
        .name_quote = quote,
        .clock = product->probes.clock,
        .letters = product->probes.letters,
        .expected_letters = PRODUCT_LETTERS };
}

const char *const *
source_description(const struct source *source, size_t *count)
{
    *count = source->description_count;
    return source->description;
}

void
source_read_limits(struct source *source, struct source_limits *limits)
{
    *limits = (struct source_limits){ 0 };
    source->driver->read_limits(source, limits);
}

const char *
source_ask(struct source *source, const char *sql)
{
    return source->driver->ask(source, sql);
}

bool
source_count_rows(struct source *source, const struct table *table, int64_t *count)
{
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    source->driver->append_count(source, &sql, table);
    source->is_waiting = true;
    done = !sql.failed &&
           text_parse_integer(source->driver->ask(source, buffer_text(&sql)), 0, INT64_MAX, count);
    source->is_waiting = false;
    buffer_release(&sql);
    return done;
}

bool
source_buffers_results(const struct source *source)
{
    return source->buffers_results;
}

unsigned
source_value_copies(const struct source *source)
{
    // As bytes a text comes in hexadecimal, and is converted.
    enum { COMMONLY = 2, AS_BYTES = 3 };

    return (source->value_copies > 0 ? source->value_copies : COMMONLY) +
           (source->code_page.is_read_as_bytes ? AS_BYTES : 0);
}

// Names come as the server converts them: nobody can be asked which one it could not convert.
static bool
explain_names(const struct source *source, struct error *err)
{
    if (source->code_page.is_read_as_bytes && err->retry == RETRY_NEVER)
        error_hint(err,
            "See that no name of a schema, table, column or index has a character of %s that has "
            "no counterpart in UTF-8 (%s lists tables whose names are beyond ASCII).",
            source->identity.code_page, product_find(source->identity.product)->bytes.odd_names);
    return false;
}

bool
source_read_catalog(struct source *source, const struct table_filter *filter, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
    *catalog = (struct catalog){ 0 };
    if (fail_here("read the source's catalogue", err))
        return false;
    if (!is_told_by_source(source->driver->read_catalog(source, filter, arena, catalog, err), err))
        return explain_names(source, err);
    for (size_t i = 0; i < catalog->table_count; i++) {
        product_order_tell(product_find(source->identity.product), catalog->tables[i]);
        catalog->tables[i]->is_read_whole = source->is_read_whole;
        product_native_tell(product_find(source->identity.product), catalog->tables[i]);
    }
    return true;
}

bool
source_read_counters(
    struct source *source, struct arena *arena, struct catalog *catalog, struct error *err)
{
    const struct product *product = product_find(source->identity.product);
    struct catalog_door door;
    bool is_read;

    memset(&catalog->counters, 0, sizeof catalog->counters);
    if (product->catalog.read_counters == NULL || source->is_read_whole)
        return true;
    door = source->driver->door(source);
    source->is_waiting = true;
    is_read = is_told_by_source(product->catalog.read_counters(&door, arena, catalog, err), err);
    source->is_waiting = false;
    return is_read;
}

bool
source_read_policies(struct source *source, struct arena *arena, struct catalog *catalog,
    const char **missing, struct error *err)
{
    const struct product *product = product_find(source->identity.product);
    struct catalog_door door;
    bool is_read;

    *missing = NULL;
    if (product->catalog.read_policies == NULL || source->is_read_whole)
        return true;
    door = source->driver->door(source);
    source->is_waiting = true;
    is_read =
        is_told_by_source(product->catalog.read_policies(&door, arena, catalog, missing, err), err);
    source->is_waiting = false;
    return is_read;
}

static void
forget_trouble(struct source *source)
{
    source->trouble = (struct source_trouble){ .column = -1 };
}

// `rendition`: what the driver was asked for instead of the table; NULL: the table.
static void
note_trouble(struct source *source, const struct table *table, const struct rendition *rendition,
    const struct error *err)
{
    int column = source->trouble.column;

    if (rendition != NULL && column >= 0)
        source->trouble.column = rendition->origin[column];
    source->trouble.is_too_wide = product_error_is_too_wide(err, table, &column);
    if (source->trouble.is_too_wide)
        source->trouble.column = column;
}

bool
source_row_is_gone(const struct source *source, const struct error *err)
{
    const struct product *product = product_find(source->identity.product);

    return product->row_ids.is_gone != NULL && product->row_ids.is_gone(err);
}

struct source_trouble
source_trouble(const struct source *source)
{
    return source->trouble;
}

// What the source itself answered: then it is there, and knows what is wrong.
static bool
is_answer(const struct source *source, const struct error *err)
{
    return source->trouble.is_too_wide || strncmp(err->sqlstate, "22", 2) == 0 ||
           strncmp(err->sqlstate, "42", 2) == 0;
}

// SQLSTATEs are empty, or mean nothing, where some drivers lose a connection or end a statement.
static void
judge_failure(struct source *source, struct error *err)
{
    if (err->retry != RETRY_NEVER ||
        (err->kind != ERROR_TABLE && err->kind != ERROR_DATA && err->kind != ERROR_SOURCE))
        return;
    if (source->is_cancelled) {
        err->kind = ERROR_TABLE;
        err->retry = RETRY_LATER;
        (void)error_hint(err, "%s", sqlstate_find("HY008", ERROR_SIDE_SOURCE).hint);
    } else if (!is_answer(source, err) && !source->driver->is_alive(source)) {
        err->kind = ERROR_SOURCE;
        err->retry = RETRY_LATER;
        (void)error_hint(err, "%s", sqlstate_find("08", ERROR_SIDE_SOURCE).hint);
    }
}

static struct rendition *
make_rendition(struct read_request *request)
{
    struct rendition *rendition;

    if (!rendition_is_needed(request->table))
        return NULL;
    rendition = mem_calloc(1, sizeof *rendition);
    rendition_init(rendition, request->table);
    rendition_translate(rendition, request);
    return rendition;
}

static void
drop_rendition(struct rendition *rendition)
{
    if (rendition == NULL)
        return;
    rendition_release(rendition);
    free(rendition);
}

// Those above know of one source.
static void
tell_asker(const struct source *source)
{
    if (source->cutting.asker != NULL)
        source->cutting.asker->trouble = source->trouble;
}

static bool
open_here(struct source *source, const struct read_request *request, struct cursor **cursor,
    struct error *err)
{
    struct read_request rendered = *request;
    struct rendition *rendition;
    bool done;

    assert(!source->has_cursor);
    if (fail_here("open a cursor", err))
        return false;
    forget_trouble(source);
    rendition = make_rendition(&rendered);
    source->is_cancelled = false;
    source->is_waiting = true;
    done = is_told_by_source(source->driver->open_cursor(source, &rendered, cursor, err), err);
    if (done) {
        (*cursor)->table = rendered.table;
        (*cursor)->asked = request->table;
        (*cursor)->rendition = rendition;
        (*cursor)->value_bytes = request->value_bytes;
        buffer_init(&(*cursor)->texts, SIZE_MAX / 2);
    } else {
        note_trouble(source, request->table, rendition, err);
        judge_failure(source, err);
        drop_rendition(rendition);
    }
    tell_asker(source);
    source->is_waiting = false;
    source->has_cursor = done;
    if (!done && request->table->where.place != NULL && err->kind != ERROR_SOURCE)
        error_hint(err, "See the table's \"where\" in %s, which the source is given as it is.",
            request->table->where.place);
    return done;
}

static bool
is_to_be_cut(const struct read_request *request)
{
    switch (request->cutting) {
    case CUTTING_NEVER:
        return false;
    case CUTTING_ALWAYS:
        return true;
    case CUTTING_BY_COLUMN:
        break;
    }
    return !request->is_count && cutting_way(request->table) != NULL;
}

// The driver's own function: another source is not what those above ask for.
static bool
open_session(struct source *source, struct error *err)
{
    struct cutting_session *cutting = &source->cutting;
    struct source *session = NULL;

    if (cutting->opened != NULL)
        return true;
    cutting->own = *cutting->settings;
    cutting->own.truncates = true;
    if (is_told_by_source(source->driver->open(&cutting->own, &session, err), err)) {
        session->cutting.asker = source;
        cutting->opened = session;
        return true;
    }
    // The connection that those above know of is there.
    err->kind = err->kind == ERROR_SOURCE ? ERROR_TABLE : err->kind;
    return error_hint(err, "The table has columns with values wider than they are declared, which "
                           "are read by a second connection: see that the server has room for it, "
                           "or widen the columns (oe2pg check --widths).");
}

bool
source_has_cutting_session(const struct source *source)
{
    return source->cutting.opened != NULL;
}

bool
source_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err)
{
    bool cuts = is_to_be_cut(request);

    *cursor = NULL;
    if ((cuts && !open_session(source, err)) ||
        !open_here(cuts ? source->cutting.opened : source, request, cursor, err))
        return false;
    (*cursor)->is_judged = cuts && request->cutting == CUTTING_BY_COLUMN;
    return true;
}

// One enormous batch must not hold its memory for the rest of the table.
enum { TEXTS_KEPT = 2 * 1024 * 1024 };

static bool
convert_texts(struct cursor *cursor, const struct batch **batch, struct error *err)
{
    const struct code_page *page = &cursor->source->code_page;

    if (page->nodes == NULL)
        return true;
    if (cursor->texts.capacity > TEXTS_KEPT)
        buffer_release(&cursor->texts);
    cursor->converted = **batch;
    *batch = &cursor->converted;
    return code_page_convert(
               page, cursor->table, cursor->value_bytes, &cursor->converted, &cursor->texts) ||
           error_set(err, ERROR_SYSTEM, "no memory for texts in UTF-8");
}

// Tests look at a read that takes its time.
static void
dawdle(void)
{
    int64_t pause_ms = fault_setting("OE2PG_TEST_FETCH_MS", 0);

    if (pause_ms > 0)
        clock_sleep_ms(pause_ms);
}

// The rows of the table that was asked for.
static bool
join_rows(struct cursor *cursor, const struct batch **batch, struct error *err)
{
    struct source_trouble *trouble = &cursor->source->trouble;

    if (cursor->rendition == NULL ||
        rendition_join(cursor->rendition, *batch, cursor->value_bytes, batch, trouble))
        return true;
    return error_set(err, ERROR_DATA,
        "column \"%s\": a value cannot be made whole of what the source gives of it",
        cursor->asked->columns[trouble->column].name);
}

static void
judge_rows(struct cursor *cursor, const struct batch **batch)
{
    const struct column_way *way = cutting_way(cursor->asked);
    const struct cutting_unit unit =
        cutting_unit(cursor->source->identity.code_page, way->counts_bytes);

    cursor->judged = **batch;
    cutting_judge(&unit, cursor->asked, &cursor->judged);
    *batch = &cursor->judged;
}

bool
cursor_fetch(struct cursor *cursor, const struct batch **batch, struct error *err)
{
    struct source *source = cursor->source;
    bool done;

    if (fail_here("fetch rows", err))
        return false;
    dawdle();
    forget_trouble(source);
    source->is_waiting = true;
    done = is_told_by_source(source->driver->fetch(cursor, batch, err), err);
    if (!done) {
        note_trouble(source, cursor->asked, cursor->rendition, err);
        judge_failure(source, err);
    }
    source->is_waiting = false;
    if (done) {
        done = convert_texts(cursor, batch, err) && join_rows(cursor, batch, err);
        if (done && cursor->is_judged)
            judge_rows(cursor, batch);
        tell_asker(source);
        return done;
    }
    tell_asker(source);
    // The statement was accepted: what fails now is in the rows. A lock that somebody holds is not,
    // nor is what a loosely typed source says, which looks at its statement only now and fails at
    // no value.
    if (err->kind == ERROR_TABLE && err->retry == RETRY_NEVER && !cursor->table->is_loosely_typed &&
        !source->is_read_whole)
        err->kind = ERROR_DATA;
    return done;
}

void
driver_judge_stamp(struct source *source, const char *text, size_t size)
{
    if (!canonical_is_zoned_stamp(text, size))
        source->odd_stamp_count++;
}

size_t
source_take_odd_stamps(struct source *source)
{
    size_t count = source->odd_stamp_count;

    source->odd_stamp_count = 0;
    return count +
           (source->cutting.opened != NULL ? source_take_odd_stamps(source->cutting.opened) : 0);
}

void
driver_remark_odds(struct source *source, struct arena *arena, const struct table *table,
    const struct column *column)
{
    if (source->has_odds)
        return;
    source->has_odds = true;
    source->remark = arena_printf(arena,
        "the driver's results are not of the types that its catalogue says (first met: column "
        "\"%s\" of table \"%s\"): there, each value is read as what it is",
        column->name, table->name);
}

const char *
source_take_remark(struct source *source)
{
    const char *remark = source->remark;

    source->remark = NULL;
    return remark;
}

const char *
source_take_note(struct source *source)
{
    const char *note = source->note;

    source->note = NULL;
    return note;
}

bool
cursor_is_ahead(struct cursor *cursor)
{
    cursor->is_ending = true;
    return cursor->is_ahead;
}

void
cursor_close(struct cursor *cursor)
{
    struct rendition *rendition;
    struct source *source;

    if (cursor == NULL)
        return;
    source = cursor->source;
    rendition = cursor->rendition;
    buffer_release(&cursor->texts);
    source->is_waiting = cursor->is_ahead;
    source->driver->close_cursor(cursor);
    drop_rendition(rendition);
    source->is_waiting = false;
    source->has_cursor = false;
}
