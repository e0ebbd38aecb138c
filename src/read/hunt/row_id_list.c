#include "read/hunt/row_id_list.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void
row_id_list_init(struct row_id_list *list, size_t max_bytes)
{
    *list = (struct row_id_list){ .max = max_bytes / ROW_ID_BYTES };
}

void
row_id_list_release(struct row_id_list *list)
{
    free(list->ids);
    free(list->states);
    memset(list, 0, sizeof *list);
}

// Eighteen digits always fit; of nineteen some do not.
bool
row_id_parse(const char *text, size_t size, int64_t *id)
{
    size_t digits = size > 0 && text[0] == '-' ? size - 1 : size;
    const char *first = text + (size - digits);
    int64_t number = 0;

    if (digits == 0 || digits > ROW_ID_TEXT_MAX || (first[0] == '0' && size > 1))
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (first[i] < '0' || first[i] > '9' ||
            __builtin_mul_overflow(number, (int64_t)10, &number) ||
            __builtin_add_overflow(number, (int64_t)(first[i] - '0'), &number))
            return false;
    }
    *id = digits < size ? -number : number;
    return true;
}

bool
row_id_list_add(struct row_id_list *list, const char *text, size_t size, bool *is_full)
{
    int64_t id;

    *is_full = list->count >= list->max;
    if (*is_full || !row_id_parse(text, size, &id))
        return false;
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? 2 * list->capacity : 1024;
        if (list->capacity > list->max)
            list->capacity = list->max;
        list->ids = mem_realloc(list->ids, list->capacity, sizeof *list->ids);
    }
    list->ids[list->count++] = id;
    return true;
}

static int
compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

bool
row_id_list_sort(struct row_id_list *list)
{
    bool is_single = true;

    if (list->count > 0)
        qsort(list->ids, list->count, sizeof *list->ids, compare_ids);
    for (size_t i = 1; i < list->count; i++)
        is_single &= list->ids[i] != list->ids[i - 1];
    list->states = mem_calloc(list->count > 0 ? list->count : 1, sizeof *list->states);
    list->next = 0;
    return is_single;
}

size_t
row_id_list_waiting(struct row_id_list *list, int64_t *ids, size_t max)
{
    size_t found = 0;

    while (list->next < list->count && list->states[list->next] != ROW_ID_WAITING)
        list->next++;
    for (size_t i = list->next; i < list->count && found < max; i++) {
        if (list->states[i] == ROW_ID_WAITING)
            ids[found++] = list->ids[i];
    }
    return found;
}

static unsigned char *
find_state(const struct row_id_list *list, int64_t id)
{
    const int64_t *found =
        list->count > 0 ? bsearch(&id, list->ids, list->count, sizeof *list->ids, compare_ids)
                        : NULL;

    return found != NULL ? &list->states[found - list->ids] : NULL;
}

bool
row_id_list_mark(struct row_id_list *list, int64_t id, enum row_id_state state)
{
    unsigned char *found = find_state(list, id);

    if (found != NULL)
        *found = (unsigned char)state;
    return found != NULL;
}

bool
row_id_list_is(const struct row_id_list *list, int64_t id, enum row_id_state state)
{
    const unsigned char *found = find_state(list, id);

    return found != NULL && *found == state;
}
