#include "config/fingerprint.h"

#include "base/hash.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// Each piece with its NUL, so that "ab","c" and "a","bc" differ; "" and not given are the same.
static void
add_text(uint64_t *hash, const char *text)
{
    if (text == NULL)
        text = "";
    *hash = hash_bytes_extended(text, strlen(text) + 1, *hash);
}

// Lists item by item, which is what was meant by them; all else as it is shown, secrets masked.
static void
add_value(uint64_t *hash, const struct option *option, const struct config_value *value)
{
    if (value->origin == CONFIG_UNSET || option->secrecy == OPTION_SECRET)
        return;
    add_text(hash, option->section);
    add_text(hash, option->key != NULL ? option->key : option->flag);
    if (option->type == OPTION_INTEGER)
        *hash = hash_bytes_extended(&value->integer, sizeof value->integer, *hash);
    else if (value->list_count == 0 || option->secrecy != OPTION_PUBLIC)
        add_text(hash, value->shown);
    for (size_t i = 0; i < value->list_count && option->secrecy == OPTION_PUBLIC; i++)
        add_text(hash, value->list[i]);
}

static int
compare_tables(const void *a, const void *b)
{
    const struct config_table *const *one = a;
    const struct config_table *const *other = b;

    return text_compare_nocase((*one)->pattern, (*other)->pattern);
}

static void
add_tables(uint64_t *hash, struct config *config)
{
    const struct config_table **tables =
        arena_calloc(&config->arena, config->table_count + 1, sizeof(void *));

    for (size_t i = 0; i < config->table_count; i++)
        tables[i] = &config->tables[i];
    qsort(tables, config->table_count, sizeof(void *), compare_tables);
    for (size_t i = 0; i < config->table_count; i++) {
        add_text(hash, tables[i]->pattern);
        for (size_t j = 0; j < CONFIG_TABLE_VALUES; j++)
            add_value(
                hash, option_at((enum option_id)(OPTION_TABLE_KEY + j)), &tables[i]->values[j]);
    }
}

// How much is said of a run, and where it is logged, is not how it mirrors.
static bool
is_about_talk(enum option_id id)
{
    return id == OPTION_CONFIG || id == OPTION_LOG_LEVEL || id == OPTION_PROGRESS ||
           id == OPTION_MIRROR_LOG_FILE;
}

const char *
fingerprint_settings(struct config *config)
{
    const struct mirror_settings *mirror = &config->settings.mirror;
    uint64_t hash = 0;

    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (!is_about_talk((enum option_id)id))
            add_value(&hash, option_at((enum option_id)id), &config->values[id]);
    }
    add_tables(&hash, config);
    for (size_t i = 0; i < mirror->ignored_count; i++)
        add_text(&hash, mirror->ignored[i].pattern);
    return arena_printf(&config->arena, "%016" PRIx64, hash);
}
