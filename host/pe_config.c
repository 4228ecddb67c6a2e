/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Windows fills in where a PE's load configuration says: the stack cookie and the control-flow guard's functions.
 */
#include "host/pe.h"

#include <string.h>
#include <sys/random.h>

/* seh_x64.S: every target is allowed. */
extern char pe_guard_check[], pe_guard_dispatch[];

/* Fields by their offset in the 64-bit IMAGE_LOAD_CONFIG_DIRECTORY. */
enum { CONFIG_COOKIE = 88, CONFIG_GUARD_CHECK = 112, CONFIG_GUARD_DISPATCH = 120 };

/* The 8 bytes that a field (an address, relocated by now) points at. */
static bool pointed(struct pe *pe, const uint8_t *config, uint32_t size, uint32_t field, const char *what,
                    uint8_t **at) {
    *at = NULL;
    if (size < field + 8 || !pe_64(config + field)) return true;
    uint64_t rva = pe_64(config + field) - (uint64_t)(uintptr_t)pe->base;
    if (rva < pe->size) *at = pe_at(pe, (uint32_t)rva, 8);
    if (!*at) return pe_fail(pe, "corrupt: the load configuration's %s lies outside the sections", what);
    return true;
}

bool pe_configure(struct pe *pe) {
    struct pe_directory directory = pe->directories[PE_LOAD_CONFIG];
    if (!directory.size) return true;
    /* The structure's own size counts, the directory's is whatever the linker's version made it. */
    const uint8_t *config = pe_at(pe, directory.rva, 4);
    uint32_t size = config ? pe_32(config) : 0;
    if (size < 4 || !pe_at(pe, directory.rva, size))
        return pe_fail(pe, "corrupt: the load configuration's size is 0x%x", size);
    uint8_t *cookie, *check, *dispatch;
    if (!pointed(pe, config, size, CONFIG_COOKIE, "cookie", &cookie)) return false;
    if (!pointed(pe, config, size, CONFIG_GUARD_CHECK, "guard check pointer", &check)) return false;
    if (!pointed(pe, config, size, CONFIG_GUARD_DISPATCH, "guard dispatch pointer", &dispatch)) return false;
    if (cookie) {
        uint64_t value;
        if (getrandom(&value, sizeof value, 0) != sizeof value)
            return pe_fail(pe, "no random numbers for its stack cookie");
        value &= 0x0000ffffffffffffu; /* as on Windows: a zero byte at the end stops string overruns */
        if (!value) value = 1;
        memcpy(cookie, &value, sizeof value);
    }
    char *address = pe_guard_check;
    if (check) memcpy(check, &address, sizeof address);
    address = pe_guard_dispatch;
    if (dispatch) memcpy(dispatch, &address, sizeof address);
    return true;
}
