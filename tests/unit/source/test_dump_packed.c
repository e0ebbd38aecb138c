// Packed files and archives that were cut or altered anywhere: no row of them is ever a wrong one.
#include "source/source.h"

#include "../cmocka_all.h"
#include "base/buffer.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

static const char records[] = "1 \"one\"\n2 \"two\n.\nlines\"\n30 ?\n.\nPSC\nfilename=T\n"
                              "records=3\ncpstream=UTF-8\n.\n0000000031\n";
static const char rows_of_all[] = "1|one\n2|two\n.\nlines\n30|-\n";
static const char table[] =
    "ADD TABLE T\nADD FIELD A OF T AS integer\nADD FIELD B OF T AS character\n.\n";

static char folder[256];
static struct source_settings settings;
static struct buffer rows; // "a|b\n", NULL is "-"
static struct error err;

static void
put(const char *name, const char *bytes, size_t size)
{
    char path[400];
    FILE *file;

    (void)text_print(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
    (void)state;
    (void)text_print(folder, sizeof folder, "/tmp/oe2pg-packed-XXXXXX");
    assert_non_null(mkdtemp(folder));
    settings = (struct source_settings){
        .interface = SOURCE_INTERFACE_DUMP, .schema = "PUB", .dump_dir = folder, .db_name = "x"
    };
    buffer_init(&rows, 1 << 20);
    put("s.df", table, sizeof table - 1);
    return 0;
}

static int
tear_down(void **state)
{
    char command[300];

    (void)state;
    buffer_release(&rows);
    (void)text_print(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    return 0;
}

static void
keep_batch(const struct batch *batch)
{
    for (size_t i = 0; i < batch->row_count * batch->column_count; i++) {
        const struct cell *cell = &batch->cells[i];

        (void)buffer_append(
            &rows, cell->bytes != NULL ? cell->bytes : "-", cell->bytes != NULL ? cell->size : 1);
        (void)buffer_append_byte(&rows, i % batch->column_count == 0 ? '|' : '\n');
    }
}

static bool
read_table(struct source *source, const struct table *found)
{
    const struct read_request request = { .table = found, .part = KEY_PART_ALL };
    const struct batch *batch = NULL;
    struct cursor *cursor = NULL;
    bool done;

    if (found->entry.unread != NULL) {
        err = *found->entry.unread;
        return false;
    }
    done = source_open_cursor(source, &request, &cursor, &err);
    do {
        done = done && cursor_fetch(cursor, &batch, &err);
        if (done)
            keep_batch(batch);
    } while (done && batch->row_count > 0);
    cursor_close(cursor);
    return done;
}

// Reads the folder's one table.
static bool
read_folder(void)
{
    struct catalog catalog = { 0 };
    struct source *source = NULL;
    struct arena arena;
    bool done;

    error_clear(&err);
    buffer_clear(&rows);
    arena_init(&arena);
    done = source_open(&settings, &source, &err) &&
           source_read_catalog(source, NULL, &arena, &catalog, &err) &&
           read_table(source, catalog.tables[0]);
    source_close(source);
    arena_release(&arena);
    return done;
}

static size_t
gzip(const char *bytes, size_t size, char *out, size_t capacity)
{
    z_stream stream = { 0 };
    size_t packed;

    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)bytes;
    stream.avail_in = (unsigned)size;
    stream.next_out = (unsigned char *)out;
    stream.avail_out = (unsigned)capacity;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return packed;
}

// An archive with the table's file between two that are none; zstd where it `is_zstd`.
static size_t
pack(bool is_zstd, char *out, size_t capacity)
{
    static const char *const names[] = { "a.txt", "dumps/t.d", "z.txt" };
    struct archive *archive = archive_write_new();
    size_t used = 0;

    assert_int_equal(archive_write_set_format_ustar(archive), ARCHIVE_OK);
    assert_int_equal(is_zstd ? archive_write_add_filter_zstd(archive) : ARCHIVE_OK, ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(archive, out, capacity, &used), ARCHIVE_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_filetype(entry, S_IFREG);
        archive_entry_set_size(entry, sizeof records - 1);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(
            archive_write_data(archive, records, sizeof records - 1), sizeof records - 1);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    return used;
}

// Whatever is said, the file is named.
static void
assert_refused(const char *name)
{
    assert_non_null(strstr(err.message, name));
    assert_memory_equal(rows_of_all, buffer_text(&rows), rows.size);
}

static void
assert_no_cut_passes(const char *name, const char *bytes, size_t size, size_t step)
{
    put(name, bytes, size);
    if (!read_folder())
        fail_msg("%s", err.message);
    assert_string_equal(buffer_text(&rows), rows_of_all);
    for (size_t cut = 0; cut < size; cut += step) {
        put(name, bytes, cut);
        assert_false(read_folder());
        assert_refused(name);
        assert_int_equal(rows.size, 0);
    }
}

static void
a_gzip_file_cut_or_altered_at_any_byte_gives_no_wrong_row(void **state)
{
    char packed[512];
    size_t size = gzip(records, sizeof records - 1, packed, sizeof packed);
    size_t passed = 0;

    (void)state;
    assert_no_cut_passes("t.d.gz", packed, size, 1);
    for (size_t i = 0; i < size; i++) {
        packed[i] ^= 0x10;
        put("t.d.gz", packed, size);
        if (read_folder()) {
            assert_string_equal(buffer_text(&rows), rows_of_all);
            passed++;
        } else {
            assert_refused("t.d.gz");
            assert_int_equal(rows.size, 0);
        }
        packed[i] ^= 0x10;
    }
    // The time of packing, what packed it, where: nothing of it is the content's.
    assert_in_range(passed, 1, 10);
}

static void
an_archive_cut_anywhere_gives_nothing(void **state)
{
    // Of each file a header and a block; two of zeros end it, whatever is behind them. The last
    // file's block ends with zeros: as many of theirs may be missing.
    enum { CAPACITY = 65536, BLOCK = 512, ALL_BLOCKS = 3 * 2 + 2 };
    char *archive = malloc(CAPACITY);
    size_t size;

    (void)state;
    assert_non_null(archive);
    size = pack(false, archive, CAPACITY);
    assert_true(size >= ALL_BLOCKS * (size_t)BLOCK);
    assert_no_cut_passes(
        "all.tar", archive, ALL_BLOCKS * (size_t)BLOCK - BLOCK + sizeof records, 61);
    free(archive);
}

static void
a_packed_archive_cut_at_any_byte_gives_nothing(void **state)
{
    enum { CAPACITY = 65536 };
    char *archive = malloc(CAPACITY);
    char *packed = malloc(CAPACITY);
    size_t size;

    (void)state;
    assert_non_null(archive);
    assert_non_null(packed);
    size = pack(false, archive, CAPACITY);
    size = gzip(archive, size, packed, CAPACITY);
    assert_no_cut_passes("all.tgz", packed, size, 3);
    free(archive);
    free(packed);
}

static void
a_zstd_archive_cut_at_any_byte_gives_nothing(void **state)
{
    enum { CAPACITY = 65536 };
    char *archive = malloc(CAPACITY);
    size_t size;

    (void)state;
    assert_non_null(archive);
    size = pack(true, archive, CAPACITY);
    assert_no_cut_passes("all.tar.zst", archive, size, 3);
    free(archive);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_gzip_file_cut_or_altered_at_any_byte_gives_no_wrong_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_archive_cut_anywhere_gives_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_packed_archive_cut_at_any_byte_gives_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_zstd_archive_cut_at_any_byte_gives_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
