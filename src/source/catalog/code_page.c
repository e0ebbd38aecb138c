#include "source/catalog/code_page.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/catalog/session_pins.h"

#include <stdlib.h>
#include <string.h>

// A tree over the bytes of a character: an entry of a node is another node, or the place and size
// of the character's UTF-8, or 0 where there is no such character. Node 0 is the root.
#define IS_NODE UINT32_C(0x80000000)
enum { SIZE_BITS = 4, SIZE_MASK = (1 << SIZE_BITS) - 1, CHARACTERS_CAP = 16 * 1024 * 1024 };

// Marks a text that could not be converted although its bytes would pass for UTF-8.
enum { MARK = 0xFF, ASCII_END = 0x80 };

// --- learning

static uint32_t
add_node(struct code_page *page)
{
    page->nodes = mem_realloc(page->nodes, page->node_count + 1, sizeof *page->nodes);
    memset(page->nodes[page->node_count], 0, sizeof *page->nodes);
    return (uint32_t)page->node_count++;
}

// The bytes up to the first character that is no digit, at most `room`; *text is behind them.
static size_t
take_hex(const char **text, char *bytes, size_t room)
{
    size_t size = 0;

    for (; size < room && text_parse_hex_byte(*text, &bytes[size]); *text += 2)
        size++;
    return size;
}

// The node to which these bytes lead; SIZE_MAX where that is none.
static size_t
node_of(struct code_page *page, const char *lead, size_t size)
{
    size_t node = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)lead[i];
        uint32_t entry;

        if (byte < ASCII_END)
            return SIZE_MAX;
        entry = page->nodes[node][byte - ASCII_END];
        if (entry == 0) {
            entry = IS_NODE | add_node(page);
            page->nodes[node][byte - ASCII_END] = entry;
        }
        if ((entry & IS_NODE) == 0)
            return SIZE_MAX;
        node = entry & ~IS_NODE;
    }
    return node;
}

static bool
add_character(struct code_page *page, uint32_t *entry, const char *bytes, size_t size)
{
    size_t place = page->characters.size;

    if (size == 0)
        return true;
    if (*entry != 0 || text_utf8_valid_size(bytes, size) < size)
        return false;
    *entry = (uint32_t)(place << SIZE_BITS | size);
    return buffer_append(&page->characters, bytes, size);
}

// "8fa1:c2a1,,e28080": the bytes with which characters begin, and for each byte from 80 on that may
// be the last one the character in UTF-8.
static bool
add_line(struct code_page *page, const char *line)
{
    char bytes[SIZE_MASK];
    size_t node = node_of(page, bytes, take_hex(&line, bytes, sizeof bytes));

    if (node == SIZE_MAX || *line++ != ':')
        return false;
    for (size_t tail = 0; *line != '\0'; tail++) {
        size_t size = take_hex(&line, bytes, sizeof bytes);

        if (tail == CODE_PAGE_TAILS || !add_character(page, &page->nodes[node][tail], bytes, size))
            return false;
        if (*line == ',')
            line++;
        else if (*line != '\0')
            return false;
    }
    return true;
}

static bool
take_line(void *context, const char *const *fields, struct error *err)
{
    struct code_page *page = context;

    if (fields[0] == NULL || fields[0][0] == '\0')
        return true;
    if (page->nodes == NULL)
        (void)add_node(page);
    return add_line(page, fields[0]) ||
           error_set(
               err, ERROR_TABLE, "the source's answer about its characters is in no known form");
}

static bool
take_name(void *context, const char *const *fields, struct error *err)
{
    char(*name)[64] = context;

    (void)err;
    (void)text_print(*name, sizeof *name, "%s", fields[0] != NULL ? fields[0] : "");
    return true;
}

// Every byte is a character with a counterpart: nothing can go wrong.
static bool
is_complete(const struct code_page *page)
{
    for (size_t i = 0; i < CODE_PAGE_TAILS; i++) {
        if (page->nodes[0][i] == 0 || (page->nodes[0][i] & IS_NODE) != 0)
            return false;
    }
    return true;
}

