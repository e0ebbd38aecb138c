// The log: one line an event, to the console (stderr) and to a file, as
// "2025-04-26 10:34:17 - INFO - text". Any thread; lines never mix. Only the top of the program
// (cli, sync) logs: everything below returns a struct error.
#ifndef OE2PG_BASE_LOG_H
#define OE2PG_BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

// Called around each line written to the console, so that a progress display can step aside; or
// `write` in its place, with the line's parts. Each may be NULL. Runs under the log's lock: it must
// not log.
struct log_console_hook {
    void (*before)(void *context);
    void (*after)(void *context);
    void (*write)(void *context, enum log_level level, const char *message);
    void *context;
};

// Opens `path` for appending (NULL: console only), mode 0600 when it is created. `console` and
// `file` are the lowest levels that are written there. Called once, before any thread is started;
// keeps `path`. Never waits for a reader: what the file does not take at once is dropped, and the
// console told so once.
bool log_open(const char *path, enum log_level console, enum log_level file, struct error *err)
    __attribute__((warn_unused_result));
void log_close(void);
// NULL takes the hook away.
void log_set_console_hook(const struct log_console_hook *hook);
bool log_console_is_enabled(enum log_level level);

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// At INFO, to the file alone: what the console shows in another way.
void log_file_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
// At ERROR, and ends the process at once: for who meets its end where no error can be returned. May
// be called in a thread that crashed: a lock that is never free again holds it for some seconds.
_Noreturn void log_last_line(int exit_status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// The level's word, e.g. "WARNING".
const char *log_level_name(enum log_level level);
// An error with its remedy, in one line at `level`.
void log_failure(enum log_level level, const struct error *err);

#endif
