/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DbgPrint: what drivers say goes to stderr, line by line as they say it.
 */
#include <string.h>

#include "host/kernel_private.h"

bool rtl_quiet;

struct text {
    char buffer[512]; /* as much as DbgPrint takes in one call */
    size_t used;
};

static void put(struct text *text, const char *from, size_t size) {
    if (size > sizeof text->buffer - 1 - text->used) size = sizeof text->buffer - 1 - text->used;
    memcpy(text->buffer + text->used, from, size);
    text->used += size;
}

static void put_wide(struct text *text, const WCHAR *from, size_t count) {
    for (size_t i = 0; i < count; i++) put(text, from[i] < 128 ? (const char[]){(char)from[i]} : "?", 1);
}

struct field {
    char flags[24]; /* "%", flags, width, precision: for snprintf */
    enum { SIZE_INT, SIZE_64, SIZE_WIDE } size;
};

/* From behind the % to the conversion character. */
static const char *field_parse(const char *at, struct field *field) {
    size_t used = 0;
    field->flags[used++] = '%';
    while (strchr("-+ #0123456789.", *at) && *at && used < sizeof field->flags - 4) field->flags[used++] = *at++;
    field->flags[used] = 0;
    field->size = SIZE_INT;
    if (!strncmp(at, "I64", 3)) {
        field->size = SIZE_64;
        return at + 3;
    }
    if (!strncmp(at, "ll", 2)) {
        field->size = SIZE_64;
        return at + 2;
    }
    if (*at == 'I' || *at == 'z') {
        field->size = SIZE_64;
        return at + 1;
    }
    if (*at == 'w') {
        field->size = SIZE_WIDE;
        return at + 1;
    }
    return *at == 'l' || *at == 'h' ? at + 1 : at; /* long is 32 bits */
}

static void put_number(struct text *text, struct field *field, char conversion, uint64_t value) {
    char out[64];
    size_t length = strlen(field->flags);
    field->flags[length] = 'l';
    field->flags[length + 1] = 'l';
    field->flags[length + 2] = conversion;
    field->flags[length + 3] = 0;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    int count = snprintf(out, sizeof out, field->flags, value);
#pragma clang diagnostic pop
    if (count > 0) put(text, out, (size_t)count < sizeof out ? (size_t)count : sizeof out - 1);
}

static void put_string(struct text *text, const char *string) {
    if (!string) string = "(null)";
    put(text, string, strlen(string));
}

static void put_wide_string(struct text *text, const WCHAR *string) {
    size_t count = 0;
    if (!string) {
        put_string(text, NULL);
        return;
    }
    while (string[count]) count++;
    put_wide(text, string, count);
}

static void put_counted(struct text *text, const UNICODE_STRING *string, bool wide) {
    if (!string || !string->Buffer)
        put_string(text, NULL);
    else if (wide)
        put_wide(text, string->Buffer, string->Length / sizeof(WCHAR));
    else
        put(text, (const char *)string->Buffer, string->Length);
}

static void print(const char *format, __builtin_ms_va_list arguments) {
    struct text text = {.used = 0};
    for (const char *at = format; *at; at++) {
        struct field field;
        if (*at != '%') {
            put(&text, at, 1);
            continue;
        }
        at = field_parse(at + 1, &field);
        switch (*at) {
        case 'd':
        case 'i':
            put_number(&text, &field, 'd',
                       field.size == SIZE_64 ? __builtin_va_arg(arguments, uint64_t)
                                             : (uint64_t)(int64_t)__builtin_va_arg(arguments, int32_t));
            break;
        case 'u':
        case 'x':
        case 'X':
        case 'o':
            put_number(&text, &field, *at,
                       field.size == SIZE_64 ? __builtin_va_arg(arguments, uint64_t)
                                             : __builtin_va_arg(arguments, uint32_t));
            break;
        case 'p':
            strcpy(field.flags, "%016");
            put_number(&text, &field, 'X', __builtin_va_arg(arguments, uint64_t));
            break;
        case 'c': put(&text, (const char[]){(char)__builtin_va_arg(arguments, int32_t)}, 1); break;
        case 's':
            if (field.size == SIZE_WIDE)
                put_wide_string(&text, __builtin_va_arg(arguments, const WCHAR *));
            else
                put_string(&text, __builtin_va_arg(arguments, const char *));
            break;
        case 'S': put_wide_string(&text, __builtin_va_arg(arguments, const WCHAR *)); break;
        case 'Z':
            put_counted(&text, __builtin_va_arg(arguments, const UNICODE_STRING *), field.size == SIZE_WIDE);
            break;
        case 0: at--; break;
        default: put(&text, at, 1); break;
        }
    }
    if (!rtl_quiet) fwrite(text.buffer, 1, text.used, stderr);
}

#if defined(__x86_64__)
ULONG NTAPI DbgPrint(PCSTR Format, ...) {
    NT_ENTER(DbgPrint);
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    print(Format, arguments);
    __builtin_ms_va_end(arguments);
    return STATUS_SUCCESS;
}

ULONG NTAPI DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...) {
    NT_ENTER(DbgPrintEx);
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    print(Format, arguments);
    __builtin_ms_va_end(arguments);
    return STATUS_SUCCESS;
}
#else
/* The arguments in one row, from host/arm64/stubs.S. */
ULONG rtl_print_row(char *row) {
    NT_ENTER(DbgPrint);
    print(*(const char **)(void *)row, row + 8);
    return STATUS_SUCCESS;
}

ULONG rtl_print_row_ex(char *row) {
    NT_ENTER(DbgPrintEx);
    print(*(const char **)(void *)(row + 16), row + 24);
    return STATUS_SUCCESS;
}
#endif
