/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The Win32 surface that the client library and small programs use: kernel32, advapi32, bcrypt, cfgmgr32, swdevice,
 * setupapi, newdev and iphlpapi, and as much of the socket headers as these need. Names, values and layouts are
 * Windows' own. nt/win32/ has the names of the usual headers, which all lead here.
 */
#ifndef NT_WIN32_H
#define NT_WIN32_H

#include <stdarg.h>

#include "nt/ndis.h"
#include "nt/nt.h"

/* --- types ------------------------------------------------------------------------------------------------------- */

typedef struct HKEY__ *HKEY, **PHKEY;
typedef struct HINSTANCE__ *HINSTANCE, *HMODULE;
typedef struct HWND__ *HWND;
#define MAX_PATH 260
typedef HANDLE HLOCAL;
typedef ACCESS_MASK REGSAM;
typedef LONG LSTATUS;
typedef DWORD NETIO_STATUS;
typedef INT_PTR(WINAPI *FARPROC)(void);
typedef DWORD(WINAPI *LPTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD CtrlType);

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;

typedef struct _SYSTEM_INFO {
    __extension__ union {
        DWORD dwOemId;
        __extension__ struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} SRWLOCK, *PSRWLOCK;
#define SRWLOCK_INIT {0}

typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} CONDITION_VARIABLE, *PCONDITION_VARIABLE;
#define CONDITION_VARIABLE_INIT {0}
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1

typedef union _RTL_RUN_ONCE {
    PVOID Ptr;
} INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;
#define INIT_ONCE_STATIC_INIT {0}
typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE InitOnce, PVOID Parameter, PVOID *Context);

/* --- kernel32 constants ------------------------------------------------------------------------------------------ */

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR) - 1)
#define INFINITE 0xffffffff
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_IO_COMPLETION 0xC0u
#define WAIT_TIMEOUT 258u
#define WAIT_FAILED 0xffffffffu
#ifndef MUTANT_ALL_ACCESS
#define MUTANT_ALL_ACCESS 0x1F0001
#endif
#define MUTEX_ALL_ACCESS MUTANT_ALL_ACCESS
#define MUTEX_MODIFY_STATE 0x0001

#define CREATE_NEW 1
#define TRUNCATE_EXISTING 5
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#ifndef FILE_SHARE_READ
#define FILE_SHARE_READ 0x00000001
#define FILE_SHARE_WRITE 0x00000002
#endif
#ifndef FILE_ATTRIBUTE_NORMAL
#define FILE_ATTRIBUTE_NORMAL 0x00000080
#endif
#define FILE_FLAG_OVERLAPPED 0x40000000

#ifndef PAGE_READWRITE
#define PAGE_READWRITE 0x04
#endif
#ifndef MEM_COMMIT
#define MEM_COMMIT 0x1000
#endif
#ifndef MEM_RESERVE
#define MEM_RESERVE 0x2000
#define MEM_DECOMMIT 0x4000
#define MEM_RELEASE 0x8000
#define MEM_PRIVATE 0x20000
#endif
#ifndef MEM_MAPPED
#define MEM_MAPPED 0x40000
#endif

#define HEAP_ZERO_MEMORY 0x00000008
#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_ZEROINIT 0x0040
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000

#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH 2
#define DLL_THREAD_DETACH 3
#define LOAD_WITH_ALTERED_SEARCH_PATH 0x00000008
#define LOAD_LIBRARY_SEARCH_APPLICATION_DIR 0x00000200
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS 0x00001000
#define GET_MODULE_HANDLE_EX_FLAG_PIN 0x1
#define GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT 0x2
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS 0x4

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF

#define CP_ACP 0
#define CP_UTF8 65001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080
#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3

#define ENABLE_PROCESSED_INPUT 0x0001
#define ENABLE_LINE_INPUT 0x0002
#define ENABLE_ECHO_INPUT 0x0004
#define ENABLE_PROCESSED_OUTPUT 0x0001
#define ENABLE_WRAP_AT_EOL_OUTPUT 0x0002
#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6

#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define IMAGE_FILE_MACHINE_UNKNOWN 0
#define IMAGE_FILE_MACHINE_AMD64 0x8664
#define IMAGE_FILE_MACHINE_ARM64 0xAA64

/* --- errors ------------------------------------------------------------------------------------------------------ */

