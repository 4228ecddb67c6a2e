/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * More of NDIS 6, which Warren's driver does without: direct requests, resets, clones, offload attributes, and the
 * smaller services that other miniports import. Included by nt/ndis.h, and by nobody else.
 */
#ifndef NT_NDIS_MORE_H
#define NT_NDIS_MORE_H

/* --- reasons and flags -------------------------------------------------------------------------------------------- */

#define NDIS_PAUSE_BIND_PROTOCOL 0x4
#define NDIS_PAUSE_ATTACH_FILTER 0x10
#define NDIS_PAUSE_DETACH_FILTER 0x20
#define NDIS_PAUSE_FILTER_RESTART_STACK 0x40
#define NDIS_PAUSE_MINIPORT_DEVICE_REMOVE 0x80

#define NDIS_CLONE_FLAGS_RESERVED 0x1
#define NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS 0x2

/* --- requests ---------------------------------------------------------------------------------------------------- */

#define OID_PM_PARAMETERS 0xFD010109
#define OID_TCP_OFFLOAD_CURRENT_CONFIG 0xFC01020B
#define OID_TCP_OFFLOAD_PARAMETERS 0xFC01020C
#define OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES 0xFC01020D
#define OID_OFFLOAD_ENCAPSULATION 0x101010A

/* --- revisions ---------------------------------------------------------------------------------------------------- */

#define NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1 1
#define NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES_REVISION_1 1
#define NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES_REVISION_1 1
#define NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES_REVISION_2 2
#define NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES_REVISION_3 3
#define NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES_REVISION_4 4
#define NDIS_OID_REQUEST_REVISION_2 2
#define NDIS_OPER_STATE_REVISION_1 1
#define NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_2 2
#define NET_BUFFER_POOL_PARAMETERS_REVISION_2 2

/* --- structures --------------------------------------------------------------------------------------------------- */

typedef enum _NET_IF_OPER_STATUS {
    NET_IF_OPER_STATUS_UP = 1,
    NET_IF_OPER_STATUS_DOWN = 2,
    NET_IF_OPER_STATUS_TESTING = 3,
    NET_IF_OPER_STATUS_UNKNOWN = 4,
    NET_IF_OPER_STATUS_DORMANT = 5,
    NET_IF_OPER_STATUS_NOT_PRESENT = 6,
    NET_IF_OPER_STATUS_LOWER_LAYER_DOWN = 7,
} NET_IF_OPER_STATUS,
    *PNET_IF_OPER_STATUS;

typedef struct _NDIS_OPER_STATE {
    NDIS_OBJECT_HEADER Header;
    NET_IF_OPER_STATUS OperationalStatus;
    ULONG OperationalStatusFlags;
} NDIS_OPER_STATE, *PNDIS_OPER_STATE;

typedef ULONG NDIS_ERROR_CODE, *PNDIS_ERROR_CODE;
typedef struct _NET_PNP_EVENT_NOTIFICATION NET_PNP_EVENT_NOTIFICATION, *PNET_PNP_EVENT_NOTIFICATION; /* opaque here */

/* --- functions ---------------------------------------------------------------------------------------------------- */

NTKERNELAPI void NTAPI NdisMDirectOidRequestComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_OID_REQUEST OidRequest,
                                                     NDIS_STATUS Status);
NTKERNELAPI void NTAPI NdisMResetMiniport(NDIS_HANDLE MiniportAdapterHandle);
NTKERNELAPI NDIS_STATUS NTAPI NdisMRemoveMiniport(NDIS_HANDLE MiniportHandle);
NTKERNELAPI void NTAPI NdisMNetPnPEvent(NDIS_HANDLE MiniportAdapterHandle,
                                        PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification);
NTKERNELAPI NDIS_STATUS NTAPI NdisMQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName,
                                                            NDIS_HANDLE NdisAdapterHandle);

