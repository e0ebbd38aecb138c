// The writing side: the only room that talks to PostgreSQL. One struct target is one connection,
// used by one thread; only target_cancel may come from another. There is no "run any SQL": every
// statement the program can send is a named function of this room (target.h: connection and
// transactions; mirror.h: the mirror's owner and the tracking tables; ddl.h: mirrored tables;
// copy_stream.h: rows; apply.h: differences).
#ifndef OE2PG_TARGET_TARGET_H
#define OE2PG_TARGET_TARGET_H

#include "base/error.h"
#include "model/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct target;

// Connects within settings->timeout_s and sets up the session: every setting that could change how
// a value is read or printed is set and read back. Refused: a standby or read-only server, a
// database that is not UTF8, a pooler between (the server's process is not the one that answered
// the login). `settings` is borrowed for the life of the connection.
bool target_open(const struct target_settings *settings, const char *application_name,
    struct target **target, struct error *err) __attribute__((warn_unused_result));
// Rolls back what is open; NULL is fine.
void target_close(struct target *target);
// Makes a statement that is running in another thread fail soon. Any thread.
void target_cancel(struct target *target);
// False once the connection is lost: close it and open another.
bool target_is_alive(const struct target *target);

struct target_facts {
    int server_version; // 150004
    bool is_superuser;
    const char *user;     // current_user
    const char *database; // current_database()
    // Time-outs of this server that are in force and that this program does not know, as
    // "name = value, ..."; NULL: none.
    const char *unknown_time_outs;
};
// Borrowed from the target.
const struct target_facts *target_facts(const struct target *target);

// Names the session for pg_stat_activity.
bool target_set_name(struct target *target, const char *application_name, struct error *err)
    __attribute__((warn_unused_result));

// From here on every transaction of this connection is fenced: it begins by locking the mirror's
// row FOR SHARE where it still carries this run, and fails with ERROR_BUSY when it does not.
void target_set_fence(struct target *target, int mirror_id, int64_t run_id);

// A fenced transaction. target_rollback may be called at any time, also when none is open.
bool target_begin(struct target *target, struct error *err) __attribute__((warn_unused_result));
bool target_commit(struct target *target, struct error *err) __attribute__((warn_unused_result));
void target_rollback(struct target *target);
// One savepoint inside the open transaction; setting it again replaces it.
bool target_savepoint(struct target *target, struct error *err) __attribute__((warn_unused_result));
bool target_release_savepoint(struct target *target, struct error *err)
    __attribute__((warn_unused_result));
bool target_rollback_to_savepoint(struct target *target, struct error *err)
    __attribute__((warn_unused_result));
// A transaction is open (or was, until an error).
bool target_in_transaction(const struct target *target);

#endif
