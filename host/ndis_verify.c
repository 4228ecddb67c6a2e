/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What NDIS's files check at the border to a miniport. Nothing here costs anything with verification off.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/ndis_private.h"

/* --- calls into the miniport, and out of it ---------------------------------------------------------------------- */

void ndis_locks_held(const char *call, unsigned held) {
    verify_violation("ndis-lock-held", "%s called with %u lock(s) held; NDIS may call the miniport again from it", call,
                     held);
}

struct ndis_call ndis_call_before(const char *handler, const void *code) {
    return (struct ndis_call){.handler = handler,
                              .code = code,
                              .irql = ke_irql(),
                              .locks = ke_locks_held() + ndis_rw_locks_held,
                              .attachment = ps_attachment()};
}

/* The locks come first: an RW lock or a spin lock that was left held explains the IRQL, too. */
void ndis_call_after(const struct ndis_call *call) {
    if (__builtin_expect(ke_locks_held() + ndis_rw_locks_held != call->locks, 0)) {
        verify_about(call->code);
        verify_violation("ndis-handler-locks",
                         "%s returned with a lock held that it did not hold before, or without one", call->handler);
    }
    if (__builtin_expect(ke_irql() != call->irql, 0)) {
        verify_about(call->code);
        verify_violation("ndis-handler-irql", "%s was called at IRQL %u and returned at %u", call->handler, call->irql,
                         ke_irql());
    }
    verify_about(call->code);
    ps_attach_check(call->attachment, call->handler);
    verify_about(NULL);
}

/* --- fields that nobody wrote ------------------------------------------------------------------------------------ */

#define FRESH_POOL 0xcdcdcdcdcdcdcdcdu /* what ExAllocatePoolWithTag leaves, see ex_pool.c */

void ndis_check_filled(const char *call, const void *object, size_t skip, size_t skip_size) {
    const NDIS_OBJECT_HEADER *header = object;
    /* Whole words only: four bytes between two fields are nobody's, and four bytes of a field may be. */
    for (size_t at = 0; verify_enabled && at + 8 <= header->Size; at += 8) {
        uint64_t word;
        if (at + 8 > skip && at < skip + skip_size) continue;
        memcpy(&word, (const uint8_t *)object + at, sizeof word);
        if (word != FRESH_POOL) continue;
        verify_violation("uninitialized-field", "%s: nobody wrote to offset %#zx of the object of type %#x", call, at,
                         header->Type);
        return;
    }
}

/* --- seals ------------------------------------------------------------------------------------------------------- */

#define SEALED_DATA 64

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

static uint64_t seal_data(uint64_t hash, const NET_BUFFER *buffer) {
    uint32_t size = buffer->DataLength < SEALED_DATA ? buffer->DataLength : SEALED_DATA, copied = 0;
    uint64_t words[SEALED_DATA / 8] = {0};
    ULONG offset = buffer->CurrentMdlOffset;
    for (const MDL *mdl = buffer->CurrentMdl; mdl && copied < size; mdl = mdl->Next, offset = 0) {
        /* Whoever holds the list may map it meanwhile; what is not mapped yet cannot have been written to either. */
        if (!(mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL)) break;
        uint32_t piece = offset < mdl->ByteCount ? mdl->ByteCount - offset : 0;
        if (piece > size - copied) piece = size - copied;
        memcpy((uint8_t *)words + copied, (const uint8_t *)mdl->MappedSystemVa + offset, piece);
        copied += piece;
    }
    for (uint32_t i = 0; i * 8 < copied; i++) hash = mix(hash, words[i]);
    return hash;
}

static uint64_t seal_mdl(uint64_t hash, const MDL *mdl) {
    hash = mix(hash, (uintptr_t)mdl);
    hash = mix(hash, (uintptr_t)mdl->Next);
    hash = mix(hash, (uintptr_t)mdl->StartVa);
    return mix(hash, (uint64_t)mdl->ByteOffset << 32 | mdl->ByteCount);
}

