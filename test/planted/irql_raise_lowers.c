/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The IRQL is raised to a lower one. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql, Lower;                                                                                                 \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    KeRaiseIrql(APC_LEVEL, &Lower);                                                                                    \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
