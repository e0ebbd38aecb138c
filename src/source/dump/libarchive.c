#include "source/dump/libarchive.h"

#include <dlfcn.h>
#include <stddef.h>

// Since 2011; what is called has been in it from the first one on.
#define NAME "libarchive.so.13"

bool
libarchive_load(struct libarchive *out, struct error *err)
{
#define CALL(call) { "archive_" #call, offsetof(struct libarchive, call) },
    static const struct {
        const char *name;
        size_t offset;
    } calls[] = { LIBARCHIVE_CALLS(CALL) };
#undef CALL
    void *library = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);
    bool is_whole = library != NULL;

    for (size_t i = 0; is_whole && i < sizeof calls / sizeof calls[0]; i++) {
        void *symbol = dlsym(library, calls[i].name);

        *(void **)((char *)out + calls[i].offset) = symbol;
        is_whole = symbol != NULL;
    }
    if (is_whole)
        return true;
    (void)error_set(err, ERROR_SYSTEM, "could not load libarchive, which reads packed dumps: %s",
        dlerror()); // NOLINT(concurrency-mt-unsafe): the GNU C library keeps it for each thread
    return error_hint(err,
        "Install it (in Debian the package libarchive13 or libarchive13t64), or unpack the dump.");
}
