/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A function calls itself without end. */
#define OUTSIDE                                                                                                        \
    static volatile ULONG Depth;                                                                                       \
    __attribute__((noinline)) static ULONG Deeper(ULONG Number) {                                                      \
        volatile UCHAR Room[256];                                                                                      \
        Room[Number % sizeof(Room)] = 1;                                                                               \
        return Depth == ~0u ? Number : Deeper(Number + 1) + Room[0];                                                   \
    }
#define AT_ENTRY Depth = Deeper(0)
#include "test/planted/wdm.h"
