#include "source/dump/dump_kind.h"

#include "base/text.h"

#include <string.h>

static const char packing_reason[] = "is packed in a way that is not read: gzip, zstd and tar are";
static const char binary_reason[] = "is a binary dump, which is not read: dump the table as text";

// The first that fits.
static const struct {
    const char *ending;
    enum dump_kind_of of;
    enum dump_packing packing;
    const char *reason;
} kinds[] = {
    { ".d", DUMP_DATA, DUMP_PLAIN, NULL },
    { ".d.gz", DUMP_DATA, DUMP_GZIP, NULL },
    { ".d.zst", DUMP_DATA, DUMP_ZSTD, NULL },
    { ".df", DUMP_SCHEMA, DUMP_PLAIN, NULL },
    { ".df.gz", DUMP_SCHEMA, DUMP_GZIP, NULL },
    { ".df.zst", DUMP_SCHEMA, DUMP_ZSTD, NULL },
    { ".tar", DUMP_ARCHIVE, DUMP_PLAIN, NULL },
    { ".tar.gz", DUMP_ARCHIVE, DUMP_GZIP, NULL },
    { ".tgz", DUMP_ARCHIVE, DUMP_GZIP, NULL },
    { ".tar.zst", DUMP_ARCHIVE, DUMP_ZSTD, NULL },
    { ".tzst", DUMP_ARCHIVE, DUMP_ZSTD, NULL },
    { ".bz2", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".tbz2", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".xz", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".txz", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".z", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".lz4", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".zip", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".7z", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".rar", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".gpg", DUMP_REFUSED, DUMP_PLAIN, packing_reason },
    { ".bd", DUMP_REFUSED, DUMP_PLAIN, binary_reason },
};

// Where the name ends so, with something before it. NULL: it does not.
static const char *
find_ending(const char *name, const char *ending)
{
    size_t size = strlen(name);
    size_t wanted = strlen(ending);
    const char *found = size > wanted ? name + size - wanted : NULL;

    return found != NULL && text_equal_nocase(found, ending) ? found : NULL;
}

struct dump_kind
dump_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && name[0] != '.'; i++) {
        const char *found = find_ending(name, kinds[i].ending);

        if (found != NULL)
            return (struct dump_kind){ kinds[i].of, kinds[i].packing, (size_t)(found - name),
                kinds[i].reason };
    }
    return (struct dump_kind){ .of = DUMP_NOTHING };
}
