#include "model/key_choice.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NO_COLUMN = -1 };

// By the name in the mirror, for a word that is no name at the source.
static int
find_mirrored_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const char *target_name = table->columns[i].target_name;

        if (target_name != NULL && text_equal_nocase(target_name, name))
            return (int)i;
    }
    return NO_COLUMN;
}

// By the exact name, else without case when only one column fits.
static int
find_column(const struct table *table, const char *name)
{
    int found = NO_COLUMN;

    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        if (!text_equal_nocase(table->columns[i].name, name))
            continue;
        if (found != NO_COLUMN)
            return NO_COLUMN;
        found = (int)i;
    }
    return found != NO_COLUMN ? found : find_mirrored_column(table, name);
}

static bool
fail_missing(struct arena *arena, const struct table_settings *settings, const struct table *table,
    const char *name, struct error *err)
{
    const char **names = arena_calloc(arena, table->column_count, sizeof *names);
    const char *nearest;

    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    nearest = text_nearest(name, names, table->column_count);
    error_set(
        err, ERROR_TABLE, "the configured key names column \"%s\", which the table has not", name);
    if (nearest != NULL)
        return error_hint(err, "Did you mean \"%s\"? It was said in %s, line %d.", nearest,
            settings->file != NULL ? settings->file : "the configuration", settings->line);
    return error_hint(err, "Correct the key of this table in %s, line %d.",
        settings->file != NULL ? settings->file : "the configuration", settings->line);
}

static bool
has_column(const struct key *key, uint16_t column)
{
    for (size_t i = 0; i < key->column_count; i++) {
        if (key->columns[i] == column)
            return true;
    }
    return false;
}

// Unique as far as the source says: all columns of one of its keys are among these.
static bool
is_declared_unique(const struct table *table, const struct key *configured)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];
        size_t found = 0;

        for (size_t c = 0; c < key->column_count; c++)
            found += has_column(configured, key->columns[c]);
        if (key->column_count > 0 && found == key->column_count && !key->may_repeat)
            return true;
    }
    return false;
}

// A configured key that an index of the source has as it is is kept in that index's order.
static void
take_directions(const struct table *table, struct key *configured)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (key->column_count == configured->column_count &&
            memcmp(key->columns, configured->columns, key->column_count * sizeof key->columns[0]) ==
                0)
            configured->descending = key->descending;
    }
}

static bool
make_configured(struct arena *arena, const struct table_settings *settings, struct table *table,
    struct error *err)
{
    struct key *key = arena_alloc(arena, sizeof *key);

    if (settings->key_count > KEY_COLUMNS_MAX)
        return error_set(err, ERROR_TABLE, "the configured key has %zu columns, %d are allowed",
            settings->key_count, (int)KEY_COLUMNS_MAX);
    key->name = "";
    key->columns = arena_calloc(arena, settings->key_count, sizeof *key->columns);
    for (size_t i = 0; i < settings->key_count; i++) {
        int column = find_column(table, settings->key[i]);

        if (column == NO_COLUMN)
            return fail_missing(arena, settings, table, settings->key[i], err);
        if (has_column(key, (uint16_t)column))
            return error_set(
                err, ERROR_TABLE, "the configured key names column \"%s\" twice", settings->key[i]);
        key->columns[key->column_count++] = (uint16_t)column;
    }
    key->may_repeat = !is_declared_unique(table, key);
    take_directions(table, key);
    table->key = key;
    return true;
}

static bool
is_mostly_null(const struct column *column)
{
    return column_is_left_out(column) || (column_is_cut(column) && column->way->kind == WAY_SHORT);
}

// The first column of the key that is not read plainly; NULL: none.
static const struct column *
find_way(const struct table *table, const struct key *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        if (!column_is_plain(&table->columns[key->columns[i]]))
            return &table->columns[key->columns[i]];
    }
    return NULL;
}

static bool
is_usable(const struct table *table, const struct key *key)
{
    if (key->column_count == 0 || key->column_count > KEY_COLUMNS_MAX)
        return false;
    for (size_t i = 0; i < key->column_count; i++) {
        // NULL in all rows, or most, tells none from another.
        if (key->columns[i] >= table->column_count ||
            is_mostly_null(&table->columns[key->columns[i]]))
            return false;
    }
    return true;
}

static bool
is_mandatory(const struct table *table, const struct key *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        if (table->columns[key->columns[i]].is_nullable)
            return false;
    }
    return true;
}