static uint64_t seal_list(const NET_BUFFER_LIST *list) {
    uint64_t hash = mix(0x9e3779b97f4a7c15u, (uintptr_t)list->SourceHandle);
    hash = mix(hash, list->NblFlags);
    if (nbl_private((NET_BUFFER_LIST *)list)->owner) return hash;
    hash = mix(hash, (uintptr_t)list->Context);
    hash = mix(hash, (uintptr_t)list->ParentNetBufferList);
    for (size_t i = 0; i < sizeof list->ProtocolReserved / sizeof *list->ProtocolReserved; i++)
        hash = mix(hash, (uintptr_t)list->ProtocolReserved[i]);
    return hash;
}

static uint64_t seal_shallow(const NET_BUFFER_LIST *list) {
    uint64_t hash = seal_list(list);
    for (const NET_BUFFER *buffer = list->FirstNetBuffer; buffer; buffer = buffer->Next) {
        hash = mix(hash, (uintptr_t)buffer);
        hash = mix(hash, (uintptr_t)buffer->CurrentMdl);
        hash = mix(hash, (uint64_t)buffer->CurrentMdlOffset << 32 | buffer->DataOffset);
        hash = mix(hash, buffer->DataLength);
        hash = mix(hash, (uintptr_t)buffer->MdlChain);
        if (buffer->MdlChain) hash = seal_mdl(hash, buffer->MdlChain);
    }
    return hash;
}

static uint64_t seal_deep(const NET_BUFFER_LIST *list) {
    uint64_t hash = 0;
    for (const NET_BUFFER *buffer = list->FirstNetBuffer; buffer; buffer = buffer->Next) {
        for (const MDL *mdl = buffer->MdlChain; mdl; mdl = mdl->Next) hash = seal_mdl(hash, mdl);
        hash = seal_data(hash, buffer);
    }
    return hash;
}

void nbl_seal(NET_BUFFER_LIST *list) {
    struct nbl_private *own = nbl_private(list);
    if (!verify_enabled) return;
    own->sealed = true;
    own->seal = (struct nbl_seal){seal_shallow(list), seal_deep(list)};
}

/* What was freed has no chain to follow: the shallow part comes first. */
bool nbl_seal_ok(NET_BUFFER_LIST *list) {
    struct nbl_private *own = nbl_private(list);
    if (!verify_enabled || !own->sealed) return true;
    own->sealed = false;
    return seal_shallow(list) == own->seal.shallow && seal_deep(list) == own->seal.deep;
}

/* --- what was made with an adapter's handle ---------------------------------------------------------------------- */

struct owned {
    struct owned *next;
    struct ndis_adapter *adapter;
    const char *kind;
    void *object;
    const void *maker;
};

static struct owned *all_owned;
static pthread_mutex_t owned_lock = PTHREAD_MUTEX_INITIALIZER;

void ndis_owned_add(struct ndis_adapter *adapter, const char *kind, void *object, const void *maker) {
    if (!verify_enabled || !adapter || !image_find(maker)) return;
    struct owned *owned = malloc(sizeof *owned);
    if (!owned) return;
    *owned = (struct owned){.adapter = adapter, .kind = kind, .object = object, .maker = maker};
    pthread_mutex_lock(&owned_lock);
    owned->next = all_owned;
    all_owned = owned;
    pthread_mutex_unlock(&owned_lock);
}

/* The first one of `object`, or of `adapter`, taken out of the list; NULL if there is none. */
static struct owned *owned_take(const void *object, const struct ndis_adapter *adapter) {
    pthread_mutex_lock(&owned_lock);
    struct owned **link = &all_owned;
    while (*link && (object ? (*link)->object != object : (*link)->adapter != adapter)) link = &(*link)->next;
    struct owned *owned = *link;
    if (owned) *link = owned->next;
    pthread_mutex_unlock(&owned_lock);
    return owned;
}

void ndis_owned_remove(void *object) { free(owned_take(object, NULL)); }

void ndis_owned_check(struct ndis_adapter *adapter, const char *rule, const char *when) {
    for (struct owned *owned; (owned = owned_take(NULL, adapter)); free(owned)) {
        const char *own_rule = rule;
        if (!strcmp(owned->kind, "timer") && ndis_timer_is_set(owned->object)) own_rule = "ndis-timer-at-halt";
        if (!strcmp(owned->kind, "configuration")) own_rule = "ndis-configuration-open";
        if (!strcmp(owned->kind, "device")) own_rule = "ndis-device-leak";
        verify_about(owned->maker);
        verify_violation(own_rule, "%s, and a %s that was made with its handle is left", when, owned->kind);
    }
}
