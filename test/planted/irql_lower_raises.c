/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The IRQL is lowered to a higher one. */
#define AT_ENTRY KeLowerIrql(DISPATCH_LEVEL)
#include "test/planted/wdm.h"
