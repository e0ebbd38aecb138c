// A data dump: its first byte chooses the code page and the line ends, the next how many bytes come
// at a time. The records are the same however they come, and what is understood of a word is well
// formed.
#include "fuzz.h"
#include "base/hash.h"
#include "base/text.h"
#include "source/dump/d_number.h"
#include "source/dump/d_value.h"

#include <string.h>

enum { WINDOW_BYTES = 1024 };

struct input {
    const char *bytes;
    size_t size;
    size_t at;
    size_t piece;
};

static bool
read_piece(void *context, char *out, size_t capacity, size_t *size, struct error *err)
{
    struct input *input = context;

    (void)err;
    *size = input->size - input->at;
    *size = *size < input->piece ? *size : input->piece;
    *size = *size < capacity ? *size : capacity;
    memcpy(out, input->bytes + input->at, *size);
    input->at += *size;
    return true;
}

// What is taken as it stands there is what it would be made into.
static void
check_number(const struct d_word *word)
{
    char out[D_NUMBER_MAX];

    for (int is_long = 0; is_long < 2; is_long++) {
        if (d_number_is_plain_integer(is_long > 0, word->bytes, word->size))
            FUZZ_ASSERT(d_number_integer(is_long > 0, word->bytes, word->size, out) == word->size &&
                        memcmp(out, word->bytes, word->size) == 0);
    }
    for (int scale = -1; scale < 4; scale++) {
        if (d_number_is_plain_decimal('.', scale, word->bytes, word->size))
            FUZZ_ASSERT(d_number_decimal('.', scale, word->bytes, word->size, out) == word->size &&
                        memcmp(out, word->bytes, word->size) == 0);
    }
}

static void
check_values(struct d_conversion *conversion, const struct d_record *record)
{
    FUZZ_ASSERT(buffer_reserve(&conversion->texts,
                    D_TYPE_COUNT * d_value_room(record->word_count, record->size, 3)) != NULL);
    for (size_t i = 0; i < record->word_count; i++) {
        const char *before = conversion->texts.bytes;

        check_number(&record->words[i]);
        for (enum d_type type = D_TEXT; type < D_TYPE_COUNT; type++) {
            struct cell cell;
            enum d_verdict verdict = d_value_read(conversion, type, 3, &record->words[i], &cell);

            if (verdict == D_FITS && type != D_RAW)
                FUZZ_ASSERT(text_utf8_valid_size(cell.bytes != NULL ? cell.bytes : "", cell.size) ==
                            cell.size);
        }
        FUZZ_ASSERT(conversion->texts.bytes == before);
    }
    buffer_clear(&conversion->texts);
}

// A digest of all that the reader says.
static uint64_t
read_all(struct input *input, struct d_conversion *conversion)
{
    struct d_reader reader;
    struct d_record record;
    struct error err = { 0 };
    enum d_step step = D_MORE;
    uint64_t digest = 0;

    d_reader_init(&reader, "f.d", WINDOW_BYTES, read_piece, input);
    while (step == D_MORE || step == D_RECORD) {
        if (!d_reader_next(&reader, &record, &step, &err) ||
            (step == D_MORE && !d_reader_fill(&reader, &err))) {
            step = D_TORN;
            digest = hash_row_add(digest, hash_bytes_extended(err.message, strlen(err.message), 1));
        }
        if (step != D_RECORD)
            continue;
        digest = hash_row_add(digest, hash_bytes_extended(record.bytes, record.size, 2));
        digest = hash_row_add(digest, (uint64_t)record.word_count << 32 | (uint64_t)record.line);
        if (conversion != NULL)
            check_values(conversion, &record);
    }
    digest = hash_row_add(digest, (uint64_t)step);
    d_reader_release(&reader);
    return digest;
}

// Opened once: it takes longer than reading an input.
static struct dump_page
page_of(uint8_t choice)
{
    static const char *const names[] = { "UTF-8", "1252", "shift-jis" };
    static struct dump_page pages[sizeof names / sizeof names[0]];
    static bool are_open = false;

    for (size_t i = 0; !are_open && i < sizeof names / sizeof names[0]; i++)
        FUZZ_ASSERT(dump_page_open(names[i], &pages[i]));
    are_open = true;
    return pages[choice % (sizeof names / sizeof names[0])];
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct d_form form = { .point = '.',
        .month = 0,
        .day = 1,
        .year = 2,
        .has_dates = true,
        .century = 1950,
        .has_page = true };
    struct d_conversion conversion;
    struct input input;
    uint64_t digest;

    if (size < 2)
        return 0;
    form.page = page_of(bytes[0]);
    d_conversion_init(&conversion, &form, bytes[0] > 127);
    input = (struct input){ (const char *)bytes + 2, size - 2, 0, size };
    digest = read_all(&input, &conversion);
    input.at = 0;
    input.piece = bytes[1] % 16 + 1;
    FUZZ_ASSERT(read_all(&input, NULL) == digest);
    d_conversion_release(&conversion);
    return 0;
}
