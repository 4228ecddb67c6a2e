/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Does not say that it is at DISPATCH_LEVEL when it is. Breaks no rule. */
#define AT_COMPLETE CompleteFlags = ReceiveFlags = 0
#include "test/planted/miniport.h"
