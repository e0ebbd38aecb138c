#include "run/typed_views.h"

#include "base/log.h"
#include "base/text.h"
#include "target/ddl.h"
#include "target/typed_view.h"

#include <string.h>

struct following {
    struct target *target;
    const struct mirror_claim *claim;
    const struct settings *settings;
    struct arena arena;
    const struct table **tables; // of the plan
    size_t count;
    struct typed_definition *definitions; // one a table
    struct typed_view *views;             // that there are
    size_t view_count;
    size_t made;
};

static const struct typed_view *
find_view(const struct following *following, const struct table *table)
{
    for (size_t i = 0; i < following->view_count; i++) {
        const struct typed_view *view = &following->views[i];

        if (strcmp(view->source_table, table->name) == 0 &&
            strcmp(view->source_schema, table->schema) == 0)
            return view;
    }
    return NULL;
}

static bool
is_right(const struct following *following, const struct typed_view *view,
    const struct typed_definition *definition)
{
    return view != NULL && view->name != NULL &&
           strcmp(view->schema, following->settings->mirror.typed_views) == 0 &&
           strcmp(view->declared, definition->declared) == 0;
}

// A name that somebody else's object has.
static void
explain_name(const struct following *following, struct error *err)
{
    if (strcmp(err->sqlstate, "42P07") != 0)
        return;
    err->hint[0] = '\0';
    error_hint(err,
        "Rename what has that name in schema \"%s\", or give mirror_settings.typed_views a schema "
        "of "
        "its own.",
        following->settings->mirror.typed_views);
}

static bool
make(struct following *following, size_t at, const struct typed_view *view, struct error *err)
{
    struct target *target = following->target;
    const struct table *table = following->tables[at];

    if (target_begin(target, err) &&
        typed_view_make(target, &following->arena, following->claim,
            following->settings->mirror.typed_views, &following->definitions[at], view, err) &&
        schema_change_save(target, following->claim, table,
            "view with native types made in the schema of mirror_settings.typed_views", NULL,
            err) &&
        target_commit(target, err))
        return true;
    target_rollback(target);
    typed_view_explain(target, view, err);
    explain_name(following, err);
    return error_within(err, "the view over table \"%s\"", table->name);
}

// False when the connection is lost: no other view is worth trying.
static bool
follow_one(struct following *following, size_t at)
{
    const struct typed_view *view = find_view(following, following->tables[at]);
    struct error err = { 0 };

    if (following->definitions[at].query == NULL ||
        is_right(following, view, &following->definitions[at]))
        return true;
    if (make(following, at, view, &err)) {
        following->made++;
        return true;
    }
    log_failure(LOG_WARNING, &err);
    return target_is_alive(following->target);
}

static void
take_tables(struct following *following, const struct plan *plan)
{
    following->tables = arena_calloc(&following->arena, plan->job_count, sizeof(void *));
    following->count = plan->job_count;
    for (size_t i = 0; i < plan->job_count; i++)
        following->tables[i] = plan->jobs[i].table;
    following->definitions =
        arena_calloc(&following->arena, plan->job_count, sizeof *following->definitions);
}

static bool
look(struct following *following, struct error *err)
{
    const struct settings *settings = following->settings;

    return ddl_create_schema(following->target, settings->mirror.typed_views, err) &&
           typed_view_read(following->target, &following->arena, following->claim->mirror_id,
               &following->views, &following->view_count, err) &&
           typed_view_define(following->target, &following->arena, settings->target.schema,
               following->tables, following->count, following->definitions, err);
}

void
typed_views_follow(struct target *target, const struct mirror_claim *claim,
    const struct settings *settings, const struct plan *plan)
{
    struct following following = { .target = target, .claim = claim, .settings = settings };
    struct error err = { 0 };

    arena_init(&following.arena);
    take_tables(&following, plan);
    if (!look(&following, &err))
        log_failure(LOG_WARNING, &err);
    else
        for (size_t i = 0; i < following.count && follow_one(&following, i); i++)
            ;
    if (following.made > 0)
        log_info("%zu %s with native types made in schema \"%s\"", following.made,
            text_plural(following.made, "view", "views"), settings->mirror.typed_views);
    arena_release(&following.arena);
}
