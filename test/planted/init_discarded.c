/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A function in INIT is called when that is gone. */
#define OUTSIDE                                                                                                        \
    static __attribute__((section("INIT"), noinline)) void Early(void) { DbgPrint("\n"); }
#define AT_ENTRY Early()
#define AT_UNLOAD Early()
#include "test/planted/wdm.h"
