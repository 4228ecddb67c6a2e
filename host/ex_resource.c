/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Executive resources. What they consist of lives beside them: the driver's ERESOURCE points there.
 */
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/kernel_private.h"
#include "host/verify.h"

struct owner {
    struct owner *next;
    PETHREAD thread;
    unsigned count;
    bool exclusive;
};

struct waiter {
    struct waiter *next;
    PETHREAD thread;
    bool exclusive;
    KEVENT granted;
};

/* L: `lock`. */
struct resource {
    struct resource *next; /* L */
    PERESOURCE public;
    struct owner *owners; /* L */
    struct waiter *first; /* L: oldest */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* L: of all of them */
static struct resource *resources;                       /* L */

static struct resource *of(PERESOURCE public) {
    struct resource *resource = public->Reserved2;
    if (resource && resource->public == public) return resource;
    verify_violation("resource-not-initialized", "%p is no initialized resource", (void *)public);
    return NULL;
}

static void check_apc(const char *name) {
    PETHREAD self = (PETHREAD)ps_self();
    if (self->irql < APC_LEVEL && self->critical_regions == 0 && self->guarded_regions == 0 && !self->mutexes)
        verify_violation("resource-apc", "%s with normal kernel APCs enabled", name);
}

NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource) {
    NT_ENTER(ExInitializeResourceLite);
    struct resource *resource = calloc(1, sizeof *resource);
    if (!resource) host_panic("no memory for a resource");
    verify_resident(Resource, "a resource");
    memset(Resource, 0, sizeof *Resource);
    Resource->Reserved2 = resource;
    resource->public = Resource;
    pthread_mutex_lock(&lock);
    resource->next = resources;
    resources = resource;
    pthread_mutex_unlock(&lock);
    verify_track("resource", Resource, sizeof *Resource, 0, CALLER);
    return STATUS_SUCCESS;
}

/* True if nobody has it or wants it, as it should be. */
static bool forget_owners_locked(struct resource *resource) {
    bool idle = !resource->owners && !resource->first;
    for (struct owner *owner; (owner = resource->owners);) {
        resource->owners = owner->next;
        free(owner);
    }
    return idle;
}

NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource) {
    NT_ENTER(ExReinitializeResourceLite);
    struct resource *resource = of(Resource);
    if (!resource) return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&lock);
    bool idle = forget_owners_locked(resource);
    pthread_mutex_unlock(&lock);
    if (!idle)
        verify_violation("resource-deleted-owned", "the resource %p is initialized again while owned or waited for",
                         (void *)Resource);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource) {
    NT_ENTER(ExDeleteResourceLite);
    struct resource *resource = of(Resource);
    if (!resource) return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&lock);
    bool idle = forget_owners_locked(resource);
    struct resource **link = &resources;
    while (*link != resource) link = &(*link)->next;
    *link = resource->next;
    pthread_mutex_unlock(&lock);
    if (!idle)
        verify_violation("resource-deleted-owned", "the resource %p is deleted while owned or waited for",
                         (void *)Resource);
    verify_untrack("resource", Resource);
    Resource->Reserved2 = NULL;
    free(resource);
    return STATUS_SUCCESS;
}

bool ex_resource_in(const void *memory, size_t size) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct resource *each = resources; each && !found; each = each->next)
        found = (char *)each->public >= (const char *)memory && (char *)each->public < (const char *)memory + size;
    pthread_mutex_unlock(&lock);
    return found;
}

bool ex_resource_owned_by(PETHREAD thread) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct resource *each = resources; each && !found; each = each->next)
        for (struct owner *owner = each->owners; owner && !found; owner = owner->next) found = owner->thread == thread;
    pthread_mutex_unlock(&lock);
    return found;
}

/* --- acquiring --------------------------------------------------------------------------------------------------- */

static struct owner *owner_locked(struct resource *resource, PETHREAD thread) {
    struct owner *owner = resource->owners;
    while (owner && owner->thread != thread) owner = owner->next;
    return owner;
}

