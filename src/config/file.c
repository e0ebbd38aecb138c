#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
read_to_end(int file, const char *path, struct buffer *bytes, struct error *err)
{
    enum { STEP = 64 * 1024 };

    for (;;) {
        char *place = buffer_reserve(bytes, STEP);
        ssize_t size;

        if (place == NULL || bytes->size > FILE_SIZE_MAX)
            return error_set(err, ERROR_CONFIG, "%s: the file is longer than %d MiB", path,
                FILE_SIZE_MAX / 1024 / 1024);
        size = read(file, place, STEP);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return error_set(
                err, ERROR_CONFIG, "%s: could not be read: %s", path, strerrordesc_np(errno));
        if (size == 0) {
            place[0] = '\0';
            return true;
        }
        bytes->size += (size_t)size;
    }
}

enum file_found
file_read(const char *path, struct buffer *bytes, struct stat *attributes, struct error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool done;

    // One step more than the limit: a file of exactly the limit still needs room to find its end.
    buffer_init(bytes, FILE_SIZE_MAX + 128 * 1024);
    memset(attributes, 0, sizeof *attributes);
    if (file < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return FILE_MISSING;
        error_set(err, ERROR_CONFIG, "%s: could not be opened: %s", path, strerrordesc_np(errno));
        error_hint(err, "The user that runs oe2pg must be able to read it.");
        return FILE_FAILED;
    }
    if (fstat(file, attributes) == 0 && S_ISDIR(attributes->st_mode))
        done = error_set(err, ERROR_CONFIG, "%s: is a directory, not a file", path);
    else
        done = read_to_end(file, path, bytes, err);
    (void)close(file);
    return done ? FILE_READ : FILE_FAILED;
}

bool
file_is_open_to_writers(const struct stat *attributes)
{
    return S_ISREG(attributes->st_mode) && (attributes->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

bool
file_is_open_to_readers(const struct stat *attributes)
{
    if (!S_ISREG(attributes->st_mode))
        return false;
    if ((attributes->st_mode & S_IROTH) != 0)
        return true;
    return (attributes->st_mode & S_IRGRP) != 0 && attributes->st_uid != 0;
}

static bool
may_create(const char *path)
{
    const char *slash = strrchr(path, '/');
    char directory[4096] = ".";

    if (slash != NULL)
        (void)snprintf(
            directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return access(directory, W_OK | X_OK) == 0;
}

bool
file_check_appendable(const char *path, struct error *err)
{
    struct stat attributes;
    bool exists = stat(path, &attributes) == 0;

    if (exists && S_ISDIR(attributes.st_mode))
        errno = EISDIR;
    else if (exists ? access(path, W_OK) == 0 : errno == ENOENT && may_create(path))
        return true;
    error_set(err, ERROR_CONFIG, "%s: could not be written: %s", path, strerrordesc_np(errno));
    return error_hint(err, "Set mirror_settings.log_file to a file that this user may write to.");
}
