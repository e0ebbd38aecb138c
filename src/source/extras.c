// What a source has beside its tables, asked by its product's queries. A question that is refused
// is told, and fails nothing.
#include "base/text.h"
#include "source/driver.h"
#include "source/openedge/openedge.h"
#include "source/product/product.h"
#include "source/select_text.h"

#include <string.h>

enum {
    NAME_FIELDS = 2, // the fields of a row begin with a schema and a name
    VALUE_FIELDS = PRODUCT_SEQUENCE_FIELDS - NAME_FIELDS,
    VIEW_FIELDS = NAME_FIELDS + 1,
    SLICES_MAX = 4096, // of a view's definition
};

struct asking {
    struct source *source;
    const struct product *product;
    const struct catalog *catalog;
    struct catalog_door door;
    struct arena *arena;
    struct source_extras *extras;
    struct source_sequence *sequences;
    size_t sequence_capacity;
    struct source_view *views;
    size_t view_capacity;
    size_t row_count;    // of the last question
    const char *unheard; // why the first sequence that was asked by its name did not answer
    size_t unheard_count;
};

// ---- what is kept ------------------------------------------------------------------------------

// With room for one more.
static void *
grow(struct arena *arena, void *list, size_t count, size_t *capacity, size_t size)
{
    size_t more = *capacity > 0 ? 2 * *capacity : 16;
    void *grown;

    if (count < *capacity)
        return list;
    grown = arena_calloc(arena, more, size);
    if (count > 0)
        memcpy(grown, list, count * size);
    *capacity = more;
    return grown;
}

static const char *
keep(struct asking *asking, const char *field)
{
    char *text = arena_strdup(asking->arena, field);

    text_make_utf8(text);
    return text;
}

// NULL for what is no whole number.
static const char *
keep_number(struct asking *asking, const char *field)
{
    size_t sign = field != NULL && field[0] == '-';

    if (field == NULL || field[sign] == '\0' ||
        strspn(field + sign, "0123456789") != strlen(field + sign))
        return NULL;
    return keep(asking, field);
}

// Where one schema is mirrored, what belongs to it: its tables say how it is spelt.
static bool
is_of_the_schema(const struct asking *asking, const char *schema)
{
    const char *wanted = asking->source->cutting.settings->schema;

    if (wanted == NULL || wanted[0] == '\0')
        return true;
    for (size_t i = 0; i < asking->catalog->table_count; i++) {
        if (strcmp(asking->catalog->tables[i]->schema, schema) == 0)
            return true;
    }
    return false;
}

// NULL: the row is of no interest.
static const char *
schema_of(const struct asking *asking, const char *const *fields)
{
    const char *schema = fields[0];

    if (schema == NULL || (schema[0] == '\0' && asking->product->is_openedge))
        schema = asking->product->is_openedge ? "PUB" : "";
    return fields[1] != NULL && is_of_the_schema(asking, schema) ? schema : NULL;
}

static bool
fail(struct asking *asking, const char *what, const struct error *refused)
{
    struct source_extras *extras = asking->extras;
    const char **grown = arena_calloc(asking->arena, extras->failure_count + 1, sizeof *grown);

    if (extras->failure_count > 0)
        memcpy(grown, extras->failures, extras->failure_count * sizeof *grown);
    grown[extras->failure_count++] = arena_printf(asking->arena, "%s: %s", what, refused->message);
    extras->failures = grown;
    return true;
}

// True when the failure is one of the question, and not of the connection.
static bool
was_refused(struct asking *asking, const struct error *refused)
{
    return refused->kind != ERROR_CANCELLED && asking->source->driver->is_alive(asking->source);
}

// ---- sequences ---------------------------------------------------------------------------------

// The last `count` of what is told of a sequence.
static void
take_values(
    struct asking *asking, struct source_sequence *sequence, const char *const *fields, size_t from)
{
    const char **numbers[VALUE_FIELDS] = { &sequence->increment, &sequence->least,
        &sequence->greatest, NULL, &sequence->current };

