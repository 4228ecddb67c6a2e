/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DriverEntry returns at another IRQL. */
#define AT_ENTRY                                                                                                       \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(APC_LEVEL, &Irql)
#include "test/planted/wdm.h"
