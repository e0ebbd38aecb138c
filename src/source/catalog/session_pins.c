#include "source/catalog/session_pins.h"

#include "base/text.h"

#include <string.h>

// A setting may stand in the way of the first answer (a limit of rows, of what may be examined),
// and setting one may change another.
enum { ROUNDS_MAX = 3, SETTING_FIELDS = 2 };

struct pinning {
    const struct catalog_door *door;
    const struct product_session *product;
    struct arena *arena;
    bool was_asked;                      // at least once
    bool was_told[PRODUCT_PINS_MAX];     // ever: this version has it
    const char *first[PRODUCT_PINS_MAX]; // what the first answer says; NULL: nothing
    const char *found[PRODUCT_PINS_MAX]; // what the last answer says; NULL: nothing
    const char *why[PRODUCT_PINS_MAX];   // it could not be set; NULL: it could
};

bool
session_pins_is_lost(const struct error *err)
{
    return strncmp(err->sqlstate, "08", 2) == 0 || err->kind == ERROR_CANCELLED ||
           err->kind == ERROR_SYSTEM;
}

static bool
take_setting(void *context, const char *const *fields, struct error *err)
{
    struct pinning *pinning = context;

    (void)err;
    for (size_t i = 0; i < pinning->product->pin_count; i++) {
        if (fields[0] == NULL || !text_equal_nocase(fields[0], pinning->product->pins[i].name))
            continue;
        pinning->found[i] = arena_strdup(pinning->arena, fields[1] != NULL ? fields[1] : "");
        if (!pinning->was_asked)
            pinning->first[i] = pinning->found[i];
        pinning->was_told[i] = true;
    }
    return true;
}

// An answer that does not come is one in which nothing is told.
static bool
ask(struct pinning *pinning, struct error *err)
{
    struct error refused = { 0 };
    struct buffer sql;
    bool done;

    memset(pinning->found, 0, sizeof pinning->found);
    buffer_init(&sql, BUFFER_SQL_CAP);
    pinning->product->append_question(&sql, pinning->product);
    done = pinning->door->query(
        pinning->door->context, buffer_text(&sql), SETTING_FIELDS, take_setting, pinning, &refused);
    buffer_release(&sql);
    pinning->was_asked = true;
    if (done || !session_pins_is_lost(&refused))
        return true;
    *err = refused;
    return false;
}

static bool
is_right(const struct pinning *pinning, size_t i)
{
    return pinning->found[i] != NULL &&
           text_equal_nocase(pinning->found[i], pinning->product->pins[i].expected);
}

// While nothing was told, nobody knows which settings this version has.
static bool
is_to_be_set(const struct pinning *pinning, size_t i, bool is_any_told)
{
    if (is_right(pinning, i))
        return false;
    return pinning->was_told[i] || !is_any_told || pinning->product->pins[i].use == PIN_WHOLE;
}

static size_t
list_wrong(const struct pinning *pinning, size_t *wrong)
{
    bool is_any_told = false;
    size_t count = 0;

    for (size_t i = 0; i < pinning->product->pin_count; i++)
        is_any_told |= pinning->was_told[i];
    for (size_t i = 0; i < pinning->product->pin_count; i++) {
        if (is_to_be_set(pinning, i, is_any_told))
            wrong[count++] = i;
    }
    return count;
}

// *is_set: the source took it; otherwise `refused` says why.
static bool
set(struct pinning *pinning, const size_t *which, size_t count, bool *is_set, struct error *refused)
{
    const struct session_pin *pins[PRODUCT_PINS_MAX];
    struct buffer sql;

    for (size_t i = 0; i < count; i++)
        pins[i] = &pinning->product->pins[which[i]];
    error_clear(refused);
    buffer_init(&sql, BUFFER_SQL_CAP);
    pinning->product->append_setting(&sql, pins, count);
    *is_set = pinning->door->run(pinning->door->context, buffer_text(&sql), refused);
    buffer_release(&sql);
    return *is_set || !session_pins_is_lost(refused);
}

