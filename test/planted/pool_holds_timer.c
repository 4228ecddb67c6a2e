/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A block is freed with a running timer inside. */
#define AT_ENTRY                                                                                                       \
    LARGE_INTEGER Due = {.QuadPart = -6000000000};                                                                     \
    PKTIMER Timer = Allocate(sizeof(*Timer));                                                                          \
    if (Timer == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                           \
    KeInitializeTimer(Timer);                                                                                          \
    KeSetTimer(Timer, Due, NULL);                                                                                      \
    ExFreePoolWithTag(Timer, TAG)
#include "test/planted/wdm.h"
