/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A timer runs when the driver is unloaded. */
#define OUTSIDE static KTIMER Timer;
#define AT_ENTRY                                                                                                       \
    LARGE_INTEGER Due = {.QuadPart = -6000000000};                                                                     \
    KeInitializeTimer(&Timer);                                                                                         \
    KeSetTimer(&Timer, Due, NULL)
#include "test/planted/wdm.h"
