/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * Load and unload, and the list of adapters: those that NDIS knows, and those that halted while a file was open.
 */
#include "driver/driver.h"

NDIS_HANDLE DriverHandle;
static KSPIN_LOCK DriverLock;
static LIST_ENTRY DriverAdapters; /* G */
DRIVER_INITIALIZE DriverEntry;
#pragma alloc_text(INIT, DriverEntry)

ADAPTER *AdapterCreate(VOID) {
    /* ExAllocatePool2 came after Windows 10 1809. */
    ADAPTER *Adapter = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Adapter), BRAND_POOL_TAG);
    KIRQL Irql;

    if (Adapter == NULL) return NULL;
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->References = 1;
    KeAcquireSpinLock(&DriverLock, &Irql);
    InsertTailList(&DriverAdapters, &Adapter->Link);
    KeReleaseSpinLock(&DriverLock, Irql);
    return Adapter;
}

ADAPTER *AdapterReference(PDEVICE_OBJECT Device) {
    ADAPTER *Found = NULL;
    KIRQL Irql;

    KeAcquireSpinLock(&DriverLock, &Irql);
    for (LIST_ENTRY *Entry = DriverAdapters.Flink; Entry != &DriverAdapters && Found == NULL; Entry = Entry->Flink) {
        ADAPTER *Adapter = CONTAINING_RECORD(Entry, ADAPTER, Link);

        if (Adapter->ControlDevice == Device) Found = Adapter;
    }
    if (Found != NULL) Found->References++;
    KeReleaseSpinLock(&DriverLock, Irql);
    return Found;
}

VOID AdapterDereference(ADAPTER *Adapter) {
    BOOLEAN Last;
    KIRQL Irql;

    KeAcquireSpinLock(&DriverLock, &Irql);
    Last = --Adapter->References == 0;
    if (Last) RemoveEntryList(&Adapter->Link);
    KeReleaseSpinLock(&DriverLock, Irql);
    if (Last) ExFreePoolWithTag(Adapter, BRAND_POOL_TAG);
}

VOID AdapterSetDevice(ADAPTER *Adapter, PDEVICE_OBJECT Device) {
    KIRQL Irql;

    KeAcquireSpinLock(&DriverLock, &Irql);
    Adapter->ControlDevice = Device;
    KeReleaseSpinLock(&DriverLock, Irql);
}

/* No device object is left, so no request can come: what is still in the list belongs to files that NDIS closed without
 * telling us. */
static VOID NTAPI DriverUnload(PDRIVER_OBJECT DriverObject) {
    NdisMDeregisterMiniportDriver(DriverHandle);
    while (!IsListEmpty(&DriverAdapters))
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&DriverAdapters), ADAPTER, Link), BRAND_POOL_TAG);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    /* 6.82 is NDIS in Windows 10 1809 and Server 2019. */
    /* clang-format off */
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Miniport = {
        .Header = HEADER(MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS_REVISION_3),
        .MajorNdisVersion = 6, .MinorNdisVersion = 82, .MajorDriverVersion = BRAND_VERSION_MAJOR,
        .MinorDriverVersion = BRAND_VERSION_MINOR, .UnloadHandler = DriverUnload,
        .InitializeHandlerEx = AdapterInitialize, .RestartHandler = AdapterRestart, .PauseHandler = AdapterPause,
        .DevicePnPEventNotifyHandler = AdapterPnpEvent, .HaltHandlerEx = AdapterHalt, .ShutdownHandlerEx = AdapterShutdown,
        .SendNetBufferListsHandler = ToClientSend, .CancelSendHandler = ToClientCancel,
        .ReturnNetBufferListsHandler = ToStackReturn, .OidRequestHandler = OidRequest, .CancelOidRequestHandler = OidCancel};
    /* clang-format on */

    KeInitializeSpinLock(&DriverLock);
    InitializeListHead(&DriverAdapters);
    return NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &Miniport, &DriverHandle);
}
