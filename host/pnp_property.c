/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Properties of device nodes, for programs (cfgmgr32) and for drivers (IoGetDeviceProperty and its successors).
 */
#include <stdlib.h>
#include <string.h>

#include "host/pnp_private.h"

static const GUID net_class_guid = {0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

/* Property sets, documented as DEVPKEY_Device_*. */
#define SET_DEVICE {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}
#define SET_IDENTITY {0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}}
#define SET_STATUS {0x4340a6c5, 0x93fa, 0x4706, {0x97, 0x2c, 0x7b, 0x64, 0x80, 0x08, 0xa5, 0xa7}}
#define SET_CONTAINER {0x8c7ed206, 0x3f8a, 0x4827, {0xb3, 0xab, 0xae, 0x9e, 0x1f, 0xae, 0xfc, 0x6c}}
#define SET_PRESENCE {0x540b947e, 0x8b40, 0x45bc, {0xa8, 0xa2, 0x6a, 0x0b, 0x89, 0x4c, 0xbd, 0xa2}}

#define SET_INSTALLATION {0xa8b865dd, 0x2e3d, 0x4094, {0xad, 0x97, 0xe5, 0x93, 0xa7, 0x0c, 0x75, 0xd6}}

enum builtin {
    BUILTIN_DESCRIPTION,
    BUILTIN_HARDWARE_IDS,
    BUILTIN_SERVICE,
    BUILTIN_CLASS,
    BUILTIN_CLASS_GUID,
    BUILTIN_DRIVER,
    BUILTIN_PDO_NAME,
    BUILTIN_ENUMERATOR,
    BUILTIN_INSTANCE_ID,
    BUILTIN_NODE_STATUS,
    BUILTIN_PROBLEM,
    BUILTIN_PROBLEM_STATUS,
    BUILTIN_CONTAINER,
    BUILTIN_PRESENT,
    BUILTIN_HAS_PROBLEM,
    BUILTIN_DRIVER_VERSION,
};

static const struct {
    DEVPROPKEY key;
    enum builtin which;
    ULONG type;
} builtins[] = {
    {{SET_DEVICE, 2}, BUILTIN_DESCRIPTION, DEVPROP_TYPE_STRING},
    {{SET_DEVICE, 3}, BUILTIN_HARDWARE_IDS, DEVPROP_TYPE_STRING_LIST},
    {{SET_DEVICE, 6}, BUILTIN_SERVICE, DEVPROP_TYPE_STRING},
    {{SET_DEVICE, 9}, BUILTIN_CLASS, DEVPROP_TYPE_STRING},
    {{SET_DEVICE, 10}, BUILTIN_CLASS_GUID, DEVPROP_TYPE_GUID},
    {{SET_DEVICE, 11}, BUILTIN_DRIVER, DEVPROP_TYPE_STRING},
    {{SET_DEVICE, 16}, BUILTIN_PDO_NAME, DEVPROP_TYPE_STRING},
    {{SET_DEVICE, 24}, BUILTIN_ENUMERATOR, DEVPROP_TYPE_STRING},
    {{SET_IDENTITY, 256}, BUILTIN_INSTANCE_ID, DEVPROP_TYPE_STRING},
    {{SET_STATUS, 2}, BUILTIN_NODE_STATUS, DEVPROP_TYPE_UINT32},
    {{SET_STATUS, 3}, BUILTIN_PROBLEM, DEVPROP_TYPE_UINT32},
    {{SET_STATUS, 12}, BUILTIN_PROBLEM_STATUS, DEVPROP_TYPE_NTSTATUS},
    {{SET_CONTAINER, 2}, BUILTIN_CONTAINER, DEVPROP_TYPE_GUID},
    {{SET_PRESENCE, 5}, BUILTIN_PRESENT, DEVPROP_TYPE_BOOLEAN},
    {{SET_PRESENCE, 6}, BUILTIN_HAS_PROBLEM, DEVPROP_TYPE_BOOLEAN},
    {{SET_INSTALLATION, 3}, BUILTIN_DRIVER_VERSION, DEVPROP_TYPE_STRING},
};

struct stored_property *stored_property_copy(const struct pnp_property *property) {
    struct stored_property *copy = malloc(sizeof *copy + property->size);
    if (!copy) return NULL;
    copy->next = NULL;
    copy->key = property->key;
    copy->type = property->type;
    copy->size = property->size;
    if (property->size) memcpy(copy->data, property->data, property->size);
    return copy;
}

static bool key_same(const DEVPROPKEY *a, const DEVPROPKEY *b) {
    return a->pid == b->pid && !memcmp(&a->fmtid, &b->fmtid, sizeof a->fmtid);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* A property's value; text made on the way is in `buffer`. */
struct value {
    const void *data;
    ULONG size;
    WCHAR *text; /* to free */
    union {
        ULONG number;
        signed char boolean;
        GUID guid;
    } scalar;
};

static void value_text(struct value *value, const WCHAR *text) {
    value->data = text;
    value->size = text ? (ULONG)((wide_length(text) + 1) * sizeof(WCHAR)) : 0;
}

static void value_ascii(struct value *value, const char *text) {
    value->text = text ? wide_from(text) : NULL;
    value_text(value, value->text);
}

static void value_number(struct value *value, ULONG number) {
    value->scalar.number = number;
    value->data = &value->scalar.number;
    value->size = sizeof(ULONG);
}

static void value_boolean(struct value *value, bool boolean) {
    value->scalar.boolean = boolean ? -1 : 0; /* DEVPROP_TRUE */
    value->data = &value->scalar.boolean;
    value->size = 1;
}

static void value_guid(struct value *value, const GUID *guid) {
    value->scalar.guid = *guid;
    value->data = &value->scalar.guid;
    value->size = sizeof(GUID);
}

static ULONG node_status(const struct devnode *node) {
    ULONG status = DN_NT_ENUMERATOR | DN_NT_DRIVER;
    if (node->has_stack) status |= DN_DRIVER_LOADED;
    if (node->started) status |= DN_STARTED;
    if (node->problem) status |= DN_HAS_PROBLEM;
    return status;
}

/* pnp_lock */
static void builtin_value(struct devnode *node, enum builtin which, struct value *value) {
    switch (which) {
    case BUILTIN_DESCRIPTION: value_text(value, node->info.description); break;
    case BUILTIN_HARDWARE_IDS:
        value->data = node->info.hardware_ids;
        value->size = node->info.hardware_ids ? (ULONG)multi_size(node->info.hardware_ids) : 0;
        break;
    case BUILTIN_SERVICE: value_ascii(value, node->package ? node->package->service : NULL); break;
    case BUILTIN_CLASS: value_ascii(value, "Net"); break;
    case BUILTIN_CLASS_GUID: value_guid(value, &net_class_guid); break;
    case BUILTIN_DRIVER: {
        const char *class_part = node->software_key ? strchr(node->software_key, '{') : NULL;
        value_ascii(value, class_part);
        break;
    }
    case BUILTIN_PDO_NAME: value_text(value, node->pdo ? node->pdo_name : NULL); break;
    case BUILTIN_ENUMERATOR: value_ascii(value, "SWD"); break;
    case BUILTIN_INSTANCE_ID: value_text(value, node->path); break;
    case BUILTIN_NODE_STATUS:
        if (node->present) value_number(value, node_status(node));
        break;
    case BUILTIN_PROBLEM: value_number(value, node->problem); break;
    case BUILTIN_PROBLEM_STATUS: value_number(value, (ULONG)node->problem_status); break;
    case BUILTIN_CONTAINER:
        if (node->info.has_container) value_guid(value, &node->info.container);
        break;
    case BUILTIN_DRIVER_VERSION:
        if (node->package) value_text(value, node->package->version);
        break;
    case BUILTIN_PRESENT: value_boolean(value, node->present); break;
    case BUILTIN_HAS_PROBLEM: value_boolean(value, node->problem != 0); break;
    }
}

NTSTATUS pnp_property_get(struct devnode *node, const DEVPROPKEY *key, ULONG *type, void *data, ULONG *size) {
    struct value value = {0};
    ULONG room = *size;
    NTSTATUS status = STATUS_NOT_FOUND;
    *size = 0;
    *type = DEVPROP_TYPE_EMPTY;
    ndis_mutex_lock(&pnp_lock);
    for (struct stored_property *property = node->info.properties; property; property = property->next) {
        if (key_same(&property->key, key)) {
            value.data = property->data;
            value.size = property->size;
            *type = property->type;
            break;
        }
    }
    for (size_t i = 0; !value.data && i < sizeof builtins / sizeof *builtins; i++) {
        if (key_same(&builtins[i].key, key)) {
            builtin_value(node, builtins[i].which, &value);
            if (value.data) *type = builtins[i].type;
        }
    }
    if (value.data) {
        *size = value.size;
        status = value.size <= room ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
        if (NT_SUCCESS(status) && value.size) memcpy(data, value.data, value.size);
    }
    ndis_mutex_unlock(&pnp_lock);
    free(value.text);
    return status;
}

NTSTATUS pnp_property_set(struct devnode *node, const struct pnp_property *property) {
    struct stored_property *copy = NULL;
    if (property->type != DEVPROP_TYPE_EMPTY) {
        copy = stored_property_copy(property);
        if (!copy) return STATUS_INSUFFICIENT_RESOURCES;
    }
    ndis_mutex_lock(&pnp_lock);
    struct stored_property **link = &node->info.properties, *old = NULL;
    while (*link && !key_same(&(*link)->key, &property->key)) link = &(*link)->next;
    if (*link) {
        old = *link;
        *link = old->next;
    }
    if (copy) {
        copy->next = node->info.properties;
        node->info.properties = copy;
    }
    ndis_mutex_unlock(&pnp_lock);
    free(old);
    return copy || old ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* --- for drivers ------------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                   ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength) {
    NT_ENTER(IoGetDeviceProperty);
    static const struct {
        DEVICE_REGISTRY_PROPERTY property;
        DEVPROPKEY key;
    } map[] = {
        {DevicePropertyDeviceDescription, {SET_DEVICE, 2}}, {DevicePropertyHardwareID, {SET_DEVICE, 3}},
        {DevicePropertyClassName, {SET_DEVICE, 9}},         {DevicePropertyClassGuid, {SET_DEVICE, 10}},
        {DevicePropertyDriverKeyName, {SET_DEVICE, 11}},    {DevicePropertyFriendlyName, {SET_DEVICE, 14}},
        {DevicePropertyManufacturer, {SET_DEVICE, 13}},     {DevicePropertyPhysicalDeviceObjectName, {SET_DEVICE, 16}},
        {DevicePropertyEnumeratorName, {SET_DEVICE, 24}},   {DevicePropertyContainerID, {SET_CONTAINER, 2}},
    };
    struct devnode *node = pnp_node_of(DeviceObject);
    *ResultLength = 0;
    if (!node) return STATUS_INVALID_DEVICE_REQUEST;
    if (NT_FAULT(IoGetDeviceProperty)) return STATUS_INSUFFICIENT_RESOURCES;
    for (size_t i = 0; i < sizeof map / sizeof *map; i++) {
        if (map[i].property != DeviceProperty) continue;
        ULONG type, size = BufferLength;
        NTSTATUS status = pnp_property_get(node, &map[i].key, &type, PropertyBuffer, &size);
        *ResultLength = size;
        return status == STATUS_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
    }
    return STATUS_INVALID_PARAMETER_2;
}

NTSTATUS NTAPI IoGetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID Lcid, ULONG Flags,
                                       ULONG Size, PVOID Data, PULONG RequiredSize, PDEVPROPTYPE Type) {
    NT_ENTER(IoGetDevicePropertyData);
    (void)Lcid; /* no localized values here */
    *RequiredSize = 0;
    struct devnode *node = pnp_node_of(Pdo);
    if (!node) return STATUS_INVALID_DEVICE_REQUEST;
    if (Flags) return STATUS_INVALID_PARAMETER;
    if (NT_FAULT(IoGetDevicePropertyData)) return STATUS_INSUFFICIENT_RESOURCES;
    ULONG type, size = Size;
    NTSTATUS status = pnp_property_get(node, PropertyKey, &type, Data, &size);
    *RequiredSize = size;
    *Type = type;
    return status == STATUS_NOT_FOUND ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

NTSTATUS NTAPI IoSetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID Lcid, ULONG Flags,
                                       DEVPROPTYPE Type, ULONG Size, PVOID Data) {
    NT_ENTER(IoSetDevicePropertyData);
    (void)Lcid;
    (void)Flags;
    struct devnode *node = pnp_node_of(Pdo);
    if (!node) return STATUS_INVALID_DEVICE_REQUEST;
    if (NT_FAULT(IoSetDevicePropertyData)) return STATUS_INSUFFICIENT_RESOURCES;
    struct pnp_property property = {.key = *PropertyKey, .type = Type, .size = Size, .data = Data};
    return pnp_property_set(node, &property);
}