#define ERROR_ACCESS_DENIED 5
#define ERROR_ALREADY_EXISTS 183
#define ERROR_ALREADY_INITIALIZED 1247
#define ERROR_ALREADY_REGISTERED 1242
#define ERROR_ARITHMETIC_OVERFLOW 534
#define ERROR_BAD_COMMAND 22
#define ERROR_BAD_EXE_FORMAT 193
#define ERROR_BAD_LENGTH 24
#define ERROR_BAD_PATHNAME 161
#define ERROR_BUFFER_OVERFLOW 111
#define ERROR_BUSY 170
#define ERROR_CALL_NOT_IMPLEMENTED 120
#define ERROR_COMMITMENT_LIMIT 1455
#define ERROR_DEVICE_NOT_AVAILABLE 4319
#define ERROR_DEVICE_NOT_CONNECTED 1167
#define ERROR_DEVICE_REMOVED 1617
#define ERROR_DEV_NOT_EXIST 55
#define ERROR_DLL_INIT_FAILED 1114
#define ERROR_FILENAME_EXCED_RANGE 206
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_GEN_FAILURE 31
#define ERROR_HANDLE_EOF 38
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_INTERNAL_ERROR 1359
#define ERROR_INVALID_ACL 1336
#define ERROR_INVALID_ADDRESS 487
#define ERROR_INVALID_DATA 13
#define ERROR_INVALID_FLAGS 1004
#define ERROR_INVALID_FUNCTION 1
#define ERROR_INVALID_HANDLE 6
#define ERROR_INVALID_NAME 123
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INVALID_SECURITY_DESCR 1338
#define ERROR_DEVICE_IN_USE 2404
#define ERROR_DUP_NAME 52
#define ERROR_DISK_FULL 112
#define ERROR_DIR_NOT_EMPTY 145
#define ERROR_FILE_EXISTS 80
#define ERROR_BROKEN_PIPE 109
#define ERROR_NO_DATA 232
#define ERROR_RESOURCE_DATA_NOT_FOUND 1812
#define ERROR_RESOURCE_NAME_NOT_FOUND 1814
#define ERROR_INVALID_WINDOW_HANDLE 1400
/* SetupAPI's: APPLICATION_ERROR_MASK | ERROR_SEVERITY_ERROR | n */
#define ERROR_GENERAL_SYNTAX 0xe0000003u
#define ERROR_WRITE_FAULT 29
#define ERROR_WRONG_INF_STYLE 0xe0000100u
#define ERROR_NO_CATALOG_FOR_OEM_INF 0xe000022fu
#define ERROR_SIGNATURE_OSATTRIBUTE_MISMATCH 0xe0000244u
#define ERROR_INF_IN_USE_BY_DEVICES 0xe000023du
#define ERROR_NOT_AN_INSTALLED_OEM_INF 0xe000023cu
#define ERROR_INVALID_SID 1337
#define ERROR_INVALID_USER_BUFFER 1784
#define ERROR_IO_DEVICE 1117
#define ERROR_IO_INCOMPLETE 996
#define ERROR_IO_PENDING 997
#define ERROR_KEY_DELETED 1018
#define ERROR_MOD_NOT_FOUND 126
#define ERROR_MORE_DATA 234
#define ERROR_MR_MID_NOT_FOUND 317
#define ERROR_NOACCESS 998
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_NOT_ENOUGH_QUOTA 1816
#define ERROR_NOT_FOUND 1168
#define ERROR_NOT_OWNER 288
#define ERROR_NOT_READY 21
#define ERROR_NOT_SUPPORTED 50
#define ERROR_NO_MORE_FILES 18
#define ERROR_NO_MORE_ITEMS 259
#define ERROR_NO_SUCH_DEVINST (0x20000000 | 0xC0000000 | 0x20B)
#define ERROR_NO_SYSTEM_RESOURCES 1450
#define ERROR_NO_UNICODE_TRANSLATION 1113
#define ERROR_OBJECT_ALREADY_EXISTS 5010
#define ERROR_OPERATION_ABORTED 995
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_PRIVILEGE_NOT_HELD 1314
#define ERROR_PROC_NOT_FOUND 127
#define ERROR_REVISION_MISMATCH 1306
#define ERROR_SEM_TIMEOUT 121
#define ERROR_SERVICE_DOES_NOT_EXIST 1060
#define ERROR_SHARING_VIOLATION 32
#define ERROR_SUCCESS 0
#define ERROR_TIMEOUT 1460
#define ERROR_TOO_MANY_OPEN_FILES 4
#define ERROR_UNKNOWN_REVISION 1305
#define ERROR_WORKING_SET_QUOTA 1453
#define NO_ERROR 0

#ifndef S_OK
#define S_OK ((HRESULT)0)
#endif
#define E_INVALIDARG ((HRESULT)0x80070057)
#define TRUST_E_SUBJECT_NOT_TRUSTED 0x800b0004u
#define TRUST_E_NOSIGNATURE 0x800b0100u
#define CERT_E_UNTRUSTEDROOT 0x800b0109u
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define FACILITY_WIN32 7
#define SUCCEEDED(Result) ((HRESULT)(Result) >= 0)
#define FAILED(Result) ((HRESULT)(Result) < 0)
#define HRESULT_CODE(Result) ((Result) & 0xFFFF)
#define HRESULT_FACILITY(Result) (((Result) >> 16) & 0x1FFF)
#define HRESULT_FROM_WIN32(Error)                                                                                      \
    ((HRESULT)(Error) <= 0 ? (HRESULT)(Error) : (HRESULT)(((Error) & 0xFFFF) | FACILITY_WIN32 << 16 | 0x80000000u))

/* --- registry ---------------------------------------------------------------------------------------------------- */

#define HKEY_CURRENT_USER ((HKEY)(ULONG_PTR)(LONG)0x80000001)
#define HKEY_LOCAL_MACHINE ((HKEY)(ULONG_PTR)(LONG)0x80000002)
#ifndef KEY_ENUMERATE_SUB_KEYS
#define KEY_ENUMERATE_SUB_KEYS 0x0008
#endif
#ifndef KEY_WOW64_64KEY
#define KEY_WOW64_64KEY 0x0100
#endif
#ifndef KEY_WOW64_32KEY
#define KEY_WOW64_32KEY 0x0200
#endif
#ifndef REG_CREATED_NEW_KEY
#define REG_CREATED_NEW_KEY 1
#endif
#ifndef REG_OPENED_EXISTING_KEY
#define REG_OPENED_EXISTING_KEY 2
#endif

/* --- bcrypt ------------------------------------------------------------------------------------------------------ */

typedef PVOID BCRYPT_HANDLE, BCRYPT_ALG_HANDLE;
#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 0x00000002
#define BCRYPT_SHA1_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x31)
#define BCRYPT_SHA256_ALG_HANDLE ((BCRYPT_ALG_HANDLE)0x41)

/* --- device properties ------------------------------------------------------------------------------------------- */

#ifndef DEVPROP_TYPE_EMPTY
#define DEVPROP_TYPE_EMPTY 0x00
#define DEVPROP_TYPE_UINT32 0x07
#define DEVPROP_TYPE_GUID 0x0D
#define DEVPROP_TYPE_BOOLEAN 0x11
#define DEVPROP_TYPE_STRING 0x12
#define DEVPROP_TYPE_NTSTATUS 0x18
#define DEVPROP_TYPE_STRING_LIST 0x2012
#endif

typedef enum _DEVPROPSTORE { DEVPROP_STORE_SYSTEM, DEVPROP_STORE_USER } DEVPROPSTORE;

typedef struct _DEVPROPCOMPKEY {
    DEVPROPKEY Key;
    DEVPROPSTORE Store;
    PCWSTR LocaleName;
} DEVPROPCOMPKEY;

typedef struct _DEVPROPERTY {
    DEVPROPCOMPKEY CompKey;
    DEVPROPTYPE Type;
    ULONG BufferSize;
    PVOID Buffer;
} DEVPROPERTY;

/* --- cfgmgr32 ---------------------------------------------------------------------------------------------------- */

