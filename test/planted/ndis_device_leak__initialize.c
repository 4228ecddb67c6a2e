/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is not deregistered when initialization fails. */
#define AT_INITIALIZED                                                                                                 \
    static PDRIVER_DISPATCH Majors[IRP_MJ_MAXIMUM_FUNCTION + 1];                                                       \
    UNICODE_STRING Name = {22, 24, L"\\Device\\Pln"}, Link = {22, 24, L"\\??\\Planted"};                               \
    NDIS_DEVICE_OBJECT_ATTRIBUTES Attributes = {                                                                       \
        .Header = HEADER(DEVICE_OBJECT_ATTRIBUTES, DEVICE_OBJECT_ATTRIBUTES_REVISION_1),                               \
        .DeviceName = &Name,                                                                                           \
        .SymbolicName = &Link,                                                                                         \
        .MajorFunctions = Majors};                                                                                     \
    PDEVICE_OBJECT Device;                                                                                             \
    NDIS_HANDLE Handle;                                                                                                \
    NdisRegisterDeviceEx(Miniport, &Attributes, &Device, &Handle);                                                     \
    Status = NDIS_STATUS_FAILURE
#include "test/planted/miniport.h"