NTKERNELAPI NET_BUFFER_LIST *NTAPI NdisAllocateFragmentNetBufferList(NET_BUFFER_LIST *OriginalNetBufferList,
                                                                     NDIS_HANDLE NetBufferListPool,
                                                                     NDIS_HANDLE NetBufferPool, ULONG StartOffset,
                                                                     ULONG MaximumLength, ULONG DataOffsetDelta,
                                                                     ULONG DataBackFill, ULONG AllocateFragmentFlags);
NTKERNELAPI void NTAPI NdisFreeFragmentNetBufferList(NET_BUFFER_LIST *FragmentNetBufferList, ULONG DataOffsetDelta,
                                                     ULONG FreeFragmentFlags);
NTKERNELAPI NET_BUFFER_LIST *NTAPI NdisAllocateReassembledNetBufferList(NET_BUFFER_LIST *FragmentNetBufferList,
                                                                        NDIS_HANDLE NetBufferAndNetBufferListPoolHandle,
                                                                        ULONG StartOffset, ULONG DataOffsetDelta,
                                                                        ULONG DataBackFill,
                                                                        ULONG AllocateReassembleFlags);
NTKERNELAPI void NTAPI NdisFreeReassembledNetBufferList(NET_BUFFER_LIST *ReassembledNetBufferList,
                                                        ULONG DataOffsetDelta, ULONG FreeReassembleFlags);

NTKERNELAPI NDIS_STATUS NTAPI NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag);
NTKERNELAPI void NTAPI NdisInitializeString(PNDIS_STRING Destination, PUCHAR Source);
NTKERNELAPI PVOID NTAPI NdisGetRoutineAddress(PUNICODE_STRING NdisRoutineName);
NTKERNELAPI void NTAPI NdisGetCurrentSystemTime(PLARGE_INTEGER pSystemTime);
NTKERNELAPI void NTAPI NdisGetSystemUpTimeEx(PLARGE_INTEGER pSystemUpTime);
NTKERNELAPI void NTAPI NdisStallExecution(UINT MicrosecondsToStall);
NTKERNELAPI void NTAPI NdisWriteErrorLogEntry(NDIS_HANDLE NdisAdapterHandle, NDIS_ERROR_CODE ErrorCode,
                                              ULONG NumberOfErrorValues, ...);
NTKERNELAPI NDIS_STATUS NTAPI NdisIfAllocateNetLuidIndex(USHORT ifType, UINT *pNetLuidIndex);
NTKERNELAPI NDIS_STATUS NTAPI NdisIfFreeNetLuidIndex(USHORT ifType, UINT NetLuidIndex);

/* Other kinds of driver, and hardware. */
NTKERNELAPI NDIS_STATUS NTAPI NdisRegisterProtocolDriver(NDIS_HANDLE ProtocolDriverContext, PVOID Characteristics,
                                                         PNDIS_HANDLE NdisProtocolHandle);
NTKERNELAPI NDIS_STATUS NTAPI NdisFRegisterFilterDriver(PDRIVER_OBJECT DriverObject, NDIS_HANDLE FilterDriverContext,
                                                        PVOID FilterDriverCharacteristics,
                                                        PNDIS_HANDLE NdisFilterDriverHandle);
NTKERNELAPI NDIS_STATUS NTAPI NdisMRegisterInterruptEx(NDIS_HANDLE MiniportAdapterHandle,
                                                       NDIS_HANDLE MiniportInterruptContext,
                                                       PVOID MiniportInterruptCharacteristics,
                                                       PNDIS_HANDLE NdisInterruptHandle);

#define NdisFreeString(String) NdisFreeMemory((String).Buffer, (String).MaximumLength, 0)
#define NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(Nbl, Id) ((Nbl)->NetBufferListInfo[NetBufferListCancelId] = (Id))
#define NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(Nbl) ((Nbl)->NetBufferListInfo[NetBufferListCancelId])

#endif
