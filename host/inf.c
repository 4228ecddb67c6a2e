/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * INF files, as Windows' documentation describes their syntax: sections, "key = value, ...", comments from a semicolon on,
 * quoted strings, lines continued by a backslash at the end, %tokens% from [Strings].
 */
#include "host/inf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/win32.h"

struct parser {
    struct inf *inf;
    struct inf_section *section;
    unsigned number;
    char *why;
    size_t why_size;
};

static bool fail(struct parser *parser, const char *what) {
    if (!parser->why[0]) snprintf(parser->why, parser->why_size, "line %u: %s", parser->number, what);
    return false;
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* Without blanks at either end, nor quotation marks; "" inside those is one mark. */
static char *unquote(const char *from, const char *end) {
    char *text = malloc((size_t)(end - from) + 1), *to = text;
    bool quoted = false;
    if (!text) return NULL;
    while (from < end && blank(*from)) from++;
    while (end > from && blank(end[-1])) end--;
    for (; from < end; from++) {
        if (*from != '"')
            *to++ = *from;
        else if (quoted && from + 1 < end && from[1] == '"')
            *to++ = *from++;
        else
            quoted = !quoted;
    }
    *to = 0;
    return text;
}

/* Up to one of the characters that is not in quotation marks, or the end. */
static const char *find(const char *at, const char *end, const char *stop) {
    bool quoted = false;
    for (; at < end; at++) {
        if (*at == '"') quoted = !quoted;
        if (!quoted && strchr(stop, *at)) return at;
    }
    return quoted ? NULL : end;
}

static struct inf_section *section_make(struct inf *inf, const char *begin, const char *end) {
    char *name = unquote(begin, end);
    struct inf_section **link = &inf->sections;
    while (name && *link && strcasecmp((*link)->name, name)) link = &(*link)->next;
    if (name && *link) { /* sections of one name are one */
        free(name);
        return *link;
    }
    struct inf_section *section = name ? calloc(1, sizeof *section) : NULL;
    if (!section) {
        free(name);
        return NULL;
    }
    section->name = name;
    section->end = &section->lines;
    return *link = section;
}

static bool line_add(struct parser *parser, const char *at, const char *end) {
    struct inf_line *line = calloc(1, sizeof *line);
    if (!line) return fail(parser, "no memory");
    line->number = parser->number;
    *parser->section->end = line;
    parser->section->end = &line->next;
    const char *equal = find(at, end, "=");
    if (!equal) return fail(parser, "a quotation mark is missing");
    if (equal < end) {
        line->key = unquote(at, equal);
        at = equal + 1;
    }
    for (unsigned index = 0; index < INF_VALUES; index++) {
        const char *comma = find(at, end, ",");
        line->value[index] = unquote(at, comma);
        if (!line->value[index]) return fail(parser, "no memory");
        if (comma == end) return true;
        at = comma + 1;
    }
    return fail(parser, "too many values");
}

static bool line_parse(struct parser *parser, const char *at, const char *end) {
    const char *comment = find(at, end, ";");
    if (!comment) return fail(parser, "a quotation mark is missing");
    end = comment;
    while (at < end && blank(*at)) at++;
    while (end > at && blank(end[-1])) end--;
    if (at == end) return true;
    if (*at == '[') {
        if (end[-1] != ']' || end - at < 3) return fail(parser, "a section's name is not closed");
        parser->section = section_make(parser->inf, at + 1, end - 1);
        return parser->section || fail(parser, "no memory");
    }
    return parser->section ? line_add(parser, at, end) : fail(parser, "a line before the first section");
}

static bool text_parse(struct parser *parser, char *text) {
    for (char *next; text; text = next) {
        next = strchr(text, '\n');
        if (next) *next++ = 0;
        parser->number++;
        char *end = text + strlen(text);
        while (end > text && blank(end[-1])) end--;
        if (end > text && end[-1] == '\\' && next) { /* goes on in the next line */
            end[-1] = ' ';
            memmove(end, next, strlen(next) + 1);
            next = text;
            continue;
        }
        if (!line_parse(parser, text, end)) return false;
    }
    return true;
}

/* --- strings ------------------------------------------------------------------------------------------------------ */

static const char *string_of(const struct inf *inf, const char *token, size_t length) {
    const struct inf_section *strings = inf_section(inf, "Strings");
    for (const struct inf_line *line = strings ? strings->lines : NULL; line; line = line->next)
        if (line->key && strlen(line->key) == length && !strncasecmp(line->key, token, length))
            return inf_value(line, 0);
    return NULL;
}

/* "%name%" to what it stands for; folder numbers ("%13%") stay. */
static bool expand(struct parser *parser, char **text) {
    for (char *at = *text; at && (at = strchr(at, '%')) != NULL;) {
        char *end = strchr(at + 1, '%');
        if (!end) return fail(parser, "a % without its partner");
        size_t length = (size_t)(end - at) - 1;
        const char *value = length ? string_of(parser->inf, at + 1, length) : "%";
        if (!value && strspn(at + 1, "0123456789") == length) {
            at = end + 1;
            continue;
        }
        if (!value) return fail(parser, "a string that [Strings] does not have");
        char *joined = NULL;
        int before = (int)(at - *text);
        if (asprintf(&joined, "%.*s%s%s", before, *text, value, end + 1) < 0) return fail(parser, "no memory");
        at = joined + before + strlen(value);
        free(*text);
        *text = joined;
    }
    return true;
}

static bool expand_all(struct parser *parser) {
    for (struct inf_section *section = parser->inf->sections; section; section = section->next) {
        if (!strcasecmp(section->name, "Strings")) continue;
        for (struct inf_line *line = section->lines; line; line = line->next) {
            parser->number = line->number;
            if (line->key && !expand(parser, &line->key)) return false;
            for (unsigned index = 0; index < INF_VALUES && line->value[index]; index++)
                if (!expand(parser, &line->value[index])) return false;
        }
    }
    return true;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static char *decode(const char *text, size_t size) {
    if (size >= 2 && (uint8_t)text[0] == 0xff && (uint8_t)text[1] == 0xfe) {
        WCHAR *wide = calloc(size / 2, sizeof *wide);
        if (!wide) return NULL;
        memcpy(wide, text + 2, (size / 2 - 1) * sizeof *wide);
        char *narrow = win32_narrow(wide);
        free(wide);
        return narrow;
    }
    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) text += 3, size -= 3;
    return memchr(text, 0, size) ? NULL : strndup(text, size);
}

struct inf *inf_parse(const char *text, size_t size, char *why, size_t why_size) {
    struct parser parser = {.inf = calloc(1, sizeof *parser.inf), .why = why, .why_size = why_size};
    char *copy = decode(text, size);
    why[0] = 0;
    bool good = parser.inf && copy ? text_parse(&parser, copy) && expand_all(&parser) : fail(&parser, "is no text");
    free(copy);
    if (good) return parser.inf;
    inf_free(parser.inf);
    return NULL;
}

void inf_free(struct inf *inf) {
    while (inf && inf->sections) {
        struct inf_section *section = inf->sections;
        inf->sections = section->next;
        while (section->lines) {
            struct inf_line *line = section->lines;
            section->lines = line->next;
            free(line->key);
            for (unsigned index = 0; index < INF_VALUES; index++) free(line->value[index]);
            free(line);
        }
        free(section->name);
        free(section);
    }
    free(inf);
}

const struct inf_section *inf_section(const struct inf *inf, const char *name) {
    const struct inf_section *section = inf->sections;
    while (section && strcasecmp(section->name, name)) section = section->next;
    return section;
}

const struct inf_line *inf_find(const struct inf *inf, const char *section, const char *key) {
    const struct inf_section *found = inf_section(inf, section);
    const struct inf_line *line = found ? found->lines : NULL;
    while (line && (!line->key || strcasecmp(line->key, key))) line = line->next;
    return line;
}

const char *inf_value(const struct inf_line *line, unsigned index) {
    return line && index < INF_VALUES && line->value[index] ? line->value[index] : "";
}