typedef DWORD CONFIGRET;
typedef DWORD DEVINST, *PDEVINST;
typedef WCHAR *DEVINSTID_W;
typedef ULONG REGDISPOSITION;
#define MAX_DEVICE_ID_LEN 200
#define RegDisposition_OpenAlways 0
#define RegDisposition_OpenExisting 1

#define CR_ACCESS_DENIED 0x00000033
#define CR_ALREADY_SUCH_DEVNODE 0x00000010
#define CR_BUFFER_SMALL 0x0000001A
#define CR_CALL_NOT_IMPLEMENTED 0x00000034
#define CR_FAILURE 0x00000013
#define CR_INVALID_DATA 0x0000001F
#define CR_INVALID_DEVICE_ID 0x0000001E
#define CR_INVALID_DEVNODE 0x00000005
#define CR_INVALID_FLAG 0x00000004
#define CR_INVALID_POINTER 0x00000003
#define CR_NO_SUCH_DEVICE_INTERFACE 0x00000037
#define CR_NO_SUCH_DEVNODE 0x0000000D
#define CR_NO_SUCH_REGISTRY_KEY 0x0000002E
#define CR_NO_SUCH_VALUE 0x00000025
#define CR_OUT_OF_MEMORY 0x00000002
#define CR_SUCCESS 0x00000000
#define CR_NO_SUCH_DEVINST CR_NO_SUCH_DEVNODE
#define CR_NO_SUCH_LOGICAL_DEV 0x14

#define CM_GETIDLIST_FILTER_ENUMERATOR 0x00000001
#define CM_GETIDLIST_FILTER_PRESENT 0x00000100
#define CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES 0x00000001
#define CM_GET_DEVICE_INTERFACE_LIST_PRESENT 0x00000000
#define CM_LOCATE_DEVNODE_NORMAL 0x00000000
#define CM_LOCATE_DEVNODE_PHANTOM 0x00000001
#define CM_PROB_FAILED_ADD 0x0000001F
#define CM_PROB_FAILED_INSTALL 0x0000001C
#define CM_PROB_FAILED_START 0x0000000A
#define CM_PROB_NOT_CONFIGURED 0x00000001
#define CM_PROB_PHANTOM 0x0000002D
#define CM_PROB_REINSTALL 0x00000012
#define CM_REGISTRY_SOFTWARE 0x00000001
#define DN_DRIVER_LOADED 0x00000002
#define DN_HAS_PROBLEM 0x00000400
#define DN_NT_DRIVER 0x01000000
#define DN_NT_ENUMERATOR 0x00800000
#define DN_STARTED 0x00000008

typedef struct HCMNOTIFICATION__ *HCMNOTIFICATION, **PHCMNOTIFICATION;

typedef enum _CM_NOTIFY_FILTER_TYPE {
    CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE,
    CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE,
    CM_NOTIFY_FILTER_TYPE_DEVICEINSTANCE,
} CM_NOTIFY_FILTER_TYPE;

typedef enum _CM_NOTIFY_ACTION {
    CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL,
    CM_NOTIFY_ACTION_DEVICEINTERFACEREMOVAL,
} CM_NOTIFY_ACTION;

typedef struct _CM_NOTIFY_FILTER {
    DWORD cbSize;
    DWORD Flags;
    CM_NOTIFY_FILTER_TYPE FilterType;
    DWORD Reserved;
    union {
        struct {
            GUID ClassGuid;
        } DeviceInterface;
        struct {
            HANDLE hTarget;
        } DeviceHandle;
        struct {
            WCHAR InstanceId[MAX_DEVICE_ID_LEN];
        } DeviceInstance;
    } u;
} CM_NOTIFY_FILTER, *PCM_NOTIFY_FILTER;

typedef struct _CM_NOTIFY_EVENT_DATA {
    CM_NOTIFY_FILTER_TYPE FilterType;
    DWORD Reserved;
    union {
        struct {
            GUID ClassGuid;
            WCHAR SymbolicLink[1];
        } DeviceInterface;
        struct {
            GUID EventGuid;
            LONG NameOffset;
            DWORD DataSize;
            BYTE Data[1];
        } DeviceHandle;
        struct {
            WCHAR InstanceId[1];
        } DeviceInstance;
    } u;
} CM_NOTIFY_EVENT_DATA, *PCM_NOTIFY_EVENT_DATA;

typedef DWORD(CALLBACK *PCM_NOTIFY_CALLBACK)(HCMNOTIFICATION hNotify, PVOID Context, CM_NOTIFY_ACTION Action,
                                             PCM_NOTIFY_EVENT_DATA EventData, DWORD EventDataSize);

static const GUID GUID_DEVINTERFACE_NET
    __attribute__((unused)) = {0xcac88484, 0x7515, 0x4c03, {0x82, 0xe6, 0x71, 0xa8, 0x7a, 0xba, 0xc3, 0x61}};

/* --- setupapi ---------------------------------------------------------------------------------------------------- */

typedef PVOID HDEVINFO;

typedef struct _SP_DEVINFO_DATA {
    DWORD cbSize;
    GUID ClassGuid;
    DWORD DevInst;
    ULONG_PTR Reserved;
} SP_DEVINFO_DATA, *PSP_DEVINFO_DATA;

/* --- swdevice ---------------------------------------------------------------------------------------------------- */

typedef struct HSWDEVICE__ *HSWDEVICE, **PHSWDEVICE;

typedef enum _SW_DEVICE_CAPABILITIES {
    SWDeviceCapabilitiesNone = 0,
    SWDeviceCapabilitiesRemovable = 1,
    SWDeviceCapabilitiesSilentInstall = 2,
    SWDeviceCapabilitiesNoDisplayInUI = 4,
    SWDeviceCapabilitiesDriverRequired = 8,
} SW_DEVICE_CAPABILITIES;

typedef enum _SW_DEVICE_LIFETIME { SWDeviceLifetimeHandle, SWDeviceLifetimeParentPresent } SW_DEVICE_LIFETIME;

typedef struct _SW_DEVICE_CREATE_INFO {
    ULONG cbSize;
    PCWSTR pszInstanceId;
    PCZZWSTR pszzHardwareIds;
    PCZZWSTR pszzCompatibleIds;
    const GUID *pContainerId;
    ULONG CapabilityFlags;
    PCWSTR pszDeviceDescription;
    PCWSTR pszDeviceLocation;
    const void *pSecurityDescriptor;
} SW_DEVICE_CREATE_INFO, *PSW_DEVICE_CREATE_INFO;

