// How many rows psqlODBC fetches from its server at a time. It keeps them in memory, whatever their
// size, so that the number must follow the width of the rows: many narrow ones (few would cost a
// third of the speed), few wide ones. Other drivers do not need this and ignore it.
#ifndef OE2PG_SOURCE_ODBC_PACE_H
#define OE2PG_SOURCE_ODBC_PACE_H

#include "source/odbc/odbc.h"
#include "source/odbc/odbc_layout.h"

struct odbc_pace {
    bool is_used;
    size_t bound_bytes; // of a row, as bound
    size_t widest;      // bytes of the widest row since the last fetch, beyond the bound ones
    size_t rows;        // what the driver was told last
};

// Before the statement is executed.
void odbc_pace_begin(
    struct odbc_pace *pace, struct odbc_source *source, const struct odbc_layout *layout);
// `stored_bytes`: what a row held besides its bound values.
void odbc_pace_note_row(struct odbc_pace *pace, size_t stored_bytes);
// Before a block is fetched.
void odbc_pace_apply(struct odbc_pace *pace, struct odbc_source *source);

#endif
