// What a type's name says, for both doors: where a driver's number says too little, or another
// thing than the declaration. Pure; any thread.
#ifndef OE2PG_SOURCE_TYPE_NAME_H
#define OE2PG_SOURCE_TYPE_NAME_H

#include "base/arena.h"
#include "model/table.h"

// True where the name begins with this word, whatever the case: "decimal(5)" and "decimal", not
// "decimalish", for "decimal".
bool type_name_begins(const char *type_name, const char *word);

// The kind that the name stands for, `otherwise` where it is none of the names that drivers are
// known to give the wrong number.
enum value_kind type_name_kind(const char *type_name, enum value_kind otherwise);

// The same, and dates and times by their names as well: for drivers that call nearly all of them
// characters.
enum value_kind type_name_kind_of_text(const char *type_name, enum value_kind otherwise);

// Reads "(10,2)" behind the name: the second is -1 where there is but one. False: no arguments.
bool type_name_arguments(const char *type_name, long *first, long *second);

// The type as people write it: "varchar(60)", "numeric(10,2)"; in the arena.
const char *type_name_spell(
    struct arena *arena, const char *type_name, const struct column *column);

#endif