// By names: a key stays condemned in later runs, in which its columns may have other places.
static bool
is_condemned(const struct table *table, const struct key *key, const struct condemned_key *other)
{
    if (other->column_count != key->column_count)
        return false;
    for (size_t i = 0; i < key->column_count; i++) {
        if (strcmp(other->columns[i], table->columns[key->columns[i]].name) != 0)
            return false;
    }
    return true;
}

// A key is compared column by column: it is in order as far as the worst of its columns is.
enum column_order
key_choice_order(const struct table *table, const struct key *key)
{
    enum column_order order = ORDER_DOCUMENTED;

    for (const struct condemned_key *other = table->key_grounds.condemned; other != NULL;
         other = other->next) {
        if (is_condemned(table, key, other))
            return ORDER_BROKEN;
    }
    for (size_t i = 0; i < key->column_count; i++) {
        enum column_order found = table->columns[key->columns[i]].order;

        if (found == ORDER_BROKEN)
            return ORDER_BROKEN;
        if (found == ORDER_UNPROVED)
            order = ORDER_UNPROVED;
    }
    return order;
}

// No read is cut by it, while the other key leads to every row.
static bool
is_worse(const struct table *table, const struct key *key, const struct key *other)
{
    if (find_way(table, key) != NULL && find_way(table, other) == NULL)
        return is_mandatory(table, other) || !is_mandatory(table, key);
    return key_choice_order(table, key) == ORDER_BROKEN &&
           key_choice_order(table, other) != ORDER_BROKEN && is_mandatory(table, other);
}

// As key_choice.h says it. The last rule is as good as any other, but each run has to choose the
// same key: staged positions and entries in quarantine go by it.
static bool
is_better(const struct table *table, const struct key *a, const struct key *b)
{
    bool is_documented = key_choice_order(table, a) == ORDER_DOCUMENTED;

    if (is_worse(table, a, b) || is_worse(table, b, a))
        return is_worse(table, b, a);
    if (a->is_primary != b->is_primary)
        return a->is_primary;
    if (a->column_count != b->column_count)
        return a->column_count < b->column_count;
    if (is_mandatory(table, a) != is_mandatory(table, b))
        return is_mandatory(table, a);
    if (is_documented != (key_choice_order(table, b) == ORDER_DOCUMENTED))
        return is_documented;
    return strcmp(a->name, b->name) < 0;
}

static size_t
choose(struct table *table)
{
    size_t usable = 0;

    table->key = NULL;
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        if (!is_usable(table, key))
            continue;
        usable++;
        if (table->key == NULL || is_better(table, key, table->key))
            table->key = key;
    }
    return usable;
}

bool
key_has_column(const struct key *key, int column)
{
    for (size_t i = 0; key != NULL && i < key->column_count; i++) {
        if (key->columns[i] == column)
            return true;
    }
    return false;
}

bool
key_is_descending(const struct key *key, size_t i)
{
    return (key->descending >> i & 1) != 0;
}

static const char *
list_columns(struct arena *arena, const struct table *table, const struct key *key)
{
    const char *list = "";

    for (size_t i = 0; i < key->column_count; i++)
        list = arena_printf(arena, "%s%s%s%s", list, i > 0 ? ", " : "",
            table->columns[key->columns[i]].name,
            key_is_descending(key, i) ? " from large to small" : "");
    return list;
}

// What a read by the key needs, or why there is none; "" where the source is known to be right.
static const char *
say_order(struct arena *arena, const struct table *table)
{
    const struct column *wide = table->key != NULL ? find_way(table, table->key) : NULL;

    if (wide != NULL)
        return arena_printf(arena,
            "; read in one go: values of key column \"%s\" are wider than its declaration",
            wide->name);
    if (table->key == NULL || table->key->may_repeat || !key_choice_is_askable(table))
        return "";
    switch (key_choice_order(table, table->key)) {
    case ORDER_UNPROVED:
        return "; a read that is cut by it proves its order";
    case ORDER_BROKEN:
        return "; the source orders it in another way than it compares it: read in one go";
    case ORDER_DOCUMENTED:
        break;
    }
    return "";
}

static bool
has_unread_key(const struct table *table)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct key *key = &table->keys[i];

        for (size_t k = 0; k < key->column_count && key->column_count <= KEY_COLUMNS_MAX; k++) {
            if (key->columns[k] < table->column_count &&
                is_mostly_null(&table->columns[key->columns[k]]))
                return true;
        }
    }
    return false;
}

