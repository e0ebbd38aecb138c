// How the values of a data dump are written: what its trailer says of numbers, dates and its code
// page, and what decided where it says nothing. One thread.
#ifndef OE2PG_SOURCE_DUMP_D_FORM_H
#define OE2PG_SOURCE_DUMP_D_FORM_H

#include "base/arena.h"
#include "base/error.h"
#include "source/dump/dump_page.h"
#include "source/dump/dump_trailer.h"

struct d_form {
    char point; // of decimals
    // Which of the three parts of a date is the day, the month, the year. Without has_dates nothing
    // says that, and no date can be read.
    int day;
    int month;
    int year;
    bool has_dates;
    int century;   // the first of the hundred years that two digits stand for
    bool has_page; // else only ASCII can be read
    struct dump_page page;
    const char *page_name;
    bool is_assumed;  // something that the trailer does not say
    const char *said; // a sentence: what was decided by what
};

// `code_page` is what the user says of files that do not say theirs; NULL: nothing. Fails, with
// ERROR_TABLE, for what is not understood. Texts go into the arena.
bool d_form_read(struct arena *arena, const char *name, const struct dump_trailer *trailer,
    const char *code_page, struct d_form *form, struct error *err)
    __attribute__((warn_unused_result));
void d_form_release(struct d_form *form);

#endif
