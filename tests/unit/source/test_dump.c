// Folders of dumps, through the interface of source/source.h.
#include "source/source.h"

#include "../cmocka_all.h"
#include "base/buffer.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[256];
static struct source_settings settings;
static struct source *source;
static struct cursor *cursor;
static struct arena arena;
static struct catalog catalog;
static struct error err;
static struct buffer rows;    // "a|b\n", NULL is "-"
static struct buffer misfits; // "row,column: detail = value\n"

static void
put_bytes(const char *name, const char *bytes, size_t size)
{
    char path[400];
    FILE *file;

    (void)text_print(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void
put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static int
set_up(void **state)
{
    (void)state;
    (void)text_print(folder, sizeof folder, "/tmp/oe2pg-dump-XXXXXX");
    assert_non_null(mkdtemp(folder));
    settings = (struct source_settings){
        .interface = SOURCE_INTERFACE_DUMP, .schema = "PUB", .dump_dir = folder
    };
    arena_init(&arena);
    buffer_init(&rows, 1 << 20);
    buffer_init(&misfits, 1 << 20);
    catalog = (struct catalog){ 0 };
    error_clear(&err);
    source = NULL;
    return 0;
}

static int
tear_down(void **state)
{
    char command[300];

    (void)state;
    source_close(source);
    source = NULL;
    arena_release(&arena);
    buffer_release(&rows);
    buffer_release(&misfits);
    (void)text_print(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    return 0;
}

// --- reading

static bool
open_folder(void)
{
    source_close(source);
    source = NULL;
    catalog = (struct catalog){ 0 };
    return source_open(&settings, &source, &err) &&
           source_read_catalog(source, NULL, &arena, &catalog, &err);
}

static const struct table *
find(const char *name)
{
    for (size_t i = 0; i < catalog.table_count; i++) {
        if (strcmp(catalog.tables[i]->name, name) == 0)
            return catalog.tables[i];
    }
    fail_msg("no table %s", name);
    return NULL;
}

static void
keep_batch(const struct batch *batch)
{
    for (size_t i = 0; i < batch->row_count * batch->column_count; i++) {
        const struct cell *cell = &batch->cells[i];

        if (cell->bytes == NULL)
            (void)buffer_append_byte(&rows, '-');
        else
            (void)buffer_append(&rows, cell->bytes, cell->size);
        (void)buffer_append_byte(&rows, (i + 1) % batch->column_count == 0 ? '\n' : '|');
    }
    for (size_t i = 0; i < batch->misfit_count; i++) {
        const struct misfit *misfit = &batch->misfits[i];

        if (misfit->row == MISFIT_RECORD)
            (void)buffer_printf(&misfits, "record: ");
        else
            (void)buffer_printf(&misfits, "%zu,%zu: ", misfit->row, misfit->column);
        (void)buffer_printf(
            &misfits, "%s = %.*s\n", misfit->detail, (int)misfit->value.size, misfit->value.bytes);
    }
}

static bool
open_rows(const char *table, size_t batch_rows)
{
    const struct read_request request = {
        .table = find(table), .part = KEY_PART_ALL, .batch_rows = batch_rows, .batch_bytes = 65536
    };

    return source_open_cursor(source, &request, &cursor, &err);
}

static bool
fetch_rest(void)
{
    const struct batch *batch;
    bool done;

    do {
        done = cursor_fetch(cursor, &batch, &err);
        if (done)
            keep_batch(batch);
    } while (done && batch->row_count > 0);
    cursor_close(cursor);
    return done;
}

static bool
read_rows(const char *table)
{
    buffer_clear(&rows);
    buffer_clear(&misfits);
    return open_folder() && open_rows(table, 2) && fetch_rest();
}

static void
assert_rows(const char *expected)
{
    if (err.kind != ERROR_NONE)
        print_message("%s\n", err.message);
    assert_string_equal(buffer_text(&rows), expected);
}

static void
assert_refused(const char *table, const char *message)
{
    assert_false(read_rows(table));
    if (strstr(err.message, message) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

// --- dumps

#define END(more) ".\nPSC\nfilename=T\n" more "map=NO-MAP\ncpstream=UTF-8\n.\n0000000001\n"
#define FORMS "numformat=44,46\ndateformat=mdy-1950\n"

static const char small[] =
    "ADD TABLE \"T\"\n\nADD FIELD \"B\" OF \"T\" AS character\n  ORDER 20\n\n"
    "ADD FIELD \"A\" OF \"T\" AS integer\n  ORDER 10\n\n"
    "ADD INDEX \"pk\" ON \"T\"\n  UNIQUE\n  INDEX-FIELD \"A\"\n\n.\n";

static void
values_stand_in_the_order_of_the_fields(void **state)
{
    (void)state;
    put("s.df", small);
    put("whatever.d",
        "1 \"one\"\n2 ?\n3 \"say \"\"hi\"\"\nthere\"\n4 \"?\"\n5 \"\"\n" END("records=5\n"));
    assert_true(read_rows("T"));
    assert_rows("1|one\n2|-\n3|say \"hi\"\nthere\n4|?\n5|\n");
    assert_int_equal(find("T")->row_estimate, 5);
    assert_true(source_capabilities(source).is_read_whole);
    assert_int_equal(find("T")->key_count, 1);
}

static void
every_type_has_its_canonical_text(void **state)
{
    (void)state;
    put("s.df",
        "ADD TABLE T\nADD FIELD a OF T AS int64\nADD FIELD b OF T AS decimal\n  DECIMALS 2\n"
        "ADD FIELD c OF T AS logical\nADD FIELD d OF T AS date\nADD FIELD e OF T AS datetime\n"
        "ADD FIELD f OF T AS datetime-tz\nADD FIELD g OF T AS raw\nADD FIELD h OF T AS recid\n.\n");
    put("t.d",
        "-9223372036854775808 ,5 yes 01.02.49 2004-05-20T15:35:41.840 "
        "2004-05-20T15:35:41.000+02:00 \"aGVsbG8=\" 17\n"
        "0 -12,255 no 31.12.1949 0001-01-01T00:00:00.000 2004-05-20T15:35:41.845-05:30 \"\" ?\n"
        ".\nPSC\nfilename=T\nnumformat=46,44\ndateformat=dmy-1950\ncpstream=ISO8859-1\n.\n");
    assert_true(read_rows("T"));
    assert_rows(
        "-9223372036854775808|0.50|true|2049-02-01|2004-05-20 15:35:41.84|"
        "2004-05-20 15:35:41+02|hello|17\n"
        "0|-12.255|false|1949-12-31|0001-01-01 00:00:00|2004-05-20 15:35:41.845-05:30||-\n");
}

static void
raw_values_may_have_a_head_that_tells_their_size(void **state)
{
    (void)state;
    put("s.df", "ADD TABLE T\nADD FIELD a OF T AS raw\n.\n");
    put("t.d", "\"020005aGVsbG8=\"\n\"aGVsbG8=\"\n\"020008aGVsbG8=\"\n\"020000\"\n"
               "\"02000AaGVsbG8=\"\n\"02-005aGVsbG8=\"\n\"aGVsbG8\"\n\"02\"\n.\n");
    assert_true(read_rows("T"));
    assert_rows("hello\nhello\nhello\n\n-\n-\n-\n-\n");
}

static void
arrays_are_one_text(void **state)
{
    (void)state;
    put("s.df", "ADD TABLE T\nADD FIELD a OF T AS character\n  EXTENT 3\nADD FIELD b OF T AS "
                "logical\n  EXTENT 2\nADD FIELD c OF T AS date\n  EXTENT 1\nADD FIELD d OF T AS "
                "decimal\n  EXTENT 2\n  DECIMALS 4\n.\n");
    put("t.d", "\"a;b~\" ? \"?\" yes ? 02/28/26 .5 -1.25\n" END(FORMS));
    assert_true(read_rows("T"));
    assert_rows("a~;b~~;?;~?|1;?|02/28/2026|0.5;-1.25\n");
}

static void
a_dump_cut_at_any_byte_gives_no_wrong_row_and_is_told(void **state)
{
    static const char whole[] = "1 \"one\"\n2 \"two\n.\nlines\"\n30 ?\n" END("records=3\n" FORMS);
    static const char all[] = "1|one\n2|two\n.\nlines\n30|-\n";
    size_t taken = 0;

    (void)state;
    put("s.df", small);
    for (size_t size = 0; size < sizeof whole; size++) {
        error_clear(&err);
        put_bytes("t.d", whole, size);
        if (read_rows("T")) {
            // Nothing of the records is missing: the full stop behind them was there.
            assert_string_equal(buffer_text(&rows), all);
            taken++;
        } else {
            assert_int_equal(err.kind, ERROR_TABLE);
            assert_non_null(strstr(err.message, "t.d"));
            assert_memory_equal(buffer_text(&rows), all, rows.size);
        }
    }
    // Behind the full stop with or without its line end, and in the line behind the trailer.
    assert_int_equal(taken, 2 + 1 + 1 + 10 + 1);
}

static void
half_a_dump_is_taken_where_that_is_accepted(void **state)
{
    (void)state;
    put("s.df", small);
    put("t.d", "1 \"one\"\n2 \"two\"\n3 \"thr");
    assert_refused("T", "t.d is half a dump");
    settings.dump_incomplete = DUMP_INCOMPLETE_ACCEPT;
    assert_true(read_rows("T"));
    assert_rows("1|one\n2|two\n");
    assert_true(find("T")->entry.may_lack_rows);
}

static void
records_are_counted(void **state)
{
    (void)state;
    put("s.df", small);
    put("t.d", "1 \"one\"\n" END("records=0000000000002\n"));
    assert_refused("T", "t.d has 1 records, and its trailer says 2");
    put("t.d", "1 \"one\"\n2 \"two\"\n" END("records=0000000000001\n"));
    assert_refused("T", "t.d has 2 records, and its trailer says 1");
    // Of a file that ends as it should nobody was told that rows may be missing.
    settings.dump_incomplete = DUMP_INCOMPLETE_ACCEPT;
    assert_refused("T", "t.d has 2 records, and its trailer says 1");
    put("t.d", "1 \"one\n" END(""));
    assert_refused("T", "t.d, line 1, byte 0: the file ends in the middle of its records");
}

static void
torn_quotes_fail_the_table_where_they_stand(void **state)
{
    char *long_one = malloc(200000);

    (void)state;
    put("s.df", small);
    put("t.d", "1 \"one\"\n2 \"two\n3 \"three\"\n" END(""));
    assert_refused("T", "t.d, line 3, byte 17: a text ends in the middle of a value");
    put("t.d", "1 \"one\"\n2 two\"\n" END(""));
    assert_refused("T", "t.d, line 2, byte 13: a quote in the middle of a value");
    assert_non_null(long_one);
    memset(long_one, 'x', 200000);
    memcpy(long_one, "1 \"", 3);
    put_bytes("t.d", long_one, 200000);
    settings.dump_incomplete = DUMP_INCOMPLETE_ACCEPT;
    assert_refused("T", "t.d, line 1, byte 2: a text in quotes begins here and does not end");
    memcpy(long_one + 3 + 32001, "\"\n.\n", 4);
    put_bytes("t.d", long_one, 3 + 32001 + 4);
    assert_refused("T", "the value of field \"B\" has more than 32,000 bytes");
    memcpy(long_one + 3 + 32000, "\"\n.\n", 4);
    put_bytes("t.d", long_one, 3 + 32000 + 4);
    assert_true(read_rows("T"));
    assert_int_equal(rows.size, 2 + 32000 + 1);
    free(long_one);
}

static void
carriage_returns_are_the_files_only_where_every_record_has_one(void **state)
{
    (void)state;
    put("s.df", small);
    put("t.d", "1 \"a\r\nb\r\"\r\n2 \"c\rd\"\r\n.\r\nPSC\r\nfilename=T\r\ncpstream=UTF-8\r\n.\r\n");
    assert_true(read_rows("T"));
    assert_rows("1|a\nb\r\n2|c\rd\n");
    put("t.d", "1 \"a\r\nb\"\r\n2 \"c\"\n.\r\nPSC\r\nfilename=T\r\ncpstream=UTF-8\r\n.\r\n");
    assert_true(read_rows("T"));
    assert_rows("1|a\r\nb\n2|c\n");
}

static void
what_fits_nothing_is_told_with_its_place(void **state)
{
    (void)state;
    put("s.df", small);
    put("t.d",
        "1 \"one\"\n\n2 \"two\" ?\n\"abc\" \"three\"\n99999999999 \"\xFF\"\n4 \"four\"\n" END(""));
    assert_true(read_rows("T"));
    assert_rows("1|one\n-|three\n-|-\n4|four\n");
    assert_string_equal(buffer_text(&misfits),
        "record: t.d, line 2, byte 8: a record of 0 values, where there should be 2 = \n"
        "record: t.d, line 3, byte 9: a record of 3 values, where there should be 2 = 2 \"two\" ?\n"
        "1,0: t.d, line 4, byte 19: no value of type integer = abc\n"
        "0,0: t.d, line 5, byte 33: no value of type integer = 99999999999\n"
        "0,1: t.d, line 5, byte 33: bytes that are no characters of code page UTF-8 = \xFF\n");
}

static void
a_file_that_moves_while_it_is_read_fails(void **state)
{
    char path[400];
    const struct batch *batch;
    FILE *file;

    (void)state;
    put("s.df", small);
    put("t.d", "1 \"one\"\n2 \"two\"\n" END("records=2\n"));
    assert_true(open_folder() && open_rows("T", 1) && cursor_fetch(cursor, &batch, &err));
    (void)text_print(path, sizeof path, "%s/t.d", folder);
    file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite("x", 1, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    assert_false(fetch_rest());
    assert_non_null(strstr(err.message, "t.d was written to while it was read"));
}

static void
a_dump_older_than_its_schema_is_explained_or_refused(void **state)
{
    static const char *const fields[] = { "other=a b", "t=A" };
    char paths[2][400];
    const char *list[2] = { paths[0], paths[1] };

    (void)state;
    put("full.df", small);
    put("t.d", "1\n2\n" END("records=2\n"));
    assert_refused("T", "t.d: every record has 1 values, and the schema 2");
    assert_non_null(strstr(err.hint, "dump_fields"));
    settings.dump_fields = fields;
    settings.dump_field_count = 2;
    assert_true(read_rows("T"));
    assert_rows("1|-\n2|-\n");
    settings.dump_field_count = 0;
    put("full.df", "ADD TABLE T\nADD FIELD A OF T AS integer\n.\n");
    put("delta.df", "ADD FIELD B OF T AS character\n.\n");
    for (size_t i = 0; i < 2; i++)
        (void)text_print(
            paths[i], sizeof paths[i], "%s/%s", folder, i == 0 ? "full.df" : "delta.df");
    settings.dump_files = list;
    settings.dump_file_count = 2;
    assert_true(read_rows("T"));
    assert_rows("1|-\n2|-\n");
    // One that changed something else as well explains nothing.
    put("delta.df", "ADD FIELD B OF T AS character\nUPDATE FIELD A OF T\n  ORDER 50\n.\n");
    assert_refused("T", "every record has 1 values");
}

static void
a_code_page_is_named_or_asked_for(void **state)
{
    (void)state;
    put("s.df", small);
    put("t.d", "1 \"gr\xFCn\"\n.\nPSC\nfilename=T\ncpstream=1252\n.\n");
    assert_true(read_rows("T"));
    assert_rows("1|gr\xC3\xBCn\n");
    put("t.d", "1 \"gr\x81n\"\n.\nPSC\nfilename=T\ncodepage=ibm850\n.\n");
    assert_true(read_rows("T"));
    assert_rows("1|gr\xC3\xBCn\n");
    put("t.d", "1 \"gr\xFCn\"\n.\nPSC\nfilename=T\ncpstream=UNDEFINED\n.\n");
    assert_refused("T", "is beyond ASCII, and nothing says in which code page");
    settings.dump_code_page = "ISO8859-1";
    assert_true(read_rows("T"));
    // What decided is told where the file does not say it.
    assert_non_null(strstr(source_take_note(source),
        "t.d: code page ISO8859-1 (dump_code_page), decimal point \".\" (no numformat), dates "
        "unknown (no dateformat)"));
    assert_rows("1|gr\xC3\xBCn\n");
    put("t.d", "1 \"\x93\xFA\x96{\"\n.\nPSC\nfilename=T\ncpstream=shift-jis\n.\n");
    assert_true(read_rows("T"));
    assert_rows("1|\xE6\x97\xA5\xE6\x9C\xAC\n");
}

static void
a_date_without_a_form_is_not_guessed(void **state)
{
    (void)state;
    put("s.df", "ADD TABLE T\nADD FIELD A OF T AS date\n.\n");
    put("t.d", "01/02/26\n.\n");
    assert_refused("T", "is a date, and no dateformat says");
}

static void
large_objects_are_files_beside_the_data(void **state)
{
    char path[400];

    (void)state;
    put("s.df", "ADD TABLE T\nADD FIELD A OF T AS blob\nADD FIELD B OF T AS clob\n"
                "  CLOB-CODEPAGE \"1252\"\n.\n");
    put("t.d", "\"a.blb\" \"B!ibm850!1.blb\"\n? \"b.blb\"\n" END(""));
    put("a.blb", "image");
    (void)text_print(path, sizeof path, "%s/lobs", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put("lobs/B!ibm850!1.blb", "gr\x81n");
    assert_refused("T",
        "t.d, line 2: the LOB \"b.blb\" is neither in the folder of the dumps nor in its lobs/");
    put("lobs/b.blb", "gr\xFCn");
    assert_true(read_rows("T"));
    assert_rows("image|gr\xC3\xBCn\n-|gr\xC3\xBCn\n");
    put("lobs/B!UTF-16!1.blb", "g");
    put("t.d", "? \"B!UTF-16!1.blb\"\n" END(""));
    assert_refused("T", "code page \"UTF-16\" of a CLOB is not known here");
    assert_non_null(strstr(err.hint, "exclude_columns"));
    put("t.d", "\"../s.df\" ?\n" END(""));
    assert_refused("T", "a LOB's name is no name of a file");
}

static void
each_file_has_its_table_and_each_table_its_file(void **state)
{
    (void)state;
    put("s.df",
        "ADD TABLE T\n  DUMP-NAME \"tt\"\nADD FIELD A OF T AS integer\nADD TABLE Other\n"
        "  DUMP-NAME \"oth\"\nADD FIELD A OF Other AS integer\nADD TABLE Third\n"
        "ADD FIELD A OF Third AS integer\nADD TABLE None\nADD FIELD A OF None AS integer\n.\n");
    put("oth.d", "1\n" END("")); // is T's, as it says
    put("third.d", "3\n.\n");
    put("stray.d", "4\n.\n");
    assert_true(read_rows("T"));
    assert_rows("1\n");
    assert_true(read_rows("Third"));
    assert_rows("3\n");
    assert_non_null(strstr(find("Other")->entry.left_out, "not dumped"));
    assert_non_null(strstr(find("None")->entry.left_out, "not dumped"));
    assert_int_equal(catalog.note_count, 2);
    assert_non_null(strstr(catalog.notes[0], "2 of 4 tables have no data file"));
    assert_non_null(strstr(catalog.notes[1], "stray.d"));
    put("tt.d", "2\n" END(""));
    assert_true(open_folder());
    assert_non_null(
        strstr(find("T")->entry.unread->message, "two data files say that they are of table"));
}

static void
the_order_of_schemas_is_not_guessed(void **state)
{
    (void)state;
    assert_false(open_folder());
    assert_non_null(strstr(err.message, "there is no schema (.df)"));
    put("a.df", small);
    put("b.df", small);
    assert_false(open_folder());
    assert_non_null(strstr(err.message, "nothing says in which order"));
    assert_non_null(strstr(err.hint, "dump_files"));
}

static void
half_a_schema_is_refused_and_a_where_too(void **state)
{
    struct table restricted;
    const struct read_request request = { .table = &restricted, .part = KEY_PART_ALL };

    (void)state;
    put("s.df", "ADD TABLE T\nADD FIELD A OF T AS integer\n");
    assert_false(open_folder());
    assert_non_null(strstr(err.message, "it may be half a schema"));
    put("s.df", "ADD TABLE T\nADD FIELD A OF T AS integer\nADD FIELD X OF T AS thing\n.\n");
    put("t.d", "1\n.\n");
    assert_true(open_folder());
    assert_non_null(strstr(find("T")->entry.unread->message, "of type \"thing\""));
    put("s.df", "ADD TABLE T\nADD FIELD A OF T AS integer\n.\n");
    assert_true(open_folder());
    restricted = *find("T");
    restricted.where.condition = "A > 1";
    assert_false(source_open_cursor(source, &request, &cursor, &err));
    assert_non_null(strstr(err.message, "cannot be asked for some of its rows"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_stand_in_the_order_of_the_fields),
        TEST(every_type_has_its_canonical_text),
        TEST(raw_values_may_have_a_head_that_tells_their_size),
        TEST(arrays_are_one_text),
        TEST(a_dump_cut_at_any_byte_gives_no_wrong_row_and_is_told),
        TEST(half_a_dump_is_taken_where_that_is_accepted),
        TEST(records_are_counted),
        TEST(torn_quotes_fail_the_table_where_they_stand),
        TEST(carriage_returns_are_the_files_only_where_every_record_has_one),
        TEST(what_fits_nothing_is_told_with_its_place),
        TEST(a_file_that_moves_while_it_is_read_fails),
        TEST(a_dump_older_than_its_schema_is_explained_or_refused),
        TEST(a_code_page_is_named_or_asked_for),
        TEST(a_date_without_a_form_is_not_guessed),
        TEST(large_objects_are_files_beside_the_data),
        TEST(each_file_has_its_table_and_each_table_its_file),
        TEST(the_order_of_schemas_is_not_guessed),
        TEST(half_a_schema_is_refused_and_a_where_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
