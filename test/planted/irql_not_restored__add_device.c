/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * AddDevice returns at another IRQL. */
#define OUTSIDE                                                                                                        \
    static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice) {                      \
        KIRQL Irql;                                                                                                    \
        KeRaiseIrql(APC_LEVEL, &Irql);                                                                                 \
        return STATUS_NOT_SUPPORTED;                                                                                   \
    }
#define AT_ENTRY Driver->DriverExtension->AddDevice = AddDevice
#include "test/planted/wdm.h"
