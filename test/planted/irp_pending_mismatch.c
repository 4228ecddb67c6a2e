/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * STATUS_PENDING is returned for a request that was not marked. */
#define AT_COMPLETED                                                                                                   \
    if (Calls == 1) return STATUS_PENDING
#include "test/planted/wdm.h"
