/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A section is made at DISPATCH_LEVEL. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);                                                                                \
    ZwClose(NULL);                                                                                                     \
    KeLowerIrql(Irql)
#include "test/planted/wdm.h"