    for (size_t i = from; i < VALUE_FIELDS; i++) {
        const char *field = fields[i - from];

        if (numbers[i] != NULL)
            *numbers[i] = keep_number(asking, field);
        else if (field != NULL)
            sequence->is_cycling = openedge_is_true(field) ? "true" : "false";
    }
}

static bool
take_sequence(void *taker, const char *const *fields, struct error *err)
{
    struct asking *asking = taker;
    const char *schema = schema_of(asking, fields);
    const char *told[VALUE_FIELDS] = { NULL };
    struct source_sequence *sequence;

    (void)err;
    if (schema == NULL)
        return true;
    asking->sequences = grow(asking->arena, asking->sequences, asking->extras->sequence_count,
        &asking->sequence_capacity, sizeof *asking->sequences);
    sequence = &asking->sequences[asking->extras->sequence_count++];
    *sequence =
        (struct source_sequence){ .schema = keep(asking, schema), .name = keep(asking, fields[1]) };
    for (size_t i = NAME_FIELDS; i < asking->product->catalog.sequences.field_count; i++)
        told[i - NAME_FIELDS] = fields[i];
    take_values(asking, sequence, told, 0);
    return true;
}

static bool
take_rest(void *taker, const char *const *fields, struct error *err)
{
    struct asking *asking = taker;
    size_t told = asking->product->catalog.sequences.field_count - NAME_FIELDS;

    (void)err;
    take_values(asking, &asking->sequences[asking->row_count], fields, told);
    return true;
}

static void
append_one(const struct asking *asking, const struct source_sequence *sequence, struct buffer *sql)
{
    const char quote[] = { source_capabilities(asking->source).name_quote, '\0' };

    for (const char *p = asking->product->catalog.sequences.one; *p != '\0'; p++) {
        if (*p != '$') {
            buffer_append_byte(sql, *p);
            continue;
        }
        if (sequence->schema[0] != '\0') {
            select_append_identifier(quote, sql, sequence->schema);
            buffer_append_byte(sql, '.');
        }
        select_append_identifier(quote, sql, sequence->name);
    }
}

// One that does not answer is kept without what it would have told.
static bool
ask_each(struct asking *asking, struct error *err)
{
    size_t field_count = PRODUCT_SEQUENCE_FIELDS - asking->product->catalog.sequences.field_count;
    struct buffer sql;
    bool done = true;

    buffer_init(&sql, BUFFER_SQL_CAP);
    for (size_t i = 0; done && i < asking->extras->sequence_count; i++) {
        struct error refused = { 0 };

        buffer_clear(&sql);
        append_one(asking, &asking->sequences[i], &sql);
        asking->row_count = i;
        if (asking->door.query(
                asking->door.context, buffer_text(&sql), field_count, take_rest, asking, &refused))
            continue;
        done = was_refused(asking, &refused);
        if (!done)
            *err = refused;
        else if (asking->unheard_count++ == 0)
            asking->unheard = arena_strdup(asking->arena, refused.message);
    }
    buffer_release(&sql);
    return done;
}

static void
tell_unheard(struct asking *asking)
{
    const struct source_sequence *first = asking->sequences;
    struct error why = { 0 };

    if (asking->unheard_count == 0)
        return;
    while (first->current != NULL)
        first++;
    (void)error_set(&why, ERROR_TABLE, "%s", asking->unheard);
    (void)fail(asking,
        arena_printf(asking->arena,
            "%zu of %zu sequences did not tell their values, the first is \"%s\" (does the user "
            "have SELECT on it?)",
            asking->unheard_count, asking->extras->sequence_count, first->name),
        &why);
}

static bool
read_sequences(struct asking *asking, struct error *err)
{
    const struct product_sequences *sequences = &asking->product->catalog.sequences;
    struct error refused = { 0 };

    if (sequences->list == NULL)
        return true;
    if (!asking->door.query(asking->door.context, sequences->list, sequences->field_count,
            take_sequence, asking, &refused)) {
        if (was_refused(asking, &refused))
            return fail(asking, "the source's sequences can't be read", &refused);
        *err = refused;
        return false;
    }
    if (sequences->one != NULL && !ask_each(asking, err))
        return false;
    tell_unheard(asking);
    asking->extras->sequences = asking->sequences;
    asking->extras->are_sequences_read = true;
    return true;
}

