/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device extension is read after its device was deleted. */
#define AT_UNLOAD                                                                                                      \
    volatile UCHAR *Extension = Device->DeviceExtension;                                                               \
    IoDeleteDevice(Device);                                                                                            \
    if (Extension[0] != 0) DbgPrint("\n")
#define DELETE_DEVICE (void)0
#include "test/planted/wdm.h"
