/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Device interfaces that drivers register, what they are told of others', and the registry keys of devices.
 *
 * An interface with a reference string is the link of its class with a name below it: the driver gets that name in
 * CREATE. All interfaces of one class and device therefore share one link.
 */
#include <stdlib.h>
#include <string.h>

#include "host/io.h"
#include "host/pnp_private.h"
#include "host/registry.h"
#include "host/status.h"
#include "host/win32_private.h"
#include "host/verify.h"

/* Lock legend: i immutable; p pnp_lock */
struct interface {
    struct interface *next; /* p */
    struct devnode *node;   /* i: referenced */
    GUID class_guid;        /* i */
    bool enabled;           /* p */
    unsigned base;          /* i: characters of the link itself */
    WCHAR link[];           /* i: "\\?\SWD#...#{class}", then "\reference" */
};
static struct interface *interfaces; /* p; until the node is uninstalled */

static struct interface *interface_make(struct devnode *node, const GUID *class_guid, const UNICODE_STRING *reference) {
    size_t length = wide_length(node->path), tail = reference ? reference->Length / sizeof(WCHAR) : 0;
    struct interface *made = calloc(1, sizeof(*made) + (4 + length + 1 + 38 + 1 + tail + 1) * sizeof(WCHAR));
    UNICODE_STRING text;
    WCHAR *at;

    if (!made || !NT_SUCCESS(RtlStringFromGUID((GUID *)class_guid, &text))) {
        free(made);
        return NULL;
    }
    memcpy(made->link, L"\\\\?\\", 4 * sizeof(WCHAR));
    at = made->link + 4;
    for (size_t i = 0; i < length; i++) *at++ = node->path[i] == '\\' ? '#' : node->path[i];
    *at++ = '#';
    for (unsigned i = 0; i < text.Length / sizeof(WCHAR); i++) {
        WCHAR c = text.Buffer[i];
        *at++ = c >= 'A' && c <= 'F' ? (WCHAR)(c + 32) : c;
    }
    RtlFreeUnicodeString(&text);
    made->base = (unsigned)(at - made->link);
    if (tail) {
        *at++ = '\\';
        memcpy(at, reference->Buffer, tail * sizeof(WCHAR));
    }
    made->class_guid = *class_guid;
    made->node = node;
    pnp_reference(node);
    return made;
}

/* pnp_lock. By a link of either spelling. */
static struct interface *interface_find(const WCHAR *link, size_t length) {
    for (struct interface *at = interfaces; at; at = at->next) {
        bool same = wide_length(at->link) == length && length > 4 && link[0] == '\\' && link[3] == '\\';
        for (size_t i = 4; same && i < length; i++) same = (link[i] | 32) == (at->link[i] | 32);
        if (same) return at;
    }
    return NULL;
}

