#include "config/value.h"

#include "base/mem.h"
#include "base/text.h"
#include "config/message.h"

#include <string.h>

const char *
value_resolve_path(struct arena *arena, const char *directory, const char *path)
{
    if (directory == NULL || path[0] == '/' || path[0] == '\0')
        return arena_strdup(arena, path);
    return arena_printf(arena, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, path);
}

static bool
is_path(const struct option *option)
{
    return option->type == OPTION_PATH || option->type == OPTION_PATHS;
}

// The value as one text, paths resolved. What holds secrets gets its `shown` when it was scanned.
static void
put_text(struct arena *arena, const struct option *option, const char *directory, const char *text,
    struct config_value *value)
{
    value->given = arena_strdup(arena, text);
    value->text =
        option->type == OPTION_PATH ? value_resolve_path(arena, directory, text) : value->given;
    value->shown = option->secrecy == OPTION_PUBLIC ? value->text : "***";
}

static bool
put_scalar(const struct option *option, const char *text, const char *place,
    struct config_value *value, struct error *err)
{
    if (option->type == OPTION_INTEGER)
        return option_parse_integer(option, text, place, &value->integer, err);
    if (option->type == OPTION_WORD)
        return option_parse_word(option, text, place, &value->integer, err);
    return true;
}

// What is shown for a list.
static void
show_list(struct arena *arena, struct config_value *value)
{
    size_t size = 1;
    char *text;
    char *end;

    for (size_t i = 0; i < value->list_count; i++)
        size += strlen(value->list[i]) + 2;
    text = end = arena_alloc(arena, size);
    for (size_t i = 0; i < value->list_count; i++)
        end +=
            text_print(end, size - (size_t)(end - text), "%s%s", i > 0 ? ", " : "", value->list[i]);
    value->given = value->text = value->shown = text;
}

static bool
fail_type(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct error *err)
{
    char allowed[128];

    option_describe(option, allowed, sizeof allowed);
    (void)error_set(err, ERROR_CONFIG, "%s:%d: %s is %s; it must be %s", place->file, json->line,
        place->name, json_kind_words(json->kind), allowed);
    if (json->kind == JSON_NULL)
        return error_hint(err, "Leave the key out to get the default.");
    if (option->type == OPTION_INTEGER && json->kind == JSON_TEXT)
        return error_hint(err, "Write the number without quotes.");
    if (json->kind == JSON_NUMBER)
        return error_hint(err, "Write it in double quotes.");
    return false;
}

static bool
list_from_json(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct config_value *value, struct error *err)
{
    const struct json_value *item = json->kind == JSON_LIST ? json->children : json;
    size_t count = json->kind == JSON_LIST ? json->count : 1;
    const char **list;

    if (json->kind != JSON_LIST && json->kind != JSON_TEXT)
        return fail_type(place, option, json, err);
    // An empty text is "not given", an empty list somebody's mistake.
    if (json->kind == JSON_TEXT && json->text[0] == '\0')
        count = 0;
    else if (count == 0)
        return error_set(err, ERROR_CONFIG, "%s:%d: %s is an empty list; leave the key out instead",
            place->file, json->line, place->name);
    list = arena_calloc(place->arena, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (item->kind != JSON_TEXT)
            return fail_type(place, option, item, err);
        if (item->text[0] == '\0')
            return error_set(err, ERROR_CONFIG, "%s:%d: %s has an empty text in its list",
                place->file, item->line, place->name);
        list[i] = is_path(option) ? value_resolve_path(place->arena, place->directory, item->text)
                                  : item->text;
    }
    value->list = list;
    value->list_count = count;
    show_list(place->arena, value);
    return true;
}

// An = in a name would be taken for its end.
static bool
properties_from_json(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct config_value *value, struct error *err)
{
    const char **list = arena_calloc(place->arena, json->count + 1, sizeof *list);

    if (json->kind != JSON_OBJECT)
        return fail_type(place, option, json, err);
    for (const struct json_value *item = json->children; item != NULL; item = item->next) {
        if (item->key[0] == '_')
            continue;
        if (item->kind != JSON_TEXT)
            return fail_type(place, option, item, err);
        if (item->key[0] == '\0' || strchr(item->key, '=') != NULL)
            return error_set(err, ERROR_CONFIG,
                "%s:%d: %s has a name that is empty or holds an =", place->file, item->line,
                place->name);
        list[value->list_count++] = arena_printf(place->arena, "%s=%s", item->key, item->text);
    }
    value->list = list;
    show_list(place->arena, value);
    value->shown = "***"; // until it was scanned
    return true;
}

