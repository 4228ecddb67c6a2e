/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An in-memory registry: keys by UTF-8 path from the root ("HKLM\SYSTEM\..."), case-insensitive.
 */
#ifndef HOST_REGISTRY_H
#define HOST_REGISTRY_H

#include "host/host.h"

struct reg_key;

struct reg_key *reg_open(const char *path, bool create); /* referenced; NULL if absent or without memory */
/* The same from a key on: path "" is the key itself, with a reference more. */
struct reg_key *reg_open_below(struct reg_key *key, const char *path, bool create, bool *created);
void reg_close(struct reg_key *key);
NTSTATUS reg_delete(const char *path); /* with everything below */
NTSTATUS reg_delete_key(struct reg_key *key);
NTSTATUS reg_set(struct reg_key *key, const WCHAR *name, ULONG type, const void *data, ULONG size);
/* STATUS_OBJECT_NAME_NOT_FOUND, STATUS_BUFFER_OVERFLOW (size says how much) */
NTSTATUS reg_get(struct reg_key *key, const WCHAR *name, ULONG *type, void *data, ULONG *size);
NTSTATUS reg_unset(struct reg_key *key, const WCHAR *name);
/* The index-th subkey's name (UTF-8); false past the last. */
bool reg_subkey_name(struct reg_key *key, unsigned index, char *name, size_t size);
/* Forgets everything. Only when no key is open. */
void reg_clear(void);

#endif