typedef VOID(WINAPI *SW_DEVICE_CREATE_CALLBACK)(HSWDEVICE hSwDevice, HRESULT CreateResult, PVOID pContext,
                                                PCWSTR pszDeviceInstanceId);

/* --- addresses and interfaces ------------------------------------------------------------------------------------ */

/* Linux has other values: not to be mixed with its socket headers. */
#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 23

typedef USHORT ADDRESS_FAMILY;

typedef struct in_addr {
    union {
        struct {
            UCHAR s_b1, s_b2, s_b3, s_b4;
        } S_un_b;
        ULONG S_addr;
    } S_un;
} IN_ADDR;
#define s_addr S_un.S_addr

typedef struct in6_addr {
    union {
        UCHAR Byte[16];
        USHORT Word[8];
    } u;
} IN6_ADDR;

typedef struct sockaddr_in {
    ADDRESS_FAMILY sin_family;
    USHORT sin_port;
    IN_ADDR sin_addr;
    CHAR sin_zero[8];
} SOCKADDR_IN;

typedef struct sockaddr_in6 {
    ADDRESS_FAMILY sin6_family;
    USHORT sin6_port;
    ULONG sin6_flowinfo;
    IN6_ADDR sin6_addr;
    ULONG sin6_scope_id;
} SOCKADDR_IN6;

typedef union _SOCKADDR_INET {
    SOCKADDR_IN Ipv4;
    SOCKADDR_IN6 Ipv6;
    ADDRESS_FAMILY si_family;
} SOCKADDR_INET;

typedef enum { IpPrefixOriginOther, IpPrefixOriginManual, IpPrefixOriginUnchanged = 16 } NL_PREFIX_ORIGIN;
typedef enum { IpSuffixOriginOther, IpSuffixOriginManual, IpSuffixOriginUnchanged = 16 } NL_SUFFIX_ORIGIN;
typedef enum {
    IpDadStateInvalid,
    IpDadStateTentative,
    IpDadStateDuplicate,
    IpDadStateDeprecated,
    IpDadStatePreferred,
} NL_DAD_STATE;

typedef struct _MIB_UNICASTIPADDRESS_ROW {
    SOCKADDR_INET Address;
    NET_LUID InterfaceLuid;
    NET_IFINDEX InterfaceIndex;
    NL_PREFIX_ORIGIN PrefixOrigin;
    NL_SUFFIX_ORIGIN SuffixOrigin;
    ULONG ValidLifetime;
    ULONG PreferredLifetime;
    UINT8 OnLinkPrefixLength;
    BOOLEAN SkipAsSource;
    NL_DAD_STATE DadState;
    ULONG ScopeId;
    LARGE_INTEGER CreationTimeStamp;
} MIB_UNICASTIPADDRESS_ROW, *PMIB_UNICASTIPADDRESS_ROW;

typedef struct _MIB_IPINTERFACE_ROW {
    ADDRESS_FAMILY Family;
    NET_LUID InterfaceLuid;
    NET_IFINDEX InterfaceIndex;
    ULONG MaxReassemblySize;
    ULONG64 InterfaceIdentifier;
    ULONG MinRouterAdvertisementInterval;
    ULONG MaxRouterAdvertisementInterval;
    BOOLEAN AdvertisingEnabled;
    BOOLEAN ForwardingEnabled;
    BOOLEAN WeakHostSend;
    BOOLEAN WeakHostReceive;
    BOOLEAN UseAutomaticMetric;
    BOOLEAN UseNeighborUnreachabilityDetection;
    BOOLEAN ManagedAddressConfigurationSupported;
    BOOLEAN OtherStatefulConfigurationSupported;
    BOOLEAN AdvertiseDefaultRoute;
    LONG RouterDiscoveryBehavior;
    ULONG DadTransmits;
    ULONG BaseReachableTime;
    ULONG RetransmitTime;
    ULONG PathMtuDiscoveryTimeout;
    LONG LinkLocalAddressBehavior;
    ULONG LinkLocalAddressTimeout;
    ULONG ZoneIndices[16];
    ULONG SitePrefixLength;
    ULONG Metric;
    ULONG NlMtu;
    BOOLEAN Connected;
    BOOLEAN SupportsWakeUpPatterns;
    BOOLEAN SupportsNeighborDiscovery;
    BOOLEAN SupportsRouterDiscovery;
    ULONG ReachableTime;
    UCHAR TransmitOffload;
    UCHAR ReceiveOffload;
    BOOLEAN DisableDefaultRoutes;
} MIB_IPINTERFACE_ROW, *PMIB_IPINTERFACE_ROW;

typedef struct _MIB_IF_ROW2 {
    NET_LUID InterfaceLuid;
    NET_IFINDEX InterfaceIndex;
    GUID InterfaceGuid;
    WCHAR Alias[257];
    WCHAR Description[257];
    ULONG PhysicalAddressLength;
    UCHAR PhysicalAddress[32];
    UCHAR PermanentPhysicalAddress[32];
    ULONG Mtu;
    ULONG Type;
    LONG TunnelType;
    LONG MediaType;
    LONG PhysicalMediumType;
    LONG AccessType;
    LONG DirectionType;
    UCHAR InterfaceAndOperStatusFlags;
    LONG OperStatus;
    LONG AdminStatus;
    LONG MediaConnectState;
    GUID NetworkGuid;
    LONG ConnectionType;
    ULONG64 TransmitLinkSpeed;
    ULONG64 ReceiveLinkSpeed;
    ULONG64 InOctets;
    ULONG64 InUcastPkts;
    ULONG64 InNUcastPkts;
    ULONG64 InDiscards;
    ULONG64 InErrors;
    ULONG64 InUnknownProtos;
    ULONG64 InUcastOctets;
    ULONG64 InMulticastOctets;
    ULONG64 InBroadcastOctets;
    ULONG64 OutOctets;
    ULONG64 OutUcastPkts;
    ULONG64 OutNUcastPkts;
    ULONG64 OutDiscards;
    ULONG64 OutErrors;
    ULONG64 OutUcastOctets;
    ULONG64 OutMulticastOctets;
    ULONG64 OutBroadcastOctets;
    ULONG64 OutQLen;
} MIB_IF_ROW2, *PMIB_IF_ROW2;

