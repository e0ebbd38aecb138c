// The lines that OpenEdge writes behind the content of a .df and a .d: a line with a full stop ends
// the content; PSC, key=value lines, another full stop and the byte offset of PSC may follow. The
// offset is not used: it is wrong in every file that lost its carriage returns on its way. Pure;
// any thread.
#ifndef OE2PG_SOURCE_DUMP_TRAILER_H
#define OE2PG_SOURCE_DUMP_TRAILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DUMP_TRAILER_BYTES = 65536, // of a file's end, in which a trailer is looked for
    DUMP_WORD_BYTES = 128,
};

struct dump_trailer {
    bool has_end;  // the line that ends the content is there
    bool is_found; // PSC, and everything up to the full stop that ends the trailer
    int64_t end;   // where the line with the full stop begins; the file's size without one
    // As they stand there; "" where they are missing.
    char filename[DUMP_WORD_BYTES];
    char numformat[DUMP_WORD_BYTES];
    char dateformat[DUMP_WORD_BYTES];
    char code_page[DUMP_WORD_BYTES];
    char database[DUMP_WORD_BYTES];
    char timestamp[DUMP_WORD_BYTES];
    char map[DUMP_WORD_BYTES];
    int64_t records; // -1: missing
};

// `bytes` are the last `size` ones of a file, and begin at `offset`.
void dump_trailer_read(
    const char *bytes, size_t size, int64_t offset, struct dump_trailer *trailer);

#endif
