// Schemas of OpenEdge as text, and what is understood of them.
#include "source/dump/df.h"

#include "../cmocka_all.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct df_schema schema;
static struct error err;

static int
set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    df_init(&schema, &arena);
    error_clear(&err);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool
read_text(const char *file, const char *text)
{
    return df_read(&schema, file, text, strlen(text), NULL, &err);
}

static const char full[] = "ADD SEQUENCE \"Next\"\n  INITIAL 10\n  INCREMENT 5\n  MAX-VAL ?\n\n"
                           "ADD TABLE \"Order\"\n  AREA \"Data\"\n  LABEL \"Or\"\"der\"\n"
                           "  DUMP-NAME \"order\"\n\n"
                           "ADD FIELD \"Amount\" OF \"Order\" AS decimal \n  ORDER 30\n"
                           "  DECIMALS 2\n  MAX-WIDTH 17\n\n"
                           "ADD FIELD \"Num\" OF \"Order\" AS integer \n  ORDER 10\n  MANDATORY\n\n"
                           "ADD FIELD \"Quota\" OF \"Order\" AS integer \n  ORDER 20\n"
                           "  EXTENT 12\n  FORMAT \"->9\"\n\n"
                           "ADD INDEX \"Num\" ON \"Order\" \n  AREA \"Index\"\n  UNIQUE\n"
                           "  PRIMARY\n  INDEX-FIELD \"Num\" DESCENDING \n"
                           "  INDEX-FIELD \"Amount\" ASCENDING ABBREVIATED \n\n"
                           ".\nPSC\ncpstream=UTF-8\n.\n0000000123\n";

static void
a_full_schema_has_its_tables_fields_indexes_and_sequences(void **state)
{
    const struct df_table *table;
    const struct df_field *field;

    (void)state;
    assert_true(read_text("a.df", full));
    assert_true(schema.has_end);
    table = df_find_table(&schema, "ORDER");
    assert_non_null(table);
    assert_string_equal(table->label, "Or\"der");
    assert_string_equal(table->dump_name, "order");
    field = df_find_field(table, "quota");
    assert_int_equal(field->extent, 12);
    assert_int_equal(field->order, 20);
    assert_string_equal(field->format, "->9");
    assert_true(df_find_field(table, "num")->is_mandatory);
    assert_int_equal(df_find_field(table, "amount")->decimals, 2);
    assert_int_equal(df_find_field(table, "amount")->width, 17);
    assert_true(table->indexes->is_unique && table->indexes->is_primary);
    assert_ptr_equal(table->indexes->parts->field, df_find_field(table, "num"));
    assert_true(table->indexes->parts->is_descending);
    assert_true(table->indexes->parts->next->is_abbreviated);
    assert_string_equal(schema.sequences->name, "Next");
    assert_int_equal(schema.sequences->initial, 10);
    assert_int_equal(schema.sequences->max, DF_UNKNOWN);
}

static void
every_spelling_of_a_verb_or_an_object_means_the_same(void **state)
{
    const struct df_table *table;

    (void)state;
    assert_true(read_text("a.df",
        "create file t\nnew column a of t\n  type character\n  default \"x\"\n  desc \"of a\"\n"
        "  sql-width 60\nADD FIELD b ON t AS int64\n  NULL-ALLOWED no\nADD KEY k OF t\n"
        "  KEY-FIELD a DESC\nMODIFY COLUMN a OF t\n  LABEL \"A\"\nALTER FILE t\n"
        "  DESCRIPTION ?\nCHANGE FIELD b OF t AS int64\n  NULL yes\nREMOVE KEY k ON t\n"
        "DELETE FIELD b OF t\n.\n"));
    table = df_find_table(&schema, "T");
    assert_non_null(table);
    assert_null(table->description);
    assert_null(table->indexes);
    assert_null(df_find_field(table, "b"));
    assert_string_equal(df_find_field(table, "a")->label, "A");
    assert_string_equal(df_find_field(table, "a")->description, "of a");
    assert_int_equal(df_find_field(table, "a")->width, 60);
}