_Static_assert(sizeof(MIB_UNICASTIPADDRESS_ROW) == 80 && sizeof(MIB_IPINTERFACE_ROW) == 168 &&
                   sizeof(MIB_IF_ROW2) == 1352 && sizeof(CM_NOTIFY_FILTER) == 416 &&
                   sizeof(SW_DEVICE_CREATE_INFO) == 72 && sizeof(DEVPROPERTY) == 48 && sizeof(SP_DEVINFO_DATA) == 32 &&
                   sizeof(SYSTEM_INFO) == 48 && sizeof(MEMORY_BASIC_INFORMATION) == 48 && sizeof(OVERLAPPED) == 32,
               "the sizes of 64-bit Windows");

/* --- functions --------------------------------------------------------------------------------------------------- */

/* errors */
WINBASEAPI DWORD NTAPI GetLastError(VOID);
WINBASEAPI VOID NTAPI SetLastError(DWORD dwErrCode);
WINBASEAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);
WINBASEAPI DWORD NTAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                                      LPSTR lpBuffer, DWORD nSize, va_list *Arguments);
WINBASEAPI DWORD NTAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                                      LPWSTR lpBuffer, DWORD nSize, va_list *Arguments);

/* text */
WINBASEAPI int NTAPI lstrlenW(LPCWSTR lpString);
WINBASEAPI int NTAPI lstrlenA(LPCSTR lpString);
WINBASEAPI int NTAPI CompareStringOrdinal(LPCWSTR lpString1, int cchCount1, LPCWSTR lpString2, int cchCount2,
                                          BOOL bIgnoreCase);
WINBASEAPI int NTAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte,
                                         LPWSTR lpWideCharStr, int cchWideChar);
WINBASEAPI int NTAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar,
                                         LPSTR lpMultiByteStr, int cbMultiByte, LPCSTR lpDefaultChar,
                                         LPBOOL lpUsedDefaultChar);

/* files, handles, views */
WINBASEAPI HANDLE NTAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                    LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                                    DWORD dwFlagsAndAttributes, HANDLE hTemplateFile);
WINBASEAPI BOOL NTAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize,
                                      LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned,
                                      LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL NTAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead, LPDWORD lpNumberOfBytesRead,
                               LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL NTAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL NTAPI CancelIo(HANDLE hFile);
WINBASEAPI BOOL NTAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL NTAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
                                          BOOL bWait);
WINBASEAPI BOOL NTAPI CloseHandle(HANDLE hObject);
WINBASEAPI BOOL NTAPI UnmapViewOfFile(LPCVOID lpBaseAddress);
#define MAXDWORD 0xFFFFFFFFu
#define FLS_OUT_OF_INDEXES 0xFFFFFFFFu
typedef VOID(NTAPI *PFLS_CALLBACK_FUNCTION)(PVOID lpFlsData);
WINBASEAPI DWORD NTAPI FlsAlloc(PFLS_CALLBACK_FUNCTION lpCallback);
WINBASEAPI BOOL NTAPI FlsFree(DWORD dwFlsIndex);
WINBASEAPI PVOID NTAPI FlsGetValue(DWORD dwFlsIndex);
WINBASEAPI BOOL NTAPI FlsSetValue(DWORD dwFlsIndex, PVOID lpFlsData);
WINBASEAPI LPVOID NTAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect);
WINBASEAPI BOOL NTAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
WINBASEAPI BOOL NTAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect);
WINBASEAPI SIZE_T NTAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength);

/* events, mutexes, waits */
WINBASEAPI HANDLE NTAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                                     LPCWSTR lpName);
WINBASEAPI HANDLE NTAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
WINBASEAPI BOOL NTAPI SetEvent(HANDLE hEvent);
WINBASEAPI BOOL NTAPI ResetEvent(HANDLE hEvent);
WINBASEAPI HANDLE NTAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName);
WINBASEAPI HANDLE NTAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
WINBASEAPI BOOL NTAPI ReleaseMutex(HANDLE hMutex);
WINBASEAPI DWORD NTAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable);
WINBASEAPI DWORD NTAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);
WINBASEAPI DWORD NTAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                                DWORD dwMilliseconds, BOOL bAlertable);
WINBASEAPI DWORD NTAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                              DWORD dwMilliseconds);
WINBASEAPI DWORD NTAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);
WINBASEAPI VOID NTAPI Sleep(DWORD dwMilliseconds);
WINBASEAPI BOOL NTAPI SwitchToThread(VOID);

/* locks */
WINBASEAPI VOID NTAPI InitializeSRWLock(PSRWLOCK SRWLock);
WINBASEAPI VOID NTAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock);
WINBASEAPI BOOLEAN NTAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock);
WINBASEAPI VOID NTAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock);
WINBASEAPI VOID NTAPI AcquireSRWLockShared(PSRWLOCK SRWLock);
WINBASEAPI BOOLEAN NTAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock);
WINBASEAPI VOID NTAPI ReleaseSRWLockShared(PSRWLOCK SRWLock);
WINBASEAPI BOOL NTAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter, LPVOID *Context);
WINBASEAPI VOID NTAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
WINBASEAPI VOID NTAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable);
WINBASEAPI VOID NTAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable);
WINBASEAPI BOOL NTAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock,
                                                DWORD dwMilliseconds, ULONG Flags);

/* threads, process, heap, console */
WINBASEAPI HANDLE NTAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                                     LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter, DWORD dwCreationFlags,
                                     LPDWORD lpThreadId);
WINBASEAPI HANDLE NTAPI GetCurrentThread(VOID);
WINBASEAPI DWORD NTAPI GetCurrentThreadId(VOID);
WINBASEAPI HANDLE NTAPI GetCurrentProcess(VOID);
WINBASEAPI DWORD NTAPI GetCurrentProcessId(VOID);
WINBASEAPI VOID NTAPI ExitProcess(UINT uExitCode);
WINBASEAPI HANDLE NTAPI GetProcessHeap(VOID);
WINBASEAPI LPVOID NTAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
WINBASEAPI LPVOID NTAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);
WINBASEAPI BOOL NTAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
WINBASEAPI HLOCAL NTAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
WINBASEAPI HLOCAL NTAPI LocalFree(HLOCAL hMem);
WINBASEAPI BOOL NTAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);

