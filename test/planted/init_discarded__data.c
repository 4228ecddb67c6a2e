/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was only for the start is read later. */
#define OUTSIDE static __attribute__((section("INIT"))) const volatile ULONG Early = 1;
#define AT_ENTRY                                                                                                       \
    if (Early != 1) DbgPrint("\n")
#define AT_UNLOAD                                                                                                      \
    if (Early != 1) DbgPrint("\n")
#include "test/planted/wdm.h"
