/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A division by zero. */
#define AT_ENTRY                                                                                                       \
    volatile ULONG Zero = 0;                                                                                           \
    Zero = 10000 / Zero
#include "test/planted/wdm.h"
