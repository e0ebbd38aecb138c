// Opens a source and prints what comes through the interface of source/source.h, for tests that
// compare it with what the product's own client program says.
//
//   source_dump catalog                            one JSON object
//   source_dump identity                           one JSON object
//   source_dump rows TABLE [option...]             one JSON array a row; NULL is null
//   source_dump count TABLE [option...]            rows, bytes, seconds, memory, repeats: peak_kb
//       of the process, and heap_kb that the read itself had allocated at most
//   source_dump serve                              one after the other, see below
//       --part all|not_null|with_null|equal   --key INDEX (its number in the catalogue, from 0)
//       --after VALUE (once a key column; the word NULL is NULL)   --batch-rows N   --batch-bytes N
//       --value-bytes N
//       --except VALUE (the same, for whole keys that are left out)
//       --where SQL   --limit N (rows in all)   --cancel-every MS (until the read ended)
//       --stop N (leave the cursor after so many rows)
//       --between COMMAND, --behind COMMAND (run by the shell after the catalogue was read, and
//       after the cursor was closed)
//
// The source is described by the environment: SOURCE_CONNECTION or SOURCE_DRIVER, SOURCE_HOST,
// SOURCE_PORT, SOURCE_DB, SOURCE_USER, SOURCE_PASSWORD, SOURCE_SCHEMA, SOURCE_FETCH_SIZE,
// SOURCE_QUERY_TIMEOUT. SOURCE_JARS (paths with colons between them) asks for JDBC, with
// SOURCE_CLASS, SOURCE_URL, SOURCE_PROPERTIES and SOURCE_JVM_OPTIONS (both with semicolons between
// them). SOURCE_DUMPS is a folder of dumps.
// Texts that are no UTF-8 are printed as {"bytes": "hex"}, binary values as {"binary": "hex"}.
// A failure prints {"error": {...}} and ends with status 1.
//
// To start a sanitized process with Java in it takes longer than most reads. `serve` answers
// questions from standard input, each with a connection of its own: its size in four bytes, then
// words that end with NUL, first settings (NAME=value, before the environment's), then an empty
// word, then the arguments. A line with a dot ends each answer.
#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/source.h"
#include "source_print.h"

#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *table;
    enum key_part part;
    int key; // -1: none
    struct cell after[KEY_COLUMNS_MAX];
    size_t after_count;
    struct cell except[KEY_COLUMNS_MAX]; // whole keys, one behind the other
    size_t except_count;
    size_t batch_rows;
    size_t batch_bytes;
    size_t value_bytes;
    const char *where;
    size_t limit;
    int64_t cancel_every_ms;
    const char *between;
    const char *behind;
    size_t stop;
    bool is_count;
    size_t heap_before; // the read
};

struct tally {
    size_t rows;
    size_t bytes;
    size_t batches;
    size_t widest_batch;
    size_t heap_bytes; // most that was allocated at a time, by driver and program, since the start
    int repeats;
};

// What `serve` was asked.
static struct {
    char *text;
    char *words[64];
    size_t setting_count;
    size_t word_count;
} question;

static const char *
variable(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < question.setting_count; i++) {
        if (strncmp(question.words[i], name, size) == 0 && question.words[i][size] == '=')
            return question.words[i] + size + 1;
    }
    return getenv(name); // NOLINT(concurrency-mt-unsafe): nobody changes it
}

static int
number(const char *name, int otherwise)
{
    int64_t value = otherwise;
    const char *text = variable(name);

    if (text != NULL && !text_parse_integer(text, 0, INT32_MAX, &value))
        BUG("%s is no number", name);
    return (int)value;
}

// All pieces of variables, until the question is answered.
static char *texts[32];
static size_t used;

static void
release_pieces(void)
{
    while (used > 0)
        free(texts[--used]);
}

static const char *const *
pieces(const char *name, const char *separators, size_t *count)
{
    char **first = &texts[used];
    const char *at = variable(name) != NULL ? variable(name) : "";

    *count = 0;
    while (*at != '\0') {
        size_t size = strcspn(at, separators);

        if (used == sizeof texts / sizeof texts[0])
            BUG("too many pieces of %s", name);
        texts[used] = mem_alloc(size + 1);
        memcpy(texts[used], at, size);
        texts[used++][size] = '\0';
        (*count)++;
        at += size + (at[size] != '\0' ? 1 : 0);
    }
    return (const char *const *)first;
}