static void
a_delta_changes_what_is_there(void **state)
{
    const struct df_table *table;

    (void)state;
    assert_true(read_text("a.df", full));
    assert_true(read_text("delta.df",
        "RENAME TABLE \"Order\" TO \"Sale\"\n\nRENAME FIELD \"Num\" OF \"Sale\" TO \"Number\"\n\n"
        "RENAME INDEX \"Num\" TO \"Old\" ON \"Sale\"\n\nADD FIELD \"Note\" OF \"Sale\" AS clob\n"
        "  CLOB-CODEPAGE \"UTF-8\"\n\nADD UNIQUE INDEX \"New\" ON \"Sale\"\n"
        "  INDEX-FIELD \"Quota\"\n\nUPDATE PRIMARY INDEX \"New\" ON \"Sale\"\n\n"
        "UPDATE INDEX \"Old\" OF \"Sale\"\n  INACTIVE\n\nDROP FIELD \"Amount\" OF \"Sale\"\n\n"
        "DROP SEQUENCE \"Next\"\n.\n"));
    assert_null(df_find_table(&schema, "Order"));
    table = df_find_table(&schema, "Sale");
    assert_non_null(df_find_field(table, "Number"));
    assert_null(df_find_field(table, "Amount"));
    assert_int_equal(df_find_field(table, "Note")->order, 40);
    assert_string_equal(table->indexes->name, "Old");
    assert_true(table->indexes->is_inactive && !table->indexes->is_primary);
    assert_true(table->indexes->parts->next->field->is_dropped);
    assert_true(table->indexes->next->is_primary && table->indexes->next->is_unique);
    assert_null(schema.sequences);
    assert_true(read_text("drop.df", "DROP TABLE \"sale\"\n.\n"));
    assert_null(schema.tables);
}

static void
a_text_goes_over_lines_and_keeps_no_carriage_return_of_the_file(void **state)
{
    (void)state;
    assert_true(read_text("a.df",
        "# a comment \"\r\n@Note(text=\"of\r\ntwo lines\").\r\nADD TABLE \"t\"\r\n"
        "  DESCRIPTION \"one\r\nADD TABLE \"\"u\"\"\"\r\n  LABEL \"l\"\r\n\r\n.\r\n"));
    assert_string_equal(df_find_table(&schema, "t")->description, "one\nADD TABLE \"u\"");
    assert_null(df_find_table(&schema, "u"));
}

static void
the_code_page_of_the_trailer_decides(void **state)
{
    (void)state;
    assert_true(read_text("a.df", "ADD TABLE \"t\"\n  LABEL \"Gr\xF6\xDF"
                                  "e\"\n.\nPSC\ncpstream=ISO8859-1\n.\n"));
    assert_string_equal(df_find_table(&schema, "t")->label, "Gr\xC3\xB6\xC3\x9F"
                                                            "e");
    assert_true(
        read_text("b.df", "ADD TABLE \"b\"\n  LABEL \"\x81\"\n.\nPSC\ncpstream=ibm850\n.\n"));
    assert_string_equal(df_find_table(&schema, "b")->label, "\xC3\xBC");
}