/* The link as drivers spell it, in pool. */
static NTSTATUS nt_name(const WCHAR *link, PUNICODE_STRING name) {
    size_t size = wide_length(link) * sizeof(WCHAR);
    name->Buffer = ExAllocatePoolWithTag(PagedPool, size + sizeof(WCHAR), ' fI ');
    if (!name->Buffer) return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(name->Buffer, link, size + sizeof(WCHAR));
    name->Buffer[1] = '?';
    name->Length = (USHORT)size;
    name->MaximumLength = (USHORT)(size + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject, const GUID *InterfaceClassGuid,
                                         PUNICODE_STRING ReferenceString, PUNICODE_STRING SymbolicLinkName) {
    NT_ENTER(IoRegisterDeviceInterface);
    struct devnode *node = pnp_node_of(PhysicalDeviceObject);
    struct interface *made, *old;

    if (!node) return STATUS_INVALID_DEVICE_REQUEST; /* not the physical device */
    if (NT_FAULT(IoRegisterDeviceInterface)) return STATUS_INSUFFICIENT_RESOURCES;
    for (unsigned i = 0; ReferenceString && i < ReferenceString->Length / sizeof(WCHAR); i++)
        if (ReferenceString->Buffer[i] == '\\' || ReferenceString->Buffer[i] == '/')
            return STATUS_INVALID_DEVICE_REQUEST;
    made = interface_make(node, InterfaceClassGuid, ReferenceString);
    if (!made) return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = nt_name(made->link, SymbolicLinkName);
    ndis_mutex_lock(&pnp_lock);
    old = interface_find(made->link, wide_length(made->link));
    if (NT_SUCCESS(status) && !old) {
        made->next = interfaces;
        interfaces = made;
    }
    ndis_mutex_unlock(&pnp_lock);
    if (!NT_SUCCESS(status) || old) { /* registered before: the same link */
        pnp_release(node);
        free(made);
    }
    return status;
}

/* The link in the object namespace: there while any interface of it is enabled, or NDIS's own. */
static NTSTATUS link_set(struct interface *interface, bool on) {
    WCHAR *copy = calloc(interface->base + 1, sizeof(WCHAR));
    UNICODE_STRING name, target;
    bool shared = false;
    NTSTATUS status;

    if (!copy) return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(copy, interface->link, interface->base * sizeof(WCHAR));
    ndis_mutex_lock(&pnp_lock);
    shared = interface->node->link_enabled && wide_same(interface->node->link, copy);
    for (struct interface *at = interfaces; at && !shared; at = at->next)
        shared = at != interface && at->enabled && at->node == interface->node && at->base == interface->base &&
                 memcmp(at->link, interface->link, at->base * sizeof(WCHAR)) == 0;
    ndis_mutex_unlock(&pnp_lock);
    copy[1] = '?';
    RtlInitUnicodeString(&name, copy);
    RtlInitUnicodeString(&target, interface->node->pdo_name);
    status = shared ? STATUS_SUCCESS : on ? IoCreateSymbolicLink(&name, &target) : IoDeleteSymbolicLink(&name);
    free(copy);
    return status;
}

static NTSTATUS interface_set(struct interface *interface, bool on) {
    NTSTATUS status = link_set(interface, on);
    if (!NT_SUCCESS(status)) return status;
    ndis_mutex_lock(&pnp_lock);
    interface->enabled = on;
    ndis_mutex_unlock(&pnp_lock);
    interface_tell(on, &interface->class_guid, interface->link);
    return status;
}

NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable) {
    NT_ENTER(IoSetDeviceInterfaceState);
    struct interface *found;
    bool was = false;

    if (NT_FAULT(IoSetDeviceInterfaceState)) return STATUS_INSUFFICIENT_RESOURCES;
    ndis_mutex_lock(&pnp_lock);
    found = interface_find(SymbolicLinkName->Buffer, SymbolicLinkName->Length / sizeof(WCHAR));
    if (found) was = found->enabled;
    ndis_mutex_unlock(&pnp_lock);
    if (!found) return STATUS_OBJECT_NAME_NOT_FOUND;
    if (was == (Enable != FALSE)) return Enable ? STATUS_OBJECT_NAME_EXISTS : STATUS_OBJECT_NAME_NOT_FOUND;
    return interface_set(found, Enable);
}

void interfaces_disable(struct devnode *node) {
    for (;;) {
        ndis_mutex_lock(&pnp_lock);
        struct interface *at = interfaces;
        while (at && (at->node != node || !at->enabled)) at = at->next;
        ndis_mutex_unlock(&pnp_lock);
        if (!at) return;
        if (!NT_SUCCESS(interface_set(at, false))) at->enabled = false;
    }
}

void interfaces_forget(struct devnode *node) {
    interfaces_disable(node);
    ndis_mutex_lock(&pnp_lock);
    for (struct interface **link = &interfaces; *link;) {
        struct interface *at = *link;
        if (at->node != node) {
            link = &at->next;
            continue;
        }
        *link = at->next;
        pnp_release(node);
        free(at);
    }
    ndis_mutex_unlock(&pnp_lock);
}