static void
read_environment(struct source_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    settings->interface = variable("SOURCE_DUMPS") != NULL  ? SOURCE_INTERFACE_DUMP
                          : variable("SOURCE_JARS") != NULL ? SOURCE_INTERFACE_JDBC
                                                            : SOURCE_INTERFACE_ODBC;
    settings->dump_dir = variable("SOURCE_DUMPS");
    settings->jar_files = pieces("SOURCE_JARS", ":", &settings->jar_file_count);
    settings->driver_class = variable("SOURCE_CLASS");
    settings->jdbc_url = variable("SOURCE_URL");
    settings->jdbc_properties = pieces("SOURCE_PROPERTIES", ";", &settings->jdbc_property_count);
    settings->jvm_options = pieces("SOURCE_JVM_OPTIONS", ";", &settings->jvm_option_count);
    settings->odbc_connection = variable("SOURCE_CONNECTION");
    settings->odbc_driver = variable("SOURCE_DRIVER");
    settings->host = variable("SOURCE_HOST");
    settings->port = number("SOURCE_PORT", 0);
    settings->db_name = variable("SOURCE_DB");
    settings->user = variable("SOURCE_USER");
    settings->password = variable("SOURCE_PASSWORD");
    settings->schema = variable("SOURCE_SCHEMA") != NULL ? variable("SOURCE_SCHEMA") : "PUB";
    settings->fetch_size = number("SOURCE_FETCH_SIZE", 0);
    settings->query_timeout_s = number("SOURCE_QUERY_TIMEOUT", 0);
    settings->connect_timeout_s = 10;
}

// --- rows

// What the allocator of a sanitized build says: it is exact, where the resident set is not.
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t
allocated_bytes(void)
{
    struct mallinfo2 info;

    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void
note_heap(struct tally *tally, size_t before)
{
    size_t now = allocated_bytes();

    if (now > before && now - before > tally->heap_bytes)
        tally->heap_bytes = now - before;
}

static bool
read_all(struct cursor *cursor, const struct table *table, const struct options *options,
    struct tally *tally, struct error *err)
{
    const struct batch *batch;

    do {
        if (!cursor_fetch(cursor, &batch, err))
            return false;
        note_heap(tally, options->heap_before);
        if (!options->is_count)
            print_rows(table, batch);
        tally->rows += batch->row_count;
        tally->bytes += batch->size_bytes;
        tally->batches += batch->row_count > 0 ? 1 : 0;
        if (batch->size_bytes > tally->widest_batch)
            tally->widest_batch = batch->size_bytes;
    } while (batch->row_count > 0 && (options->stop == 0 || tally->rows < options->stop));
    return true;
}

// What was printed before a read must be repeated is marked, so that the test can drop it.
static void
add_exceptions(struct read_request *request, struct options *options, struct key_position *except)
{
    for (size_t i = 0; i < options->except_count; i += request->key->column_count) {
        except[request->except_count++] =
            (struct key_position){ &options->except[i], request->key->column_count };
    }
    request->except = except;
}

static bool
read_table(struct source *source, const struct table *table, struct options *options,
    struct tally *tally, struct error *err)
{
    struct key_position after = { options->after, options->after_count };
    struct key_position except[KEY_COLUMNS_MAX];
    struct read_request request = {
        .table = table,
        .part = options->part,
        .key = options->key >= 0 ? &table->keys[options->key] : NULL,
        .after = options->after_count > 0 ? &after : NULL,
        .batch_rows = options->batch_rows,
        .batch_bytes = options->batch_bytes,
        .value_bytes = options->value_bytes,
        .row_limit = options->limit,
    };

    add_exceptions(&request, options, except);
    options->heap_before = allocated_bytes();
    for (;;) {
        struct cursor *cursor = NULL;
        bool done = source_open_cursor(source, &request, &cursor, err) &&
                    read_all(cursor, table, options, tally, err);

        cursor_close(cursor);
        if (done)
            return true;
        if (err->kind != ERROR_DATA || err->retry == RETRY_NEVER ||
            tally->repeats > (int)table->column_count)
            return false;
        if (!options->is_count)
            (void)printf("\"repeat\"\n");
        *tally = (struct tally){ .repeats = tally->repeats + 1 };
    }
}

static void
print_tally(const struct tally *tally, int64_t duration_ms)
{
    char line[256];
    long peak_kb = 0;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak_kb = strtol(line + 6, NULL, 10);
    }
    if (status != NULL)
        (void)fclose(status);
    (void)printf("{\"rows\": %zu, \"bytes\": %zu, \"batches\": %zu, \"widest_batch\": %zu, "
                 "\"ms\": %lld, \"peak_kb\": %ld, \"heap_kb\": %zu, \"repeats\": %d}\n",
        tally->rows, tally->bytes, tally->batches, tally->widest_batch, (long long)duration_ms,
        peak_kb, tally->heap_bytes / 1024, tally->repeats);
}