static void
what_does_not_fit_is_refused_with_file_and_line(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } wrong[] = {
        { "ADD TABLE \"a\"\n\nADD TABLE \"A\"\n",
            "x.df:3: table \"A\" is there already, since x.df:1" },
        { "\nUPDATE FIELD \"f\" OF \"t\"\n", "x.df:2: there is no table \"t\"" },
        { "ADD TABLE t\nDROP FIELD f OF t\n", "x.df:2: there is no field \"f\" of table \"t\"" },
        { "ADD TABLE t\nADD FIELD f OF t\n  LABEL \"x\"\n\nADD TABLE u\n",
            "x.df:2: field \"f\" of table \"t\" has no type" },
        { "ADD TABLE t\nADD INDEX i ON t\n  INDEX-FIELD \"f\"\n",
            "x.df:3: index \"i\" is over field \"f\", which table \"t\" has not" },
        { "ADD TABLE t\nADD FIELD f OF t AS integer\n  ORDER ten\n",
            "x.df:3: \"ten\" is no number" },
        { "ADD FIELD \"f\" AS integer\n", "x.df:1: field \"f\" of which table?" },
        { "RENAME TABLE \"a\"\n", "x.df:1: a statement without a name" },
        { "ADD TABLE \"t\"\n  LABEL \"never ends\n",
            "x.df:2: a text in quotes begins here and does not end" },
        { "1 \"Lift Tours\"\n", "x.df:1: \"1\" begins no statement of a .df" },
        { "ADD THING \"t\"\n", "x.df:1: ADD what? No object of a .df is named \"THING\"" },
        { "ADD TABLE \"T\xE4\"\n", "x.df:1: the name \"T\xEF\xBF\xBD\" has bytes that are no "
                                   "characters of the file's code page" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        df_init(&schema, &arena);
        assert_false(read_text("x.df", wrong[i].text));
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(err.kind, ERROR_SOURCE);
    }
}

static void
a_half_file_and_an_unknown_option_are_told(void **state)
{
    (void)state;
    assert_true(read_text("a.df", "ADD TABLE t\n  AREA x\n  SHINY \"new\"\n  FROZEN\n"));
    assert_false(schema.has_end);
    assert_int_equal(schema.unknown_count, 1);
    assert_string_equal(schema.unknown, "SHINY");
    assert_int_equal(schema.unknown_place.line, 3);
}

static void
an_unknown_code_page_is_refused_by_name(void **state)
{
    (void)state;
    assert_false(read_text("a.df", "ADD TABLE t\n.\nPSC\ncpstream=klingon\n.\n"));
    assert_non_null(strstr(err.message, "klingon"));
    assert_false(read_text("a.df", "ADD TABLE t\n.\nPSC\ncpstream=UTF-16\n.\n"));
}

// --- other people's schemas

static size_t read_count;
static size_t refused_count;

static int
read_file(const char *path, const struct stat *found, int type, struct FTW *place)
{
    char *bytes;
    FILE *file;

    (void)place;
    if (type != FTW_F || strlen(path) < 3 || strcmp(path + strlen(path) - 3, ".df") != 0)
        return 0;
    bytes = malloc((size_t)found->st_size);
    file = fopen(path, "rb");
    assert_true(bytes != NULL && file != NULL);
    assert_int_equal(fread(bytes, 1, (size_t)found->st_size, file), found->st_size);
    assert_int_equal(fclose(file), 0);
    df_init(&schema, &arena);
    if (df_read(&schema, path, bytes, (size_t)found->st_size, NULL, &err)) {
        read_count++;
        if (schema.unknown_count > 0)
            fail_msg("%s:%d: %s is not known", path, schema.unknown_place.line, schema.unknown);
    } else {
        char begin[PATH_MAX + 1];

        refused_count++;
        (void)snprintf(begin, sizeof begin, "%s:", path);
        assert_memory_equal(err.message, begin, strlen(begin));
        assert_in_range(err.message[strlen(begin)], '1', '9');
    }
    free(bytes);
    return 0;
}

static void
every_real_schema_is_read_or_refused_with_its_line(void **state)
{
    enum { DESCRIPTORS = 16 };
    const char *folder = getenv("OE2PG_REAL_DATA");

    (void)state;
    if (folder == NULL)
        skip();
    assert_int_equal(nftw(folder, read_file, DESCRIPTORS, FTW_PHYS), 0);
    assert_true(read_count >= 40);
    // Deltas without the schema that they change.
    assert_true(refused_count < 15);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_full_schema_has_its_tables_fields_indexes_and_sequences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            every_spelling_of_a_verb_or_an_object_means_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_delta_changes_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_text_goes_over_lines_and_keeps_no_carriage_return_of_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_code_page_of_the_trailer_decides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_does_not_fit_is_refused_with_file_and_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_half_file_and_an_unknown_option_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_code_page_is_refused_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            every_real_schema_is_read_or_refused_with_its_line, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
