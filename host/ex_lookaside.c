/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Lookaside lists, all of the same inside. They keep nothing, as under Driver Verifier: an entry given back is freed at
 * once, so that its use afterwards shows.
 */
#include <string.h>

#include "host/kernel_private.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY lists = {&lists, &lists}; /* lock */

static void NTAPI plain_free(PVOID buffer) { ExFreePoolWithTag(buffer, 0); }

static PVOID NTAPI plain_allocate_ex(POOL_TYPE type, SIZE_T size, ULONG tag, PLOOKASIDE_LIST_EX list) {
    return ExAllocatePoolWithTag(type, size, tag);
}

static void NTAPI plain_free_ex(PVOID buffer, PLOOKASIDE_LIST_EX list) { ExFreePoolWithTag(buffer, 0); }

/* The same in all of them, but for the alignment of the whole. */
static GENERAL_LOOKASIDE_POOL *inside(void *list) { return list; }

static bool known_locked(const GENERAL_LOOKASIDE_POOL *list) {
    for (LIST_ENTRY *at = lists.Flink; at != &lists; at = at->Flink)
        if (CONTAINING_RECORD(at, GENERAL_LOOKASIDE_POOL, ListEntry) == list) return true;
    return false;
}

bool ex_lookaside_in(const void *memory, size_t size) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (LIST_ENTRY *at = lists.Flink; at != &lists && !found; at = at->Flink)
        found = (uintptr_t)CONTAINING_RECORD(at, GENERAL_LOOKASIDE_POOL, ListEntry) - (uintptr_t)memory < size;
    pthread_mutex_unlock(&lock);
    return found;
}

static void add(GENERAL_LOOKASIDE_POOL *list, POOL_TYPE type, SIZE_T size, ULONG tag, const void *caller) {
    memset(list, 0, sizeof *list);
    list->Type = type;
    list->Tag = tag;
    list->Size = (ULONG)size;
    pthread_mutex_lock(&lock);
    bool known = known_locked(list);
    if (!known) InsertTailList(&lists, &list->ListEntry);
    pthread_mutex_unlock(&lock);
    if (known) verify_violation("lookaside-live", "the lookaside list %p is initialized again", (void *)list);
    verify_track("lookaside", list, sizeof *list, tag, caller);
}

static void forget(GENERAL_LOOKASIDE_POOL *list) {
    pthread_mutex_lock(&lock);
    bool known = known_locked(list);
    if (known) RemoveEntryList(&list->ListEntry);
    pthread_mutex_unlock(&lock);
    if (!known) verify_violation("lookaside-not-initialized", "%p is no initialized lookaside list", (void *)list);
    verify_untrack("lookaside", list);
}

static void dispose(GENERAL_LOOKASIDE_POOL *list) {
    /* Nothing of ours, but the driver may have pushed by itself. */
    for (PSLIST_ENTRY entry; (entry = ExpInterlockedPopEntrySList(&list->ListHead));) list->Free(entry);
    forget(list);
}

void NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                           PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth) {
    NT_ENTER(ExInitializeNPagedLookasideList);
    add(inside(&Lookaside->L), NonPagedPoolNx, Size, Tag, CALLER);
    Lookaside->L.Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    Lookaside->L.Free = Free ? Free : plain_free;
}

void NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside) {
    NT_ENTER(ExDeleteNPagedLookasideList);
    dispose(inside(&Lookaside->L));
}

void NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                          PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth) {
    NT_ENTER(ExInitializePagedLookasideList);
    add(inside(&Lookaside->L), PagedPool, Size, Tag, CALLER);
    Lookaside->L.Allocate = Allocate ? Allocate : ExAllocatePoolWithTag;
    Lookaside->L.Free = Free ? Free : plain_free;
}

void NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside) {
    NT_ENTER(ExDeletePagedLookasideList);
    dispose(inside(&Lookaside->L));
}

/* --- with a context ------------------------------------------------------------------------------------------------ */

NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate,
                                           PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags, SIZE_T Size,
                                           ULONG Tag, USHORT Depth) {
    NT_ENTER(ExInitializeLookasideListEx);
    GENERAL_LOOKASIDE_POOL *list = inside(Lookaside);
    if (NT_FAULT(ExInitializeLookasideListEx)) return STATUS_INSUFFICIENT_RESOURCES;
    add(list, PoolType, Size, Tag, CALLER);
    list->AllocateEx = Allocate ? Allocate : plain_allocate_ex;
    list->FreeEx = Free ? Free : plain_free_ex;
    return STATUS_SUCCESS;
}

void NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) {
    NT_ENTER(ExDeleteLookasideListEx);
    forget(inside(Lookaside));
}

void NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) { NT_ENTER(ExFlushLookasideListEx); }

PVOID NTAPI ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) {
    NT_ENTER(ExAllocateFromLookasideListEx);
    GENERAL_LOOKASIDE_POOL *list = inside(Lookaside);
    if (NT_FAULT(ExAllocateFromLookasideListEx)) return NULL;
    PVOID entry = list->AllocateEx(list->Type, list->Size, list->Tag, Lookaside);
    if (entry && list->AllocateEx == plain_allocate_ex)
        verify_track("lookaside-entry", entry, list->Size, list->Tag, CALLER);
    return entry;
}

void NTAPI ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry) {
    NT_ENTER(ExFreeToLookasideListEx);
    verify_untrack("lookaside-entry", Entry);
    inside(Lookaside)->FreeEx(Entry, Lookaside);
}
