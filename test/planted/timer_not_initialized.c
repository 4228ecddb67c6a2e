/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A timer is set that was never initialized. */
#define AT_ENTRY                                                                                                       \
    KTIMER Timer;                                                                                                      \
    LARGE_INTEGER Due = {.QuadPart = -10000};                                                                          \
    RtlZeroMemory(&Timer, sizeof(Timer));                                                                              \
    KeSetTimer(&Timer, Due, NULL)
#include "test/planted/wdm.h"
