/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A timer is initialized while it runs. */
#define OUTSIDE static KTIMER Timer;
#define AT_ENTRY                                                                                                       \
    LARGE_INTEGER Due = {.QuadPart = -100000000};                                                                      \
    KeInitializeTimer(&Timer);                                                                                         \
    KeSetTimer(&Timer, Due, NULL);                                                                                     \
    KeInitializeTimer(&Timer)
#include "test/planted/wdm.h"
