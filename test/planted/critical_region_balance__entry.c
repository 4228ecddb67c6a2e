/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DriverEntry returns inside a critical region. */
#define AT_ENTRY KeEnterCriticalRegion()
#include "test/planted/wdm.h"
