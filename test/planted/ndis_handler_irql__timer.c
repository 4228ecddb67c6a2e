/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A timer's function returns at another IRQL. */
#include "nt/ndis.h"

static VOID NTAPI Fire(PVOID One, PVOID Context, PVOID Two, PVOID Three) { KeLowerIrql(PASSIVE_LEVEL); }

#define AT_RESTART                                                                                                     \
    NDIS_TIMER_CHARACTERISTICS Timer = {.Header = HEADER(TIMER_CHARACTERISTICS, TIMER_CHARACTERISTICS_REVISION_1),     \
                                        .AllocationTag = TAG,                                                          \
                                        .TimerFunction = Fire};                                                        \
    NDIS_HANDLE Handle = NULL;                                                                                         \
    NDIS_EVENT Event;                                                                                                  \
    NdisInitializeEvent(&Event);                                                                                       \
    NdisAllocateTimerObject(Adapter->Miniport, &Timer, &Handle);                                                       \
    NdisSetTimerObject(Handle, (LARGE_INTEGER){.QuadPart = -1}, 0, NULL);                                              \
    NdisWaitEvent(&Event, 30000)
#include "test/planted/miniport.h"
