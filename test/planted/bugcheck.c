/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The system is stopped. */
#define AT_ENTRY KeBugCheckEx(0xE2, 1, 2, 3, 4)
#include "test/planted/wdm.h"
