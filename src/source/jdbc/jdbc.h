// The pieces of the JDBC driver, for the files of this folder only. What is Java is in java/; all
// that is asked of it goes through the wrappers below, which look for an exception after each call.
#ifndef OE2PG_SOURCE_JDBC_JDBC_H
#define OE2PG_SOURCE_JDBC_JDBC_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "source/catalog/catalog_door.h"
#include "source/driver.h"
#include "source/jdbc/jvm.h"
#include "source/jdbc/parcel.h"

#include <stdint.h>

struct product;
struct jdbc_result;

// What earlier reads of one table taught about it; found by names, for the catalogue may have been
// read again.
struct jdbc_note {
    struct jdbc_note *next;
    char *schema;
    char *name;
    bool is_row_by_row; // its rows are too wide for Java's heap in larger numbers
    bool is_at_odds;    // its driver's results are not of the types that its catalogue says
};

struct jdbc_source {
    struct source base; // first: source.c sees only this
    const struct source_settings *settings;
    const struct product *product;
    struct arena arena;      // the identity's texts
    const char *catalog;     // NULL: none
    bool needs_unlocked;     // no lock is to be taken, and the session's isolation says otherwise
    char quote[8];           // around identifiers; "" when there is none
    char escape[8];          // in patterns of catalogue calls; "" when there is none
    struct jdbc_note *notes; // owned
    jobject session;         // global reference; NULL until connected
};

// --- jni_error.c: the one place that reads exceptions

struct jdbc_problem {
    enum {
        JDBC_PROBLEM_SQL,
        JDBC_PROBLEM_MEMORY, // Java's heap is full
        JDBC_PROBLEM_CLASS,  // the driver or something it needs is not in the jars
        JDBC_PROBLEM_OTHER,  // a bug of the driver, mostly
    } kind;
    int column; // of the value that could not be read; -1: none
    long code;
    char state[6];
    char message[900]; // secrets masked
};

// Takes the pending exception away from the thread and reads it.
void jni_take_problem(
    const struct source_settings *settings, JNIEnv *env, struct jdbc_problem *problem);
// Turns it into `err`; `what` is what was being done. Returns false.
bool jdbc_fail(const struct jdbc_problem *problem, struct error *err, const char *what);
// The same for an attempt to connect: every failure is one of the source.
bool jdbc_fail_connect(const struct jdbc_problem *problem, struct error *err);

// --- jni_call.c: calls that fail when there is an exception. `settings` is for its secrets.

struct jni_call {
    const struct source_settings *settings;
    const char *what; // was being done
    JNIEnv *env;
};

// Begins a row of calls: the thread is attached, and local references live until jni_end.
bool jni_begin(const struct source_settings *settings, const char *what, struct jni_call *call,
    struct error *err) __attribute__((warn_unused_result));
void jni_end(const struct jni_call *call);
// An array of Java's with these bytes; a local reference.
bool jni_bytes(const struct jni_call *call, const void *bytes, size_t size, jbyteArray *array,
    struct error *err) __attribute__((warn_unused_result));
bool jni_object(const struct jni_call *call, jobject object, jmethodID method, jobject *result,
    struct error *err, ...) __attribute__((warn_unused_result));
bool jni_void(const struct jni_call *call, jobject object, jmethodID method, struct error *err, ...)
    __attribute__((warn_unused_result));
// The same of a method without arguments whose failure changes nothing.
void jni_quietly(const struct jni_call *call, jobject object, jmethodID method);
// An array of Java's as a parcel over a copy in `arena`.
bool jni_take_parcel(const struct jni_call *call, jobject array, struct arena *arena,
    struct parcel_reader *parcel, struct error *err) __attribute__((warn_unused_result));
// What a byte[] method returns, as a parcel over a copy in `arena`.
bool jni_parcel(const struct jni_call *call, jobject object, jmethodID method, struct arena *arena,
    struct parcel_reader *parcel, struct error *err) __attribute__((warn_unused_result));

// --- jdbc_session.c

// Isolation, time-outs, what is pinned, autocommit; fills identity.isolation, session and
// needs_unlocked.
bool jdbc_set_up_session(struct jdbc_source *source, struct error *err)
    __attribute__((warn_unused_result));

// --- jdbc_catalog.c, jdbc_key.c, jdbc_door.c

bool jdbc_read_catalog(struct source *source, const struct table_filter *filter,
    struct arena *arena, struct catalog *catalog, struct error *err)
    __attribute__((warn_unused_result));
// Finds out whether the table was changed (a failure) or the driver disagrees with itself, which
// goes into the table's note. `odd` is of another type in the result; none may be open.
bool jdbc_settle_odds(struct jdbc_source *source, const struct table *table,
    const struct column *odd, struct error *err) __attribute__((warn_unused_result));
// For struct catalog_ways; they are given a struct jdbc_source.
bool jdbc_list_primary(void *source, struct arena *arena, struct table *table, struct error *err)
    __attribute__((warn_unused_result));
bool jdbc_list_indexes(void *source, struct arena *arena, struct table *table, struct error *err)
    __attribute__((warn_unused_result));
struct catalog_door jdbc_catalog_door(struct jdbc_source *source);
// The same, as struct source_driver has it.
struct catalog_door jdbc_door(struct source *base);

// --- jdbc_cursor.c

bool jdbc_open_cursor(struct source *source, const struct read_request *request,
    struct cursor **cursor, struct error *err) __attribute__((warn_unused_result));
bool jdbc_fetch(struct cursor *cursor, const struct batch **batch, struct error *err)
    __attribute__((warn_unused_result));
void jdbc_close_cursor(struct cursor *base);

// --- jdbc_check.c

// *odd is the first column whose type in the result is not what the catalogue said; NULL: there is
// none. Another number of columns is a failure.
bool jdbc_check_result(const struct jdbc_source *source, const struct table *table,
    const bool *is_plain, struct jdbc_result *result, const struct column **odd, struct error *err)
    __attribute__((warn_unused_result));
// --- jdbc_query.c

void jdbc_append_count(const struct source *base, struct buffer *sql, const struct table *table);

// --- jdbc_note.c

// The note about a table, made when there is none; owned by the source.
struct jdbc_note *jdbc_note_find(struct jdbc_source *source, const struct table *table);
void jdbc_note_free_all(struct jdbc_source *source);

#endif