static void own_locked(struct resource *resource, PETHREAD thread, bool exclusive) {
    struct owner *owner = owner_locked(resource, thread);
    if (!owner) {
        if (!(owner = calloc(1, sizeof *owner))) host_panic("no memory for the owner of a resource");
        *owner = (struct owner){resource->owners, thread, 0, exclusive};
        resource->owners = owner;
    }
    owner->count++;
}

static bool free_locked(const struct resource *resource, bool exclusive) {
    return !resource->owners || (!exclusive && !resource->owners->exclusive);
}

static bool exclusive_waits_locked(const struct resource *resource) {
    for (const struct waiter *waiter = resource->first; waiter; waiter = waiter->next)
        if (waiter->exclusive) return true;
    return false;
}

static void grant_locked(struct resource *resource) {
    while (resource->first && free_locked(resource, resource->first->exclusive)) {
        struct waiter *waiter = resource->first;
        resource->first = waiter->next;
        own_locked(resource, waiter->thread, waiter->exclusive);
        ke_signal(&waiter->granted.Header, 1);
    }
}

enum manner { EXCLUSIVE, SHARED, STARVE_EXCLUSIVE, WAIT_FOR_EXCLUSIVE };

static bool may_now_locked(struct resource *resource, PETHREAD thread, enum manner manner) {
    struct owner *mine = owner_locked(resource, thread);
    if (mine && mine->exclusive) return true;
    if (manner == EXCLUSIVE) return !resource->owners;
    if (!free_locked(resource, false)) return false;
    if (manner == STARVE_EXCLUSIVE || !exclusive_waits_locked(resource)) return true;
    return manner == SHARED && mine;
}

static BOOLEAN acquire(PERESOURCE public, BOOLEAN wait, enum manner manner, const char *name) {
    PETHREAD self = (PETHREAD)ps_self();
    struct resource *resource = of(public);
    struct waiter waiter = {.thread = self, .exclusive = manner == EXCLUSIVE};

    check_apc(name);
    if (!resource) return FALSE;
    KeInitializeEvent(&waiter.granted, SynchronizationEvent, FALSE);
    pthread_mutex_lock(&lock);
    struct owner *mine = owner_locked(resource, self);
    bool upgrade = manner == EXCLUSIVE && mine && !mine->exclusive && wait, now;
    now = may_now_locked(resource, self, manner);
    if (now) {
        own_locked(resource, self, manner == EXCLUSIVE);
    } else if (wait && !upgrade) {
        struct waiter **end = &resource->first;
        while (*end) end = &(*end)->next;
        *end = &waiter;
    }
    pthread_mutex_unlock(&lock);
    if (upgrade)
        verify_violation("resource-upgrade", "%s: the thread shares the resource and would wait for itself", name);
    if (now || !wait || upgrade) return now;
    KeWaitForSingleObject(&waiter.granted, Executive, KernelMode, FALSE, NULL);
    return TRUE;
}

BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait) {
    NT_ENTER(ExAcquireResourceExclusiveLite);
    return acquire(Resource, Wait, EXCLUSIVE, "ExAcquireResourceExclusiveLite");
}

BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait) {
    NT_ENTER(ExAcquireResourceSharedLite);
    return acquire(Resource, Wait, SHARED, "ExAcquireResourceSharedLite");
}

BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait) {
    NT_ENTER(ExAcquireSharedStarveExclusive);
    return acquire(Resource, Wait, STARVE_EXCLUSIVE, "ExAcquireSharedStarveExclusive");
}

BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait) {
    NT_ENTER(ExAcquireSharedWaitForExclusive);
    return acquire(Resource, Wait, WAIT_FOR_EXCLUSIVE, "ExAcquireSharedWaitForExclusive");
}

