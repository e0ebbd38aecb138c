#include "target/json_text.h"

#include <string.h>

struct json {
    const char *at;
    const char *end;
    size_t depth;
    char open[JSON_DEPTH_MAX]; // '[' or '{'
};

static void
skip_blanks(struct json *json)
{
    while (json->at < json->end && *json->at != '\0' && strchr(" \t\r\n", *json->at) != NULL)
        json->at++;
}

static bool
take(struct json *json, char wanted)
{
    if (json->at == json->end || *json->at != wanted)
        return false;
    json->at++;
    return true;
}

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
take_escape(struct json *json)
{
    if (take(json, 'u')) {
        for (int i = 0; i < 4; i++, json->at++) {
            if (json->at == json->end || !is_hex(*json->at))
                return false;
        }
        return true;
    }
    if (json->at == json->end || *json->at == '\0' || strchr("\"\\/bfnrt", *json->at) == NULL)
        return false;
    json->at++;
    return true;
}

static bool
take_string(struct json *json)
{
    if (!take(json, '"'))
        return false;
    while (json->at < json->end) {
        unsigned char c = (unsigned char)*json->at++;

        if (c == '"')
            return true;
        if (c < 0x20 || (c == '\\' && !take_escape(json)))
            return false;
    }
    return false;
}

static bool
take_digits(struct json *json)
{
    const char *start = json->at;

    while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
        json->at++;
    return json->at > start;
}

static bool
take_number(struct json *json)
{
    (void)take(json, '-');
    if (!take(json, '0') && !take_digits(json))
        return false;
    if (take(json, '.') && !take_digits(json))
        return false;
    if (take(json, 'e') || take(json, 'E')) {
        if (!take(json, '+'))
            (void)take(json, '-');
        return take_digits(json);
    }
    return true;
}

static bool
take_word(struct json *json, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(json->end - json->at) < size || memcmp(json->at, word, size) != 0)
        return false;
    json->at += size;
    return true;
}

static bool
take_scalar(struct json *json)
{
    if (json->at == json->end)
        return false;
    switch (*json->at) {
    case '"':
        return take_string(json);
    case 't':
        return take_word(json, "true");
    case 'f':
        return take_word(json, "false");
    case 'n':
        return take_word(json, "null");
    default:
        return take_number(json);
    }
}

static bool
take_name(struct json *json)
{
    skip_blanks(json);
    if (!take_string(json))
        return false;
    skip_blanks(json);
    return take(json, ':');
}

// Up to the next value: *is_closed when an empty array or object is one.
static bool
open_value(struct json *json, bool *is_closed)
{
    char bracket = *json->at++;

    *is_closed = false;
    skip_blanks(json);
    if (take(json, bracket == '[' ? ']' : '}')) {
        *is_closed = true;
        return true;
    }
    if (json->depth == JSON_DEPTH_MAX)
        return false;
    json->open[json->depth++] = bracket;
    return bracket == '[' || take_name(json);
}

// Behind a value: closes what ends there. True where another value is to come.
static bool
close_values(struct json *json)
{
    while (json->depth > 0) {
        char bracket = json->open[json->depth - 1];

        skip_blanks(json);
        if (take(json, ','))
            return bracket == '[' || take_name(json);
        if (!take(json, bracket == '[' ? ']' : '}'))
            return false;
        json->depth--;
    }
    return false;
}

// All that begin here, one in the other. *is_closed: the last one is empty.
static bool
open_values(struct json *json, bool *is_closed)
{
    *is_closed = false;
    skip_blanks(json);
    while (!*is_closed && json->at < json->end && (*json->at == '[' || *json->at == '{')) {
        if (!open_value(json, is_closed))
            return false;
        skip_blanks(json);
    }
    return true;
}

bool
json_text_is_valid(const char *text, size_t size)
{
    struct json json;
    bool is_closed;

    json.at = text;
    json.end = text + size;
    json.depth = 0;
    do {
        if (!open_values(&json, &is_closed) || (!is_closed && !take_scalar(&json)))
            return false;
    } while (close_values(&json));
    skip_blanks(&json);
    return json.depth == 0 && json.at == json.end;
}
