/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Races on purpose: what the seeded scheduler must find.
 */
#include "nt/nt.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    (void)DriverObject, (void)RegistryPath;
    return STATUS_SUCCESS;
}

static ULONG Counter;
static KEVENT First, Second;

EXPORTED void RaceReset(void) {
    Counter = 0;
    KeInitializeEvent(&First, SynchronizationEvent, TRUE);
    KeInitializeEvent(&Second, SynchronizationEvent, TRUE);
}

EXPORTED ULONG RaceCounter(void) { return Counter; }

/* Loses an update if another does the same in between. */
EXPORTED void RaceIncrement(void) {
    ULONG Seen = *(volatile ULONG *)&Counter;
    KeQueryPerformanceCounter(NULL);
    *(volatile ULONG *)&Counter = Seen + 1;
}

static void Take(PKEVENT Event) { KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL); }

/* Two locks, taken in one order or the other. */
EXPORTED void RaceLocks(BOOLEAN Reversed) {
    Take(Reversed ? &Second : &First);
    KeQueryPerformanceCounter(NULL);
    Take(Reversed ? &First : &Second);
    KeSetEvent(&First, IO_NO_INCREMENT, FALSE);
    KeSetEvent(&Second, IO_NO_INCREMENT, FALSE);
}
