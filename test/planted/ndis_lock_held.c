/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion with a spin lock held. */
#define AT_COMPLETE                                                                                                    \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Adapter->Lock, &Irql)
#include "test/planted/miniport.h"
