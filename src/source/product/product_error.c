#include "source/product/product_error.h"

#include "base/sqlstate.h"
#include "base/text.h"
#include "source/product/products.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// "(7512)" at the end, whatever language stands before it; 0 when there is none. A driver may put a
// full stop behind it.
static long
number_at_end(const char *message)
{
    enum { DIGITS_MAX = 9 };
    size_t end = strlen(message);
    size_t start;

    while (end > 0 && (isspace((unsigned char)message[end - 1]) || message[end - 1] == '.'))
        end--;
    if (end == 0 || message[end - 1] != ')')
        return 0;
    start = end - 1;
    while (start > 0 && isdigit((unsigned char)message[start - 1]))
        start--;
    if (start == 0 || message[start - 1] != '(' || end - 1 - start > DIGITS_MAX)
        return 0;
    return strtol(message + start, NULL, 10);
}

static bool
says_little(const struct product_errors *errors, const char *state)
{
    return state[0] == '\0' || strcmp(state, "HY000") == 0 || strcmp(state, "S1000") == 0 ||
           product_matches(errors->vague, state);
}

static const struct product_error *
find_in(const struct product_errors *errors, const char *state, long code, const char *message)
{
    long number = errors->numbered != NULL && text_match(errors->numbered, message)
                      ? number_at_end(message)
                      : 0;

    if (!says_little(errors, state))
        return NULL;
    for (size_t i = 0; i < errors->count; i++) {
        const struct product_error *error = &errors->list[i];

        if ((code != 0 && labs(code) == error->code) || (number != 0 && number == error->number))
            return error;
    }
    return NULL;
}

const struct product_error *
product_error_find(const char *state, long code, const char *message)
{
    const struct product_error *found = NULL;

    for (size_t i = 0; found == NULL && i < product_count; i++)
        found = find_in(&products[i]->errors, state, code, message);
    return found;
}

const char *
product_error_state(const char *state, long code, const char *message)
{
    const struct product_error *found = product_error_find(state, code, message);

    return found != NULL ? found->state : state;
}

// Known by the number alone: some drivers say a state that would be enough.
static const struct product_errors *
find_too_wide(long code)
{
    for (size_t i = 0; code != 0 && i < product_count; i++) {
        if (labs(code) == products[i]->errors.too_wide)
            return &products[i]->errors;
    }
    return NULL;
}

bool
product_error_fill(
    struct error *err, const char *what, const char *state, long code, const char *message)
{
    const struct product_error *found = product_error_find(state, code, message);
    const char *told = found != NULL ? found->state : state;
    struct sqlstate_meaning meaning = sqlstate_find(told, ERROR_SIDE_SOURCE);

    // What says too wide names table and column alone, and people need to know which.
    if (sqlstate_may_quote_values(told) && find_too_wide(code) == NULL)
        (void)error_set(err, meaning.kind,
            "%s: the source refused a value, SQLSTATE %s, its own number %ld", what, told, code);
    else
        (void)error_set(err, meaning.kind, "%s: %s", what, message);
    err->retry = meaning.retry;
    err->native_code = code;
    (void)text_print(err->sqlstate, sizeof err->sqlstate, "%s", told);
    if (found != NULL && found->hint != NULL)
        (void)error_hint(err, "%s", found->hint);
    if (meaning.hint != NULL)
        (void)error_hint(err, "%s", meaning.hint);
    return false;
}

static int
find_column(const struct table *table, const char *name, size_t size)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const char *own = column_at_source(&table->columns[i])->name;

        if (strlen(own) == size && memcmp(own, name, size) == 0)
            return (int)i;
    }
    return -1;
}

bool
product_error_is_too_wide(const struct error *err, const struct table *table, int *column)
{
    const struct product_errors *errors = find_too_wide(err->native_code);
    const char *name;
    const char *end;

    *column = -1;
    if (errors == NULL)
        return false;
    name = strstr(err->message, errors->before_column);
    end = name != NULL ? strstr(name, errors->behind_column) : NULL;
    if (end != NULL) {
        name += strlen(errors->before_column);
        *column = find_column(table, name, (size_t)(end - name));
    }
    return true;
}

bool
product_error_is_refusal(const char *message)
{
    for (size_t i = 0; i < product_count; i++) {
        const char *words = products[i]->errors.refusal;

        if (words != NULL && strstr(message, words) != NULL)
            return true;
    }
    return false;
}
