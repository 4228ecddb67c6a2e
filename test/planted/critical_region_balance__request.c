/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back inside a critical region. */
#define AT_COMPLETED KeEnterCriticalRegion()
#include "test/planted/wdm.h"