struct canceller {
    struct source *source;
    int64_t every_ms;
    atomic_bool has_ended; // the read
};

// Again and again, because one that comes before the source was asked has no effect.
static void *
cancel_read(void *argument)
{
    struct canceller *canceller = argument;

    while (!atomic_load(&canceller->has_ended)) {
        clock_sleep_ms(canceller->every_ms);
        source_cancel(canceller->source);
    }
    return NULL;
}

static void
run_command(const char *command)
{
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): what a test asks for
    if (command != NULL && system(command) != 0)
        BUG("%s failed", command);
}

static int
run_read(struct source *source, const struct catalog *catalog, struct options *options)
{
    struct tally tally = { 0 };
    struct error err = { 0 };
    struct canceller canceller = { .source = source, .every_ms = options->cancel_every_ms };
    struct table *table = NULL;
    pthread_t thread;
    int64_t begin;
    bool done;

    for (size_t i = 0; i < catalog->table_count; i++) {
        if (strcmp(catalog->tables[i]->name, options->table) == 0)
            table = catalog->tables[i];
    }
    if (table == NULL)
        BUG("no table %s", options->table);
    if (options->key >= 0 && (size_t)options->key >= table->key_count)
        BUG("no key %d", options->key);
    table->where.condition = options->where;
    run_command(options->between);
    begin = clock_steady_ms();
    if (canceller.every_ms > 0)
        (void)pthread_create(&thread, NULL, cancel_read, &canceller);
    done = read_table(source, table, options, &tally, &err);
    atomic_store(&canceller.has_ended, true);
    if (canceller.every_ms > 0)
        (void)pthread_join(thread, NULL);
    if (!done)
        return print_error(&err);
    run_command(options->behind);
    if (options->is_count)
        print_tally(&tally, clock_steady_ms() - begin);
    return 0;
}

// --- the command line

static size_t
size_of(const char *text)
{
    int64_t value = 0;

    if (!text_parse_integer(text, 0, INT64_MAX, &value))
        BUG("%s is no number", text);
    return (size_t)value;
}

static enum key_part
part_of(const char *text)
{
    return strcmp(text, "equal") == 0       ? KEY_PART_EQUAL
           : strcmp(text, "not_null") == 0  ? KEY_PART_NOT_NULL
           : strcmp(text, "with_null") == 0 ? KEY_PART_WITH_NULL
                                            : KEY_PART_ALL;
}

