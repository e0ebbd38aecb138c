// One of the two writable globals of the program (the other is the cancel flag): the sink.
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 4096 };

static struct {
    pthread_mutex_t lock;
    int file; // -1: none
    enum log_level level;
    struct log_console_hook hook;
} log_sink = { .lock = PTHREAD_MUTEX_INITIALIZER, .file = -1, .level = LOG_INFO };

bool
log_open(const char *path, enum log_level level, struct error *err)
{
    log_sink.level = level;
    if (path == NULL)
        return true;
    log_sink.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_sink.file < 0) {
        int cause = errno;

        error_set(
            err, ERROR_CONFIG, "could not open log file \"%s\": %s", path, strerrordesc_np(cause));
        return error_hint(
            err, "Set mirror_settings.log_file to a file that this user may write to.");
    }
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
log_is_enabled(enum log_level level)
{
    return level >= log_sink.level;
}

// A full disk under the log must not stop a mirror: what cannot be written is dropped.
static void
write_line(int file, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, line, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        line += written;
        size -= (size_t)written;
    }
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
    write_line(STDERR_FILENO, line, size);
    if (hook->after != NULL)
        hook->after(hook->context);
}

static void write_entry(enum log_level level, bool is_for_console, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void
write_entry(enum log_level level, bool is_for_console, const char *format, va_list args)
{
    char line[LINE_SIZE];
    char when[32];
    size_t start;
    size_t size;

    if (!log_is_enabled(level))
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
    if (log_sink.file >= 0)
        write_line(log_sink.file, line, size);
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
