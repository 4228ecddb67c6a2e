/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What has been with a miniport for too long. Sends are counted by the epoch in which they were made, and an epoch ends
 * with each look; so a list is found late at most one look after its time.
 */
#include "host/ndis_private.h"
#include "host/sched.h"

#define PERIOD_MS 500

_Atomic unsigned ndis_oid_limit_ms, ndis_send_limit_ms;
uint32_t ndis_epoch;

static KSPIN_LOCK lock;
static uint64_t ended[NDIS_EPOCHS]; /* lock: when the epoch was over; 0: never yet, or it is now */
static KTIMER timer;
static KDPC dpc;
static bool ticking; /* changed by start and stop only */

uint64_t ndis_now_ms(void) { return sched_clock(CLOCK_MONOTONIC) / 1000000; }

int64_t ndis_sent(struct ndis_adapter *adapter) {
    int64_t sum = 0;
    for (unsigned i = 0; i < NDIS_EPOCHS; i++) sum += __atomic_load_n(&adapter->sent[i], __ATOMIC_ACQUIRE);
    return sum;
}

static void watch_sends(struct ndis_adapter *adapter, uint64_t now) {
    for (unsigned i = 0; i < NDIS_EPOCHS; i++) {
        int64_t held = __atomic_load_n(&adapter->sent[i], __ATOMIC_ACQUIRE);
        if (!held) adapter->sent_late[i] = false;
        if (!held || !ended[i] || adapter->sent_late[i] || now - ended[i] < ndis_send_limit_ms) continue;
        adapter->sent_late[i] = true;
        verify_about(adapter->driver->c.SendNetBufferListsHandler);
        verify_violation("send-timeout", "%lld list(s) have been with the miniport for %llu ms", (long long)held,
                         (unsigned long long)(now - ended[i]));
    }
}

static void watch(struct ndis_adapter *adapter, void *now) {
    watch_sends(adapter, *(uint64_t *)now);
    ndis_requests_watch(adapter, *(uint64_t *)now);
}

void ndis_watchdog(void) {
    uint64_t now = ndis_now_ms();
    KIRQL irql;
    KeAcquireSpinLock(&lock, &irql);
    uint32_t epoch = __atomic_load_n(&ndis_epoch, __ATOMIC_RELAXED);
    ended[epoch % NDIS_EPOCHS] = now ? now : 1;
    ended[(epoch + 1) % NDIS_EPOCHS] = 0;
    __atomic_store_n(&ndis_epoch, epoch + 1, __ATOMIC_RELAXED);
    if (verify_enabled) ndis_for_each(watch, &now);
    KeReleaseSpinLock(&lock, irql);
}

static VOID NTAPI tick(PKDPC self, PVOID context, PVOID argument1, PVOID argument2) {
    (void)self, (void)context, (void)argument1, (void)argument2;
    ndis_watchdog();
}

/* Not under the seeded scheduler: a timer that never ends would hide its deadlocks, and time there is not the host's. */
void ndis_watchdog_start(void) {
    KeInitializeSpinLock(&lock);
    KeInitializeTimerEx(&timer, NotificationTimer);
    KeInitializeDpc(&dpc, tick, NULL);
    ndis_oid_limit_ms = 12000;
    ndis_send_limit_ms = 30000;
    ticking = !sched_running();
    if (!ticking) return;
    LARGE_INTEGER due = {.QuadPart = -10000LL * PERIOD_MS};
    KeSetTimerEx(&timer, due, PERIOD_MS, &dpc);
}

void ndis_watchdog_stop(void) {
    if (ticking) KeCancelTimer(&timer);
    ticking = false;
}
