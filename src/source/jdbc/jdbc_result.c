#include "source/jdbc/jdbc_result.h"

#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_FIRST = 256 * 1024,
    MEMORY_KEPT = 16 * 1024 * 1024,
    MEMORY_AHEAD = 2 * 1024 * 1024, // of a batch that nobody waits for yet
    TEXT_ROWS = 200,
    TEXT_PAYLOAD = 128 * 1024,
    TEXT_LIMIT = 16 * 1024 * 1024,
};

// --- memory

static bool
grow(struct jdbc_memory *memory, size_t wanted)
{
    size_t capacity = memory->capacity > 0 ? memory->capacity : MEMORY_FIRST;
    char *bytes;

    if (wanted > memory->cap)
        return false;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity > memory->cap)
        capacity = memory->cap;
    bytes = realloc(memory->bytes, capacity);
    if (bytes == NULL)
        return false;
    memory->bytes = bytes;
    memory->capacity = capacity;
    return true;
}

// One enormous value must not hold its memory for the rest of the table.
static void
shrink(struct jdbc_memory *memory, size_t kept)
{
    if (memory->capacity <= kept)
        return;
    free(memory->bytes);
    memory->bytes = NULL;
    memory->capacity = 0;
}

// Packer.grow: called by Java while it fills the memory that `owner` points to.
static jobject JNICALL
grow_for_java(JNIEnv *env, jclass packer, jlong owner, jlong wanted)
{
    struct jdbc_memory *memory = (struct jdbc_memory *)(intptr_t)owner;

    (void)packer;
    if (wanted < 0 || !grow(memory, (size_t)wanted))
        return NULL;
    return (*env)->NewDirectByteBuffer(env, memory->bytes, (jlong)memory->capacity);
}

bool
jdbc_result_register(JNIEnv *env, jclass packer)
{
    char name[] = "grow";
    char signature[] = "(JJ)Ljava/nio/ByteBuffer;";
    jobject(JNICALL * function)(JNIEnv *, jclass, jlong, jlong) = grow_for_java;
    JNINativeMethod method = { .name = name, .signature = signature };

    memcpy(&method.fnPtr, &function, sizeof method.fnPtr);
    return (*env)->RegisterNatives(env, packer, &method, 1) == 0;
}

// --- opening and closing

static void
begin(struct jdbc_source *source, size_t cap, struct jdbc_result *result)
{
    memset(result, 0, sizeof *result);
    result->source = source;
    cap = cap < MEMORY_FIRST ? MEMORY_FIRST : cap < INT_MAX ? cap : INT_MAX;
    result->memory[0].cap = result->memory[1].cap = cap;
    arena_init(&result->row);
}

static jint
fit_int(size_t number)
{
    return number > INT_MAX ? INT_MAX : (jint)number;
}

static bool
make_positions(const struct jni_call *call, const struct buffer *positions, jbyteArray *array,
    struct error *err)
{
    *array = NULL;
    return positions == NULL || jni_bytes(call, positions->bytes, positions->size, array, err);
}

bool
jdbc_result_query(struct jdbc_source *source, const struct jdbc_statement *statement, size_t cap,
    struct jdbc_result *result, struct error *err)
{
    struct jni_call call;
    jbyteArray sql;
    jbyteArray positions;
    jbyteArray ways;
    jobject reader;
    bool done;

    begin(source, cap, result);
    if (!jni_begin(source->settings, "could not query the source", &call, err))
        return false;
    done = jni_bytes(&call, statement->sql, strlen(statement->sql), &sql, err) &&
           make_positions(&call, statement->positions, &positions, err) &&
           jni_bytes(&call, statement->ways, statement->column_count, &ways, err) &&
           jni_object(&call, source->session, jvm_methods()->session_query, &reader, err, sql,
               positions, ways, fit_int(statement->row_limit), (jint)statement->fetch_size,
               (jint)statement->fetch_max);
    if (done)
        result->reader = (*call.env)->NewGlobalRef(call.env, reader);
    jni_end(&call);
    return done;
}

