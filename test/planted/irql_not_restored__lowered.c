/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back at a lower IRQL, which it had raised. */
#define AT_COMPLETED                                                                                                   \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql)
#include "test/planted/wdm.h"
