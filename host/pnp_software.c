/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Software devices: what SwDeviceCreate and its like call. An open one is a handle of the process that made it. When the
 * process dies, its handles are closed, and with this one the device goes, as on Windows.
 */
#include <stdlib.h>
#include <string.h>

#include "host/pnp_private.h"

/* The object behind an HSWDEVICE. */
struct software_device {
    struct devnode *node; /* referenced */
    PEPROCESS owner;
    HANDLE handle;
    struct pnp_request *remove; /* made beforehand: a close cannot fail */
};

/* --- the software device's handle -------------------------------------------------------------------------------- */

static void software_device_close(PEPROCESS process, void *object, bool last) {
    (void)process;
    struct software_device *device = object;
    if (!last) return;
    ndis_mutex_lock(&pnp_lock);
    struct pnp_request *request = device->remove;
    device->remove = NULL;
    if (device->node && device->node->claim == device) device->node->claim = NULL;
    if (request && !(device->node && device->node->keep))
        request_enqueue_locked(request);
    else if (request)
        device->remove = request; /* goes with the object */
    ndis_mutex_unlock(&pnp_lock);
}

static void software_device_delete(void *object) {
    struct software_device *device = object;
    if (device->remove) request_free(device->remove);
    if (device->node) pnp_release(device->node);
}

static struct ob_type software_device_type = {
    .name = "SoftwareDevice",
    .valid_access = SYNCHRONIZE,
    .delete = software_device_delete,
    .close = software_device_close,
};

/* --- what SwDeviceCreate and its like call ----------------------------------------------------------------------- */

static NTSTATUS info_copy(const struct pnp_software_device *from, struct device_info *to) {
    static const WCHAR none[2];
    to->enumerator = wide_copy(from->enumerator);
    to->instance = wide_copy(from->instance);
    to->hardware_ids = wide_multi_copy(from->hardware_ids ? from->hardware_ids : none);
    to->description = from->description ? wide_copy(from->description) : NULL;
    if (from->container) {
        to->container = *from->container;
        to->has_container = true;
    }
    if (!to->enumerator || !to->instance || !to->hardware_ids || (from->description && !to->description))
        return STATUS_INSUFFICIENT_RESOURCES;
    for (unsigned i = 0; i < from->property_count; i++) {
        struct stored_property *property = stored_property_copy(&from->properties[i]);
        if (!property) return STATUS_INSUFFICIENT_RESOURCES;
        property->next = to->properties;
        to->properties = property;
    }
    return STATUS_SUCCESS;
}

static WCHAR *path_make(const WCHAR *enumerator, const WCHAR *instance) {
    static const WCHAR prefix[] = L"SWD\\";
    size_t a = wide_length(enumerator), b = wide_length(instance);
    WCHAR *path = malloc((4 + a + 1 + b + 1) * sizeof(WCHAR));
    if (!path) return NULL;
    memcpy(path, prefix, 4 * sizeof(WCHAR));
    memcpy(path + 4, enumerator, a * sizeof(WCHAR));
    path[4 + a] = '\\';
    memcpy(path + 5 + a, instance, (b + 1) * sizeof(WCHAR));
    return path;
}

static bool name_valid(const WCHAR *name) {
    size_t length = name ? wide_length(name) : 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] <= ' ' || name[i] > 0x7f || name[i] == ',' || name[i] == '\\') return false;
    }
    return length && length < 200;
}

NTSTATUS pnp_create(PEPROCESS owner, const struct pnp_software_device *info,
                    void (*done)(struct devnode *node, NTSTATUS status, void *context), void *context,
                    struct devnode **node_out) {
    *node_out = NULL;
    if (!name_valid(info->enumerator) || !name_valid(info->instance)) return STATUS_INVALID_PARAMETER;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    struct pnp_request *begin = calloc(1, sizeof *begin), *remove = calloc(1, sizeof *remove);
    struct software_device *device = ob_create(&software_device_type, sizeof *device);
    WCHAR *path = path_make(info->enumerator, info->instance);
    if (!begin || !remove || !device || !path) goto undo;
    status = info_copy(info, &begin->info);
    if (!NT_SUCCESS(status)) goto undo;
    device->owner = owner;
    status = ob_insert(owner, device, SYNCHRONIZE, &device->handle);
    if (!NT_SUCCESS(status)) goto undo;

    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = node_claimable(path);
    path = NULL;
    if (!node || node->claim || node->neighbour) {
        status = node ? STATUS_OBJECT_NAME_COLLISION : STATUS_INSUFFICIENT_RESOURCES;
        ndis_mutex_unlock(&pnp_lock);
        if (node) pnp_release(node);
        ob_close(owner, device->handle); /* has no node and no request: does nothing but go */
        goto undo;
    }
    node->claim = device;
    device->node = node; /* with the reference of node_claimable */
    pnp_reference(node);
    remove->kind = REQUEST_REMOVE;
    remove->node = node;
    device->remove = remove;
    pnp_reference(node);
    begin->kind = REQUEST_START;
    begin->node = node;
    begin->done = done;
    begin->context = context;
    *node_out = node; /* before the callback can run */
    request_enqueue_locked(begin);
    ndis_mutex_unlock(&pnp_lock);
    ob_dereference(device);
    return STATUS_SUCCESS;
undo:
    free(path);
    if (device) ob_dereference(device);
    if (begin) request_free(begin);
    free(remove);
    return status;
}

NTSTATUS pnp_keep(struct devnode *node, bool keep) {
    ndis_mutex_lock(&pnp_lock);
    bool claimed = node->claim;
    if (claimed) node->keep = keep;
    ndis_mutex_unlock(&pnp_lock);
    return claimed ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

bool pnp_kept(struct devnode *node) {
    ndis_mutex_lock(&pnp_lock);
    bool kept = node->keep;
    ndis_mutex_unlock(&pnp_lock);
    return kept;
}

void pnp_close(struct devnode *node) {
    ndis_mutex_lock(&pnp_lock);
    struct software_device *device = node->claim;
    PEPROCESS owner = device ? device->owner : NULL;
    HANDLE handle = device ? device->handle : NULL;
    ndis_mutex_unlock(&pnp_lock);
    if (device) ob_close(owner, handle);
}