/* modules */
WINBASEAPI HMODULE NTAPI LoadLibraryA(LPCSTR lpLibFileName);
WINBASEAPI HMODULE NTAPI LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags);
WINBASEAPI HMODULE NTAPI LoadLibraryW(LPCWSTR lpLibFileName);
WINBASEAPI BOOL NTAPI FreeLibrary(HMODULE hLibModule);
WINBASEAPI BOOL NTAPI DisableThreadLibraryCalls(HMODULE hLibModule);
WINBASEAPI FARPROC NTAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName);
WINBASEAPI BOOL NTAPI GetModuleHandleExW(DWORD dwFlags, LPCWSTR lpModuleName, HMODULE *phModule);
WINBASEAPI HMODULE NTAPI GetModuleHandleW(LPCWSTR lpModuleName);
WINBASEAPI DWORD NTAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize);

/* time, machine, random numbers, hashes */
WINBASEAPI VOID NTAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WINBASEAPI VOID NTAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
WINBASEAPI ULONGLONG NTAPI GetTickCount64(VOID);
WINBASEAPI BOOL NTAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);
WINBASEAPI BOOL NTAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);
WINBASEAPI VOID NTAPI GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo);
WINBASEAPI VOID NTAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo);
WINBASEAPI BOOL NTAPI IsWow64Process2(HANDLE hProcess, USHORT *pProcessMachine, USHORT *pNativeMachine);
WINBASEAPI NTSTATUS NTAPI BCryptGenRandom(BCRYPT_ALG_HANDLE hAlgorithm, PUCHAR pbBuffer, ULONG cbBuffer, ULONG dwFlags);
WINBASEAPI NTSTATUS NTAPI BCryptHash(BCRYPT_ALG_HANDLE hAlgorithm, PUCHAR pbSecret, ULONG cbSecret, PUCHAR pbInput,
                                     ULONG cbInput, PUCHAR pbOutput, ULONG cbOutput);

/* security */
#define TOKEN_QUERY 0x0008
typedef enum _TOKEN_INFORMATION_CLASS { TokenElevation = 20 } TOKEN_INFORMATION_CLASS;
typedef struct _TOKEN_ELEVATION {
    DWORD TokenIsElevated;
} TOKEN_ELEVATION, *PTOKEN_ELEVATION;
WINBASEAPI BOOL NTAPI OpenProcessToken(HANDLE ProcessHandle, DWORD DesiredAccess, PHANDLE TokenHandle);
WINBASEAPI BOOL NTAPI GetTokenInformation(HANDLE TokenHandle, TOKEN_INFORMATION_CLASS TokenInformationClass,
                                          LPVOID TokenInformation, DWORD TokenInformationLength, PDWORD ReturnLength);
#define SDDL_REVISION_1 1
WINBASEAPI BOOL NTAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR StringSecurityDescriptor,
                                                                           DWORD StringSDRevision,
                                                                           PSECURITY_DESCRIPTOR *SecurityDescriptor,
                                                                           PULONG SecurityDescriptorSize);

/* files on disk */
WINBASEAPI BOOL NTAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);
WINBASEAPI BOOL NTAPI CreateDirectoryW(LPCWSTR lpPathName, LPSECURITY_ATTRIBUTES lpSecurityAttributes);
WINBASEAPI BOOL NTAPI DeleteFileW(LPCWSTR lpFileName);
WINBASEAPI BOOL NTAPI RemoveDirectoryW(LPCWSTR lpPathName);
WINBASEAPI UINT NTAPI GetSystemWindowsDirectoryW(LPWSTR lpBuffer, UINT uSize);

/* command line, standard streams */
#define STD_INPUT_HANDLE ((DWORD) - 10)
#define STD_OUTPUT_HANDLE ((DWORD) - 11)
#define STD_ERROR_HANDLE ((DWORD) - 12)
WINBASEAPI LPWSTR NTAPI GetCommandLineW(VOID);
WINBASEAPI LPWSTR *NTAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int *pNumArgs);
WINBASEAPI HANDLE NTAPI GetStdHandle(DWORD nStdHandle);
WINBASEAPI BOOL NTAPI GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode);
WINBASEAPI BOOL NTAPI WriteConsoleW(HANDLE hConsoleOutput, const VOID *lpBuffer, DWORD nNumberOfCharsToWrite,
                                    LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved);

/* shared memory */
#define FILE_MAP_WRITE 2u
#define FILE_MAP_READ 4u
WINBASEAPI HANDLE NTAPI CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes, DWORD flProtect,
                                           DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCWSTR lpName);
WINBASEAPI HANDLE NTAPI OpenFileMappingW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
WINBASEAPI LPVOID NTAPI MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh,
                                      DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap);

/* resources */
typedef struct HRSRC__ *HRSRC;
typedef HANDLE HGLOBAL;
#define MAKEINTRESOURCEW(i) ((LPWSTR)(ULONG_PTR)(WORD)(i))
#define RT_RCDATA MAKEINTRESOURCEW(10)
WINBASEAPI HRSRC NTAPI FindResourceW(HMODULE hModule, LPCWSTR lpName, LPCWSTR lpType);
WINBASEAPI DWORD NTAPI SizeofResource(HMODULE hModule, HRSRC hResInfo);
WINBASEAPI HGLOBAL NTAPI LoadResource(HMODULE hModule, HRSRC hResInfo);
WINBASEAPI LPVOID NTAPI LockResource(HGLOBAL hResData);

/* registry */
WINBASEAPI LSTATUS NTAPI RegOpenKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD ulOptions, REGSAM samDesired,
                                       PHKEY phkResult);
WINBASEAPI LSTATUS NTAPI RegCreateKeyExW(HKEY hKey, LPCWSTR lpSubKey, DWORD Reserved, LPWSTR lpClass, DWORD dwOptions,
                                         REGSAM samDesired, const LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                         PHKEY phkResult, LPDWORD lpdwDisposition);
WINBASEAPI LSTATUS NTAPI RegCloseKey(HKEY hKey);
WINBASEAPI LSTATUS NTAPI RegQueryValueExW(HKEY hKey, LPCWSTR lpValueName, LPDWORD lpReserved, LPDWORD lpType,
                                          LPBYTE lpData, LPDWORD lpcbData);
