/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Code in an INIT section is called after the driver's entry. */
#define OUTSIDE                                                                                                        \
    _Pragma("comment(linker, \"/section:INIT,ERD\")") static __attribute__((section("INIT"), noinline)) void Once(     \
        void) {                                                                                                        \
        DbgPrint("\n");                                                                                                \
    }
#define AT_CONTROL Once()
#include "test/planted/wdm.h"
