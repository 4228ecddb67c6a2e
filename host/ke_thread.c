/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What a thread says about itself: priorities, and whether APCs may interrupt it.
 */
#include "host/sched.h"

/* --- priorities: kept, and without effect -------------------------------------------------------------------------- */

#define NORMAL_BASE 8 /* of every process here */

KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority) {
    NT_ENTER(KeSetPriorityThread);
    if (Priority <= LOW_PRIORITY || Priority > HIGH_PRIORITY)
        verify_violation("priority-range", "KeSetPriorityThread(%d)", Priority);
    return __atomic_exchange_n(&((PETHREAD)Thread)->priority, Priority, __ATOMIC_RELAXED);
}

KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread) {
    NT_ENTER(KeQueryPriorityThread);
    return __atomic_load_n(&((PETHREAD)Thread)->priority, __ATOMIC_RELAXED);
}

LONG NTAPI KeSetBasePriorityThread(PKTHREAD Thread, LONG Increment) {
    NT_ENTER(KeSetBasePriorityThread);
    LONG priority = NORMAL_BASE + Increment;

    /* From 16 on are the priorities of real-time processes, of which there are none. */
    if (priority < LOW_PRIORITY + 1) priority = LOW_PRIORITY + 1;
    if (priority > LOW_REALTIME_PRIORITY - 1) priority = LOW_REALTIME_PRIORITY - 1;
    __atomic_store_n(&((PETHREAD)Thread)->priority, priority, __ATOMIC_RELAXED);
    return __atomic_exchange_n(&((PETHREAD)Thread)->base, Increment, __ATOMIC_RELAXED);
}

/* --- APCs --------------------------------------------------------------------------------------------------------- */

void NTAPI KeEnterGuardedRegion(void) {
    NT_ENTER(KeEnterGuardedRegion);
    ((PETHREAD)ps_self())->guarded_regions++;
}

void NTAPI KeLeaveGuardedRegion(void) {
    NT_ENTER(KeLeaveGuardedRegion);
    if (((PETHREAD)ps_self())->guarded_regions == 0)
        verify_violation("critical-region-balance", "KeLeaveGuardedRegion without KeEnterGuardedRegion");
    else
        ps_this->guarded_regions--;
}

BOOLEAN NTAPI KeAreAllApcsDisabled(void) {
    NT_ENTER(KeAreAllApcsDisabled);
    PETHREAD self = (PETHREAD)ps_self();
    return self->irql >= APC_LEVEL || self->guarded_regions > 0;
}

BOOLEAN NTAPI KeAreApcsDisabled(void) {
    NT_ENTER(KeAreApcsDisabled);
    PETHREAD self = (PETHREAD)ps_self();
    return self->critical_regions > 0 || self->guarded_regions > 0 || self->mutexes;
}