void interfaces_visit(const GUID *class_guid, bool present_only,
                      bool (*visit)(struct devnode *node, const WCHAR *link, void *context), void *context) {
    WCHAR *link = NULL;
    bool more = true;

    for (unsigned skip = 0; more; skip++) {
        struct devnode *node = NULL;
        unsigned at = 0;
        link = NULL;
        ndis_mutex_lock(&pnp_lock);
        for (struct interface *interface = interfaces; interface && !link; interface = interface->next) {
            if (memcmp(&interface->class_guid, class_guid, sizeof *class_guid) ||
                (present_only && !interface->enabled) || at++ < skip)
                continue;
            link = wide_copy(interface->link);
            pnp_reference(node = interface->node);
        }
        ndis_mutex_unlock(&pnp_lock);
        if (!link) return;
        more = visit(node, link, context);
        pnp_release(node);
        free(link);
    }
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

struct gather {
    struct devnode *node; /* NULL: of all */
    WCHAR *text;          /* in pool */
    size_t used;          /* characters */
    bool failed;
};

static bool gather_visit(struct devnode *node, const WCHAR *link, void *context) {
    struct gather *gather = context;
    size_t length = wide_length(link) + 1;
    if (gather->node && gather->node != node) return true;
    WCHAR *grown = ExAllocatePoolWithTag(PagedPool, (gather->used + length + 1) * sizeof(WCHAR), ' fI ');
    if (!grown) {
        gather->failed = true;
        return false;
    }
    if (gather->text) {
        memcpy(grown, gather->text, gather->used * sizeof(WCHAR));
        ExFreePoolWithTag(gather->text, 0);
    }
    memcpy(grown + gather->used, link, length * sizeof(WCHAR));
    grown[gather->used + 1] = '?';
    gather->used += length;
    grown[gather->used] = 0;
    gather->text = grown;
    return true;
}

NTSTATUS NTAPI IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject, ULONG Flags,
                                     PWSTR *SymbolicLinkList) {
    NT_ENTER(IoGetDeviceInterfaces);
    struct gather gather = {.node = PhysicalDeviceObject ? pnp_node_of(PhysicalDeviceObject) : NULL};

    *SymbolicLinkList = NULL;
    if (PhysicalDeviceObject && !gather.node) return STATUS_INVALID_DEVICE_REQUEST;
    if (NT_FAULT(IoGetDeviceInterfaces)) return STATUS_INSUFFICIENT_RESOURCES;
    pnp_for_each_interface(InterfaceClassGuid, !(Flags & DEVICE_INTERFACE_INCLUDE_NONACTIVE), gather_visit, &gather);
    if (!gather.text && !gather.failed) {
        gather.text = ExAllocatePoolWithTag(PagedPool, 2 * sizeof(WCHAR), ' fI ');
        if (gather.text) gather.text[0] = gather.text[1] = 0;
    }
    if (gather.failed || !gather.text) {
        if (gather.text) ExFreePoolWithTag(gather.text, 0);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *SymbolicLinkList = gather.text;
    return STATUS_SUCCESS;
}

/* --- notifications ----------------------------------------------------------------------------------------------- */

struct notification {
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE routine;
    PVOID context;
    void *registration; /* NULL: of a category in which nothing happens here */
};

static void notify(bool arrived, const GUID *class_guid, const WCHAR *link, void *context) {
    /* GUID_DEVICE_INTERFACE_ARRIVAL and _REMOVAL differ in one digit. */
    struct notification *notification = context;
    DEVICE_INTERFACE_CHANGE_NOTIFICATION change = {
        .Version = 1,
        .Size = sizeof change,
        .Event = {0xcb3a4004, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}},
        .InterfaceClassGuid = *class_guid};
    UNICODE_STRING name;
    if (!arrived) change.Event.Data1++;
    if (!NT_SUCCESS(nt_name(link, &name))) return;
    change.SymbolicLinkName = &name;
    struct verify_call before =
        verify_call_begin("a notification routine", (const void *)(uintptr_t)notification->routine);
    notification->routine(&change, notification->context);
    verify_call_end(&before);
    RtlFreeUnicodeString(&name);
}

struct existing {
    struct notification *notification;
    const GUID *class_guid;
};

static bool notify_existing(struct devnode *node, const WCHAR *link, void *context) {
    struct existing *existing = context;
    (void)node;
    notify(true, existing->class_guid, link, existing->notification);
    return true;
}

