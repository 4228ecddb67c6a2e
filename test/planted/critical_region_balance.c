/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A critical region is left that was not entered. */
#define AT_ENTRY KeLeaveCriticalRegion()
#include "test/planted/wdm.h"
