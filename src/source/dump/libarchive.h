// libarchive, loaded where a packed dump is opened: what it needs in its turn (XML, Unicode, TLS)
// would cost each start of the program more than all other libraries together.
#ifndef OE2PG_SOURCE_DUMP_LIBARCHIVE_H
#define OE2PG_SOURCE_DUMP_LIBARCHIVE_H

#include "base/error.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

// What is called of it, without the "archive_" in front.
#define LIBARCHIVE_CALLS(call)                                                                     \
    call(entry_filetype) call(entry_hardlink) call(entry_pathname) call(entry_pathname_utf8)       \
        call(entry_sparse_count) call(error_string) call(filter_code) call(filter_count)           \
            call(read_data) call(read_free) call(read_new) call(read_next_header) call(read_open)  \
                call(read_open_fd) call(read_support_filter_zstd) call(read_support_format_empty)  \
                    call(read_support_format_raw) call(read_support_format_tar) call(set_error)

#define LIBARCHIVE_FIELD(name) __typeof__ (&archive_##name)(name);
struct libarchive {
    LIBARCHIVE_CALLS(LIBARCHIVE_FIELD)
};
#undef LIBARCHIVE_FIELD

// It stays loaded as long as the process. ERROR_SYSTEM where it is missing. Any thread.
bool libarchive_load(struct libarchive *out, struct error *err) __attribute__((warn_unused_result));

#endif