// ---- views -------------------------------------------------------------------------------------

static struct source_view *
find_view(struct asking *asking, const char *schema, const char *name)
{
    for (size_t i = asking->extras->view_count; i > 0; i--) {
        struct source_view *view = &asking->views[i - 1];

        if (strcmp(view->name, name) == 0 && strcmp(view->schema, schema) == 0)
            return view;
    }
    return NULL;
}

// The next slice of a view's definition, or the first.
static bool
take_view(void *taker, const char *const *fields, struct error *err)
{
    struct asking *asking = taker;
    const char *schema = schema_of(asking, fields);
    const char *slice = fields[NAME_FIELDS];
    struct source_view *view;
    const char *name;

    (void)err;
    asking->row_count++;
    if (schema == NULL)
        return true;
    name = keep(asking, fields[1]);
    view = find_view(asking, schema, name);
    if (view == NULL) {
        asking->views = grow(asking->arena, asking->views, asking->extras->view_count,
            &asking->view_capacity, sizeof *asking->views);
        view = &asking->views[asking->extras->view_count++];
        *view = (struct source_view){ .schema = keep(asking, schema), .name = name };
    }
    if (slice == NULL || slice[0] == '\0')
        return true;
    slice = keep(asking, slice);
    view->definition = view->definition == NULL
                           ? slice
                           : arena_printf(asking->arena, "%s%s", view->definition, slice);
    return true;
}

static void
append_slice(const char *views, size_t from, struct buffer *sql)
{
    for (const char *p = views; *p != '\0'; p++) {
        if (*p == '#')
            buffer_printf(sql, "%zu", from);
        else
            buffer_append_byte(sql, *p);
    }
}

// A definition may be longer than a text of a catalogue may be: where the product can, slices are
// asked for until nobody has more. One that was altered meanwhile is whole in the next run.
static bool
ask_slices(struct asking *asking, struct error *refused)
{
    const char *views = asking->product->catalog.views;
    bool are_slices = strchr(views, '#') != NULL;
    struct buffer sql;
    bool done = true;
    size_t slice = 0;

    buffer_init(&sql, BUFFER_SQL_CAP);
    do {
        buffer_clear(&sql);
        append_slice(views, slice * PRODUCT_VIEW_SLICE + 1, &sql);
        asking->row_count = 0;
        done = asking->door.query(
            asking->door.context, buffer_text(&sql), VIEW_FIELDS, take_view, asking, refused);
    } while (done && are_slices && asking->row_count > 0 && ++slice < SLICES_MAX);
    buffer_release(&sql);
    return done;
}

static bool
read_views(struct asking *asking, struct error *err)
{
    struct error refused = { 0 };

    if (asking->product->catalog.views == NULL)
        return true;
    if (!ask_slices(asking, &refused)) {
        if (was_refused(asking, &refused))
            return fail(asking, "what the source's views are made of can't be read", &refused);
        *err = refused;
        return false;
    }
    asking->extras->views = asking->views;
    asking->extras->are_views_read = true;
    return true;
}

// ---- all of it ---------------------------------------------------------------------------------

bool
source_read_extras(
    struct source *source, struct arena *arena, struct catalog *catalog, struct error *err)
{
    struct asking asking = { .source = source,
        .product = product_find(source->identity.product),
        .catalog = catalog,
        .arena = arena,
        .extras = &catalog->extras };
    bool done;

    if (source->is_read_whole)
        return true; // its catalogue has them
    catalog->extras = (struct source_extras){ 0 };
    asking.door = source->driver->door(source);
    source->is_waiting = true;
    done = read_sequences(&asking, err) && read_views(&asking, err);
    source->is_waiting = false;
    if (!done)
        err->side = ERROR_SIDE_SOURCE;
    return done;
}
