/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Native images: shared objects, which the dynamic linker of Linux loads. Windows has none.
 */
#ifndef HOST_IMAGE_NATIVE_H
#define HOST_IMAGE_NATIVE_H

#include "host/pe.h"

struct image_native {
    void *module; /* NULL: this is none */
    uint8_t *base;
    size_t size;
    int copy; /* 1 + the file descriptor of a copy that the dynamic linker knows by that number; 0: none */
};

/* pe->file is the file; on failure pe->why says why. */
bool image_native_load(struct image_native *native, struct pe *pe, const char *path);
void image_native_unload(struct image_native *native);
void *image_native_symbol(const struct image_native *native, const char *name);

#endif