static void release(PERESOURCE public, PETHREAD thread, const char *name) {
    struct resource *resource = of(public);
    check_apc(name);
    if (!resource) return;
    pthread_mutex_lock(&lock);
    struct owner **link = &resource->owners, *owner;
    while (*link && (*link)->thread != thread) link = &(*link)->next;
    owner = *link;
    if (owner && --owner->count == 0) {
        *link = owner->next;
        free(owner);
        grant_locked(resource);
    }
    pthread_mutex_unlock(&lock);
    if (!owner)
        verify_violation("resource-not-owned", "%s: the thread does not own the resource %p", name, (void *)public);
}

void NTAPI ExReleaseResourceLite(PERESOURCE Resource) {
    NT_ENTER(ExReleaseResourceLite);
    release(Resource, (PETHREAD)ps_self(), "ExReleaseResourceLite");
}

void NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId) {
    NT_ENTER(ExReleaseResourceForThreadLite);
    release(Resource, (PETHREAD)(ULONG_PTR)ResourceThreadId, "ExReleaseResourceForThreadLite");
}

void NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource) {
    NT_ENTER(ExConvertExclusiveToSharedLite);
    struct resource *resource = of(Resource);
    if (!resource) return;
    pthread_mutex_lock(&lock);
    struct owner *mine = owner_locked(resource, (PETHREAD)ps_self());
    bool owned = mine && mine->exclusive;
    if (owned) {
        mine->exclusive = false;
        /* Sharers that wait at the front come in. */
        grant_locked(resource);
    }
    pthread_mutex_unlock(&lock);
    if (!owned)
        verify_violation("resource-not-owned", "the resource %p is not owned exclusively by this thread",
                         (void *)Resource);
}

BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource) {
    NT_ENTER(ExIsResourceAcquiredExclusiveLite);
    struct resource *resource = of(Resource);
    if (!resource) return FALSE;
    pthread_mutex_lock(&lock);
    struct owner *mine = owner_locked(resource, (PETHREAD)ps_self());
    bool exclusive = mine && mine->exclusive;
    pthread_mutex_unlock(&lock);
    return exclusive;
}

ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource) {
    NT_ENTER(ExIsResourceAcquiredSharedLite);
    struct resource *resource = of(Resource);
    if (!resource) return 0;
    pthread_mutex_lock(&lock);
    struct owner *mine = owner_locked(resource, (PETHREAD)ps_self());
    ULONG count = mine ? mine->count : 0;
    pthread_mutex_unlock(&lock);
    return count;
}

static ULONG waiters(PERESOURCE public, bool exclusive) {
    struct resource *resource = of(public);
    ULONG count = 0;
    if (!resource) return 0;
    pthread_mutex_lock(&lock);
    for (const struct waiter *waiter = resource->first; waiter; waiter = waiter->next)
        count += waiter->exclusive == exclusive;
    pthread_mutex_unlock(&lock);
    return count;
}

ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource) {
    NT_ENTER(ExGetExclusiveWaiterCount);
    return waiters(Resource, true);
}

ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource) {
    NT_ENTER(ExGetSharedWaiterCount);
    return waiters(Resource, false);
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource) {
    NT_ENTER(ExEnterCriticalRegionAndAcquireResourceExclusive);
    KeEnterCriticalRegion();
    acquire(Resource, TRUE, EXCLUSIVE, "ExEnterCriticalRegionAndAcquireResourceExclusive");
    return NULL; /* of the thread's Win32 data, of which there is none */
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource) {
    NT_ENTER(ExEnterCriticalRegionAndAcquireResourceShared);
    KeEnterCriticalRegion();
    acquire(Resource, TRUE, SHARED, "ExEnterCriticalRegionAndAcquireResourceShared");
    return NULL;
}

void NTAPI ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource) {
    NT_ENTER(ExReleaseResourceAndLeaveCriticalRegion);
    release(Resource, (PETHREAD)ps_self(), "ExReleaseResourceAndLeaveCriticalRegion");
    KeLeaveCriticalRegion();
}
