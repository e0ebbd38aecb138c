#include "source/dump/d_reader.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// What became of looking for a word.
enum scan { SCAN_FOUND, SCAN_MORE, SCAN_FAILED };

// A line end stands behind what was read: no word goes on beyond it, so that none is looked for
// there.
static void
set_end(struct d_reader *reader, size_t end)
{
    reader->end = end;
    reader->window[end] = '\n';
}

void
d_reader_init(
    struct d_reader *reader, const char *name, size_t window_bytes, d_read *read, void *context)
{
    *reader = (struct d_reader){ .name = name,
        .read = read,
        .context = context,
        .window = mem_alloc(window_bytes + 1),
        .window_bytes = window_bytes,
        .line = 1 };
    set_end(reader, 0);
}

void
d_reader_release(struct d_reader *reader)
{
    free(reader->window);
    free(reader->words);
    *reader = (struct d_reader){ 0 };
}

bool
d_reader_rewind(struct d_reader *reader)
{
    bool has_first = reader->offset == (int64_t)reader->begin;

    reader->begin = 0;
    reader->offset = 0;
    reader->line = 1;
    if (!has_first) {
        set_end(reader, 0);
        reader->is_input_at_end = false;
    }
    return has_first;
}

bool
d_reader_is_empty(const struct d_reader *reader)
{
    return reader->begin == reader->end;
}

static int64_t
count_lines(const char *from, const char *to)
{
    int64_t count = 0;

    while (from < to && (from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
        count++;
        from++;
    }
    return count;
}

static bool
fail_at(const struct d_reader *reader, const char *at, const char *what, struct error *err)
{
    const char *begin = reader->window + reader->begin;

    (void)error_set(err, ERROR_TABLE, "%s, line %" PRId64 ", byte %" PRId64 ": %s", reader->name,
        reader->line + count_lines(begin, at), reader->offset + (at - begin), what);
    return error_hint(err,
        "The file is not as OpenEdge wrote it: dump the table again, and see how "
        "the file got here.");
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

// Written where it stays: a word that is copied waits for the stores of its flags.
static struct d_word *
add_word(struct d_reader *reader, const char *from, const char *to)
{
    struct d_word *word;

    if (reader->word_count == reader->word_capacity) {
        reader->word_capacity = reader->word_capacity > 0 ? 2 * reader->word_capacity : 64;
        reader->words = mem_realloc(reader->words, reader->word_capacity, sizeof *reader->words);
    }
    word = &reader->words[reader->word_count++];
    word->bytes = from;
    word->size = (size_t)(to - from);
    word->is_quoted = false;
    word->is_doubled = false;
    return word;
}

static enum scan
scan_quoted(struct d_reader *reader, const char **at, const char *end, struct error *err)
{
    const char *from = *at + 1;
    const char *p = from;
    bool is_doubled = false;
    struct d_word *word;

    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (p == NULL || p + 1 == end) {
            if ((size_t)(end - from) <= (size_t)2 * D_WORD_MAX)
                return SCAN_MORE;
            (void)fail_at(reader, *at, "a text in quotes begins here and does not end", err);
            return SCAN_FAILED;
        }
        if (p[1] != '"')
            break;
        is_doubled = true;
        p += 2;
    }
    if (!is_blank(p[1]) && p[1] != '\n') {
        (void)fail_at(reader, p, "a text ends in the middle of a value: a quote is torn", err);
        return SCAN_FAILED;
    }
    if ((size_t)(p - from) > (is_doubled ? 2 : 1) * (size_t)D_WORD_MAX) {
        (void)fail_at(reader, *at, "a text that is longer than any value: a quote is torn", err);
        return SCAN_FAILED;
    }
    word = add_word(reader, from, p);
    word->is_quoted = true;
    word->is_doubled = is_doubled;
    *at = p + 1;
    return SCAN_FOUND;
}

static enum scan
scan_bare(struct d_reader *reader, const char **at, const char *end, struct error *err)
{
    const char *p = *at;

    while ((unsigned char)*p > ' ' && *p != '"')
        p++;
    if (!is_blank(*p) && *p != '\n') {
        (void)fail_at(reader, p,
            *p == '"' ? "a quote in the middle of a value: a quote is torn"
                      : "a byte that is in no dump",
            err);
        return SCAN_FAILED;
    }
    if ((size_t)(p - *at) > D_WORD_MAX) {
        (void)fail_at(reader, *at, "a value that is longer than any", err);
        return SCAN_FAILED;
    }
    if (p == end)
        return SCAN_MORE;
    (void)add_word(reader, *at, p);
    *at = p;
    return SCAN_FOUND;
}

// The words up to the line end, at which *at is left.
static enum scan
scan_record(struct d_reader *reader, const char **at, const char *end, struct error *err)
{
    enum scan scan = SCAN_FOUND;

    reader->word_count = 0;
    while (scan == SCAN_FOUND) {
        while (is_blank(**at))
            (*at)++;
        if (*at == end)
            return SCAN_MORE;
        if (**at == '\n')
            break;
        scan = **at == '"' ? scan_quoted(reader, at, end, err) : scan_bare(reader, at, end, err);
    }
    return scan;
}

// A full stop and nothing else: with or without a line end behind it.
static bool
is_stop(const char *begin, const char *end)
{
    while (end > begin && is_blank(end[-1]))
        end--;
    return end - begin == 1 && *begin == '.';
}

static void
hand_out(struct d_reader *reader, const char *at, struct d_record *record)
{
    const char *begin = reader->window + reader->begin;
    bool ends_in_cr = at > begin && at[-1] == '\r';

    *record = (struct d_record){
        .words = reader->words,
        .word_count = reader->word_count,
        .bytes = begin,
        .size = (size_t)(at - begin) - ends_in_cr,
        .line = reader->line,
        .offset = reader->offset,
        .ends_in_cr = ends_in_cr,
    };
    reader->line += count_lines(begin, at + 1);
    reader->offset += at + 1 - begin;
    reader->begin += (size_t)(at + 1 - begin);
}

bool
d_reader_next(
    struct d_reader *reader, struct d_record *record, enum d_step *step, struct error *err)
{
    const char *begin = reader->window + reader->begin;
    const char *end = reader->window + reader->end;
    const char *at = begin;
    enum scan scan = scan_record(reader, &at, end, err);

    if (scan == SCAN_FAILED)
        return false;
    if (scan == SCAN_MORE) {
        *step = D_MORE;
        if (reader->is_input_at_end)
            *step = is_stop(begin, end) ? D_END : D_TORN;
        return true;
    }
    *step = is_stop(begin, at) ? D_END : D_RECORD;
    if (*step == D_RECORD)
        hand_out(reader, at, record);
    return true;
}

void
d_reader_return(struct d_reader *reader, const struct d_record *record)
{
    reader->begin = (size_t)(record->bytes - reader->window);
    reader->offset = record->offset;
    reader->line = record->line;
}

bool
d_reader_fill(struct d_reader *reader, struct error *err)
{
    size_t size = 0;

    memmove(reader->window, reader->window + reader->begin, reader->end - reader->begin);
    set_end(reader, reader->end - reader->begin);
    reader->begin = 0;
    if (reader->end == reader->window_bytes)
        return fail_at(reader, reader->window, "a record longer than any: a quote is torn", err);
    if (!reader->read(reader->context, reader->window + reader->end,
            reader->window_bytes - reader->end, &size, err))
        return false;
    set_end(reader, reader->end + size);
    reader->is_input_at_end = size == 0;
    return true;
}
