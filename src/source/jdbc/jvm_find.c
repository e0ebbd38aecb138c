#include "source/jdbc/jvm_find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

// Since Java 9 there is one place for it.
static bool
find_library(const char *home, char *path, size_t size)
{
    int written = snprintf(path, size, "%s/lib/server/libjvm.so", home);

    return written > 0 && (size_t)written < size && access(path, R_OK) == 0;
}

// The first number of JAVA_VERSION="17.0.15" in the file "release"; -1 when it does not say.
static long
version_of(const char *home)
{
    static const char key[] = "JAVA_VERSION=\"";
    char line[PATH_BYTES];
    long version = -1;
    FILE *file;

    if (snprintf(line, sizeof line, "%s/release", home) >= (int)sizeof line)
        return -1;
    file = fopen(line, "re");
    if (file == NULL)
        return -1;
    while (version < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, sizeof key - 1) == 0)
            version = strtol(line + sizeof key - 1, NULL, 10);
    }
    (void)fclose(file);
    return version;
}

static bool
fail_missing(struct error *err, const char *why, const char *where)
{
    (void)error_set(
        err, ERROR_SOURCE, "JDBC needs Java %d or later, and %s %s", JVM_VERSION_MIN, why, where);
    return error_hint(err, "Install it (apt-get install default-jre-headless), or set JAVA_HOME to "
                           "where it is.");
}

static bool
use_home(const char *home, char *path, size_t size, struct error *err)
{
    long version = version_of(home);

    if (!find_library(home, path, size))
        return fail_missing(err, "there is no lib/server/libjvm.so in JAVA_HOME,", home);
    if (version >= 0 && version < JVM_VERSION_MIN)
        return fail_missing(err, "JAVA_HOME names an older one:", home);
    return true;
}

// The highest version in the folder; 0 when there is none that will do.
static long
find_newest(DIR *directory, const char *folder, char *path, size_t size)
{
    long best = 0;
    const struct dirent *entry;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of our own
    while ((entry = readdir(directory)) != NULL) {
        char home[PATH_BYTES];
        char library[PATH_BYTES];
        long version;

        if (entry->d_name[0] == '.' ||
            snprintf(home, sizeof home, "%s/%s", folder, entry->d_name) >= (int)sizeof home)
            continue;
        version = version_of(home);
        if (version < JVM_VERSION_MIN || version <= best ||
            !find_library(home, library, sizeof library))
            continue;
        best = version;
        (void)snprintf(path, size, "%s", library);
    }
    return best;
}

bool
jvm_find(const char *java_home, const char *folder, char *path, size_t size, struct error *err)
{
    char home[PATH_BYTES];
    DIR *directory;
    long best = 0;

    if (java_home != NULL && java_home[0] != '\0')
        return use_home(java_home, path, size, err);
    if (snprintf(home, sizeof home, "%s/default-java", folder) < (int)sizeof home &&
        version_of(home) >= JVM_VERSION_MIN && find_library(home, path, size))
        return true;
    directory = opendir(folder);
    if (directory != NULL) {
        best = find_newest(directory, folder, path, size);
        (void)closedir(directory);
    }
    return best > 0 || fail_missing(err, "there is none in", folder);
}
