/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DPC is queued that was never initialized. */
#define AT_ENTRY                                                                                                       \
    KDPC Dpc;                                                                                                          \
    RtlZeroMemory(&Dpc, sizeof(Dpc));                                                                                  \
    KeInsertQueueDpc(&Dpc, NULL, NULL)
#include "test/planted/wdm.h"
