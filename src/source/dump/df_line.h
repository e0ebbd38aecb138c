// The lines of a .df as words. A text in quotes may go over several lines, and is one word of the
// line in which it begins. One thread.
#ifndef OE2PG_SOURCE_DUMP_DF_LINE_H
#define OE2PG_SOURCE_DUMP_DF_LINE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { DF_WORDS_MAX = 16 }; // of a line; what is behind them is passed over

struct df_word {
    const char *text; // in the arena, without its quotes
    bool is_quoted;   // a word without quotes is a keyword, a number, or ? for "unknown"
};

struct df_lines {
    struct arena *arena;
    const char *file;
    const char *at; // the rest of the text, in UTF-8
    const char *end;
    int number; // of the line at hand, from 1
    int next;   // of the line behind it
    struct df_word words[DF_WORDS_MAX];
    size_t count;
    bool is_at_end; // no line is at hand: the end of the text, or the full stop that ends the dump
};

void df_lines_init(
    struct df_lines *lines, struct arena *arena, const char *file, const char *text, size_t size);
// The next line that has words and is no comment.
bool df_lines_next(struct df_lines *lines, struct error *err) __attribute__((warn_unused_result));
// Fails for the line at hand: "FILE:LINE: ...".
bool df_lines_fail(const struct df_lines *lines, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// True for a word without quotes that is this one, whatever the case.
bool df_word_is(const struct df_word *word, const char *text);
// The text of a word; NULL for an unquoted "?".
const char *df_word_text(const struct df_word *word);

#endif