WINBASEAPI LSTATUS NTAPI RegSetValueExW(HKEY hKey, LPCWSTR lpValueName, DWORD Reserved, DWORD dwType,
                                        const BYTE *lpData, DWORD cbData);
WINBASEAPI LSTATUS NTAPI RegDeleteValueW(HKEY hKey, LPCWSTR lpValueName);
WINBASEAPI LSTATUS NTAPI RegDeleteTreeW(HKEY hKey, LPCWSTR lpSubKey);
WINBASEAPI LSTATUS NTAPI RegEnumKeyExW(HKEY hKey, DWORD dwIndex, LPWSTR lpName, LPDWORD lpcchName, LPDWORD lpReserved,
                                       LPWSTR lpClass, LPDWORD lpcchClass, PFILETIME lpftLastWriteTime);

/* cfgmgr32, setupapi, newdev */
WINBASEAPI DWORD NTAPI CM_MapCrToWin32Err(CONFIGRET CmReturnCode, DWORD DefaultErr);
WINBASEAPI CONFIGRET NTAPI CM_Get_Device_ID_List_SizeW(PULONG pulLen, PCWSTR pszFilter, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Get_Device_ID_ListW(PCWSTR pszFilter, PZZWSTR Buffer, ULONG BufferLen, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Locate_DevNodeW(PDEVINST pdnDevInst, DEVINSTID_W pDeviceID, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Get_DevNode_Status(PULONG pulStatus, PULONG pulProblemNumber, DEVINST dnDevInst,
                                                 ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Get_DevNode_PropertyW(DEVINST dnDevInst, const DEVPROPKEY *PropertyKey,
                                                    DEVPROPTYPE *PropertyType, PBYTE PropertyBuffer,
                                                    PULONG PropertyBufferSize, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Set_DevNode_PropertyW(DEVINST dnDevInst, const DEVPROPKEY *PropertyKey,
                                                    DEVPROPTYPE PropertyType, const PBYTE PropertyBuffer,
                                                    ULONG PropertyBufferSize, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Open_DevNode_Key(DEVINST dnDevNode, REGSAM samDesired, ULONG ulHardwareProfile,
                                               REGDISPOSITION Disposition, PHKEY phkDevice, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Get_Device_Interface_List_SizeW(PULONG pulLen, LPGUID InterfaceClassGuid,
                                                              DEVINSTID_W pDeviceID, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Get_Device_Interface_ListW(LPGUID InterfaceClassGuid, DEVINSTID_W pDeviceID,
                                                         PZZWSTR Buffer, ULONG BufferLen, ULONG ulFlags);
WINBASEAPI CONFIGRET NTAPI CM_Register_Notification(PCM_NOTIFY_FILTER pFilter, PVOID pContext,
                                                    PCM_NOTIFY_CALLBACK pCallback, PHCMNOTIFICATION pNotifyContext);
WINBASEAPI CONFIGRET NTAPI CM_Unregister_Notification(HCMNOTIFICATION NotifyContext);
WINBASEAPI HDEVINFO NTAPI SetupDiCreateDeviceInfoList(const GUID *ClassGuid, HWND hwndParent);
WINBASEAPI BOOL NTAPI SetupDiDestroyDeviceInfoList(HDEVINFO DeviceInfoSet);
WINBASEAPI BOOL NTAPI SetupDiOpenDeviceInfoW(HDEVINFO DeviceInfoSet, PCWSTR DeviceInstanceId, HWND hwndParent,
                                             DWORD OpenFlags, PSP_DEVINFO_DATA DeviceInfoData);
/* What a driver-installing program needs of setupapi. */
#define DI_FLAGSEX_ALLOWEXCLUDEDDRVS 0x00000800u
#define SPDIT_CLASSDRIVER 1u
#define SPOST_NONE 0u
#define SPOST_PATH 1u
#define SP_COPY_NOOVERWRITE 8u
#define SUOI_FORCEDELETE 1u

typedef struct _SP_DEVINSTALL_PARAMS_W {
    DWORD cbSize, Flags, FlagsEx;
    HWND hwndParent;
    PVOID InstallMsgHandler, InstallMsgHandlerContext;
    PVOID FileQueue;
    ULONG_PTR ClassInstallReserved;
    DWORD Reserved;
    WCHAR DriverPath[MAX_PATH];
} SP_DEVINSTALL_PARAMS_W, *PSP_DEVINSTALL_PARAMS_W;

typedef struct _SP_DRVINFO_DATA_V2_W {
    DWORD cbSize, DriverType;
    ULONG_PTR Reserved;
    WCHAR Description[256], MfgName[256], ProviderName[256];
    FILETIME DriverDate;
    DWORDLONG DriverVersion;
} SP_DRVINFO_DATA_W, *PSP_DRVINFO_DATA_W;

typedef struct _SP_DRVINFO_DETAIL_DATA_W {
    DWORD cbSize;
    FILETIME InfDate;
    DWORD CompatIDsOffset, CompatIDsLength;
    ULONG_PTR Reserved;
    WCHAR SectionName[256], InfFileName[MAX_PATH], DrvDescription[256], HardwareID[1];
} SP_DRVINFO_DETAIL_DATA_W, *PSP_DRVINFO_DETAIL_DATA_W;

_Static_assert(sizeof(SP_DEVINSTALL_PARAMS_W) == 584 && sizeof(SP_DRVINFO_DATA_W) == 1568 &&
                   sizeof(SP_DRVINFO_DETAIL_DATA_W) == 1584,
               "setupapi's structures");

WINBASEAPI BOOL NTAPI SetupDiGetDeviceInstallParamsW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                                     PSP_DEVINSTALL_PARAMS_W DeviceInstallParams);
WINBASEAPI BOOL NTAPI SetupDiSetDeviceInstallParamsW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                                     PSP_DEVINSTALL_PARAMS_W DeviceInstallParams);
WINBASEAPI BOOL NTAPI SetupDiBuildDriverInfoList(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                                 DWORD DriverType);
WINBASEAPI BOOL NTAPI SetupDiEnumDriverInfoW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData, DWORD DriverType,
                                             DWORD MemberIndex, PSP_DRVINFO_DATA_W DriverInfoData);
WINBASEAPI BOOL NTAPI SetupDiGetDriverInfoDetailW(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                                  PSP_DRVINFO_DATA_W DriverInfoData,
                                                  PSP_DRVINFO_DETAIL_DATA_W DriverInfoDetailData,
                                                  DWORD DriverInfoDetailDataSize, PDWORD RequiredSize);
WINBASEAPI BOOL NTAPI SetupDiDestroyDriverInfoList(HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                                   DWORD DriverType);
WINBASEAPI BOOL NTAPI SetupCopyOEMInfW(PCWSTR SourceInfFileName, PCWSTR OEMSourceMediaLocation,
                                       DWORD OEMSourceMediaType, DWORD CopyStyle, PWSTR DestinationInfFileName,
                                       DWORD DestinationInfFileNameSize, PDWORD RequiredSize,
                                       PWSTR *DestinationInfFileNameComponent);
WINBASEAPI BOOL NTAPI SetupUninstallOEMInfW(PCWSTR InfFileName, DWORD Flags, PVOID Reserved);
WINBASEAPI BOOL NTAPI DiUninstallDevice(HWND hwndParent, HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData,
                                        DWORD Flags, PBOOL NeedReboot);

/* swdevice */
WINBASEAPI HRESULT NTAPI SwDeviceCreate(PCWSTR pszEnumeratorName, PCWSTR pszParentDeviceInstance,
                                        const SW_DEVICE_CREATE_INFO *pCreateInfo, ULONG cPropertyCount,
                                        const DEVPROPERTY *pProperties, SW_DEVICE_CREATE_CALLBACK pCallback,
                                        PVOID pContext, PHSWDEVICE phSwDevice);
WINBASEAPI VOID NTAPI SwDeviceClose(HSWDEVICE hSwDevice);
WINBASEAPI HRESULT NTAPI SwDeviceSetLifetime(HSWDEVICE hSwDevice, SW_DEVICE_LIFETIME Lifetime);
WINBASEAPI HRESULT NTAPI SwDeviceGetLifetime(HSWDEVICE hSwDevice, SW_DEVICE_LIFETIME *pLifetime);
WINBASEAPI HRESULT NTAPI SwDevicePropertySet(HSWDEVICE hSwDevice, ULONG cPropertyCount, const DEVPROPERTY *pProperties);

/* iphlpapi */
WINBASEAPI NETIO_STATUS NTAPI ConvertInterfaceGuidToLuid(const GUID *InterfaceGuid, PNET_LUID InterfaceLuid);
WINBASEAPI NETIO_STATUS NTAPI ConvertInterfaceLuidToGuid(const NET_LUID *InterfaceLuid, GUID *InterfaceGuid);
WINBASEAPI NETIO_STATUS NTAPI ConvertInterfaceLuidToIndex(const NET_LUID *InterfaceLuid, PNET_IFINDEX InterfaceIndex);
WINBASEAPI NETIO_STATUS NTAPI ConvertInterfaceIndexToLuid(NET_IFINDEX InterfaceIndex, PNET_LUID InterfaceLuid);
WINBASEAPI NETIO_STATUS NTAPI ConvertInterfaceLuidToAlias(const NET_LUID *InterfaceLuid, PWSTR InterfaceAlias,
                                                          SIZE_T Length);
WINBASEAPI VOID NTAPI InitializeUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW Row);
WINBASEAPI NETIO_STATUS NTAPI CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *Row);
WINBASEAPI NETIO_STATUS NTAPI DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *Row);
/* icmpapi.h, ipexport.h */
typedef struct ip_option_information {
    UCHAR Ttl, Tos, Flags, OptionsSize;
    PUCHAR OptionsData;
} IP_OPTION_INFORMATION, *PIP_OPTION_INFORMATION;
typedef struct icmp_echo_reply {
    ULONG Address;
    ULONG Status;
    ULONG RoundTripTime;
    USHORT DataSize;
    USHORT Reserved;
    PVOID Data;
    IP_OPTION_INFORMATION Options;
} ICMP_ECHO_REPLY;
#pragma pack(push, 1)
typedef struct _IPV6_ADDRESS_EX {
    USHORT sin6_port;
    ULONG sin6_flowinfo;
    USHORT sin6_addr[8];
    ULONG sin6_scope_id;
} IPV6_ADDRESS_EX;
#pragma pack(pop)
typedef struct icmpv6_echo_reply_lh {
    IPV6_ADDRESS_EX Address;
    ULONG Status;
    unsigned RoundTripTime;
} ICMPV6_ECHO_REPLY;
#define IP_SUCCESS 0
#define IP_REQ_TIMED_OUT 11010
#define IP_GENERAL_FAILURE 11050
WINBASEAPI HANDLE NTAPI IcmpCreateFile(VOID);
WINBASEAPI HANDLE NTAPI Icmp6CreateFile(VOID);
WINBASEAPI BOOL NTAPI IcmpCloseHandle(HANDLE IcmpHandle);
WINBASEAPI DWORD NTAPI IcmpSendEcho(HANDLE IcmpHandle, ULONG DestinationAddress, PVOID RequestData, USHORT RequestSize,
                                    PIP_OPTION_INFORMATION RequestOptions, PVOID ReplyBuffer, DWORD ReplySize,
                                    DWORD Timeout);
WINBASEAPI DWORD NTAPI Icmp6SendEcho2(HANDLE IcmpHandle, HANDLE Event, PVOID ApcRoutine, PVOID ApcContext,
                                      SOCKADDR_IN6 *SourceAddress, SOCKADDR_IN6 *DestinationAddress, PVOID RequestData,
                                      USHORT RequestSize, PIP_OPTION_INFORMATION RequestOptions, PVOID ReplyBuffer,
                                      DWORD ReplySize, DWORD Timeout);
WINBASEAPI VOID NTAPI InitializeIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row);
WINBASEAPI NETIO_STATUS NTAPI GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row);
WINBASEAPI NETIO_STATUS NTAPI SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW Row);
WINBASEAPI DWORD NTAPI NciSetConnectionName(const GUID *Interface, LPCWSTR Name); /* nci.dll; see lib/configure.c */
WINBASEAPI NETIO_STATUS NTAPI GetIfEntry2(PMIB_IF_ROW2 Row);

#endif
