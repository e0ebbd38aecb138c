// Numbers for people, in few characters and always of a known width. Pure; any thread.
#ifndef OE2PG_REPORT_FIGURES_H
#define OE2PG_REPORT_FIGURES_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIGURE_SIZE = 48 };

// "999", "1.2k", "12k", "123M", "1.2G": at most four characters up to 999T. Negative: "?".
void figure_count(char text[FIGURE_SIZE], int64_t count);
// "312 B", "1.2 MB", "18 GB" (powers of 1000). Negative: "?".
void figure_bytes(char text[FIGURE_SIZE], int64_t size_bytes);
// "0:18", "59:59", "1h02m", "23h", "4d": at most six characters. Negative: "".
void figure_clock(char text[FIGURE_SIZE], int64_t duration_ms);
// "12 s", "3 min", "26 h", "12 d": an age, coarse. Negative: "0 s".
void figure_age(char text[FIGURE_SIZE], int64_t duration_ms);
// The share of an estimate: "~42.1%", "~100%"; "" when the estimate is unknown or was passed.
void figure_percent(char text[FIGURE_SIZE], int64_t count, int64_t of);

// How many columns the text takes on a terminal: East Asian wide characters take two, combining
// ones none; control characters and bytes that are no UTF-8 are shown as one '?'.
size_t figure_width(const char *text);
// Appends the text cut or padded with blanks to exactly `width` columns. What is cut ends with '~',
// as names that are shortened elsewhere; no character is split.
void figure_fit(struct buffer *out, const char *text, size_t width);
// The same, right-aligned. Meant for figures: what is too long is cut on the left.
void figure_fit_right(struct buffer *out, const char *text, size_t width);
// Appends the text without control characters, as figure_fit would, whole.
void figure_append(struct buffer *out, const char *text);

#endif
