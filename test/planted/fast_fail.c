/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The compiler's check for a broken invariant ends the system. */
#define AT_ENTRY __asm__ volatile("int $0x29" : : "c"(2ull))
#include "test/planted/wdm.h"
