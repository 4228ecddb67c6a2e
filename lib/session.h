/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A session, for the files that move packets through it.
 *
 * Each direction has one lock, held for a few instructions and never across a system call. The library trusts the
 * driver, which made the rings, but not the program that shares its address space: it may have written over them.
 */
#ifndef LIB_SESSION_H
#define LIB_SESSION_H

#include "lib/library.h"
#include "lib/pending.h"
#include "lib/tap.h"

#include "core/spin.h"

#include "include/warren.h"

/* i: set before the handle is shown, then only read. r, s: the direction's lock. The padding keeps a thread that
 * receives and one that sends from taking each other's cache lines away. */
typedef struct _TUN_SESSION {
    OBJECT Object;
    HANDLE Device;    /* i */
    HANDLE DataEvent; /* i; the API's read-wait event */
    HANDLE KickEvent; /* i */
    HANDLE RoomEvent; /* i; the write-wait event */
    void *View;       /* i */
    TAP Tap;          /* its own legend */
    uint32_t Looking; /* atomic; threads that look at the rings without a lock */
    BYTE Padding[RING_LINE];

    SRWLOCK ReceiveLock;
    struct ring_consumer ToClient; /* r */
    struct spin ReceiveSpin;       /* r */
    PENDING Received;              /* r */
    bool ReceiveBroken;            /* r; that the ring is damaged has been logged */
    struct {
        DWORD64 Packets, Bytes, Empty;
    } ReceiveCount; /* r */
    BYTE MorePadding[RING_LINE];

    SRWLOCK SendLock;
    struct ring_producer ToStack; /* s */
    struct spin SendSpin;         /* s */
    PENDING Allocated;            /* s */
    bool SendBroken;              /* s; as above */
    bool RoomWanted;              /* s; the program knows the write-wait event */
    struct {
        DWORD64 Packets, Bytes, Full, Kicks;
    } SendCount; /* s */
} SESSION;

/* Takes one of the session's locks, unless the handle is stale. Under the lock it is certain: WintunEndSession passes
 * through both locks between marking the session and taking it apart. */
static inline bool SessionLock(SESSION *Session, size_t LockOffset) {
    SRWLOCK *Lock;

    if (!Session) return false;
    Lock = (SRWLOCK *)((BYTE *)Session + LockOffset);
    AcquireSRWLockExclusive(Lock);
    if (ObjectIs(Session, OBJECT_SESSION)) return true;
    ReleaseSRWLockExclusive(Lock);
    return false;
}

/* With one of the session's locks, which it leaves for as long as it looks whether a word of the ring changes soon, so that
 * other threads can go on meanwhile. False: the session has ended, and the lock is nobody's. */
bool SessionLook(SESSION *Session, SRWLOCK *Lock, struct spin *Spin, const uint32_t *Word, uint32_t Value);

/* Out of line, so that the packet functions stay short. */
void RingBroken(LPCWSTR Function);
void NotAPacket(LPCWSTR Function);

#endif