static bool
scalar_from_json(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct config_value *value, struct error *err)
{
    enum json_kind wanted = option->type == OPTION_INTEGER ? JSON_NUMBER : JSON_TEXT;
    const char *full_place;

    if (json->kind != wanted)
        return fail_type(place, option, json, err);
    full_place = arena_printf(place->arena, "%s:%d: %s", place->file, json->line, place->name);
    if (!put_scalar(option, json->text, full_place, value, err))
        return false;
    put_text(place->arena, option, place->directory, json->text, value);
    return true;
}

bool
value_from_json(const struct value_place *place, const struct option *option,
    const struct json_value *json, struct config_value *value, struct error *err)
{
    struct config_value fresh = { .origin = CONFIG_FILE, .where = place->file, .line = json->line };
    bool is_list = option->type == OPTION_LIST || option->type == OPTION_PATHS;
    bool is_object = option->type == OPTION_PROPERTIES;

    if (!(is_list       ? list_from_json(place, option, json, &fresh, err)
            : is_object ? properties_from_json(place, option, json, &fresh, err)
                        : scalar_from_json(place, option, json, &fresh, err)))
        return false;
    *value = fresh;
    return true;
}

// What stands between the items of a list in the environment; NULL when the value is no list.
static const char *
separator_of(const struct option *option)
{
    switch (option->type) {
    case OPTION_PATHS:
        return ":"; // as in a class path
    case OPTION_LIST:
        return " ";
    case OPTION_PROPERTIES:
        return ";";
    default:
        return NULL;
    }
}

// Empty pieces are left out.
static void
split_list(struct arena *arena, const char *text, const char *separator, struct config_value *value)
{
    const char **list = arena_calloc(arena, strlen(text) + 1, sizeof *list);

    while (*text != '\0') {
        size_t size = strcspn(text, separator);

        if (size > 0)
            list[value->list_count++] = arena_strndup(arena, text, size);
        text += size + (text[size] != '\0');
    }
    value->list = list;
    show_list(arena, value);
}

static bool
check_utf8(const char *text, const char *place, struct error *err)
{
    size_t size = strlen(text);

    if (text_utf8_valid_size(text, size) == size)
        return true;
    return error_set(err, ERROR_CONFIG, "%s: is not UTF-8", place);
}

bool
value_from_environment(struct arena *arena, const struct option *option, const char *text,
    struct config_value *value, struct error *err)
{
    struct config_value fresh = { .origin = CONFIG_ENVIRONMENT, .where = option->environment };
    const char *place = arena_printf(arena, "environment variable %s", option->environment);

    if (!check_utf8(text, place, err) || !put_scalar(option, text, place, &fresh, err))
        return false;
    if (separator_of(option) != NULL)
        split_list(arena, text, separator_of(option), &fresh);
    else
        put_text(arena, option, NULL, text, &fresh);
    if (option->secrecy != OPTION_PUBLIC)
        fresh.shown = "***"; // until it was scanned
    *value = fresh;
    return true;
}

static void
add_to_list(struct arena *arena, const char *text, struct config_value *value)
{
    const char **list = arena_calloc(arena, value->list_count + 2, sizeof *list);

    if (value->list_count > 0)
        memcpy(list, value->list, value->list_count * sizeof *list);
    list[value->list_count++] = arena_strdup(arena, text);
    value->list = list;
    show_list(arena, value);
}

bool
value_from_flag(struct arena *arena, const struct option *option, const char *text,
    struct config_value *value, struct error *err)
{
    struct config_value fresh = { .origin = CONFIG_FLAG, .where = option->flag };
    const char *place = arena_printf(arena, "flag %s", option->flag);
    bool is_fine = true;

    if (option->type == OPTION_SWITCH) {
        fresh.integer = 1;
        fresh.given = fresh.text = fresh.shown = "yes";
    } else {
        is_fine = check_utf8(text, place, err) && put_scalar(option, text, place, &fresh, err);
    }
    if (!is_fine) {
        err->kind = ERROR_USAGE;
        return false;
    }
    if (option->is_repeatable) {
        fresh.list = value->list;
        fresh.list_count = value->list_count;
        add_to_list(arena, text, &fresh);
    } else if (option->type != OPTION_SWITCH) {
        put_text(arena, option, NULL, text, &fresh);
    }
    *value = fresh;
    return true;
}

void
value_from_default(struct arena *arena, const struct option *option, const char *directory,
    struct config_value *value)
{
    struct error err = { 0 };

    if (option->default_text == NULL)
        return;
    value->origin = CONFIG_DEFAULT;
    put_text(arena, option, directory, option->default_text, value);
    if (!put_scalar(option, option->default_text, option->key, value, &err))
        BUG("option table: %s", err.message);
}
