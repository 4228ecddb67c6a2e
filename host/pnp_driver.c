/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver packages, loading and unloading of drivers, and the small string helpers of PnP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void wide_to(WCHAR *to, size_t room, const WCHAR *from) {
    size_t at = 0;
    for (; from && from[at] && at + 1 < room; at++) to[at] = from[at];
    to[at] = 0;
}

void swprintf_oem(WCHAR text[16], unsigned oem) {
    char narrow[16];
    int length = snprintf(narrow, sizeof narrow, "oem%u.inf", oem % 100000);
    for (int at = 0; at <= length; at++) text[at] = (WCHAR)narrow[at];
}

/* --- packages ---------------------------------------------------------------------------------------------------- */

/* The newest for the hardware id. */
static struct package *package_find(const WCHAR *hardware_id) {
    struct package *best = NULL;
    ndis_mutex_lock(&pnp_lock);
    for (struct package *package = packages; package; package = package->next)
        if (wide_same(package->hardware_id, hardware_id) && (!best || package->version_number > best->version_number))
            best = package;
    ndis_mutex_unlock(&pnp_lock);
    return best;
}

bool pnp_package_find(const WCHAR *hardware_id) { return package_find(hardware_id) != NULL; }

PDRIVER_OBJECT pnp_package_driver(const WCHAR *hardware_id) {
    struct package *package = package_find(hardware_id);
    return package ? package_in_force(package)->driver : NULL;
}

void pnp_package_free(struct package *package) {
    free(package->hardware_id);
    free(package->version);
    free(package->provider);
    free(package->description);
    free(package->section);
    free(package->folder);
    free(package->service);
    free(package->path);
    free(package);
}

struct package *pnp_package_new(const WCHAR *hardware_id, const char *service, uint64_t version) {
    struct package *package = calloc(1, sizeof *package);
    char text[32];
    if (!package) return NULL;
    snprintf(text, sizeof text, "%u.%u.%u.%u", (unsigned)(version >> 48), (unsigned)(version >> 32 & 0xffff),
             (unsigned)(version >> 16 & 0xffff), (unsigned)(version & 0xffff));
    package->hardware_id = wide_copy(hardware_id);
    package->version = wide_from(text);
    package->version_number = version;
    package->service = strdup(service);
    package->oem = OEM_NONE;
    if (package->hardware_id && package->version && package->service) return package;
    pnp_package_free(package);
    return NULL;
}

void pnp_package_list(struct package *package) {
    ndis_mutex_lock(&pnp_lock);
    package->next = packages;
    packages = package;
    ndis_mutex_unlock(&pnp_lock);
}

struct package *pnp_package_at(unsigned index) {
    ndis_mutex_lock(&pnp_lock);
    struct package *package = packages;
    while (package && index--) package = package->next;
    ndis_mutex_unlock(&pnp_lock);
    return package;
}

bool pnp_package_used(struct package *package) { return package->devices || pnp_for_driver(package); }

/* Its files go, too. */
bool pnp_package_drop(struct package *package) {
    pnp_unload_drivers();
    ndis_mutex_lock(&pnp_lock);
    bool loaded = package->image;
    for (struct package **link = &packages; *link && !loaded; link = &(*link)->next) {
        if (*link != package) continue;
        *link = package->next;
        break;
    }
    ndis_mutex_unlock(&pnp_lock);
    if (loaded) return false;
    char *inf = NULL;
    if (package->folder && asprintf(&inf, "%s/driver.inf", package->folder) >= 0) {
        unlink(inf);
        unlink(package->path);
        rmdir(package->folder);
        free(inf);
    }
    pnp_package_free(package);
    return true;
}

static uint64_t version_from(const WCHAR *text) {
    uint64_t version = 0, part = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9') {
            part = part * 10 + (uint64_t)(*text - '0');
            continue;
        }
        version = version << 16 | (part & 0xffff);
        part = 0;
        if (!*text) return version;
    }
}

NTSTATUS pnp_package_add(const WCHAR *hardware_id, const WCHAR *service, const char *path, const WCHAR *version,
                         const WCHAR *provider) {
    char name[64];
    if (package_find(hardware_id)) return STATUS_OBJECT_NAME_COLLISION;
    size_t length = wide_length(service);
    if (length >= sizeof name) return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i <= length; i++) name[i] = service[i] < 0x80 ? (char)service[i] : '_';
    struct package *package = pnp_package_new(hardware_id, name, version_from(version));
    if (package) package->path = strdup(path);
    if (package && provider) package->provider = wide_copy(provider);
    if (!package || !package->path || (provider && !package->provider)) {
        if (package) pnp_package_free(package);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    pnp_package_list(package);
    return STATUS_SUCCESS;
}

static bool hidden; /* atomic */

void pnp_hide_packages(bool hide) { __atomic_store_n(&hidden, hide, __ATOMIC_RELAXED); }

struct package *package_of(const WCHAR *hardware_ids) {
    if (__atomic_load_n(&hidden, __ATOMIC_RELAXED)) return NULL;
    for (const WCHAR *id = hardware_ids; *id; id += wide_length(id) + 1) {
        struct package *package = package_find(id);
        if (package) return package;
    }
    return NULL;
}

/* A service has one driver object: while an old package's image is loaded, new devices get that, too. */
struct package *package_in_force(struct package *package) {
    for (struct package *other = packages; other; other = other->next)
        if (other->image && !strcmp(other->service, package->service)) return other;
    return package;
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
    verify_no_leaks_of(package->image, "after DriverEntry failed");
    image_unload(package->image);
    package->image = NULL;
    return CM_PROB_FAILED_DRIVER_ENTRY;
}

void pnp_drivers_unload(void) {
    for (struct package *package = packages; package; package = package->next) {
        if (!package->image || package->devices) continue;
        io_driver_unload(package->driver);
        package->driver = NULL;
        verify_no_leaks_of(package->image, "after the driver's unload");
        image_unload(package->image);
        package->image = NULL;
    }
}

void pnp_packages_free(void) {
    while (packages) {
        struct package *package = packages;
        packages = package->next;
        pnp_package_free(package);
    }
}
