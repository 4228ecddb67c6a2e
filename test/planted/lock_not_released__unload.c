/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DriverUnload returns with a spin lock. */
#define OUTSIDE static KSPIN_LOCK Lock;
#define AT_UNLOAD                                                                                                      \
    KIRQL Irql;                                                                                                        \
    IoDeleteDevice(Device);                                                                                            \
    KeAcquireSpinLock(&Lock, &Irql)
#define DELETE_DEVICE (void)0
#include "test/planted/wdm.h"
