/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is attached twice. */
#define AT_ENTRY                                                                                                       \
    PDEVICE_OBJECT Other;                                                                                              \
    if (!NT_SUCCESS(IoCreateDevice(Driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Other)))                           \
        return STATUS_UNSUCCESSFUL;                                                                                    \
    IoAttachDeviceToDeviceStack(Other, Device);                                                                        \
    IoAttachDeviceToDeviceStack(Other, Device)
#include "test/planted/wdm.h"
