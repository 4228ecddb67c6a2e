/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver packages, loading and unloading of drivers, and the small string helpers of PnP.
 */
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/pnp_private.h"

static struct package *packages; /* pnp_lock; entries stay until pnp_packages_free */

/* --- strings ----------------------------------------------------------------------------------------------------- */

size_t wide_length(const WCHAR *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

static WCHAR *wide_take(const WCHAR *text, size_t characters) {
    WCHAR *copy = malloc(characters * sizeof(WCHAR));
    if (copy) memcpy(copy, text, characters * sizeof(WCHAR));
    return copy;
}

WCHAR *wide_copy(const WCHAR *text) { return wide_take(text, wide_length(text) + 1); }

size_t multi_size(const WCHAR *text) {
    size_t length = 0;
    while (text[length]) length += wide_length(text + length) + 1;
    return (length ? length + 1 : 2) * sizeof(WCHAR);
}

WCHAR *wide_multi_copy(const WCHAR *text) {
    size_t size = multi_size(text);
    WCHAR *copy = calloc(1, size);
    if (copy && *text) memcpy(copy, text, size);
    return copy;
}

static WCHAR fold(WCHAR c) { return c >= 'a' && c <= 'z' ? (WCHAR)(c - 'a' + 'A') : c; }

bool wide_same(const WCHAR *a, const WCHAR *b) {
    for (; fold(*a) == fold(*b); a++, b++) {
        if (!*a) return true;
    }
    return false;
}

WCHAR *wide_from(const char *text) {
    size_t length = strlen(text);
    WCHAR *wide = malloc((length + 1) * sizeof(WCHAR));
    for (size_t i = 0; wide && i <= length; i++) wide[i] = (WCHAR)(unsigned char)text[i];
    return wide;
}

/* --- packages ---------------------------------------------------------------------------------------------------- */

static struct package *package_find(const WCHAR *hardware_id) {
    ndis_mutex_lock(&pnp_lock);
    struct package *package = packages;
    while (package && !wide_same(package->hardware_id, hardware_id)) package = package->next;
    ndis_mutex_unlock(&pnp_lock);
    return package;
}

bool pnp_package_find(const WCHAR *hardware_id) { return package_find(hardware_id) != NULL; }

PDRIVER_OBJECT pnp_package_driver(const WCHAR *hardware_id) {
    struct package *package = package_find(hardware_id);
    return package ? package->driver : NULL;
}

NTSTATUS pnp_package_add(const WCHAR *hardware_id, const WCHAR *service, const char *path, const WCHAR *version) {
    if (package_find(hardware_id)) return STATUS_OBJECT_NAME_COLLISION;
    struct package *package = calloc(1, sizeof *package);
    if (!package) return STATUS_INSUFFICIENT_RESOURCES;
    package->hardware_id = wide_copy(hardware_id);
    package->version = wide_copy(version);
    package->path = strdup(path);
    size_t length = wide_length(service);
    package->service = calloc(1, length + 1);
    if (!package->hardware_id || !package->version || !package->path || !package->service) {
        free(package->hardware_id);
        free(package->version);
        free(package->path);
        free(package->service);
        free(package);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (size_t i = 0; i < length; i++) package->service[i] = service[i] < 0x80 ? (char)service[i] : '_';
    ndis_mutex_lock(&pnp_lock);
    package->next = packages;
    packages = package;
    ndis_mutex_unlock(&pnp_lock);
    return STATUS_SUCCESS;
}

struct package *package_of(const WCHAR *hardware_ids) {
    for (const WCHAR *id = hardware_ids; *id; id += wide_length(id) + 1) {
        struct package *package = package_find(id);
        if (package) return package;
    }
    return NULL;
}

ULONG package_load(struct package *package, NTSTATUS *status) {
    *status = STATUS_SUCCESS;
    if (package->image) return 0;
    char why[512];
    package->image = image_load(package->path, why, sizeof why);
    if (package->image && !image_fits(package->image, true, why, sizeof why)) {
        image_unload(package->image);
        package->image = NULL;
    }
    if (!package->image) {
        host_log("%s", why);
        *status = STATUS_INVALID_IMAGE_FORMAT;
        return CM_PROB_DRIVER_FAILED_LOAD;
    }
    PDRIVER_INITIALIZE entry = (PDRIVER_INITIALIZE)image_entry(package->image);
    *status = entry ? io_driver_start(package->service, entry, &package->driver) : STATUS_ENTRYPOINT_NOT_FOUND;
    if (NT_SUCCESS(*status)) {
        image_discard(package->image);
        return 0;
    }
    package->driver = NULL;
    verify_no_leaks("after DriverEntry failed");
    image_unload(package->image);
    package->image = NULL;
    return CM_PROB_FAILED_DRIVER_ENTRY;
}

void pnp_drivers_unload(void) {
    for (struct package *package = packages; package; package = package->next) {
        if (!package->image || package->devices) continue;
        io_driver_unload(package->driver);
        package->driver = NULL;
        verify_no_leaks("after the driver's unload");
        image_unload(package->image);
        package->image = NULL;
    }
}

void pnp_packages_free(void) {
    while (packages) {
        struct package *package = packages;
        packages = package->next;
        free(package->hardware_id);
        free(package->version);
        free(package->service);
        free(package->path);
        free(package);
    }
}
