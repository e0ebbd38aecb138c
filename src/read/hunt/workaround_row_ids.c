// Of workaround.h what says whether rows are read by the ids under which the source keeps them.
#include "base/log.h"
#include "base/text.h"
#include "read/hunt/workaround.h"
#include "read/limits.h"

bool
workaround_has_row_ids(const struct workaround *workaround, const struct source *source)
{
    return workaround->row_ids != ROW_IDS_REFUSED && source_capabilities(source).row_id != NULL;
}

bool
workaround_turn_to_row_ids(
    struct workaround *workaround, const struct source *source, const char *why, struct error *err)
{
    if (!workaround_has_row_ids(workaround, source) || workaround->row_ids == ROW_IDS_ALL)
        return false;
    workaround->row_ids = ROW_IDS_ALL;
    log_info("table \"%s\": %s: the table is read by ROWID", workaround->table->name, why);
    (void)read_repeat(err, RETRY_WITH_LESS, why);
    return true;
}

bool
workaround_refuse_skipping(struct workaround *workaround, struct error *err)
{
    if (err->kind != ERROR_TABLE || err->retry != RETRY_NEVER)
        return false;
    workaround->cannot_skip_ids = true;
    return read_repeat(err, RETRY_WITH_LESS, "rows cannot be left out by ROWID");
}

bool
workaround_refuse_row_ids(struct workaround *workaround, struct error *err, const char *why)
{
    if (why == NULL && (err->kind != ERROR_TABLE || err->retry != RETRY_NEVER))
        return false;
    (void)text_print(workaround->row_id_refusal, sizeof workaround->row_id_refusal, "%s",
        why != NULL ? why : err->message);
    workaround->row_ids = ROW_IDS_REFUSED;
    return read_repeat(err, RETRY_WITH_LESS, "rows cannot be read by ROWID");
}
