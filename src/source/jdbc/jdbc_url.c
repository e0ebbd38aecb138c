#include "source/jdbc/jdbc_url.h"

#include "base/text.h"
#include "source/sqlite_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
check_part(const char *name, const char *value, struct error *err)
{
    if (value == NULL) {
        (void)error_set(err, ERROR_CONFIG, "progress_db.%s is not given, nor is jdbc_url", name);
        return error_hint(err,
            "Set progress_db.host, port and db_name, or progress_db.jdbc_url for "
            "any other driver than OpenEdge's.");
    }
    if (strpbrk(value, ";\n\r") != NULL) {
        (void)error_set(err, ERROR_CONFIG,
            "progress_db.%s holds a semicolon, which ends a name in a URL", name);
        return error_hint(err, "Write the whole URL as progress_db.jdbc_url.");
    }
    return true;
}

bool
jdbc_url_make(const struct source_settings *settings, struct buffer *url, struct error *err)
{
    if (settings->jdbc_url != NULL && settings->jdbc_url[0] != '\0') {
        (void)buffer_append_text(url, settings->jdbc_url);
        return !url->failed || error_set(err, ERROR_CONFIG, "progress_db.jdbc_url is too long");
    }
    if (!check_part("host", settings->host, err) || !check_part("db_name", settings->db_name, err))
        return false;
    if (settings->port <= 0)
        return check_part("port", NULL, err);
    (void)buffer_printf(url, "jdbc:datadirect:openedge://%s:%d;databaseName=%s", settings->host,
        settings->port, settings->db_name);
    return !url->failed || error_set(err, ERROR_CONFIG, "the JDBC URL is too long");
}

// Where the property's value begins; NULL when there is none.
static const char *
find_property(const char *url, const char *name)
{
    size_t size = strlen(name);

    for (const char *p = strpbrk(url, ";?&"); p != NULL; p = strpbrk(p, ";?&")) {
        p++;
        if (strncasecmp(p, name, size) == 0 && p[size] == '=')
            return p + size + 1;
    }
    return NULL;
}

bool
jdbc_url_has(const char *url, const char *name)
{
    return find_property(url, name) != NULL;
}

void
jdbc_url_server(const char *url, char *host, size_t size, int *port)
{
    const char *start = strstr(url, "//");
    size_t length;

    host[0] = '\0';
    *port = 0;
    if (start == NULL)
        return;
    start += 2;
    length = *start == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/;?,");
    if (length > strlen(start))
        return;
    (void)text_print(host, size, "%.*s", (int)length, start);
    if (start[length] == ':')
        *port = (int)strtol(start + length + 1, NULL, 10);
    if (*port < 0 || *port > 65535)
        *port = 0;
}

void
jdbc_url_database(const char *url, char *name, size_t size)
{
    const char *property = find_property(url, "databaseName");
    size_t end = strcspn(url, ";?");
    size_t start = end;

    if (property != NULL) {
        (void)text_print(name, size, "%.*s", (int)strcspn(property, ";?&"), property);
        return;
    }
    while (start > 0 && strchr("/:\\", url[start - 1]) == NULL)
        start--;
    (void)text_print(name, size, "%.*s", (int)(end - start), url + start);
}

// jdbc:sqlite:PATH?properties, jdbc:sqlite:file:PATH?properties.
bool
jdbc_url_explain(const char *url, struct error *err)
{
    static const char *const beginnings[] = { "jdbc:sqlite:", "file:" };
    struct buffer path;

    if (url == NULL || strncmp(url, beginnings[0], strlen(beginnings[0])) != 0)
        return false;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (strncmp(url, beginnings[i], strlen(beginnings[i])) == 0)
            url += strlen(beginnings[i]);
    }
    buffer_init(&path, strlen(url) + 1);
    (void)buffer_append(&path, url, strcspn(url, "?"));
    sqlite_file_explain(buffer_text(&path), err);
    buffer_release(&path);
    return false;
}
