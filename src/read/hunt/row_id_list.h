// The ids of a table's rows, and which of the rows were read: nine bytes a row. Pure.
//
// Ids are decimal numbers as the source writes them. Where two rows have the same (partitions that
// each count their own) an id tells nothing: the list says so.
#ifndef OE2PG_READ_HUNT_ROW_ID_LIST_H
#define OE2PG_READ_HUNT_ROW_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum row_id_state { ROW_ID_WAITING, ROW_ID_READ, ROW_ID_MISSING };

struct row_id_list {
    int64_t *ids;
    unsigned char *states;
    size_t count;
    size_t capacity;
    size_t max;  // ids that there is room for
    size_t next; // before it none is waiting
};

enum { ROW_ID_BYTES = 9, ROW_ID_TEXT_MAX = 19 };

void row_id_list_init(struct row_id_list *list, size_t max_bytes);
void row_id_list_release(struct row_id_list *list);
// False when the text is no number in its plain form, or there is no room for it; *is_full tells
// which.
bool row_id_list_add(struct row_id_list *list, const char *text, size_t size, bool *is_full);
// After the last was added: in order, all waiting. False when one stands in it twice.
bool row_id_list_sort(struct row_id_list *list);
// The first ids that are waiting, at most `max`. Gives their number.
size_t row_id_list_waiting(struct row_id_list *list, int64_t *ids, size_t max);
// False when the list does not have it.
bool row_id_list_mark(struct row_id_list *list, int64_t id, enum row_id_state state);
// False when the list does not have it.
bool row_id_list_is(const struct row_id_list *list, int64_t id, enum row_id_state state);
// A number in its plain form: no blank, no plus, no zero in front.
bool row_id_parse(const char *text, size_t size, int64_t *id);

#endif
