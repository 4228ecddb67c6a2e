/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A guarded region is left that was not entered. */
#define AT_ENTRY KeLeaveGuardedRegion()
#include "test/planted/wdm.h"