void
jdbc_result_close(struct jdbc_result *result)
{
    struct error ignored = { 0 };
    struct jni_call call;

    // A result that was never begun is all zeros.
    if (result->source != NULL && result->reader != NULL &&
        jni_begin(result->source->settings, "could not close a result", &call, &ignored)) {
        // Java packs to the end of a row yet, and a large value needs the room of the one before.
        if (result->is_ahead)
            shrink(&result->memory[1 - result->turn], 0);
        jni_quietly(&call, result->reader, jvm_methods()->reader_close);
        (*call.env)->DeleteGlobalRef(call.env, result->reader);
        jni_end(&call);
    }
    free(result->memory[0].bytes);
    free(result->memory[1].bytes);
    free(result->fields);
    arena_release(&result->row);
    memset(result, 0, sizeof *result);
}

bool
jdbc_result_describe(struct jdbc_result *result, struct arena *arena, int32_t **types,
    size_t *count, struct error *err)
{
    struct parcel_reader parcel;
    struct jni_call call;
    bool done;
    int32_t said;

    if (!jni_begin(result->source->settings, "could not describe the result", &call, err))
        return false;
    done = jni_parcel(&call, result->reader, jvm_methods()->reader_describe, arena, &parcel, err);
    jni_end(&call);
    if (!done)
        return false;
    said = parcel_take_number(&parcel);
    *count = said > 0 ? (size_t)said : 0;
    *types = arena_calloc(arena, *count + 1, sizeof **types);
    for (size_t i = 0; i < *count; i++)
        (*types)[i] = parcel_take_number(&parcel);
    return true;
}

// --- rows

static bool
make_memory(struct jdbc_memory *memory, struct error *err)
{
    shrink(memory, MEMORY_KEPT);
    return grow(memory, MEMORY_FIRST) ||
           error_set(err, ERROR_SYSTEM, "no memory for a batch of rows");
}

static jlong
owner_of(const struct jdbc_memory *memory)
{
    return (jlong)(intptr_t)memory;
}

// Rows and bytes of the next batch, packed now or ahead. There may be an exception behind it.
static jlong
fill(struct jdbc_result *result, const struct jdbc_limits *limits, JNIEnv *env)
{
    struct jdbc_memory *memory = &result->memory[result->turn];
    jobject bytes;

    if (result->is_ahead) {
        // What was in the other one is dead now: at no time are there two large batches.
        shrink(&result->memory[1 - result->turn], MEMORY_AHEAD);
        return (*env)->CallLongMethod(env, result->reader, jvm_methods()->reader_take);
    }
    bytes = (*env)->NewDirectByteBuffer(env, memory->bytes, (jlong)memory->capacity);
    if (bytes == NULL)
        return 0;
    return (*env)->CallLongMethod(env, result->reader, jvm_methods()->reader_fill, bytes,
        owner_of(memory), fit_int(limits->rows), (jlong)limits->payload, (jlong)limits->value);
}

// Whatever goes wrong here goes wrong again, and is told, when the batch is fetched.
static void
begin_next(struct jdbc_result *result, const struct jdbc_limits *limits, JNIEnv *env)
{
    struct jdbc_memory *memory = &result->memory[1 - result->turn];
    bool begun = false;
    jobject bytes;

    shrink(memory, MEMORY_AHEAD);
    if (!grow(memory, MEMORY_FIRST))
        return;
    bytes = (*env)->NewDirectByteBuffer(env, memory->bytes, (jlong)memory->capacity);
    if (bytes != NULL)
        begun = (*env)->CallBooleanMethod(env, result->reader, jvm_methods()->reader_begin, bytes,
            owner_of(memory), fit_int(limits->rows), (jlong)limits->payload, (jlong)limits->value,
            (jlong)MEMORY_AHEAD);
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionClear(env);
        begun = false;
    }
    result->is_ahead = begun;
    if (begun)
        result->turn = 1 - result->turn;
}

bool
jdbc_result_fill(struct jdbc_result *result, const struct jdbc_limits *limits,
    struct parcel_reader *batch, size_t *row_count, struct error *err)
{
    const struct source_settings *settings = result->source->settings;
    const struct jdbc_memory *memory = &result->memory[result->turn];
    struct jni_call call;
    jlong filled;
    size_t size;
    bool done;