static bool
ask_characters(const struct catalog_door *door, const struct product *product, const char *sql,
    struct code_page *page, struct error *err)
{
    buffer_init(&page->characters, CHARACTERS_CAP);
    if (!door->run(door->context, sql, err) ||
        !door->query(door->context, product->bytes.characters, 1, take_line, page, err))
        return false;
    return page->nodes != NULL ||
           error_set(err, ERROR_TABLE, "the source did not say what its characters are");
}

static void
tell_unknown(const char *name, const struct error *refused, struct arena *arena,
    struct source_session *session)
{
    session_pins_add_loose(session, arena,
        (struct loose_setting){ .name = arena_printf(arena, "the list of %s's characters", name),
            .wanted = "told by PL/pgSQL",
            .found = "unknown",
            .why = arena_strdup(arena, refused->message),
            .purpose = "one without counterpart in UTF-8 costs its value alone" });
}

// False: the connection is lost, which is in `refused`.
static bool
learn_characters(const struct catalog_door *door, const struct product *product, const char *name,
    struct arena *arena, struct source_session *session, struct code_page *page,
    struct error *refused)
{
    struct buffer sql;
    bool done;

    buffer_init(&sql, BUFFER_SQL_CAP);
    if (!product->bytes.append_characters(&sql, name))
        return true;
    done = ask_characters(door, product, buffer_text(&sql), page, refused);
    buffer_release(&sql);
    page->is_read_as_bytes = done && !is_complete(page);
    if (!page->is_read_as_bytes)
        code_page_release(page);
    if (done)
        return true;
    if (session_pins_is_lost(refused))
        return false;
    tell_unknown(name, refused, arena, session);
    return true;
}

bool
code_page_learn(const struct catalog_door *door, const struct product *product, struct arena *arena,
    struct source_session *session, struct code_page *page, struct error *err)
{
    struct error refused = { 0 };
    char name[64] = "";
    bool is_lost;

    *page = (struct code_page){ 0 };
    if (product->bytes.has_odd_texts == NULL)
        return true;
    if (door->query(door->context, product->catalog.code_page, 1, take_name, &name, &refused)) {
        page->is_read_as_bytes = product->bytes.has_odd_texts(name);
        is_lost = !page->is_read_as_bytes &&
                  !learn_characters(door, product, name, arena, session, page, &refused);
    } else {
        is_lost = session_pins_is_lost(&refused);
    }
    if (is_lost)
        *err = refused;
    return !is_lost;
}

void
code_page_release(struct code_page *page)
{
    free(page->nodes);
    buffer_release(&page->characters);
    *page = (struct code_page){ 0 };
}

// --- one text

// The entry of the character that begins here, and its bytes; 0: there is none.
static uint32_t
find_character(const struct code_page *page, const char *bytes, size_t size, size_t *taken)
{
    uint32_t entry = IS_NODE;
    size_t at = 0;

    while ((entry & IS_NODE) != 0) {
        unsigned char byte = at < size ? (unsigned char)bytes[at] : 0;

        if (byte < ASCII_END)
            return 0;
        at++;
        entry = page->nodes[entry & ~IS_NODE][byte - ASCII_END];
    }
    *taken = at;
    return entry;
}

static bool
is_ascii(const char *bytes, size_t size)
{
    unsigned char seen = 0;

    for (size_t i = 0; i < size; i++)
        seen |= (unsigned char)bytes[i];
    return seen < ASCII_END;
}

// Bytes of the text in UTF-8, put to `out` unless that is NULL. False: it has a character without
// counterpart.
static bool
convert_text(const struct code_page *page, const struct cell *text, char *out, size_t *size)
{
    *size = 0;
    for (size_t at = 0; at < text->size;) {
        size_t taken = 1;
        size_t made = 1;
        const char *character = text->bytes + at;

        if ((unsigned char)*character >= ASCII_END) {
            uint32_t entry = find_character(page, character, text->size - at, &taken);

            if (entry == 0)
                return false;
            character = page->characters.bytes + (entry >> SIZE_BITS);
            made = entry & SIZE_MASK;
        }
        if (out != NULL)
            memcpy(out + *size, character, made);
        *size += made;
        at += taken;
    }
    return true;
}

