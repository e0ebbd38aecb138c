#include "config/secret.h"

#include "base/text.h"

#include <string.h>

static const char mask[] = "***";

void
secret_add(struct arena *arena, struct secret_list *secrets, const char *text)
{
    if (text[0] == '\0')
        return;
    for (size_t i = 0; i < secrets->count; i++) {
        if (strcmp(secrets->texts[i], text) == 0)
            return;
    }
    if (secrets->count == secrets->capacity) {
        size_t capacity = secrets->capacity > 0 ? secrets->capacity * 2 : 8;
        const char **texts = arena_calloc(arena, capacity, sizeof *texts);

        if (secrets->count > 0)
            memcpy(texts, secrets->texts, secrets->count * sizeof *texts);
        secrets->texts = texts;
        secrets->capacity = capacity;
    }
    secrets->texts[secrets->count++] = arena_strdup(arena, text);
}

// What both grammars share: the text copied piece by piece, values of secret keys masked.
struct scan {
    struct arena *arena;
    struct secret_list *secrets;
    const char *at;     // what is read next
    const char *copied; // what of the text is already shown
    char *shown;
    size_t shown_size;
};

static void
scan_begin(struct scan *scan, struct arena *arena, const char *text, struct secret_list *secrets)
{
    scan->arena = arena;
    scan->secrets = secrets;
    scan->at = text;
    scan->copied = text;
    // The least that is hidden is one byte and a semicolon, so masks at most double the text.
    scan->shown = arena_alloc(arena, 2 * strlen(text) + sizeof mask);
    scan->shown_size = 0;
}

static void
show_until(struct scan *scan, const char *end)
{
    size_t size = (size_t)(end - scan->copied);

    memcpy(scan->shown + scan->shown_size, scan->copied, size);
    scan->shown_size += size;
    scan->copied = end;
}

// Hides start..end and keeps `meant`, what the driver will take it for.
static void
hide(struct scan *scan, const char *start, const char *end, const char *meant)
{
    if (start == end)
        return;
    show_until(scan, start);
    memcpy(scan->shown + scan->shown_size, mask, sizeof mask - 1);
    scan->shown_size += sizeof mask - 1;
    scan->copied = end;
    secret_add(
        scan->arena, scan->secrets, arena_strndup(scan->arena, start, (size_t)(end - start)));
    secret_add(scan->arena, scan->secrets, meant);
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Names of keys that hold secrets in libpq and in the ODBC drivers there are: all of PWD,
// password, sslpassword, KeystorePassword, oauth_client_secret, scram_client_key ...
static bool
is_secret_key(const char *start, const char *end, struct arena *arena)
{
    static const char *const patterns[] = { "*pwd*", "*password*", "*passwd*", "*passphrase*",
        "*secret*", "*token*", "*credential*", "*apikey*", "*api_key*", "*accesskey*",
        "*access_key*", "scram_*_key", "ksp", "tsp" };
    const char *key = arena_strndup(arena, start, (size_t)(end - start));

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (text_match(patterns[i], key))
            return true;
    }
    return false;
}

static bool
is_key(const char *start, const char *end, const char *key)
{
    return (size_t)(end - start) == strlen(key) && memcmp(start, key, strlen(key)) == 0;
}

