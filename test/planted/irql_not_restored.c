/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back at another IRQL. */
#define AT_COMPLETED                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(APC_LEVEL, &Irql)
#include "test/planted/wdm.h"