static const char *
say_why(struct arena *arena, const struct table *table, size_t usable)
{
    const struct key *key = table->key;
    const char *columns;

    if (key == NULL && has_unread_key(table))
        return "its keys have columns that the source does not deliver: mirrored without a key";
    if (key == NULL)
        return "the source has neither a primary key nor a unique index over whole columns";
    columns = list_columns(arena, table, key);
    if (key->is_primary)
        return arena_printf(arena, "primary key (%s)", columns);
    for (size_t i = 0; i < table->key_count; i++) {
        if (table->keys[i].is_primary && is_usable(table, &table->keys[i]) &&
            key_choice_order(table, &table->keys[i]) == ORDER_BROKEN)
            return arena_printf(arena,
                "unique index \"%s\" (%s), since the source orders the primary key in another way "
                "than it compares it",
                key->name, columns);
    }
    if (usable == 1)
        return arena_printf(arena, "no primary key; unique index \"%s\" (%s)", key->name, columns);
    return arena_printf(arena,
        "no primary key; unique index \"%s\" (%s), the one with the fewest columns of %zu",
        key->name, columns, usable);
}

bool
key_choice_make(struct arena *arena, const struct table_settings *settings, struct table *table,
    struct error *err)
{
    if (settings != NULL && settings->key_count > 0) {
        if (!make_configured(arena, settings, table, err))
            return false;
        if (!is_usable(table, table->key)) {
            table->key_grounds.reason = arena_printf(arena,
                "the configured key (%s) has a column that the source does not deliver: mirrored "
                "without a key",
                list_columns(arena, table, table->key));
            table->key = NULL;
            return true;
        }
        table->key_grounds.reason = arena_printf(arena, "configured key (%s)%s%s",
            list_columns(arena, table, table->key),
            table->key->may_repeat ? ", which the source does not declare unique: read in one go"
                                   : "",
            say_order(arena, table));
        return true;
    }
    table->key_grounds.reason = say_why(arena, table, choose(table));
    table->key_grounds.reason =
        arena_printf(arena, "%s%s", table->key_grounds.reason, say_order(arena, table));
    if (table->key_grounds.caveat != NULL)
        table->key_grounds.reason =
            arena_printf(arena, "%s; %s", table->key_grounds.reason, table->key_grounds.caveat);
    return true;
}

bool
key_choice_can_be_null(const struct column *column)
{
    return column->is_nullable || column->is_unenforced;
}

// A key that the source declares: it compares the columns of it, whatever their length. A
// configured one has no name.
static bool
is_declared(const struct key *key)
{
    return key->name[0] != '\0';
}

// A text of unknown length that is compared with a text: not what a driver prints as one, such as
// an array.
static bool
is_character_type(const char *type_name)
{
    static const char *const patterns[] = { "*char*", "*text*", "*string*", "uuid" };

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (text_match(patterns[i], type_name))
            return true;
    }
    return false;
}

static bool
is_askable_column(const struct key *key, const struct column *column)
{
    switch (column->kind) {
    case VALUE_FLOAT:
    case VALUE_FLOAT4:
    case VALUE_BINARY: // their text is not what the source compares
        return false;
    case VALUE_BOOLEAN:
    case VALUE_TIMESTAMP_TZ: // not every product compares them with what it prints
        return column->order == ORDER_DOCUMENTED;
    case VALUE_TEXT:
        return !column->is_long || (is_declared(key) && is_character_type(column->type_name));
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_TIMESTAMP:
        break;
    }
    return !column->is_long;
}

bool
key_choice_is_askable(const struct table *table)
{
    if (table->key == NULL || table->is_read_whole)
        return false;
    for (size_t i = 0; i < table->key->column_count; i++) {
        const struct column *column = &table->columns[table->key->columns[i]];

        // What is too wide is refused in a condition as well.
        if (!is_askable_column(table->key, column) || !column_is_plain(column))
            return false;
        // There a decimal or a stamp is compared as it is stored, not as its canonical text.
        if (table->is_loosely_typed && column->kind != VALUE_INTEGER && column->kind != VALUE_TEXT)
            return false;
    }
    return true;
}

bool
key_choice_is_exact(const struct table *table)
{
    return key_choice_is_askable(table) && !table->key->may_repeat;
}

bool
key_choice_is_resumable(const struct table *table)
{
    return key_choice_is_exact(table) && key_choice_order(table, table->key) != ORDER_BROKEN;
}
