/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Services that other miniports import: names, times, the event log, interface indexes; and those that this host does
 * not have, which say so.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"
#include "host/sched.h"

/* --- memory and names -------------------------------------------------------------------------------------------- */

NDIS_STATUS NTAPI NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag) {
    NT_ENTER(NdisAllocateMemoryWithTag);
    *VirtualAddress = NT_FAULT(NdisAllocateMemoryWithTag) ? NULL : ExAllocatePoolWithTag(NonPagedPoolNx, Length, Tag);
    return *VirtualAddress ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID NTAPI NdisInitializeString(PNDIS_STRING Destination, PUCHAR Source) {
    NT_ENTER(NdisInitializeString);
    size_t length = strlen((const char *)Source);
    *Destination = (NDIS_STRING){0};
    if ((length + 1) * sizeof(WCHAR) > UINT16_MAX || NT_FAULT(NdisInitializeString)) return;
    WCHAR *text = ExAllocatePoolWithTag(NonPagedPoolNx, (length + 1) * sizeof(WCHAR), NDIS_HOST_TAG);
    if (!text) return;
    for (size_t i = 0; i <= length; i++) text[i] = Source[i];
    Destination->Buffer = text;
    Destination->Length = (USHORT)(length * sizeof(WCHAR));
    Destination->MaximumLength = (USHORT)(Destination->Length + sizeof(WCHAR));
}

PVOID NTAPI NdisGetRoutineAddress(PUNICODE_STRING NdisRoutineName) {
    NT_ENTER(NdisGetRoutineAddress);
    char name[128];
    unsigned length = NdisRoutineName->Length / sizeof(WCHAR);
    if (length >= sizeof name) return NULL;
    for (unsigned i = 0; i < length; i++) name[i] = (char)NdisRoutineName->Buffer[i];
    name[length] = 0;
    struct host_export *found = host_export_find("ndis", name);
    return found && found->fidelity != FIDELITY_NONE ? found->bound : NULL;
}

/* The name that the adapter has for WMI: what the device manager shows. */
NDIS_STATUS NTAPI NdisMQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName, NDIS_HANDLE NdisAdapterHandle) {
    NT_ENTER(NdisMQueryAdapterInstanceName);
    struct ndis_adapter *adapter = ndis_adapter_check(NdisAdapterHandle, "NdisMQueryAdapterInstanceName");
    if (!adapter) return NDIS_STATUS_FAILURE;
    if (NT_FAULT(NdisMQueryAdapterInstanceName)) return NDIS_STATUS_RESOURCES;
    ULONG size = 512;
    WCHAR *text = ExAllocatePoolWithTag(NonPagedPoolNx, size, NDIS_HOST_TAG);
    if (!text) return NDIS_STATUS_RESOURCES;
    NTSTATUS status = IoGetDeviceProperty(adapter->physical, DevicePropertyDeviceDescription, size, text, &size);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(text, NDIS_HOST_TAG);
        return NDIS_STATUS_FAILURE;
    }
    AdapterInstanceName->Buffer = text;
    AdapterInstanceName->MaximumLength = (USHORT)size;
    AdapterInstanceName->Length = (USHORT)(size >= sizeof(WCHAR) ? size - sizeof(WCHAR) : 0);
    return NDIS_STATUS_SUCCESS;
}

/* --- time -------------------------------------------------------------------------------------------------------- */

VOID NTAPI NdisGetCurrentSystemTime(PLARGE_INTEGER pSystemTime) {
    NT_ENTER(NdisGetCurrentSystemTime);
    KeQuerySystemTimePrecise(pSystemTime);
}

VOID NTAPI NdisGetSystemUpTimeEx(PLARGE_INTEGER pSystemUpTime) {
    NT_ENTER(NdisGetSystemUpTimeEx);
    pSystemUpTime->QuadPart = (LONGLONG)ndis_now_ms();
}

VOID NTAPI NdisStallExecution(UINT MicrosecondsToStall) {
    NT_ENTER(NdisStallExecution);
    if (MicrosecondsToStall > 50)
        verify_violation("ndis-parameter", "NdisStallExecution: %u microseconds; 50 are allowed", MicrosecondsToStall);
    uint64_t until = sched_clock(CLOCK_MONOTONIC) + MicrosecondsToStall * 1000ull;
    for (unsigned tries = 0; sched_clock(CLOCK_MONOTONIC) < until; tries++) sched_relax(tries);
}

/* --- telling ----------------------------------------------------------------------------------------------------- */

VOID NTAPI NdisWriteErrorLogEntry(NDIS_HANDLE NdisAdapterHandle, NDIS_ERROR_CODE ErrorCode, ULONG NumberOfErrorValues,
                                  ...) {
    NT_ENTER(NdisWriteErrorLogEntry);
    if (!ndis_adapter_check(NdisAdapterHandle, "NdisWriteErrorLogEntry")) return;
    host_log("event log: the miniport reports error %#x (with %u values)", (unsigned)ErrorCode,
             (unsigned)NumberOfErrorValues);
}

