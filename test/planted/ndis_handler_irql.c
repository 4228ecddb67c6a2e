/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handler returns at another IRQL than it was called at. */
#define AT_OID                                                                                                         \
    KIRQL Irql;                                                                                                        \
    KeRaiseIrql(DISPATCH_LEVEL, &Irql)
#include "test/planted/miniport.h"
