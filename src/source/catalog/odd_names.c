#include "source/catalog/odd_names.h"

#include "base/text.h"
#include "source/catalog/code_page.h"
#include "source/table_search.h"

#include <string.h>

enum { NAME_WHAT, NAME_ID, NAME_SCHEMA, NAME_TABLE, NAME_BYTES, NAME_FIELDS };
enum { NAME_CAP = 4096, PRINTED_CAP = 4 * NAME_CAP, ASCII_END = 0x80 };

struct odd_name {
    struct odd_name *next;
    const char *what; // "schema", "table" or "column"
    const char *schema;
    const char *table;
    const char *name; // its bytes
};

struct taker {
    const struct catalog_ways *ways;
    struct arena *arena;
    struct odd_names *names;
    struct buffer ids; // of what is asked for by its bytes
};

static void
append_bytes(struct buffer *out, const char *hexadecimal)
{
    char byte;

    for (; text_parse_hex_byte(hexadecimal, &byte); hexadecimal += 2)
        (void)buffer_append_byte(out, byte);
}

// As PostgreSQL's encode() prints bytes in its format "escape".
static const char *
escape(struct arena *arena, const struct buffer *bytes)
{
    struct buffer out;
    const char *text;

    buffer_init(&out, PRINTED_CAP);
    for (size_t i = 0; i < bytes->size; i++) {
        unsigned char byte = (unsigned char)bytes->bytes[i];

        if (byte >= ASCII_END)
            (void)buffer_printf(&out, "\\%03o", (unsigned)byte);
        else if (byte == '\\')
            (void)buffer_append_text(&out, "\\\\");
        else
            (void)buffer_append_byte(&out, (char)byte);
    }
    text = arena_strdup(arena, buffer_text(&out));
    buffer_release(&out);
    return text;
}

// The name of these bytes as the catalogue's queries print it; *is_odd when that is by its bytes.
static const char *
print_name(const struct taker *taker, const char *hexadecimal, bool *is_odd)
{
    struct buffer bytes;
    struct buffer converted;
    const char *name;

    buffer_init(&bytes, NAME_CAP);
    buffer_init(&converted, PRINTED_CAP);
    append_bytes(&bytes, hexadecimal);
    *is_odd = !code_page_convert_name(taker->ways->code_page, bytes.bytes, bytes.size, &converted);
    name = *is_odd ? escape(taker->arena, &bytes)
                   : arena_strdup(taker->arena, buffer_text(&converted));
    buffer_release(&bytes);
    buffer_release(&converted);
    return name;
}

static const char *
or_empty(const char *field)
{
    return field != NULL ? field : "";
}

static bool
take_name(void *context, const char *const *fields, struct error *err)
{
    struct taker *taker = context;
    const char *what = or_empty(fields[NAME_WHAT]);
    struct odd_name *odd;
    bool is_odd;
    bool ignored;
    const char *name = print_name(taker, or_empty(fields[NAME_BYTES]), &is_odd);

    (void)err;
    if (!is_odd)
        return true;
    taker->names->are_there = true;
    if (strcmp(or_empty(fields[NAME_ID]), "0") != 0)
        (void)buffer_printf(&taker->ids, ",%s", or_empty(fields[NAME_ID]));
    if (strcmp(what, "other") == 0)
        return true;
    odd = arena_calloc(taker->arena, 1, sizeof *odd);
    odd->what = arena_strdup(taker->arena, what);
    odd->schema = print_name(taker, or_empty(fields[NAME_SCHEMA]), &ignored);
    odd->table = print_name(taker, or_empty(fields[NAME_TABLE]), &ignored);
    odd->name = name;
    odd->next = taker->names->first;
    taker->names->first = odd;
    return true;
}

// The query with the ids in their place.
static const char *
fill(struct arena *arena, const char *sql, const char *ids)
{
    struct buffer out;
    const char *mark;
    const char *filled;

    if (sql == NULL)
        return NULL;
    buffer_init(&out, BUFFER_SQL_CAP);
    for (; (mark = strstr(sql, PRODUCT_ODD_NAMES)) != NULL;
         sql = mark + strlen(PRODUCT_ODD_NAMES)) {
        (void)buffer_append(&out, sql, (size_t)(mark - sql));
        (void)buffer_append_text(&out, ids);
    }
    (void)buffer_append_text(&out, sql);
    filled = arena_strdup(arena, buffer_text(&out));
    buffer_release(&out);
    return filled;
}

static bool
ask(struct taker *taker, struct error *err)
{
    const struct catalog_ways *ways = taker->ways;
    struct error refused = { 0 };

    if (ways->odd_names == NULL || !ways->code_page->is_read_as_bytes ||
        ways->door.query(
            ways->door.context, ways->odd_names, NAME_FIELDS, take_name, taker, &refused))
        return true;
    if (!catalog_is_lost(ways, &refused))
        return true;
    *err = refused;
    return false;
}

bool
odd_names_find(
    struct catalog_ways *ways, struct arena *arena, struct odd_names *names, struct error *err)
{
    struct taker taker = { .ways = ways, .arena = arena, .names = names };
    bool done;

    *names = (struct odd_names){ 0 };
    buffer_init(&taker.ids, BUFFER_SQL_CAP);
    (void)buffer_append_byte(&taker.ids, '0'); // nothing has this id
    done = ask(&taker, err);
    if (done) {
        ways->objects = fill(arena, ways->objects, buffer_text(&taker.ids));
        ways->keys = fill(arena, ways->keys, buffer_text(&taker.ids));
        ways->estimates = fill(arena, ways->estimates, buffer_text(&taker.ids));
        ways->asks_table_by_table = names->are_there;
    }
    buffer_release(&taker.ids);
    return done;
}

static void
mark(const struct catalog_ways *ways, struct arena *arena, const struct odd_name *odd,
    struct table *table)
{
    struct error why = { 0 };

    if (table == NULL || table->entry.unread != NULL)
        return;
    (void)error_set(&why, ERROR_TABLE,
        "the name of the %s \"%s\" (its bytes in octal) has a character of %s that has no "
        "counterpart in UTF-8",
        odd->what, odd->name, ways->encoding);
    catalog_mark_unread(arena, table, &why);
}

void
odd_names_mark(const struct catalog_ways *ways, struct arena *arena, const struct odd_names *names,
    const struct table_list *list)
{
    for (const struct odd_name *odd = names->first; odd != NULL; odd = odd->next) {
        if (odd->table[0] != '\0') {
            mark(ways, arena, odd, table_find(list->tables, list->count, odd->schema, odd->table));
            continue;
        }
        for (size_t i = 0; i < list->count; i++) {
            if (strcmp(list->tables[i]->schema, odd->schema) == 0)
                mark(ways, arena, odd, list->tables[i]);
        }
    }
}