static void
read_option(const char *name, const char *value, struct options *options)
{
    if (strcmp(name, "--part") == 0)
        options->part = part_of(value);
    else if (strcmp(name, "--key") == 0)
        options->key = (int)size_of(value);
    else if (strcmp(name, "--after") == 0 && options->after_count < KEY_COLUMNS_MAX)
        options->after[options->after_count++] = strcmp(value, "NULL") == 0
                                                     ? (struct cell){ NULL, 0 }
                                                     : (struct cell){ value, strlen(value) };
    else if (strcmp(name, "--except") == 0 && options->except_count < KEY_COLUMNS_MAX)
        options->except[options->except_count++] = (struct cell){ value, strlen(value) };
    else if (strcmp(name, "--batch-rows") == 0)
        options->batch_rows = size_of(value);
    else if (strcmp(name, "--batch-bytes") == 0)
        options->batch_bytes = size_of(value);
    else if (strcmp(name, "--value-bytes") == 0)
        options->value_bytes = size_of(value);
    else if (strcmp(name, "--where") == 0)
        options->where = value;
    else if (strcmp(name, "--limit") == 0)
        options->limit = size_of(value);
    else if (strcmp(name, "--cancel-every") == 0)
        options->cancel_every_ms = (int64_t)size_of(value);
    else if (strcmp(name, "--between") == 0)
        options->between = value;
    else if (strcmp(name, "--behind") == 0)
        options->behind = value;
    else if (strcmp(name, "--stop") == 0)
        options->stop = size_of(value);
    else
        BUG("unknown option %s", name);
}

static int
run(struct source *source, int count, char **arguments)
{
    struct options options = {
        .key = -1, .batch_rows = 5000, .batch_bytes = 4 << 20, .value_bytes = 400 << 20
    };
    struct error err = { 0 };
    const struct table_filter everything = { NULL, NULL, false };
    struct catalog catalog;
    struct arena arena;
    int64_t begin = clock_steady_ms();
    int status;

    if (strcmp(arguments[0], "identity") == 0)
        return print_identity(source);
    arena_init(&arena);
    if (!source_read_catalog(source, &everything, &arena, &catalog, &err)) {
        arena_release(&arena);
        return print_error(&err);
    }
    if (strcmp(arguments[0], "catalog") == 0) {
        status = print_catalog(&catalog, clock_steady_ms() - begin);
    } else {
        options.is_count = strcmp(arguments[0], "count") == 0;
        options.table = arguments[1];
        for (int i = 2; i + 1 < count; i += 2)
            read_option(arguments[i], arguments[i + 1], &options);
        status = run_read(source, &catalog, &options);
    }
    arena_release(&arena);
    return status;
}

static int
answer(int count, char **arguments)
{
    struct source_settings settings;
    struct source *source = NULL;
    struct error err = { 0 };
    int status;

    read_environment(&settings);
    if (source_open(&settings, &source, &err))
        status = run(source, count, arguments);
    else
        status = print_error(&err);
    source_close(source);
    release_pieces();
    return status;
}

// --- questions, one after the other

static bool
read_question(void)
{
    unsigned char head[4];
    size_t size;

    if (fread(head, 1, sizeof head, stdin) < sizeof head)
        return false;
    size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    question.text = mem_alloc(size + 1);
    question.text[size] = '\0';
    if (fread(question.text, 1, size, stdin) < size)
        BUG("half a question");
    question.word_count = 0;
    question.setting_count = SIZE_MAX;
    for (char *at = question.text; at < question.text + size; at += strlen(at) + 1) {
        if (question.word_count == sizeof question.words / sizeof question.words[0])
            BUG("too many words");
        if (*at == '\0' && question.setting_count == SIZE_MAX)
            question.setting_count = question.word_count;
        question.words[question.word_count++] = at;
    }
    return true;
}

static int
serve(void)
{
    while (read_question()) {
        size_t first = question.setting_count + 1; // behind the empty word

        (void)answer((int)(question.word_count - first), question.words + first);
        (void)printf(".\n");
        (void)fflush(stdout);
        question.setting_count = 0;
        free(question.text);
    }
    return 0;
}

static bool
is_understood(int argc, char **argv)
{
    return argc > 2 ||
           (argc == 2 && (strcmp(argv[1], "catalog") == 0 || strcmp(argv[1], "identity") == 0 ||
                             strcmp(argv[1], "serve") == 0));
}

int
main(int argc, char **argv)
{
    if (!is_understood(argc, argv)) {
        (void)fprintf(
            stderr, "usage: source_dump catalog|identity|rows TABLE|count TABLE|serve ...\n");
        return 2;
    }
    (void)setlocale(LC_ALL, "");
    return strcmp(argv[1], "serve") == 0 ? serve() : answer(argc - 1, argv + 1);
}