// A mark is put behind bytes that are UTF-8 but for marks at their end, so that what comes of them
// never is, and taking the last mark away gives them back.
static bool
passes_for_utf8(const char *bytes, size_t size)
{
    while (size > 0 && (unsigned char)bytes[size - 1] == MARK)
        size--;
    return text_utf8_valid_size(bytes, size) == size;
}

// --- a batch

enum text_state { TEXT_STAYS, TEXT_CONVERTED, TEXT_MARKED };

// What becomes of a value, and the bytes that it will have.
static enum text_state
judge(const struct code_page *page, const struct cell *text, size_t *size)
{
    *size = text->size;
    if (text->bytes == NULL || is_ascii(text->bytes, text->size))
        return TEXT_STAYS;
    if (convert_text(page, text, NULL, size))
        return TEXT_CONVERTED;
    *size = text->size;
    if (!passes_for_utf8(text->bytes, text->size))
        return TEXT_STAYS;
    (*size)++;
    return TEXT_MARKED;
}

static void
replace(const struct code_page *page, enum text_state state, struct buffer *texts, size_t size,
    struct cell *text)
{
    char *out = texts->bytes + texts->size;

    if (state == TEXT_CONVERTED) {
        (void)convert_text(page, text, out, &size);
    } else {
        memcpy(out, text->bytes, text->size);
        out[text->size] = (char)MARK;
    }
    texts->size += size;
    *text = (struct cell){ .bytes = out, .size = size };
}

// Every value of a batch that may have to be replaced.
static bool
next_text(const struct table *table, const struct batch *batch, size_t *at)
{
    while (*at < batch->row_count * batch->column_count &&
           table->columns[*at % batch->column_count].kind != VALUE_TEXT)
        (*at)++;
    return *at < batch->row_count * batch->column_count;
}

// What is too long in UTF-8 is told so; returns the room that the others take.
static size_t
measure_batch(const struct code_page *page, const struct table *table, size_t value_bytes,
    struct batch *batch)
{
    size_t room = 0;
    size_t size;

    for (size_t at = 0; next_text(table, batch, &at); at++) {
        struct cell *text = &batch->cells[at];

        if (judge(page, text, &size) == TEXT_STAYS)
            continue;
        if (value_bytes == 0 || size <= value_bytes) {
            room += size;
            continue;
        }
        batch->size_bytes -= text->size;
        batch->has_too_long = true;
        *text = (struct cell){ .bytes = NULL, .size = size };
    }
    return room;
}

bool
code_page_convert(const struct code_page *page, const struct table *table, size_t value_bytes,
    struct batch *batch, struct buffer *texts)
{
    size_t room = measure_batch(page, table, value_bytes, batch);
    size_t size;

    buffer_clear(texts);
    if (room == 0)
        return true;
    if (buffer_reserve(texts, room) == NULL)
        return false;
    for (size_t at = 0; next_text(table, batch, &at); at++) {
        struct cell *text = &batch->cells[at];
        enum text_state state = judge(page, text, &size);

        if (state == TEXT_STAYS)
            continue;
        batch->size_bytes += size - text->size;
        replace(page, state, texts, size, text);
    }
    return true;
}

// --- names

bool
code_page_convert_name(
    const struct code_page *page, const char *bytes, size_t size, struct buffer *name)
{
    const struct cell text = { .bytes = bytes, .size = size };
    size_t made;

    if (page->nodes == NULL)
        return text_utf8_valid_size(bytes, size) == size && buffer_append(name, bytes, size);
    if (!convert_text(page, &text, NULL, &made) || buffer_reserve(name, made + 1) == NULL)
        return false;
    (void)convert_text(page, &text, name->bytes + name->size, &made);
    name->size += made;
    name->bytes[name->size] = '\0';
    return true;
}

// --- keys

bool
code_page_is_foreign(const struct code_page *page, const struct column *column,
    const struct cell *value, struct cell *stored)
{
    *stored = *value;
    if (!page->is_read_as_bytes || column->kind != VALUE_TEXT ||
        text_utf8_valid_size(value->bytes, value->size) == value->size)
        return false;
    if (page->nodes != NULL && (unsigned char)value->bytes[value->size - 1] == MARK &&
        passes_for_utf8(value->bytes, value->size))
        stored->size--;
    return true;
}
