/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The registry. Nobody in here waits for anything else, so one plain lock covers all of it.
 */
#include "host/registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/status.h"

struct reg_value {
    struct reg_value *next;
    WCHAR *name;
    ULONG type, size;
    uint8_t data[];
};

/* Lock legend: everything: lock. A key lives as long as it is in the tree or open. */
struct reg_key {
    struct reg_key *parent, *next, *children;
    struct reg_value *values;
    unsigned references; /* opens, and one for being in the tree */
    bool deleted;
    char name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct reg_key root = {.references = 1};

static unsigned fold(unsigned character) {
    return character >= 'a' && character <= 'z' ? character - 'a' + 'A' : character;
}

static bool name_matches(const char *name, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!name[i] || fold((unsigned char)name[i]) != fold((unsigned char)text[i])) return false;
    return !name[length];
}

static size_t wide_units(const WCHAR *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

/* NULL and "" both name a key's default value. */
static bool value_matches(const struct reg_value *value, const WCHAR *name) {
    const WCHAR *own = value->name;
    for (; *own && fold(*own) == fold(*name); own++) name++;
    return !*own && !*name;
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static struct reg_key *child_get(struct reg_key *parent, const char *name, size_t length, bool create, bool *created) {
    struct reg_key **end = &parent->children;
    for (; *end; end = &(*end)->next)
        if (name_matches((*end)->name, name, length)) return *end;
    if (!create) return NULL;
    struct reg_key *key = calloc(1, sizeof *key + length + 1);
    if (!key) return NULL;
    memcpy(key->name, name, length);
    key->parent = parent;
    key->references = 1;
    *end = key;
    if (created) *created = true;
    return key;
}

struct reg_key *reg_open_below(struct reg_key *key, const char *path, bool create, bool *created) {
    if (created) *created = false;
    pthread_mutex_lock(&lock);
    if (key->deleted) key = NULL;
    while (key && *path) {
        size_t length = strcspn(path, "\\");
        if (length) key = child_get(key, path, length, create, created);
        path += length + (path[length] == '\\');
    }
    if (key) key->references++;
    pthread_mutex_unlock(&lock);
    return key;
}

struct reg_key *reg_open(const char *path, bool create) { return reg_open_below(&root, path, create, NULL); }

static void key_drop(struct reg_key *key) {
    if (--key->references) return;
    while (key->values) {
        struct reg_value *value = key->values;
        key->values = value->next;
        free(value->name);
        free(value);
    }
    free(key);
}

void reg_close(struct reg_key *key) {
    pthread_mutex_lock(&lock);
    key_drop(key);
    pthread_mutex_unlock(&lock);
}

static void key_remove(struct reg_key *key) {
    /* Each takes itself out of the list. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    while (key->children) key_remove(key->children);
    struct reg_key **link = &key->parent->children;
    while (*link != key) link = &(*link)->next;
    *link = key->next;
    key->deleted = true;
    key_drop(key);
}

NTSTATUS reg_delete_key(struct reg_key *key) {
    pthread_mutex_lock(&lock);
    NTSTATUS status = STATUS_SUCCESS;
    if (key == &root)
        status = STATUS_ACCESS_DENIED;
    else if (key->deleted)
        status = STATUS_KEY_DELETED;
    else
        key_remove(key);
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS reg_delete(const char *path) {
    struct reg_key *key = reg_open(path, false);
    if (!key) return STATUS_OBJECT_NAME_NOT_FOUND;
    NTSTATUS status = reg_delete_key(key);
    reg_close(key);
    return status;
}

bool reg_subkey_name(struct reg_key *key, unsigned index, char *name, size_t size) {
    pthread_mutex_lock(&lock);
    struct reg_key *child = key->children;
    while (child && index--) child = child->next;
    if (child) snprintf(name, size, "%s", child->name);
    pthread_mutex_unlock(&lock);
    return child;
}

void reg_clear(void) {
    pthread_mutex_lock(&lock);
    /* As in key_remove. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    while (root.children) key_remove(root.children);
    pthread_mutex_unlock(&lock);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static struct reg_value **value_find(struct reg_key *key, const WCHAR *name) {
    struct reg_value **link = &key->values;
    while (*link && !value_matches(*link, name)) link = &(*link)->next;
    return link;
}

static struct reg_value *value_create(const WCHAR *name, ULONG type, const void *data, ULONG size) {
    size_t name_size = (wide_units(name) + 1) * sizeof(WCHAR);
    struct reg_value *value = calloc(1, sizeof *value + size);
    if (!value) return NULL;
    value->name = malloc(name_size);
    if (!value->name) {
        free(value);
        return NULL;
    }
    memcpy(value->name, name, name_size);
    value->type = type;
    value->size = size;
    if (size) memcpy(value->data, data, size);
    return value;
}

NTSTATUS reg_set(struct reg_key *key, const WCHAR *name, ULONG type, const void *data, ULONG size) {
    struct reg_value *value = value_create(name ? name : L"", type, data, size);
    if (!value) return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&lock);
    struct reg_value **link = value_find(key, value->name), *old = value;
    NTSTATUS status = STATUS_KEY_DELETED;
    if (!key->deleted) {
        old = *link;
        value->next = old ? old->next : NULL;
        *link = value;
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&lock);
    if (old) {
        free(old->name);
        free(old);
    }
    return status;
}

NTSTATUS reg_get(struct reg_key *key, const WCHAR *name, ULONG *type, void *data, ULONG *size) {
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&lock);
    struct reg_value *value = *value_find(key, name ? name : L"");
    if (key->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (!value) {
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    } else {
        if (type) *type = value->type;
        if (*size < value->size)
            status = STATUS_BUFFER_OVERFLOW;
        else if (value->size && data)
            memcpy(data, value->data, value->size);
        *size = value->size;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS reg_unset(struct reg_key *key, const WCHAR *name) {
    pthread_mutex_lock(&lock);
    struct reg_value **link = value_find(key, name ? name : L""), *value = *link;
    if (value) *link = value->next;
    pthread_mutex_unlock(&lock);
    if (!value) return STATUS_OBJECT_NAME_NOT_FOUND;
    free(value->name);
    free(value);
    return STATUS_SUCCESS;
}
