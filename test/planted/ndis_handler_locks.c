/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handler returns with a spin lock held. */
#define AT_RESTART KeAcquireSpinLock(&Adapter->Lock, &Irql)
#include "test/planted/miniport.h"
