// Large objects are files beside the data, or in a folder lobs/ there; a record has their names. In
// an archive each would have to be looked for from its beginning: they are not read there.
#include "source/dump/dump.h"
#include "source/dump/dump_file.h"

#include "base/text.h"

#include <string.h>

enum { NAME_MAX_BYTES = 255, PATH_CAP = 64 * 1024 };

// Nothing outside of the folder is read, whatever a record says.
static bool
is_file_name(const struct cell *name)
{
    return name->size > 0 && name->size <= NAME_MAX_BYTES && name->bytes[0] != '.' &&
           memchr(name->bytes, '/', name->size) == NULL &&
           memchr(name->bytes, '\0', name->size) == NULL;
}

// `path` is the file's for as long as it is open.
static bool
open_file(const struct dump_lob *lob, const struct cell *name, struct buffer *path,
    struct dump_file *file, struct error *err)
{
    static const char *const places[] = { "", "lobs/" };
    bool done = false;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && !done; i++) {
        size_t at;

        buffer_clear(path);
        (void)buffer_printf(path, "%s/%s", lob->folder, places[i]);
        at = path->size;
        (void)buffer_append(path, name->bytes, name->size);
        done = dump_file_open(
            &(struct dump_place){ .path = buffer_text(path), .name = buffer_text(path) + at }, NULL,
            file, err);
        if (!done && !file->is_missing)
            return false;
    }
    if (done)
        return true;
    (void)error_set(err, ERROR_TABLE,
        "the LOB \"%.*s\" is neither in the folder of the dumps nor in its lobs/%s",
        (int)name->size, name->bytes, lob->is_in_archive ? "; those in archives are not read" : "");
    return error_hint(err, "Copy the files of the LOBs there too, or take the column out by "
                           "mirror_settings.tables.NAME.exclude_columns.");
}

// "field!codepage!number.blb".
static bool
read_page_name(const struct cell *name, char page[DUMP_WORD_BYTES])
{
    const char *first = memchr(name->bytes, '!', name->size);
    size_t left = first != NULL ? name->size - (size_t)(first + 1 - name->bytes) : 0;
    const char *second = left > 0 ? memchr(first + 1, '!', left) : NULL;

    if (second == NULL)
        return false;
    (void)text_print(page, DUMP_WORD_BYTES, "%.*s", (int)(second - first - 1), first + 1);
    return !dump_page_is_unknown(page);
}

// In place of the bytes their text in UTF-8.
static bool
convert(const struct dump_lob *lob, const struct cell *name, struct buffer *content,
    enum d_verdict *verdict, struct error *err)
{
    char said[DUMP_WORD_BYTES];
    const char *page_name = read_page_name(name, said) ? said : lob->page;
    struct dump_page own = { 0 };
    struct dump_page *page = &lob->form->page;
    struct buffer text;

    if (page_name == NULL && !lob->form->has_page) {
        *verdict = D_NO_PAGE;
        return true;
    }
    if (page_name != NULL && !dump_page_open(page_name, &own)) {
        (void)error_set(err, ERROR_TABLE,
            "code page \"%s\" of a CLOB is not known here, or no superset of ASCII", page_name);
        return error_hint(err, "Take the column out by "
                               "mirror_settings.tables.NAME.exclude_columns.");
    }
    if (page_name != NULL)
        page = &own;
    buffer_init(&text, SIZE_MAX / 2);
    *verdict = D_NO_CHARACTERS;
    if (dump_page_convert(page, content->bytes, content->size, &text)) {
        *verdict = D_FITS;
        (void)buffer_reserve(&text, 0);
        buffer_release(content);
        *content = text;
    } else
        buffer_release(&text);
    dump_page_close(&own);
    return true;
}

static bool
read_content(struct dump_file *file, struct buffer *content, struct error *err)
{
    size_t size = (size_t)file->found.st_size;
    size_t got = 1;

    if (buffer_reserve(content, size + 1) == NULL)
        return error_set(err, ERROR_SYSTEM, "no memory for a LOB of %zu bytes", size);
    while (got > 0) { // one byte more than there were would come, too
        if (!dump_file_read(
                file, content->bytes + content->size, size + 1 - content->size, &got, err))
            return false;
        content->size += got;
    }
    content->bytes[size] = '\0';
    if (content->size == size && dump_file_check_still(file, err))
        return true;
    return error_set(
        err, ERROR_TABLE, "the LOB \"%s\" was written to while it was read", file->place.name);
}

bool
dump_lob_read(const struct dump_lob *lob, enum d_type type, const struct cell *name,
    struct buffer *content, size_t *size, enum d_verdict *verdict, struct error *err)
{
    struct buffer path;
    struct dump_file file;
    bool done;

    *verdict = D_FITS;
    if (!is_file_name(name))
        return error_set(err, ERROR_TABLE, "a LOB's name is no name of a file");
    buffer_init(&path, PATH_CAP);
    done = open_file(lob, name, &path, &file, err);
    *size = done ? (size_t)file.found.st_size : 0;
    if (done && (lob->limit == 0 || *size <= lob->limit))
        done = read_content(&file, content, err) &&
               (type != D_CLOB || convert(lob, name, content, verdict, err));
    dump_file_close(&file);
    buffer_release(&path);
    return done;
}