NTSTATUS NTAPI IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory, ULONG EventCategoryFlags,
                                              PVOID EventCategoryData, PDRIVER_OBJECT DriverObject,
                                              PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine, PVOID Context,
                                              PVOID *NotificationEntry) {
    NT_ENTER(IoRegisterPlugPlayNotification);
    struct notification *made;

    *NotificationEntry = NULL;
    if (NT_FAULT(IoRegisterPlugPlayNotification)) return STATUS_INSUFFICIENT_RESOURCES;
    made = calloc(1, sizeof *made);
    if (!made) return STATUS_INSUFFICIENT_RESOURCES;
    made->routine = CallbackRoutine;
    made->context = Context;
    if (EventCategory == EventCategoryDeviceInterfaceChange) {
        made->registration = pnp_notify_add(EventCategoryData, notify, made);
        if (!made->registration) {
            free(made);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    verify_track("pnp-notification", made, sizeof *made, 0, CALLER);
    *NotificationEntry = made;
    if (made->registration && EventCategoryFlags & PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES)
        pnp_for_each_interface(EventCategoryData, true, notify_existing, &(struct existing){made, EventCategoryData});
    return STATUS_SUCCESS;
}

static NTSTATUS unregister(struct notification *notification) {
    verify_untrack("pnp-notification", notification);
    if (notification->registration) pnp_notify_remove(notification->registration); /* waits for a callback */
    free(notification);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoUnregisterPlugPlayNotification(PVOID NotificationEntry) {
    NT_ENTER(IoUnregisterPlugPlayNotification);
    return unregister(NotificationEntry);
}

NTSTATUS NTAPI IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry) {
    NT_ENTER(IoUnregisterPlugPlayNotificationEx);
    return unregister(NotificationEntry);
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static NTSTATUS key_open(const char *path, ACCESS_MASK access, PHANDLE handle) {
    struct reg_key *key = reg_open(path, true);
    if (!key) return STATUS_INSUFFICIENT_RESOURCES;
    return win32_key_insert(key, access, (HKEY *)handle);
}

/* "HKLM\...\Enum\" or "...\DeviceClasses\", what is given, and a subkey; in memory from malloc. */
static char *key_path(const char *folder, const WCHAR *name, const char *subkey) {
    char *narrow = win32_narrow(name), *path = NULL;
    size_t size = narrow ? strlen(folder) + strlen(narrow) + strlen(subkey) + 1 : 0;
    if (narrow && (path = malloc(size))) snprintf(path, size, "%s%s%s", folder, narrow, subkey);
    free(narrow);
    return path;
}

#define CONTROL "HKLM\\SYSTEM\\CurrentControlSet\\"

NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType, ACCESS_MASK DesiredAccess,
                                       PHANDLE DeviceRegKey) {
    NT_ENTER(IoOpenDeviceRegistryKey);
    struct devnode *node = pnp_node_of(DeviceObject);

    if (!node) return STATUS_INVALID_DEVICE_REQUEST;
    if (NT_FAULT(IoOpenDeviceRegistryKey)) return STATUS_INSUFFICIENT_RESOURCES;
    switch (DevInstKeyType & 3) {
    case 2: /* PLUGPLAY_REGKEY_DRIVER */
        if (!node->software_key) return STATUS_OBJECT_NAME_NOT_FOUND;
        return key_open(node->software_key, DesiredAccess, DeviceRegKey);
    case 1: { /* PLUGPLAY_REGKEY_DEVICE */
        char *path = key_path(CONTROL "Enum\\", node->path, "\\Device Parameters");
        NTSTATUS status = path ? key_open(path, DesiredAccess, DeviceRegKey) : STATUS_INSUFFICIENT_RESOURCES;
        free(path);
        return status;
    }
    default: return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI IoOpenDeviceInterfaceRegistryKey(PUNICODE_STRING SymbolicLinkName, ACCESS_MASK DesiredAccess,
                                                PHANDLE DeviceInterfaceRegKey) {
    NT_ENTER(IoOpenDeviceInterfaceRegistryKey);
    WCHAR *name = NULL;

    if (NT_FAULT(IoOpenDeviceInterfaceRegistryKey)) return STATUS_INSUFFICIENT_RESOURCES;
    ndis_mutex_lock(&pnp_lock);
    struct interface *found = interface_find(SymbolicLinkName->Buffer, SymbolicLinkName->Length / sizeof(WCHAR));
    if (found) name = wide_copy(found->link + 4);
    ndis_mutex_unlock(&pnp_lock);
    if (!found) return STATUS_OBJECT_NAME_NOT_FOUND;
    char *path = name ? key_path(CONTROL "Control\\DeviceClasses\\", name, "\\Device Parameters") : NULL;
    free(name);
    NTSTATUS status = path ? key_open(path, DesiredAccess, DeviceInterfaceRegKey) : STATUS_INSUFFICIENT_RESOURCES;
    free(path);
    return status;
}
