/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "host/image_native.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/image.h"

static int extent(struct dl_phdr_info *info, size_t size, void *context) {
    struct image_native *native = context;
    (void)size;
    if (info->dlpi_addr != (uintptr_t)native->base) return 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD &&
            info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz > native->size)
            native->size = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    return 1;
}

/* The file once more, as one that the dynamic linker has not seen. */
static void *load_copy(struct pe *pe, int *copy) {
    char path[32];
    void *module = NULL;
    int fd = memfd_create(pe->name, MFD_CLOEXEC);
    if (fd < 0 || write(fd, pe->file, pe->file_size) != (ssize_t)pe->file_size) {
        pe_fail(pe, "cannot be copied: %s", strerror(errno));
    } else {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!module) pe_fail(pe, "%s", dlerror());
    }
    if (module)
        *copy = fd + 1;
    else if (fd >= 0)
        close(fd);
    return module;
}

bool image_native_load(struct image_native *native, struct pe *pe, const char *path) {
    struct link_map *map;
    char here[4096];
    /* Without a slash dlopen would search the system's folders. */
    if (!strchr(path, '/')) {
        if ((size_t)snprintf(here, sizeof here, "./%s", path) >= sizeof here) return pe_fail(pe, "path too long");
        path = here;
    }
    native->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!native->module) return pe_fail(pe, "%s", dlerror());
    if (dlinfo(native->module, RTLD_DI_LINKMAP, &map)) return pe_fail(pe, "%s", dlerror());
    if (image_find((void *)map->l_ld)) { /* another process's; dlopen knows files, not processes */
        dlclose(native->module);
        native->module = load_copy(pe, &native->copy);
        if (!native->module) return false;
        if (dlinfo(native->module, RTLD_DI_LINKMAP, &map)) return pe_fail(pe, "%s", dlerror());
    }
    native->base = (uint8_t *)map->l_addr;
    dl_iterate_phdr(extent, native);
    return true;
}

void image_native_unload(struct image_native *native) {
    if (native->module) dlclose(native->module);
    if (native->copy) close(native->copy - 1);
}

void *image_native_symbol(const struct image_native *native, const char *name) { return dlsym(native->module, name); }