VOID NTAPI NdisMNetPnPEvent(NDIS_HANDLE MiniportAdapterHandle, PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification) {
    NT_ENTER(NdisMNetPnPEvent);
    (void)NetPnPEventNotification;
    if (ndis_adapter_check(MiniportAdapterHandle, "NdisMNetPnPEvent"))
        host_log("NdisMNetPnPEvent: the event goes nowhere; no filter or protocol of others is bound");
}

/* --- interface indexes ------------------------------------------------------------------------------------------- */

/* Indexes of virtual interfaces that a driver adds itself. Those of adapters are below. */
#define LUID_INDEX_FIRST 0x8000u
#define LUID_INDEXES 64
static uint64_t luid_indexes; /* a: taken */

NDIS_STATUS NTAPI NdisIfAllocateNetLuidIndex(USHORT ifType, UINT *pNetLuidIndex) {
    NT_ENTER(NdisIfAllocateNetLuidIndex);
    (void)ifType;
    if (NT_FAULT(NdisIfAllocateNetLuidIndex)) return NDIS_STATUS_RESOURCES;
    for (unsigned i = 0; i < LUID_INDEXES; i++) {
        uint64_t bit = (uint64_t)1 << i;
        if (__atomic_fetch_or(&luid_indexes, bit, __ATOMIC_ACQ_REL) & bit) continue;
        *pNetLuidIndex = LUID_INDEX_FIRST + i;
        return NDIS_STATUS_SUCCESS;
    }
    return NDIS_STATUS_RESOURCES;
}

NDIS_STATUS NTAPI NdisIfFreeNetLuidIndex(USHORT ifType, UINT NetLuidIndex) {
    NT_ENTER(NdisIfFreeNetLuidIndex);
    (void)ifType;
    unsigned i = NetLuidIndex - LUID_INDEX_FIRST;
    uint64_t bit = (uint64_t)1 << (i % LUID_INDEXES);
    if (i < LUID_INDEXES && __atomic_fetch_and(&luid_indexes, ~bit, __ATOMIC_ACQ_REL) & bit) return NDIS_STATUS_SUCCESS;
    verify_violation("ndis-parameter", "NdisIfFreeNetLuidIndex: %u was not allocated", NetLuidIndex);
    return NDIS_STATUS_INVALID_PARAMETER;
}

/* --- what there is not ------------------------------------------------------------------------------------------- */

static NDIS_STATUS refuse(const char *name, const char *why) {
    host_log("%s: %s", name, why);
    return NDIS_STATUS_NOT_SUPPORTED;
}

NDIS_STATUS NTAPI NdisRegisterProtocolDriver(NDIS_HANDLE ProtocolDriverContext, PVOID Characteristics,
                                             PNDIS_HANDLE NdisProtocolHandle) {
    NT_ENTER(NdisRegisterProtocolDriver);
    (void)ProtocolDriverContext, (void)Characteristics;
    *NdisProtocolHandle = NULL;
    return refuse("NdisRegisterProtocolDriver", "this host runs miniports, no protocol drivers");
}

NDIS_STATUS NTAPI NdisFRegisterFilterDriver(PDRIVER_OBJECT DriverObject, NDIS_HANDLE FilterDriverContext,
                                            PVOID FilterDriverCharacteristics, PNDIS_HANDLE NdisFilterDriverHandle) {
    NT_ENTER(NdisFRegisterFilterDriver);
    (void)DriverObject, (void)FilterDriverContext, (void)FilterDriverCharacteristics;
    *NdisFilterDriverHandle = NULL;
    return refuse("NdisFRegisterFilterDriver", "this host runs miniports, no filter drivers");
}

NDIS_STATUS NTAPI NdisMRegisterInterruptEx(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportInterruptContext,
                                           PVOID MiniportInterruptCharacteristics, PNDIS_HANDLE NdisInterruptHandle) {
    NT_ENTER(NdisMRegisterInterruptEx);
    (void)MiniportAdapterHandle, (void)MiniportInterruptContext, (void)MiniportInterruptCharacteristics;
    *NdisInterruptHandle = NULL;
    return refuse("NdisMRegisterInterruptEx", "the devices of this host have no interrupts");
}

NDIS_STATUS NTAPI NdisMRegisterScatterGatherDma(NDIS_HANDLE MiniportAdapterHandle,
                                                PNDIS_SG_DMA_DESCRIPTION DmaDescription,
                                                PNDIS_HANDLE NdisMiniportDmaHandle) {
    NT_ENTER(NdisMRegisterScatterGatherDma);
    (void)MiniportAdapterHandle, (void)DmaDescription;
    *NdisMiniportDmaHandle = NULL;
    return refuse("NdisMRegisterScatterGatherDma", "the devices of this host have no DMA");
}

NDIS_STATUS NTAPI NdisMRemoveMiniport(NDIS_HANDLE MiniportHandle) {
    NT_ENTER(NdisMRemoveMiniport);
    (void)MiniportHandle;
    return refuse("NdisMRemoveMiniport", "a device is removed by the one who made it");
}
