/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC is meant for a processor that there is not. */
#define OUTSIDE                                                                                                        \
    static VOID NTAPI Routine(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {}                                  \
    static KDPC TheDpc;
#define AT_ENTRY                                                                                                       \
                                                                                                                       \
    KeInitializeDpc(&TheDpc, Routine, NULL);                                                                           \
    KeSetTargetProcessorDpc(&TheDpc, 63)
#include "test/planted/wdm.h"
