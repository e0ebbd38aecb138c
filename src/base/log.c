// One of the two writable globals of the program (the other is the cancel flag): the sink.
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 4096, LAST_LINE_SECONDS = 5 };

static struct {
    pthread_mutex_t lock;
    int file;         // -1: none
    const char *path; // of it, the caller's
    bool has_told_loss;
    enum log_level console_level;
    enum log_level file_level;
    struct log_console_hook hook;
} log_sink = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .file = -1, .console_level = LOG_INFO, .file_level = LOG_INFO
};

static bool
fail_open(const char *path, int cause, struct error *err)
{
    struct stat attributes;
    bool is_unread = cause == ENXIO && stat(path, &attributes) == 0 && S_ISFIFO(attributes.st_mode);

    error_set(err, ERROR_CONFIG, "could not open log file \"%s\": %s", path,
        is_unread ? "it is a FIFO that nobody reads" : strerrordesc_np(cause));
    if (is_unread)
        return error_hint(err, "Start the reader first, or set mirror_settings.log_file to a "
                               "plain file.");
    return error_hint(err, "Set mirror_settings.log_file to a file that this user may write to.");
}

bool
log_open(const char *path, enum log_level console, enum log_level file, struct error *err)
{
    log_sink.console_level = console;
    log_sink.file_level = file;
    if (path == NULL)
        return true;
    // Never waits: a FIFO without a reader cannot be opened so, and one that is full, or a terminal
    // that stands still, refuses the line instead of holding the mirror.
    log_sink.file =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (log_sink.file < 0)
        return fail_open(path, errno, err);
    log_sink.path = path;
    return true;
}

void
log_close(void)
{
    if (log_sink.file >= 0)
        (void)close(log_sink.file);
    log_sink.file = -1;
}

void
log_set_console_hook(const struct log_console_hook *hook)
{
    (void)pthread_mutex_lock(&log_sink.lock);
    if (hook != NULL)
        log_sink.hook = *hook;
    else
        memset(&log_sink.hook, 0, sizeof log_sink.hook);
    (void)pthread_mutex_unlock(&log_sink.lock);
}

bool
log_console_is_enabled(enum log_level level)
{
    return level >= log_sink.console_level;
}

// Returns 0, or why the rest of the line could not be written.
static int
write_line(int file, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, line, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        line += written;
        size -= (size_t)written;
    }
    return 0;
}

const char *
log_level_name(enum log_level level)
{
    static const char *const names[] = { "DEBUG", "INFO", "WARNING", "ERROR" };

    return names[level];
}

static void
write_console(const char *line, size_t size)
{
    const struct log_console_hook *hook = &log_sink.hook;

    if (hook->before != NULL)
        hook->before(hook->context);
    (void)write_line(STDERR_FILENO, line, size); // who closed it wants to hear nothing
    if (hook->after != NULL)
        hook->after(hook->context);
}

// To the console alone: the file is what cannot be written.
static void
tell_loss(int cause)
{
    const char *why =
        cause == EAGAIN ? "whoever reads it does not keep up" : strerrordesc_np(cause);
    char message[LINE_SIZE / 2];
    char line[LINE_SIZE];
    char when[32];

    (void)text_print(message, sizeof message,
        "could not write to log file \"%s\": %s; lines are missing there, the run goes on",
        log_sink.path, why);
    if (log_sink.hook.write != NULL) {
        log_sink.hook.write(log_sink.hook.context, LOG_WARNING, message);
        return;
    }
    clock_format_local(clock_wall_ms(), when, sizeof when);
    write_console(line, text_print(line, sizeof line, "%s - %s - %s\n", when,
                            log_level_name(LOG_WARNING), message));
}

// A full disk under the log must not stop a mirror: what cannot be written is dropped, and that is
// said once. The next lines are tried all the same; room may come.
static void
write_file(const char *line, size_t size)
{
    int cause = write_line(log_sink.file, line, size);

    if (cause != 0 && !log_sink.has_told_loss)
        tell_loss(cause);
    log_sink.has_told_loss = log_sink.has_told_loss || cause != 0;
}

static void write_entry(enum log_level level, bool is_for_console, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void
write_entry(enum log_level level, bool is_for_console, const char *format, va_list args)
{
    char line[LINE_SIZE];
    char when[32];
    bool is_for_file;
    size_t start;
    size_t size;

    is_for_console = is_for_console && log_console_is_enabled(level);
    is_for_file = level >= log_sink.file_level;
    if (!is_for_console && !is_for_file)
        return;
    clock_format_local(clock_wall_ms(), when, sizeof when);
    start = text_print(line, sizeof line, "%s - %s - ", when, log_level_name(level));
    (void)text_vprint(line + start, sizeof line - start - 1, format, args);
    for (char *p = line; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20)
            *p = ' ';
    }
    size = strlen(line);
    (void)pthread_mutex_lock(&log_sink.lock);
    if (is_for_console && log_sink.hook.write != NULL)
        log_sink.hook.write(log_sink.hook.context, level, line + start);
    line[size++] = '\n';
    if (is_for_console && log_sink.hook.write == NULL)
        write_console(line, size);
    if (is_for_file && log_sink.file >= 0)
        write_file(line, size);
    (void)pthread_mutex_unlock(&log_sink.lock);
}

void
log_debug(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_entry(LOG_DEBUG, true, format, args);
    va_end(args);
}

void
log_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_entry(LOG_INFO, true, format, args);
    va_end(args);
}

void
log_warning(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_entry(LOG_WARNING, true, format, args);
    va_end(args);
}

void
log_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_entry(LOG_ERROR, true, format, args);
    va_end(args);
}

void
log_last_line(int exit_status, const char *format, ...)
{
    va_list args;

    (void)alarm(LAST_LINE_SECONDS); // its signal ends the process
    va_start(args, format);
    write_entry(LOG_ERROR, true, format, args);
    va_end(args);
    log_close();
    _exit(exit_status);
}

void
log_file_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_entry(LOG_INFO, false, format, args);
    va_end(args);
}

void
log_failure(enum log_level level, const struct error *err)
{
    const char *gap = err->hint[0] != '\0' ? " - " : "";

    switch (level) {
    case LOG_DEBUG:
        log_debug("%s%s%s", err->message, gap, err->hint);
        break;
    case LOG_INFO:
        log_info("%s%s%s", err->message, gap, err->hint);
        break;
    case LOG_WARNING:
        log_warning("%s%s%s", err->message, gap, err->hint);
        break;
    case LOG_ERROR:
        log_error("%s%s%s", err->message, gap, err->hint);
        break;
    }
}
