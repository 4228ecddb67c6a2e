/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A timer is set when the adapter halts. */
#include "nt/ndis.h"

static VOID NTAPI Fire(PVOID One, PVOID Context, PVOID Two, PVOID Three) {}

#define AT_INITIALIZED                                                                                                 \
    NDIS_TIMER_CHARACTERISTICS Timer = {.Header = HEADER(TIMER_CHARACTERISTICS, TIMER_CHARACTERISTICS_REVISION_1),     \
                                        .AllocationTag = TAG,                                                          \
                                        .TimerFunction = Fire};                                                        \
    NDIS_HANDLE Handle = NULL;                                                                                         \
    LARGE_INTEGER Hour = {.QuadPart = -36000000000};                                                                   \
    NdisAllocateTimerObject(Miniport, &Timer, &Handle);                                                                \
    NdisSetTimerObject(Handle, Hour, 0, NULL)
#include "test/planted/miniport.h"