// All in one statement; where that is refused, one by one, so that one that may not be set takes no
// other along.
static bool
set_all(struct pinning *pinning, const size_t *wrong, size_t count, struct error *err)
{
    bool is_set = false;

    if (!pinning->product->sets_singly && !set(pinning, wrong, count, &is_set, err))
        return false;
    for (size_t i = 0; i < count && !is_set; i++) {
        bool is_one_set;

        if (!set(pinning, &wrong[i], 1, &is_one_set, err))
            return false;
        pinning->why[wrong[i]] = is_one_set ? NULL : arena_strdup(pinning->arena, err->message);
    }
    error_clear(err);
    return true;
}

static bool
pin(struct pinning *pinning, struct error *err)
{
    size_t wrong[PRODUCT_PINS_MAX];

    for (int round = 1;; round++) {
        size_t count;

        if (!ask(pinning, err))
            return false;
        count = list_wrong(pinning, wrong);
        if (count == 0 || round == ROUNDS_MAX)
            return true;
        if (!set_all(pinning, wrong, count, err))
            return false;
    }
}

// --- what came of it

void
session_pins_add_loose(
    struct source_session *session, struct arena *arena, struct loose_setting loose)
{
    struct loose_setting *added = arena_alloc(arena, sizeof *added);

    *added = loose;
    added->next = session->loose;
    session->loose = added;
}

static void
note_loose(const struct pinning *pinning, size_t i, struct source_session *session)
{
    const struct session_pin *pin = &pinning->product->pins[i];

    session->may_end_early |= pin->use == PIN_WHOLE;
    session_pins_add_loose(session, pinning->arena,
        (struct loose_setting){ .name = pin->name,
            .wanted = pin->expected[0] != '\0' ? pin->expected : "''",
            .found = pinning->found[i],
            .why = pinning->why[i],
            .purpose = session_pin_purpose(pin->use) });
}

static void
note_changed(const struct pinning *pinning, size_t i, struct source_session *session)
{
    const struct session_pin *pin = &pinning->product->pins[i];
    const char *before = pinning->first[i];

    if (before == NULL)
        before = "not told";
    if (!pinning->was_told[i] || text_equal_nocase(before, pin->expected))
        return;
    session->changed = arena_printf(pinning->arena, "%s%s%s (was %s)", session->changed,
        session->changed[0] != '\0' ? ", " : "", pin->name, before[0] != '\0' ? before : "''");
}

static void
note_zone(const struct pinning *pinning, size_t i, struct source_session *session)
{
    if (pinning->product->pins[i].use != PIN_ZONE)
        return;
    session->has_zone = true;
    session->is_utc = is_right(pinning, i);
    session->zone_before = pinning->first[i] != NULL ? pinning->first[i] : "";
}

// A setting that was never told is none of this version's, unless nothing else was told either.
static void
note_all(const struct pinning *pinning, struct source_session *session)
{
    size_t told_count = 0;

    for (size_t i = 0; i < pinning->product->pin_count; i++)
        told_count += pinning->was_told[i];
    for (size_t i = pinning->product->pin_count; i-- > 0;) {
        note_zone(pinning, i, session);
        if (is_right(pinning, i))
            session->pinned_count++;
        else if (pinning->was_told[i] || told_count == 0)
            note_loose(pinning, i, session);
    }
    for (size_t i = 0; i < pinning->product->pin_count; i++)
        note_changed(pinning, i, session);
}

bool
session_pins_set(const struct catalog_door *door, const struct product *product,
    struct arena *arena, struct source_session *session, struct error *err)
{
    struct pinning pinning = { .door = door, .product = &product->session, .arena = arena };

    *session = (struct source_session){ .changed = "", .zone_before = "" };
    if (product->probes.first_query != NULL &&
        !door->run(door->context, product->probes.first_query, err))
        return false;
    if (product->session.pins == NULL)
        return true;
    if (!pin(&pinning, err))
        return false;
    note_all(&pinning, session);
    return true;
}

void
session_pins_mark_instants(
    const struct source_session *session, const struct product *product, struct catalog *catalog)
{
    const struct product_session *known = &product->session;

    if (known->is_instant == NULL || !session->is_utc)
        return;
    for (size_t t = 0; t < catalog->table_count; t++) {
        struct table *table = catalog->tables[t];

        for (size_t i = 0; i < table->column_count; i++)
            table->columns[i].is_instant = known->is_instant(&table->columns[i]);
    }
}
