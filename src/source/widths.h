// Widths that are declared at a source and that its data may exceed all the same, and how an
// administrator declares others. Texts are constants of a product.
#ifndef OE2PG_SOURCE_WIDTHS_H
#define OE2PG_SOURCE_WIDTHS_H

#include <stdint.h>

struct source_widths {
    int64_t most;        // that a column can have, in its own unit
    int64_t most_digits; // that a decimal can have
    const char *clause;  // behind ALTER TABLE ... ALTER COLUMN ..., before the number
    const char *tool;    // sets all widths by the data; the database's name follows
    const char *choice;  // what is to be chosen in its menu
};

#endif
