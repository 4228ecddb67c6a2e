/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Gate A: what is between us and NDIS.
 *
 *   Calls  sends under way, and indications under way: a rundown protection, counted per processor. Any reason to close
 *          waits for these.
 *   Lists  lists that the stack holds: a plain count, since it is written where the lists themselves are handed over.
 *          Only a pause waits for these; low power leaves them alone.
 *
 * An indication of n lists takes n+1 references: one on Calls, dropped when the call returns, and n on Lists, dropped
 * as the lists come back. Lists are only added inside Calls, and a pause gives up its own one only after closing Calls:
 * so the count reaches 0 once, and whoever takes it there tells the pause.
 *
 * Callers of GateClose and GateOpen are restart, pause, power and removal, which NDIS and PnP serialize: one closer.
 * From GateEnter to GateLeave the IRQL is DISPATCH_LEVEL: a thread that could be suspended inside would stop a pause.
 * (Gate B, which a session's end closes, is ADAPTER.Open under ToClientLock: that lock is taken anyway.)
 */
#ifndef DRIVER_GATE_H
#define DRIVER_GATE_H

#include "nt/contract.h"
#include "nt/ndis.h"

#include "core/atomic.h"

enum { GATE_PAUSED = 1, GATE_LOW_POWER = 2, GATE_REMOVED = 4 };

typedef struct _GATE {
    PEX_RUNDOWN_REF_CACHE_AWARE Calls;
    LONG Closed;                   /* interlocked; GATE_ bits: why it is closed */
    KEVENT Running;                /* notification event, set while it is open */
    KEVENT Home;                   /* set when the last list has come back to a pause */
    DECLSPEC_ALIGN(64) LONG Lists; /* interlocked; and one for as long as no pause wants them back */
} GATE;

_IRQL_requires_max_(DISPATCH_LEVEL) static inline BOOLEAN GateEnter(GATE *Gate, ULONG Lists) {
    if (!ExAcquireRundownProtectionCacheAware(Gate->Calls)) return FALSE;
    if (Lists != 0) InterlockedAdd(&Gate->Lists, (LONG)Lists);
    return TRUE;
}

_IRQL_requires_max_(DISPATCH_LEVEL) static inline VOID GateLeave(GATE *Gate) {
    ExReleaseRundownProtectionCacheAware(Gate->Calls);
}

_IRQL_requires_max_(DISPATCH_LEVEL) static inline VOID GateReturn(GATE *Gate, ULONG Lists) {
    if (InterlockedAdd(&Gate->Lists, -(LONG)Lists) == 0) KeSetEvent(&Gate->Home, IO_NO_INCREMENT, FALSE);
}

/* The status of what could not enter. */
static inline NDIS_STATUS GateStatus(const GATE *Gate) {
    ULONG Closed = atomic_load_relaxed((const uint32_t *)&Gate->Closed);

    if (Closed & GATE_REMOVED) return NDIS_STATUS_NOT_ACCEPTED;
    return Closed & GATE_LOW_POWER ? NDIS_STATUS_LOW_POWER_STATE : NDIS_STATUS_PAUSED;
}

_IRQL_requires_(PASSIVE_LEVEL) static inline VOID GateClose(GATE *Gate, LONG Why) {
    LONG Before = InterlockedOr(&Gate->Closed, Why);

    KeClearEvent(&Gate->Running);
    if (Before == 0) {
        ExWaitForRundownProtectionReleaseCacheAware(Gate->Calls);
        ExRundownCompletedCacheAware(Gate->Calls);
    }
    if (Why != GATE_PAUSED || (Before & GATE_PAUSED)) return;
    GateReturn(Gate, 1);
    KeWaitForSingleObject(&Gate->Home, Executive, KernelMode, FALSE, NULL);
}

_IRQL_requires_(PASSIVE_LEVEL) static inline VOID GateOpen(GATE *Gate, LONG Why) {
    LONG Before = InterlockedAnd(&Gate->Closed, ~Why);

    if (Before & Why & GATE_PAUSED) InterlockedIncrement(&Gate->Lists);
    if (Before != Why) return;
    ExReInitializeRundownProtectionCacheAware(Gate->Calls);
    KeSetEvent(&Gate->Running, IO_NO_INCREMENT, FALSE);
}

/* Closed, as NDIS starts an adapter paused. FALSE: no memory. GateFree in any case. */
_IRQL_requires_(PASSIVE_LEVEL) static inline BOOLEAN GateInitialize(GATE *Gate, ULONG Tag) {
    KeInitializeEvent(&Gate->Running, NotificationEvent, FALSE);
    KeInitializeEvent(&Gate->Home, SynchronizationEvent, FALSE);
    Gate->Lists = 1;
    Gate->Calls = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, Tag);
    if (Gate->Calls == NULL) return FALSE;
    GateClose(Gate, GATE_PAUSED);
    return TRUE;
}

_IRQL_requires_(PASSIVE_LEVEL) static inline VOID GateFree(GATE *Gate) {
    if (Gate->Calls != NULL) ExFreeCacheAwareRundownProtection(Gate->Calls);
}

#endif
