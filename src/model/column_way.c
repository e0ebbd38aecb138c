#include "model/column_way.h"

#include <string.h>

static const char *const words[] = {
    [WAY_ROWS] = "rows",
    [WAY_CAST] = "cast",
    [WAY_SLICES] = "slices",
    [WAY_ELEMENTS] = "elements",
    [WAY_CUT] = "cut",
    [WAY_SHORT] = "short",
    [WAY_LEFT_OUT] = "left_out",
};

enum { WORD_COUNT = sizeof words / sizeof words[0], OVERLAP = 4, FINER = 4, FINEST = 4 };

const char *
column_way_word(enum column_way_kind kind)
{
    return words[kind];
}

bool
column_way_find(const char *word, enum column_way_kind *kind)
{
    for (int i = 0; i < WORD_COUNT; i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        *kind = (enum column_way_kind)i;
        return true;
    }
    return false;
}

const char *
column_way_phrase(enum column_way_kind kind)
{
    static const char *const phrases[] = {
        [WAY_ROWS] = "read plainly, and around its bad values,",
        [WAY_CAST] = "read by a cast",
        [WAY_SLICES] = "read in slices",
        [WAY_ELEMENTS] = "read element by element",
        [WAY_CUT] =
            "read as the source cuts it, rows with a value that it may have cut by their key",
        [WAY_SHORT] = "read as the source cuts it, NULL where it may have been cut",
        [WAY_LEFT_OUT] = "left out, NULL in every row",
    };

    return phrases[kind];
}

size_t
column_way_expressions(const struct column_way *way)
{
    switch (way->kind) {
    case WAY_LEFT_OUT:
        return 0;
    case WAY_SLICES:
    case WAY_ELEMENTS:
        return way->slice_count;
    case WAY_ROWS:
    case WAY_CAST:
    case WAY_CUT:
    case WAY_SHORT:
        break;
    }
    return 1;
}

size_t
column_way_overlap(size_t slice_width)
{
    return slice_width >= (size_t)2 * OVERLAP ? OVERLAP : slice_width / 2;
}

size_t
column_way_begin(const struct column_way *way, size_t i)
{
    return i * (way->slice_width - column_way_overlap(way->slice_width));
}

size_t
column_way_slices_for(size_t slice_width, size_t characters)
{
    size_t step = slice_width - column_way_overlap(slice_width);

    return (characters + step - 1) / step + 1;
}

static bool
make_finer(struct column_way *way)
{
    size_t reach = column_way_begin(way, way->slice_count - 1);

    if (way->slice_width < FINEST)
        return false;
    way->slice_width = way->slice_width / FINER > 1 ? way->slice_width / FINER : 2;
    way->slice_count = column_way_slices_for(way->slice_width, reach);
    return true;
}

bool
column_way_grow(struct column_way *way, bool is_finer)
{
    if (way->kind != WAY_SLICES ||
        (is_finer ? !make_finer(way) : way->slice_count >= COLUMN_WAY_SLICES_MAX))
        return false;
    if (!is_finer)
        way->slice_count *= 2;
    if (way->slice_count > COLUMN_WAY_SLICES_MAX)
        way->slice_count = COLUMN_WAY_SLICES_MAX;
    return true;
}
