/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Packets of one ring that the program holds: handed out in ring order, handed back in any order. The ring only moves
 * on past packets whose predecessors are all back, too.
 *
 * The list is private memory. What stands in the ring's own headers plays no part, since the program can overwrite
 * them by writing past the end of a packet; and a pointer counts as a packet only if it is in this list.
 * The caller has the lock of the ring's direction.
 */
#ifndef LIB_PENDING_H
#define LIB_PENDING_H

#include "core/ring.h"
#include "lib/library.h"

#define PENDING_BACK 1u /* in End: positions are multiples of RING_ALIGN, so the low bits are free */

typedef struct _PENDING_ENTRY {
    uint32_t Start, End; /* positions in the ring */
} PENDING_ENTRY;

typedef struct _PENDING {
    PENDING_ENTRY *Entries;
    uint32_t Mask;        /* number of entries less one: a power of two */
    uint32_t First, Next; /* free-running */
} PENDING;

typedef enum { PENDING_FOREIGN, PENDING_HELD_UP, PENDING_ADVANCED } PENDING_RESULT;

static inline bool PendingInit(PENDING *Pending, uint32_t Capacity) {
    /* The smallest record is a header and one unit of data, and the ring never hands out more than its capacity: so
     * the list cannot run over. */
    uint32_t Count = Capacity / (2 * RING_ALIGN);

    Pending->Entries = MemoryAllocate((SIZE_T)Count * sizeof(*Pending->Entries));
    Pending->Mask = Count - 1;
    return Pending->Entries != NULL;
}

static inline void PendingAdd(PENDING *Pending, uint32_t Start, uint32_t End) {
    /* Starting over at the front keeps the few entries of the usual case in the cache. */
    if (Pending->First == Pending->Next) Pending->First = Pending->Next = 0;
    Pending->Entries[Pending->Next++ & Pending->Mask] = (PENDING_ENTRY){Start, End};
}

static inline PENDING_ENTRY *PendingFind(PENDING *Pending, uint32_t Position) {
    uint32_t Base = Pending->Entries[Pending->First & Pending->Mask].Start;
    uint32_t Low = Pending->First, High = Pending->Next;

    while (High - Low > 1) {
        uint32_t Middle = Low + (High - Low) / 2;

        if (Pending->Entries[Middle & Pending->Mask].Start - Base <= Position - Base)
            Low = Middle;
        else
            High = Middle;
    }
    return &Pending->Entries[Low & Pending->Mask];
}

/* The packet is back. PENDING_ADVANCED: everything before *Boundary is. */
static inline PENDING_RESULT PendingBack(PENDING *Pending, const uint8_t *Records, uint32_t Capacity,
                                         const BYTE *Packet, uint32_t *Boundary) {
    ULONG_PTR Offset = (ULONG_PTR)Packet - (ULONG_PTR)Records - sizeof(struct ring_record);
    PENDING_ENTRY *Entry;
    uint32_t Position;

    if (Offset >= Capacity || Pending->First == Pending->Next) return PENDING_FOREIGN;
    Entry = &Pending->Entries[Pending->First & Pending->Mask];
    Position = Entry->Start + (((uint32_t)Offset - Entry->Start) & (Capacity - 1));
    if (Position != Entry->Start) Entry = PendingFind(Pending, Position);
    if (Position != Entry->Start || (Entry->End & PENDING_BACK)) return PENDING_FOREIGN;
    Entry->End |= PENDING_BACK;

    Entry = &Pending->Entries[Pending->First & Pending->Mask];
    if (!(Entry->End & PENDING_BACK)) return PENDING_HELD_UP;
    do {
        *Boundary = Entry->End & ~PENDING_BACK;
        Entry = &Pending->Entries[++Pending->First & Pending->Mask];
    } while (Pending->First != Pending->Next && (Entry->End & PENDING_BACK));
    return PENDING_ADVANCED;
}

#endif
