/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "host/image_native.h"

bool image_native_load(struct image_native *native, struct pe *pe, const char *path) {
    (void)native, (void)path;
    return pe_fail(pe, "is an image of Linux's, which Windows cannot load");
}

void image_native_unload(struct image_native *native) { (void)native; }

void *image_native_symbol(const struct image_native *native, const char *name) {
    (void)native, (void)name;
    return NULL;
}
