/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Interlocked lists: with the driver's spin lock, or (the sequenced ones) with nothing that the driver sees.
 */
#include "host/sched.h"
#include "host/verify.h"

/* Such a lock is for these functions only. Interrupts are off while it is held. */
static KIRQL enter(PKSPIN_LOCK lock) {
    KIRQL old = ke_irql();
    ke_irql_move(ps_this, HIGH_LEVEL);
    verify_lock_acquired(lock, VERIFY_LOCK_INTERLOCKED); /* for the image that called; what follows is our own */
    KeAcquireSpinLockAtDpcLevel(lock);
    return old;
}

static void leave(PKSPIN_LOCK lock, KIRQL old) {
    verify_lock_released(lock, VERIFY_LOCK_INTERLOCKED);
    KeReleaseSpinLockFromDpcLevel(lock);
    ke_irql_move(ps_this, old);
}

static void check(PLIST_ENTRY head) {
    if (head->Flink->Blink != head || head->Blink->Flink != head)
        verify_violation("list-corrupt", "the neighbours of %p do not know it", (void *)head);
}

PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedInsertHeadList);
    KIRQL old = enter(Lock);
    PLIST_ENTRY first = IsListEmpty(ListHead) ? NULL : ListHead->Flink;
    check(ListHead);
    InsertHeadList(ListHead, ListEntry);
    leave(Lock, old);
    return first;
}

PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedInsertTailList);
    KIRQL old = enter(Lock);
    PLIST_ENTRY last = IsListEmpty(ListHead) ? NULL : ListHead->Blink;
    check(ListHead);
    InsertTailList(ListHead, ListEntry);
    leave(Lock, old);
    return last;
}

PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedRemoveHeadList);
    KIRQL old = enter(Lock);
    check(ListHead);
    PLIST_ENTRY entry = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);
    leave(Lock, old);
    return entry;
}

PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry,
                                                    PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedPushEntryList);
    KIRQL old = enter(Lock);
    PSINGLE_LIST_ENTRY first = ListHead->Next;
    PushEntryList(ListHead, ListEntry);
    leave(Lock, old);
    return first;
}

PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedPopEntryList);
    KIRQL old = enter(Lock);
    PSINGLE_LIST_ENTRY entry = ListHead->Next ? PopEntryList(ListHead) : NULL;
    leave(Lock, old);
    return entry;
}

LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock) {
    NT_ENTER(ExInterlockedAddLargeInteger);
    KIRQL old = enter(Lock);
    LARGE_INTEGER before = *Addend;
    Addend->QuadPart += Increment.QuadPart;
    leave(Lock, old);
    return before;
}

/* --- sequenced lists: depth and sequence number in one word, the first entry in the other --------------------------- */

static pthread_mutex_t slists = PTHREAD_MUTEX_INITIALIZER;

static PSLIST_ENTRY first_of(PSLIST_HEADER head) { return (PSLIST_ENTRY)(uintptr_t)(head->Region & ~0xfull); }

/* Drivers read the depth without the lock. */
static void put(PSLIST_HEADER head, PSLIST_ENTRY first, unsigned depth) {
    uint64_t sequence = (head->Alignment >> 16) + 1;
    __atomic_store_n(&head->Region, (uint64_t)(uintptr_t)first | 1, __ATOMIC_RELEASE);
    __atomic_store_n(&head->Alignment, sequence << 16 | (uint16_t)depth, __ATOMIC_RELEASE);
}

PSLIST_ENTRY NTAPI ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry) {
    NT_ENTER(ExpInterlockedPushEntrySList);
    if (((uintptr_t)ListHead | (uintptr_t)ListEntry) & 0xf) {
        verify_violation("slist-alignment", "the list %p or its entry %p is not aligned to 16 bytes", (void *)ListHead,
                         (void *)ListEntry);
        return NULL;
    }
    pthread_mutex_lock(&slists);
    PSLIST_ENTRY first = first_of(ListHead);
    bool twice = first == ListEntry;
    if (!twice) {
        ListEntry->Next = first;
        put(ListHead, ListEntry, (uint16_t)ListHead->Alignment + 1u);
    }
    pthread_mutex_unlock(&slists);
    if (twice) verify_violation("slist-twice", "%p is pushed, and is the first already", (void *)ListEntry);
    return first;
}

PSLIST_ENTRY NTAPI ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead) {
    NT_ENTER(ExpInterlockedPopEntrySList);
    pthread_mutex_lock(&slists);
    PSLIST_ENTRY first = first_of(ListHead);
    if (first) put(ListHead, first->Next, (uint16_t)ListHead->Alignment - 1u);
    pthread_mutex_unlock(&slists);
    return first;
}

PSLIST_ENTRY NTAPI ExpInterlockedFlushSList(PSLIST_HEADER ListHead) {
    NT_ENTER(ExpInterlockedFlushSList);
    pthread_mutex_lock(&slists);
    PSLIST_ENTRY first = first_of(ListHead);
    if (first) put(ListHead, NULL, 0);
    pthread_mutex_unlock(&slists);
    return first;
}

USHORT NTAPI ExQueryDepthSList(PSLIST_HEADER SListHead) {
    NT_ENTER(ExQueryDepthSList);
    return (USHORT)__atomic_load_n(&SListHead->Alignment, __ATOMIC_ACQUIRE);
}

void NTAPI InitializeSListHead(PSLIST_HEADER SListHead) {
    NT_ENTER(InitializeSListHead);
    *SListHead = (SLIST_HEADER){0};
}

PSLIST_ENTRY NTAPI FirstEntrySList(const SLIST_HEADER *SListHead) {
    NT_ENTER(FirstEntrySList);
    return (PSLIST_ENTRY)(uintptr_t)(__atomic_load_n(&SListHead->Region, __ATOMIC_ACQUIRE) & ~0xfull);
}
