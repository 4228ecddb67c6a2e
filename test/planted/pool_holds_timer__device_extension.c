/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is deleted with a running timer in its extension, which would fire into freed memory. */
#define OUTSIDE static LARGE_INTEGER Due = {.QuadPart = -6000000000};
#define AT_ENTRY                                                                                                       \
    KeInitializeTimer(Device->DeviceExtension);                                                                        \
    KeSetTimer(Device->DeviceExtension, Due, NULL)
#include "test/planted/wdm.h"
