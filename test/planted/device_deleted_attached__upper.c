/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is deleted that is attached to another. */
#define AT_ENTRY                                                                                                       \
    PDEVICE_OBJECT Other;                                                                                              \
    if (!NT_SUCCESS(IoCreateDevice(Driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Other)))                           \
        return STATUS_UNSUCCESSFUL;                                                                                    \
    IoAttachDeviceToDeviceStack(Other, Device);                                                                        \
    IoDeleteDevice(Other)
#include "test/planted/wdm.h"
