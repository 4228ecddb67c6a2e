/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * INF files: sections of lines, each with a key (perhaps) and values between commas, strings replaced.
 */
#ifndef HOST_INF_H
#define HOST_INF_H

#include <stdbool.h>
#include <stddef.h>

#define INF_VALUES 8

struct inf_line {
    struct inf_line *next;
    unsigned number;         /* in the file, from 1 */
    char *key;               /* NULL without "key =" */
    char *value[INF_VALUES]; /* NULL behind the last */
};

struct inf_section {
    struct inf_section *next;
    char *name;
    struct inf_line *lines, **end;
};

struct inf {
    struct inf_section *sections;
};

/* UTF-16 with a byte-order mark, or UTF-8. NULL: what is wrong, and where, is in `why`. */
struct inf *inf_parse(const char *text, size_t size, char *why, size_t why_size);
void inf_free(struct inf *inf);
const struct inf_section *inf_section(const struct inf *inf, const char *name);               /* NULL: there is none */
const struct inf_line *inf_find(const struct inf *inf, const char *section, const char *key); /* the first */
/* A line's value, "" if there is none. */
const char *inf_value(const struct inf_line *line, unsigned index);

#endif
