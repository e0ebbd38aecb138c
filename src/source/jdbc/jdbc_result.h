// A result of the source: Java packs its rows into memory of this file (java/oe2pg/Packer.java), a
// batch a call.
#ifndef OE2PG_SOURCE_JDBC_RESULT_H
#define OE2PG_SOURCE_JDBC_RESULT_H

#include "source/jdbc/jdbc.h"

// How a column is asked for: known to java/oe2pg/BatchReader.java by these numbers.
enum jdbc_way {
    JDBC_WAY_TEXT,
    JDBC_WAY_LONG,
    JDBC_WAY_DECIMAL,
    JDBC_WAY_DOUBLE,
    JDBC_WAY_FLOAT,
    JDBC_WAY_BOOLEAN,
    JDBC_WAY_DATE,
    JDBC_WAY_TIME,
    JDBC_WAY_STAMP,
    JDBC_WAY_ZONED_STAMP,
    JDBC_WAY_BYTES,
    JDBC_WAY_LONG_TEXT,
    JDBC_WAY_LONG_BYTES,
    JDBC_WAY_OBJECT,         // each value as what it is
    JDBC_WAY_OBJECT_AS_TEXT, // the same, bytes as SQL writes them
};

// What the catalogue is asked for: known to java/oe2pg/Session.java by these numbers.
enum jdbc_metadata {
    JDBC_METADATA_TABLES,
    JDBC_METADATA_COLUMNS,
    JDBC_METADATA_PRIMARY_KEYS,
    JDBC_METADATA_INDEXES
};

// What Java writes a batch to, and makes larger by a native method.
struct jdbc_memory {
    char *bytes;
    size_t capacity;
    size_t cap;
};

struct jdbc_result {
    struct jdbc_source *source;
    jobject reader;               // global reference; NULL when closed
    struct jdbc_memory memory[2]; // one is Java's while the batch in the other is worked on
    size_t turn;                  // the one of the next batch
    bool is_ahead;                // Java writes to it already
    struct jdbc_problem problem;  // of the last fill that failed

    // A result read row by row, as texts.
    struct arena row;           // the present row's texts
    const char **fields;        // of the present row, NULL for NULL
    size_t field_count;         // those asked for: the first ones of the result
    struct parcel_reader batch; // rows not stepped to yet
    size_t rows_left;           // in it
};

struct jdbc_statement {
    const char *sql;
    const struct buffer *positions; // a parcel for java/oe2pg/Positions.java; NULL: none
    const char *ways;               // of enum jdbc_way
    size_t column_count;
    size_t row_limit; // 0: none
    int fetch_size;   // rows of the first trip to the source; 0: as the driver likes
    int fetch_max;    // rows of later ones, by their width
};

// What a batch may hold: it ends behind the row that makes its values reach `payload` bytes.
struct jdbc_limits {
    size_t rows;
    size_t payload;
    size_t value;  // bytes; a longer one is told by its size alone
    bool is_ahead; // the next batch is packed while the caller works on this one
};

// A question to DatabaseMetaData. A NULL schema or table is any.
struct jdbc_question {
    enum jdbc_metadata what;
    const char *schema;
    const char *table;
    size_t field_count; // wanted: the first ones of the answer
};

// What is to be called once when the machine was started: true when Java knows how to ask for more
// memory.
bool jdbc_result_register(JNIEnv *env, jclass packer);

// Executes. `cap` is the memory that a batch may take. The result needs jdbc_result_close in any
// case; it is not to be moved in memory until then.
bool jdbc_result_query(struct jdbc_source *source, const struct jdbc_statement *statement,
    size_t cap, struct jdbc_result *result, struct error *err) __attribute__((warn_unused_result));
// Type numbers of the result's columns, in `arena`.
bool jdbc_result_describe(struct jdbc_result *result, struct arena *arena, int32_t **types,
    size_t *count, struct error *err) __attribute__((warn_unused_result));
// The next rows, as java/oe2pg/BatchReader.java says; *batch is over memory of the result, valid
// until the next call. The limits must be the same in each call. *row_count == 0 is the end. On
// failure result->problem says more.
bool jdbc_result_fill(struct jdbc_result *result, const struct jdbc_limits *limits,
    struct parcel_reader *batch, size_t *row_count, struct error *err)
    __attribute__((warn_unused_result));
void jdbc_result_close(struct jdbc_result *result);

// --- as texts, row by row: for catalogues

bool jdbc_result_query_texts(struct jdbc_source *source, const char *sql, size_t field_count,
    struct jdbc_result *result, struct error *err) __attribute__((warn_unused_result));
bool jdbc_result_metadata(struct jdbc_source *source, const struct jdbc_question *question,
    struct jdbc_result *result, struct error *err) __attribute__((warn_unused_result));
// Steps to the next row; *has_row is false at the end.
bool jdbc_result_next(struct jdbc_result *result, bool *has_row, struct error *err)
    __attribute__((warn_unused_result));
// A field of the present row: borrowed until the next one, NULL for NULL.
const char *jdbc_result_text(const struct jdbc_result *result, size_t field);
// The same as a number; `otherwise` for NULL or anything that is none.
int64_t jdbc_result_number(const struct jdbc_result *result, size_t field, int64_t otherwise);

#endif