static const char *
skip_blanks(const char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

// Reads one value in libpq's rules from scan->at and returns it with quotes and backslashes
// undone; NULL when a quote is not closed.
static const char *
read_libpq_value(struct scan *scan)
{
    char *value = arena_alloc(scan->arena, strlen(scan->at) + 1);
    bool is_quoted = *scan->at == '\'';
    size_t size = 0;

    if (is_quoted)
        scan->at++;
    for (; *scan->at != '\0'; scan->at++) {
        if (is_quoted ? *scan->at == '\'' : is_blank(*scan->at))
            break;
        if (*scan->at == '\\' && *++scan->at == '\0')
            break;
        value[size++] = *scan->at;
    }
    if (!is_quoted)
        return value;
    if (*scan->at != '\'')
        return NULL;
    scan->at++;
    return value;
}

// A whole URL where a host, a database or a user belongs is taken for a name, and the server's or
// libpq's message shows it with its password.
static bool
refuse_url(const char *value, struct error *err)
{
    if (strstr(value, "://") == NULL)
        return true;
    (void)error_set(err, ERROR_CONFIG,
        "not a connection string: the value of a key is itself a connection URL");
    return error_hint(err, "Give the URL as the whole of conn_string, or host, port, dbname, user "
                           "and password each by its own key.");
}

// libpq would take the value for a name as well, and show it.
static bool
refuse_string(const char *value, struct error *err)
{
    if (strchr(value, '=') == NULL)
        return refuse_url(value, err);
    (void)error_set(err, ERROR_CONFIG,
        "not a connection string: the value of dbname is itself a connection string");
    return error_hint(err, "Give its keys as keys of conn_string; a database whose name holds = is "
                           "named in a URI, as %%3D.");
}

static bool
scan_libpq_pairs(struct scan *scan, struct error *err)
{
    for (int word = 1; *(scan->at = skip_blanks(scan->at)) != '\0'; word++) {
        const char *key = scan->at;
        const char *key_end;
        const char *start;
        const char *value;

        while (*scan->at != '\0' && *scan->at != '=' && !is_blank(*scan->at))
            scan->at++;
        key_end = scan->at;
        scan->at = skip_blanks(scan->at);
        if (*scan->at != '=' || key_end == key)
            return error_set(err, ERROR_CONFIG,
                "not a connection string: no key=value at word %d (a value with a blank stands in "
                "single quotes)",
                word);
        start = scan->at = skip_blanks(scan->at + 1);
        value = read_libpq_value(scan);
        if (value == NULL)
            return error_set(err, ERROR_CONFIG,
                "not a connection string: the quote of value %d is not closed", word);
        if (is_secret_key(key, key_end, scan->arena))
            hide(scan, start, scan->at, value);
        else if (!(is_key(key, key_end, "dbname") ? refuse_string(value, err)
                                                  : refuse_url(value, err)))
            return false;
    }
    return true;
}

// %41 -> A; what is no percent code stays.
static const char *
decode_percent(struct arena *arena, const char *start, const char *end)
{
    char *text = arena_alloc(arena, (size_t)(end - start) + 1);
    size_t size = 0;

    for (const char *p = start; p < end; p++) {
        if (*p == '%' && end - p > 2 && text_parse_hex_byte(p + 1, &text[size]))
            p += 2;
        else
            text[size] = *p;
        size++;
    }
    return text;
}

// ?key=value&key=value
static bool
scan_uri_parameters(struct scan *scan, struct error *err)
{
    while (*scan->at != '\0') {
        const char *key = scan->at + 1; // past ? or &
        const char *end = key + strcspn(key, "&");
        const char *equals = memchr(key, '=', (size_t)(end - key));
        const char *name;

        if (equals == NULL)
            return error_set(
                err, ERROR_CONFIG, "not a connection URI: a parameter after ? without =");
        name = decode_percent(scan->arena, key, equals);
        if (is_secret_key(name, name + strlen(name), scan->arena))
            hide(scan, equals + 1, end, decode_percent(scan->arena, equals + 1, end));
        else if (!refuse_url(decode_percent(scan->arena, equals + 1, end), err))
            return false;
        scan->at = end;
    }
    return true;
}

// user:password@host..., in libpq's reading: the first @ before the first / ends the user part. A
// password with a bare @ or / would be taken for a host or a port, and libpq's message show it.
static bool
scan_uri(struct scan *scan, struct error *err)
{
    const char *start = strstr(scan->at, "//") + 2;
    const char *at = memchr(start, '@', strcspn(start, "/"));
    const char *colon = at != NULL ? memchr(start, ':', (size_t)(at - start)) : NULL;
    const char *rest = at != NULL ? at + 1 : start;
    const char *parameters = rest + strcspn(rest, "?");

    if (memchr(rest, '@', (size_t)(parameters - rest)) != NULL) {
        (void)error_set(
            err, ERROR_CONFIG, "not a connection URI: an @ or / in it should be escaped");
        return error_hint(err, "Write %%40 for @, %%2F for / and %%3A for a colon in a name or a "
                               "password.");
    }
    if (colon != NULL)
        hide(scan, colon + 1, at, decode_percent(scan->arena, colon + 1, at));
    scan->at = parameters;
    return scan_uri_parameters(scan, err);
}

static const char *
scan_end(struct scan *scan)
{
    show_until(scan, scan->copied + strlen(scan->copied));
    scan->shown[scan->shown_size] = '\0';
    return scan->shown;
}

bool
secret_scan_libpq(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err)
{
    struct scan scan;
    bool is_uri = strncmp(text, "postgresql://", 13) == 0 || strncmp(text, "postgres://", 11) == 0;

    scan_begin(&scan, arena, text, secrets);
    if (!(is_uri ? scan_uri(&scan, err) : scan_libpq_pairs(&scan, err)))
        return false;
    *shown = scan_end(&scan);
    return true;
}

// {value} with }} for a brace inside; returns the value, NULL when the brace is not closed.
static const char *
read_odbc_braces(struct scan *scan)
{
    char *value = arena_alloc(scan->arena, strlen(scan->at) + 1);
    size_t size = 0;

    for (scan->at++; *scan->at != '\0'; scan->at++) {
        if (*scan->at == '}' && *++scan->at != '}')
            return value;
        value[size++] = *scan->at;
    }
    return NULL;
}

// Up to the semicolon, blanks around it left out.
static const char *
read_odbc_plain(struct scan *scan)
{
    const char *start = scan->at;
    const char *end = start + strcspn(start, ";");

    scan->at = end;
    while (end > start && is_blank(end[-1]))
        end--;
    return arena_strndup(scan->arena, start, (size_t)(end - start));
}

// The password in scheme://user:password@host: where it stands; NULL when there is none. An @
// behind the first separator is part of a value.
static const char *
find_login(const char *text, const char **end)
{
    const char *start = strstr(text, "//");
    const char *colon;

    if (start == NULL)
        return NULL;
    start += 2;
    *end = memchr(start, '@', strcspn(start, "/;?&"));
    colon = *end != NULL ? memchr(start, ':', (size_t)(*end - start)) : NULL;
    return colon != NULL ? colon + 1 : NULL;
}

bool
secret_scan_name(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err)
{
    const char *end;

    (void)arena;
    (void)secrets;
    *shown = text;
    if (find_login(text, &end) == NULL)
        return true;
    (void)error_set(err, ERROR_CONFIG, "a URL with a password, where a name is wanted");
    return error_hint(err, "Give host, port, db_name, user and password each by its own key, or "
                           "the whole as jdbc_url or odbc_connection.");
}

static void
add_login(struct arena *arena, struct secret_list *secrets, const char *text)
{
    const char *end;
    const char *start = find_login(text, &end);

    if (start == NULL)
        return;
    secret_add(arena, secrets, arena_strndup(arena, start, (size_t)(end - start)));
    secret_add(arena, secrets, decode_percent(arena, start, end));
}

bool
secret_scan_odbc(struct arena *arena, const char *text, struct secret_list *secrets,
    const char **shown, struct error *err)
{
    struct scan scan;
    bool is_secret = false;

    scan_begin(&scan, arena, text, secrets);
    for (int pair = 1; *(scan.at = skip_blanks(scan.at)) != '\0'; pair++) {
        const char *key = scan.at;
        const char *end = key + strcspn(key, "=;");
        const char *start;
        const char *value;

        // A piece without = after a password belongs to a password with a semicolon in it.
        if (*end == '=') {
            is_secret = is_secret_key(key, end, arena);
            scan.at = skip_blanks(end + 1);
        }
        start = scan.at;
        value = *start == '{' ? read_odbc_braces(&scan) : read_odbc_plain(&scan);
        if (value == NULL)
            return error_set(err, ERROR_CONFIG,
                "not a connection string: the { of value %d is not closed", pair);
        // A URL as a server or a database is taken for a name, and shown.
        if (is_secret || find_login(value, &end) != NULL)
            hide(&scan, start, scan.at, value);
        add_login(arena, secrets, value);
        scan.at += strcspn(scan.at, ";");
        scan.at += *scan.at == ';';
    }
    *shown = scan_end(&scan);
    return true;
}

// Oracle's thin driver: jdbc:oracle:thin:user/password@host.
static const char *
find_oracle_login(const char *text, const char **end)
{
    const char *slash;

    *end = text + strcspn(text, "@;?&");
    slash = memchr(text, '/', (size_t)(*end - text));
    return **end == '@' && slash != NULL && text_match("jdbc:oracle:*", text) ? slash + 1 : NULL;
}

// What stands in front of a host.
static void
hide_login(struct scan *scan)
{
    const char *end;
    const char *start = find_oracle_login(scan->at, &end);

    if (start == NULL)
        start = find_login(scan->at, &end);
    if (start != NULL)
        hide(scan, start, end, decode_percent(scan->arena, start, end));
}

// MySQL's address=(host=...)(password=...).
static void
hide_in_brackets(struct scan *scan)
{
    const char *end = scan->at + strcspn(scan->at, ";?&");

    for (const char *at = scan->at; (at = memchr(at, '(', (size_t)(end - at))) != NULL;) {
        const char *key = ++at;
        const char *close = key + strcspn(key, ")");
        const char *equals = memchr(key, '=', (size_t)(close - key));

        if (equals != NULL && close < end && equals + 1 >= scan->copied &&
            is_secret_key(key, equals, scan->arena))
            hide(scan, equals + 1, close, decode_percent(scan->arena, equals + 1, close));
    }
}

void
secret_scan_jdbc(
    struct arena *arena, const char *text, struct secret_list *secrets, const char **shown)
{
    struct scan scan;
    bool is_secret = false;

    scan_begin(&scan, arena, text, secrets);
    hide_login(&scan);
    hide_in_brackets(&scan);
    for (scan.at += strcspn(scan.at, ";?&"); *scan.at != '\0'; scan.at += strcspn(scan.at, ";?&")) {
        const char *key = ++scan.at;
        const char *end = key + strcspn(key, ";?&");
        const char *equals = memchr(key, '=', (size_t)(end - key));
        const char *start = equals != NULL ? equals + 1 : key;

        // A piece without = after a password belongs to a password with a separator in it.
        if (equals != NULL)
            is_secret = is_secret_key(key, equals, arena);
        if (is_secret && start >= scan.copied)
            hide(&scan, start, end, decode_percent(arena, start, end));
        scan.at = end;
    }
    *shown = scan_end(&scan);
}

void
secret_scan_properties(struct arena *arena, const char *const *items, size_t count,
    struct secret_list *secrets, const char **shown)
{
    const char *all = "";

    for (size_t i = 0; i < count; i++) {
        const char *equals = items[i] + strcspn(items[i], "=");
        bool is_secret = *equals == '=' && is_secret_key(items[i], equals, arena);

        if (is_secret)
            secret_add(arena, secrets, equals + 1);
        all = arena_printf(arena, "%s%s%.*s%s", all, i > 0 ? ", " : "", (int)(equals - items[i]),
            items[i], is_secret ? "=***" : equals);
    }
    *shown = all;
}