    if ((!result->is_ahead && !make_memory(&result->memory[result->turn], err)) ||
        !jni_begin(settings, "could not fetch rows of the source", &call, err))
        return false;
    filled = fill(result, limits, call.env);
    result->is_ahead = false;
    done = !(*call.env)->ExceptionCheck(call.env);
    if (!done) {
        jni_take_problem(settings, call.env, &result->problem);
        (void)jdbc_fail(&result->problem, err, call.what);
    }
    size = (uint32_t)filled;
    *row_count = (size_t)(filled >> 32);
    *batch = (struct parcel_reader){ .at = memory->bytes, .end = memory->bytes + size };
    // A batch that is not full was the last one.
    if (done && limits->is_ahead && (*row_count == limits->rows || size >= limits->payload))
        begin_next(result, limits, call.env);
    jni_end(&call);
    return done;
}

// --- as texts

static bool
begin_texts(struct jdbc_result *result, size_t field_count, struct jni_call *call, jbyteArray *ways,
    struct error *err)
{
    char texts[64] = { JDBC_WAY_TEXT };

    if (field_count > sizeof texts)
        BUG("%zu fields of a catalogue", field_count);
    result->field_count = field_count;
    result->fields = mem_calloc(field_count, sizeof *result->fields);
    return jni_bytes(call, texts, field_count, ways, err);
}

bool
jdbc_result_query_texts(struct jdbc_source *source, const char *sql, size_t field_count,
    struct jdbc_result *result, struct error *err)
{
    char ways[64] = { JDBC_WAY_TEXT };
    struct jdbc_statement statement = { .sql = sql, .ways = ways, .column_count = field_count };

    if (field_count > sizeof ways)
        BUG("%zu fields of a query", field_count);
    if (!jdbc_result_query(source, &statement, TEXT_LIMIT, result, err))
        return false;
    result->field_count = field_count;
    result->fields = mem_calloc(field_count, sizeof *result->fields);
    return true;
}

bool
jdbc_result_metadata(struct jdbc_source *source, const struct jdbc_question *question,
    struct jdbc_result *result, struct error *err)
{
    struct jni_call call;
    struct buffer names;
    jbyteArray packed;
    jbyteArray ways;
    jobject reader;
    bool done;

    begin(source, TEXT_LIMIT, result);
    if (!jni_begin(source->settings, "could not read the catalogue", &call, err))
        return false;
    buffer_init(&names, BUFFER_SQL_CAP);
    parcel_put_text(&names, source->catalog);
    parcel_put_text(&names, question->schema);
    parcel_put_text(&names, question->table);
    done = begin_texts(result, question->field_count, &call, &ways, err) &&
           jni_bytes(&call, names.bytes, names.size, &packed, err) &&
           jni_object(&call, source->session, jvm_methods()->session_metadata, &reader, err,
               (jint)question->what, packed, ways);
    if (done)
        result->reader = (*call.env)->NewGlobalRef(call.env, reader);
    buffer_release(&names);
    jni_end(&call);
    return done;
}

bool
jdbc_result_next(struct jdbc_result *result, bool *has_row, struct error *err)
{
    static const struct jdbc_limits limits = { TEXT_ROWS, TEXT_PAYLOAD, TEXT_LIMIT, false };

    if (result->rows_left == 0 &&
        !jdbc_result_fill(result, &limits, &result->batch, &result->rows_left, err))
        return false;
    *has_row = result->rows_left > 0;
    if (!*has_row)
        return true;
    result->rows_left--;
    arena_reset(&result->row);
    for (size_t i = 0; i < result->field_count; i++) {
        size_t size;
        const char *text = parcel_take_text(&result->batch, &size);

        result->fields[i] = text == NULL ? NULL : arena_strndup(&result->row, text, size);
    }
    return !result->batch.failed ||
           error_set(err, ERROR_SYSTEM, "a row of the catalogue came broken from Java");
}

const char *
jdbc_result_text(const struct jdbc_result *result, size_t field)
{
    return result->fields[field];
}

int64_t
jdbc_result_number(const struct jdbc_result *result, size_t field, int64_t otherwise)
{
    const char *text = result->fields[field];
    char *end;
    long long value;

    if (text == NULL || *text == '\0')
        return otherwise;
    value = strtoll(text, &end, 10);
    return *end == '\0' || *end == '.' ? value : otherwise;
}
