/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Device interfaces: NDIS registers GUID_DEVINTERFACE_NET for every network adapter. The link leads to the physical
 * device, so that an open reaches the top of its stack. Arrivals and removals are told to those who asked.
 */
#include <stdlib.h>
#include <string.h>

#include "host/pnp_private.h"

static const GUID net_class = {0xcac88484, 0x7515, 0x4c03, {0x82, 0xe6, 0x71, 0xa8, 0x7a, 0xba, 0xc3, 0x61}};

/* Lock legend: i immutable; p pnp_lock */
struct registration {
    struct registration *next;                                                             /* p */
    GUID class_guid;                                                                       /* i */
    void (*event)(bool arrived, const GUID *class_guid, const WCHAR *link, void *context); /* i */
    void *context;                                                                         /* i */
    bool removed;                                                                          /* p */
    unsigned busy;                                                                         /* p: callbacks running */
    KEVENT *idle; /* p: set when busy falls to 0 */
};

static struct registration *registrations;

void interface_start(void) { registrations = NULL; }

/* "\\?\SWD#Enumerator#Instance#{class}" */
static WCHAR *link_make(const WCHAR *path) {
    static const char class_text[] = "#{cac88484-7515-4c03-82e6-71a87abac361}";
    size_t length = wide_length(path), tail = sizeof class_text;
    WCHAR *link = malloc((4 + length + tail) * sizeof(WCHAR));
    if (!link) return NULL;
    memcpy(link, L"\\\\?\\", 4 * sizeof(WCHAR));
    for (size_t i = 0; i < length; i++) link[4 + i] = path[i] == '\\' ? '#' : path[i];
    for (size_t i = 0; i < tail; i++) link[4 + length + i] = (WCHAR)class_text[i];
    return link;
}

/* The same link in the object namespace starts with \??\. */
static void link_name(const WCHAR *link, WCHAR *copy, UNICODE_STRING *name) {
    memcpy(copy, link, (wide_length(link) + 1) * sizeof(WCHAR));
    copy[1] = '?';
    RtlInitUnicodeString(name, copy);
}

void interface_tell(bool arrived, const GUID *class_guid, const WCHAR *link) {
    struct registration *at = NULL;
    for (;;) {
        ndis_mutex_lock(&pnp_lock);
        struct registration *previous = at;
        at = at ? at->next : registrations;
        while (at && (at->removed || memcmp(&at->class_guid, class_guid, sizeof *class_guid))) at = at->next;
        if (at) at->busy++; /* keeps it in the list while its callback runs and until the next one is found */
        if (previous && --previous->busy == 0 && previous->idle) KeSetEvent(previous->idle, IO_NO_INCREMENT, FALSE);
        ndis_mutex_unlock(&pnp_lock);
        if (!at) return;
        at->event(arrived, class_guid, link, at->context);
    }
}

void interface_arrive(struct devnode *node) {
    if (!node->link) {
        WCHAR *link = link_make(node->path);
        if (!link) return;
        ndis_mutex_lock(&pnp_lock);
        node->link = link;
        ndis_mutex_unlock(&pnp_lock);
    }
    WCHAR *copy = malloc((wide_length(node->link) + 1) * sizeof(WCHAR));
    if (!copy) return;
    UNICODE_STRING name, target;
    link_name(node->link, copy, &name);
    RtlInitUnicodeString(&target, node->pdo_name);
    NTSTATUS status = IoCreateSymbolicLink(&name, &target);
    free(copy);
    if (!NT_SUCCESS(status)) {
        host_log("device interface: the link cannot be made: %#x", (unsigned)status);
        return;
    }
    ndis_mutex_lock(&pnp_lock);
    node->link_enabled = true;
    ndis_mutex_unlock(&pnp_lock);
    interface_tell(true, &net_class, node->link);
}

void interface_depart(struct devnode *node) {
    if (!node->link_enabled) return;
    WCHAR *copy = malloc((wide_length(node->link) + 1) * sizeof(WCHAR));
    if (copy) {
        UNICODE_STRING name;
        link_name(node->link, copy, &name);
        IoDeleteSymbolicLink(&name);
        free(copy);
    }
    ndis_mutex_lock(&pnp_lock);
    node->link_enabled = false;
    ndis_mutex_unlock(&pnp_lock);
    interface_tell(false, &net_class, node->link);
}

struct interface_walk {
    bool present_only;
    bool (*visit)(struct devnode *node, const WCHAR *link, void *context);
    void *context;
};

static bool interface_visit(struct devnode *node, void *context) {
    struct interface_walk *walk = context;
    ndis_mutex_lock(&pnp_lock);
    WCHAR *link = node->link && (node->link_enabled || !walk->present_only) ? wide_copy(node->link) : NULL;
    ndis_mutex_unlock(&pnp_lock);
    bool more = !link || walk->visit(node, link, walk->context);
    free(link);
    return more;
}

void pnp_for_each_interface(const GUID *class_guid, bool present_only,
                            bool (*visit)(struct devnode *node, const WCHAR *link, void *context), void *context) {
    interfaces_visit(class_guid, present_only, visit, context);
    if (memcmp(class_guid, &net_class, sizeof net_class)) return;
    struct interface_walk walk = {.present_only = present_only, .visit = visit, .context = context};
    pnp_for_each(interface_visit, &walk);
}

void *pnp_notify_add(const GUID *class_guid,
                     void (*event)(bool arrived, const GUID *class_guid, const WCHAR *link, void *context),
                     void *context) {
    struct registration *registration = calloc(1, sizeof *registration);
    if (!registration) return NULL;
    registration->class_guid = *class_guid;
    registration->event = event;
    registration->context = context;
    ndis_mutex_lock(&pnp_lock);
    registration->next = registrations;
    registrations = registration;
    ndis_mutex_unlock(&pnp_lock);
    return registration;
}

void pnp_notify_remove(void *handle) {
    struct registration *registration = handle;
    KEVENT idle;
    KeInitializeEvent(&idle, NotificationEvent, FALSE);
    ndis_mutex_lock(&pnp_lock);
    registration->removed = true;
    bool wait = registration->busy != 0;
    if (wait) registration->idle = &idle;
    ndis_mutex_unlock(&pnp_lock);
    if (wait) KeWaitForSingleObject(&idle, Executive, KernelMode, FALSE, NULL);
    ndis_mutex_lock(&pnp_lock);
    for (struct registration **link = &registrations; *link; link = &(*link)->next) {
        if (*link == registration) {
            *link = registration->next;
            break;
        }
    }
    ndis_mutex_unlock(&pnp_lock);
    free(registration);
}
