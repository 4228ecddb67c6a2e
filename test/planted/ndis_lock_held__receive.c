/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An indication with a spin lock held. */
#define AT_INDICATE                                                                                                    \
    KIRQL Irql;                                                                                                        \
    KeAcquireSpinLock(&Adapter->Lock, &Irql)
#include "test/planted/miniport.h"
