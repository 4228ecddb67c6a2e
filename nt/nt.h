/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The kernel surface that driver and host share: ntoskrnl and hal. Names, values and layouts are Windows' own; sizes,
 * offsets and values are asserted in nt/layout_asserts.h.
 */
#ifndef NT_NT_H
#define NT_NT_H

#include "nt/types.h"

#define STATUS_INVALID_PARAMETER_1 ((NTSTATUS)0xC00000EF)
#define STATUS_INVALID_PARAMETER_3 ((NTSTATUS)0xC00000F1)
#define STATUS_INVALID_PARAMETER_5 ((NTSTATUS)0xC00000F3)
#define STATUS_INVALID_PARAMETER_6 ((NTSTATUS)0xC00000F4)
#define APC_LEVEL 1
#define DELETE 0x10000
#define DISPATCH_LEVEL 2
#define DO_BOOT_CRITICAL 0x20000000
#define DO_BUFFERED_IO 4
#define DO_BUS_ENUMERATED_DEVICE 0x1000
#define DO_DAX_VOLUME 0x10000000
#define DO_DEVICE_HAS_NAME 0x40
#define DO_DEVICE_INITIALIZING 0x80
#define DO_DEVICE_IRP_REQUIRES_EXTENSION 0x8000000
#define DO_DEVICE_TO_BE_RESET 0x4000000
#define DO_DIRECT_IO 0x10
#define DO_DISALLOW_EXECUTE 0x800000
#define DO_EXCLUSIVE 8
#define DO_FORCE_NEITHER_IO 0x80000
#define DO_LONG_TERM_REQUESTS 0x200
#define DO_LOW_PRIORITY_FILESYSTEM 0x10000
#define DO_MAP_IO_BUFFER 0x20
#define DO_NEVER_LAST_DEVICE 0x400
#define DO_NOT_PURGE_DIRTY_PAGES 4
#define DO_NOT_RETRY_PURGE 2
#define DO_POWER_INRUSH 0x4000
#define DO_POWER_PAGABLE 0x2000
#define DO_SHUTDOWN_REGISTERED 0x800
#define DO_SUPPORTS_PERSISTENT_ACLS 0x20000
#define DO_SUPPORTS_TRANSACTIONS 0x40000
#define DO_SYSTEM_BOOT_PARTITION 0x100
#define DO_SYSTEM_CRITICAL_PARTITION 0x400000
#define DO_SYSTEM_SYSTEM_PARTITION 0x200000
#define DO_VERIFY_VOLUME 2
#define DO_VOLUME_DEVICE_OBJECT 0x100000
#define DRVO_BOOTREINIT_REGISTERED 0x20
#define DRVO_BUILTIN_DRIVER 4
#define DRVO_INITIALIZED 0x10
#define DRVO_LEGACY_DRIVER 2
#define DRVO_LEGACY_RESOURCES 0x40
#define DRVO_REINIT_REGISTERED 8
#define DRVO_UNLOAD_INVOKED 1
#define EVENT_ALL_ACCESS 0x1F0003
#define EVENT_INCREMENT 1
#define EVENT_MODIFY_STATE 2
#define EVENT_QUERY_STATE 1
#define FILE_ALL_ACCESS 0x1F01FF
#define FILE_ANY_ACCESS 0
#define FILE_APPEND_DATA 4
#define FILE_DEVICE_BUS_EXTENDER 0x2A
#define FILE_DEVICE_DISK 7
#define FILE_DEVICE_DISK_FILE_SYSTEM 8
#define FILE_DEVICE_KS 0x2F
#define FILE_DEVICE_KSEC 0x39
#define FILE_DEVICE_NAMED_PIPE 0x11
#define FILE_DEVICE_NETWORK 0x12
#define FILE_DEVICE_NETWORK_BROWSER 0x13
#define FILE_DEVICE_NETWORK_FILE_SYSTEM 0x14
#define FILE_DEVICE_NETWORK_REDIRECTOR 0x28
#define FILE_DEVICE_NULL 0x15
#define FILE_DEVICE_PHYSICAL_NETCARD 0x17
#define FILE_DEVICE_SECURE_OPEN 0x100
#define FILE_DEVICE_TRANSPORT 0x21
#define FILE_DEVICE_UNKNOWN 0x22
#define FILE_DEVICE_VIRTUAL_BLOCK 0x53
#define FILE_DEVICE_VIRTUAL_DISK 0x24
#define FILE_READ_ACCESS 1
#define FILE_READ_ATTRIBUTES 0x80
#define FILE_READ_DATA 1
#define FILE_READ_EA 8
#define FILE_READ_ONLY_DEVICE 2
#define FILE_READ_ONLY_VOLUME 0x80000
#define FILE_SPECIAL_ACCESS 0
#define FILE_WRITE_ACCESS 2
#define FILE_WRITE_ATTRIBUTES 0x100
#define FILE_WRITE_DATA 2
#define FILE_WRITE_EA 0x10
#define FILE_WRITE_ONCE_MEDIA 8
#define FILE_WRITE_THROUGH 2
#define FILE_WRITE_TO_END_OF_FILE 0xFFFFFFFF
#define FO_ALERTABLE_IO 4
#define FO_BYPASS_IO_ENABLED 0x800000
#define FO_CACHE_SUPPORTED 0x40
#define FO_CLEANUP_COMPLETE 0x4000
#define FO_DELETE_ON_CLOSE 0x10000
#define FO_DIRECT_DEVICE_OPEN 0x800
#define FO_DISALLOW_EXCLUSIVE 0x2000000
#define FO_FILE_FAST_IO_READ 0x80000
#define FO_FILE_MODIFIED 0x1000
#define FO_FILE_OPEN 1
#define FO_FILE_OPEN_CANCELLED 0x200000
#define FO_FILE_SIZE_CHANGED 0x2000
#define FO_FLAGS_VALID_ONLY_DURING_CREATE 0x2000000
#define FO_GENERATE_AUDIT_ON_CLOSE 0x400
#define FO_HANDLE_CREATED 0x40000
#define FO_INDIRECT_WAIT_OBJECT 0x10000000
#define FO_MAILSLOT 0x200
#define FO_NAMED_PIPE 0x80
#define FO_NO_INTERMEDIATE_BUFFERING 8
#define FO_OPENED_CASE_SENSITIVE 0x20000
#define FO_QUEUE_IRP_TO_THREAD 0x400
#define FO_RANDOM_ACCESS 0x100000
#define FO_REMOTE_ORIGIN 0x1000000
#define FO_SECTION_MINSTORE_TREATMENT 0x20000000
#define FO_SEQUENTIAL_ONLY 0x20
#define FO_SKIP_COMPLETION_PORT 0x2000000
#define FO_SKIP_SET_EVENT 0x4000000
#define FO_SKIP_SET_FAST_IO 0x8000000
#define FO_STREAM_FILE 0x100
#define FO_SYNCHRONOUS_IO 2
#define FO_TEMPORARY_FILE 0x8000
#define FO_VOLUME_OPEN 0x400000
#define FO_WRITE_THROUGH 0x10
#define GENERIC_ALL 0x10000000
#define GENERIC_EXECUTE 0x20000000
#define GENERIC_READ 0x80000000
#define GENERIC_WRITE 0x40000000
#define HIGH_LEVEL 0xF
#define IO_DISK_INCREMENT 1
#define IO_KEYBOARD_INCREMENT 6
#define IO_MAILSLOT_INCREMENT 2
#define IO_MOUSE_INCREMENT 6
#define IO_NETWORK_INCREMENT 2
#define IO_NO_INCREMENT 0
#define IO_PARALLEL_INCREMENT 1
#define IO_SERIAL_INCREMENT 2
#define IO_SOUND_INCREMENT 8
#define IO_VIDEO_INCREMENT 1
#define IRP_MJ_CLEANUP 0x12
#define IRP_MJ_CLOSE 2
#define IRP_MJ_CREATE 0
#define IRP_MJ_CREATE_MAILSLOT 0x13
#define IRP_MJ_CREATE_NAMED_PIPE 1
#define IRP_MJ_DEVICE_CHANGE 0x18
#define IRP_MJ_DEVICE_CONTROL 0xE
#define IRP_MJ_DIRECTORY_CONTROL 0xC
#define IRP_MJ_FILE_SYSTEM_CONTROL 0xD
#define IRP_MJ_FLUSH_BUFFERS 9
#define IRP_MJ_INTERNAL_DEVICE_CONTROL 0xF
#define IRP_MJ_LOCK_CONTROL 0x11
#define IRP_MJ_MAXIMUM_FUNCTION 0x1B
#define IRP_MJ_PNP 0x1B
#define IRP_MJ_PNP_POWER 0x1B
#define IRP_MJ_POWER 0x16
#define IRP_MJ_QUERY_EA 7
#define IRP_MJ_QUERY_INFORMATION 5
#define IRP_MJ_QUERY_QUOTA 0x19
#define IRP_MJ_QUERY_SECURITY 0x14
#define IRP_MJ_QUERY_VOLUME_INFORMATION 0xA
#define IRP_MJ_READ 3
#define IRP_MJ_SCSI 0xF
#define IRP_MJ_SET_EA 8
#define IRP_MJ_SET_INFORMATION 6
#define IRP_MJ_SET_QUOTA 0x1A
#define IRP_MJ_SET_SECURITY 0x15
#define IRP_MJ_SET_VOLUME_INFORMATION 0xB
#define IRP_MJ_SHUTDOWN 0x10
#define IRP_MJ_SYSTEM_CONTROL 0x17
#define IRP_MJ_WRITE 4
#define IRP_MN_CANCEL_REMOVE_DEVICE 3
#define IRP_MN_CANCEL_STOP_DEVICE 6
#define IRP_MN_CHANGE_SINGLE_INSTANCE 2
#define IRP_MN_CHANGE_SINGLE_ITEM 3
#define IRP_MN_COMPLETE 4
#define IRP_MN_COMPLETE_MDL 6
#define IRP_MN_COMPLETE_MDL_DPC 7
#define IRP_MN_COMPRESSED 8
#define IRP_MN_DEVICE_ENUMERATED 0x19
#define IRP_MN_DEVICE_USAGE_NOTIFICATION 0x16
#define IRP_MN_DISABLE_COLLECTION 7
#define IRP_MN_DISABLE_EVENTS 5
#define IRP_MN_DPC 1
#define IRP_MN_EJECT 0x11
#define IRP_MN_ENABLE_COLLECTION 6
#define IRP_MN_ENABLE_EVENTS 4
#define IRP_MN_EXECUTE_METHOD 9
#define IRP_MN_FILTER_RESOURCE_REQUIREMENTS 0xD
#define IRP_MN_FLUSH_AND_PURGE 1
#define IRP_MN_FLUSH_DATA_ONLY 2
#define IRP_MN_FLUSH_DATA_SYNC_ONLY 4
#define IRP_MN_FLUSH_NO_SYNC 3
#define IRP_MN_KERNEL_CALL 4
#define IRP_MN_LOAD_FILE_SYSTEM 3
#define IRP_MN_LOCK 1
#define IRP_MN_MDL 2
#define IRP_MN_MDL_DPC 3
#define IRP_MN_MOUNT_VOLUME 1
#define IRP_MN_NORMAL 0
#define IRP_MN_NOTIFY_CHANGE_DIRECTORY 2
#define IRP_MN_NOTIFY_CHANGE_DIRECTORY_EX 3
#define IRP_MN_POWER_SEQUENCE 1
#define IRP_MN_QUERY_ALL_DATA 0
#define IRP_MN_QUERY_BUS_INFORMATION 0x15
#define IRP_MN_QUERY_CAPABILITIES 9
#define IRP_MN_QUERY_DEVICE_RELATIONS 7
#define IRP_MN_QUERY_DEVICE_TEXT 0xC
#define IRP_MN_QUERY_DIRECTORY 1
#define IRP_MN_QUERY_ID 0x13
#define IRP_MN_QUERY_INTERFACE 8
#define IRP_MN_QUERY_LEGACY_BUS_INFORMATION 0x18
#define IRP_MN_QUERY_PNP_DEVICE_STATE 0x14
#define IRP_MN_QUERY_POWER 3
#define IRP_MN_QUERY_REMOVE_DEVICE 1
#define IRP_MN_QUERY_RESOURCES 0xA
#define IRP_MN_QUERY_RESOURCE_REQUIREMENTS 0xB
#define IRP_MN_QUERY_SINGLE_INSTANCE 1
#define IRP_MN_QUERY_STOP_DEVICE 5
#define IRP_MN_READ_CONFIG 0xF
#define IRP_MN_REGINFO 8
#define IRP_MN_REGINFO_EX 0xB
#define IRP_MN_REMOVE_DEVICE 2
#define IRP_MN_SCSI_CLASS 1
#define IRP_MN_SET_LOCK 0x12
#define IRP_MN_SET_POWER 2
#define IRP_MN_START_DEVICE 0
#define IRP_MN_STOP_DEVICE 4
#define IRP_MN_SURPRISE_REMOVAL 0x17
#define IRP_MN_TRACK_LINK 4
#define IRP_MN_UNLOCK_ALL 3
#define IRP_MN_UNLOCK_ALL_BY_KEY 4
#define IRP_MN_UNLOCK_SINGLE 2
#define IRP_MN_USER_FS_REQUEST 0
#define IRP_MN_VERIFY_VOLUME 2
#define IRP_MN_WAIT_WAKE 0
#define IRP_MN_WRITE_CONFIG 0x10
#define KEY_ALL_ACCESS 0xF003F
#define KEY_QUERY_VALUE 1
#define KEY_READ 0x20019
#define KEY_SET_VALUE 2
#define KEY_WRITE 0x20006
#define MAXIMUM_WAIT_OBJECTS 0x40
#define MDL_ALLOCATED_FIXED_SIZE 8
#define MDL_ALLOCATED_MUST_SUCCEED 0x4000
#define MDL_DESCRIBES_AWE 0x400
#define MDL_FREE_EXTRA_PTES 0x200
#define MDL_INTERNAL 0x8000
#define MDL_IO_PAGE_READ 0x40
#define MDL_IO_SPACE 0x800
#define MDL_LOCKED_PAGE_TABLES 0x100
#define MDL_MAPPED_TO_SYSTEM_VA 1
#define MDL_MAPPING_CAN_FAIL 0x2000
#define MDL_NETWORK_HEADER 0x1000
#define MDL_PAGES_LOCKED 2
#define MDL_PAGE_CONTENTS_INVARIANT 0x4000
#define MDL_PARENT_MAPPED_SYSTEM_VA 0x100
#define MDL_PARTIAL 0x10
#define MDL_PARTIAL_HAS_BEEN_MAPPED 0x20
#define MDL_SOURCE_IS_NONPAGED_POOL 4
#define MDL_WRITE_OPERATION 0x80
#define METHOD_BUFFERED 0
#define METHOD_DIRECT_FROM_HARDWARE 2
#define METHOD_DIRECT_TO_HARDWARE 1
#define METHOD_IN_DIRECT 1
#define METHOD_NEITHER 3
#define METHOD_OUT_DIRECT 2
#define OBJ_CASE_INSENSITIVE 0x40
#define OBJ_DONT_REPARSE 0x1000
#define OBJ_EXCLUSIVE 0x20
#define OBJ_FORCE_ACCESS_CHECK 0x400
#define OBJ_HANDLE_TAGBITS 3
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x800
#define OBJ_INHERIT 2
#define OBJ_KERNEL_HANDLE 0x200
#define OBJ_NAME_PATH_SEPARATOR 0x5C
#define OBJ_OPENIF 0x80
#define OBJ_OPENLINK 0x100
#define OBJ_PERMANENT 0x10
#define OBJ_VALID_ATTRIBUTES 0x1FF2
#define PAGE_SHIFT 0xC
#define PAGE_SIZE 0x1000
#define PASSIVE_LEVEL 0
#define PLUGPLAY_REGKEY_CURRENT_HWPROFILE 4
#define PLUGPLAY_REGKEY_DEVICE 1
#define PLUGPLAY_REGKEY_DRIVER 2
#define POOL_FLAG_CACHE_ALIGNED 8ULL
#define POOL_FLAG_LAST_KNOWN_REQUIRED 0x400ULL
#define POOL_FLAG_NON_PAGED 0x40ULL
#define POOL_FLAG_NON_PAGED_EXECUTE 0x80ULL
#define POOL_FLAG_OPTIONAL_END 0x8000000000000000ULL
#define POOL_FLAG_OPTIONAL_START 0x100000000ULL
#define POOL_FLAG_PAGED 0x100ULL
#define POOL_FLAG_RAISE_ON_FAILURE 0x20ULL
#define POOL_FLAG_REQUIRED_END 0x80000000ULL
#define POOL_FLAG_REQUIRED_MASK 0xFFFFFFFFULL
#define POOL_FLAG_REQUIRED_START 1ULL
#define POOL_FLAG_RESERVED1 0x10ULL
#define POOL_FLAG_RESERVED2 0x200ULL
#define POOL_FLAG_RESERVED3 0x400ULL
#define POOL_FLAG_SESSION 4ULL
#define POOL_FLAG_SPECIAL_POOL 0x100000000ULL
#define POOL_FLAG_UNINITIALIZED 2ULL
#define POOL_FLAG_UNUSED_REQUIRED_BITS 0xFFFFF800ULL
#define POOL_FLAG_USE_QUOTA 1ULL
#define PROCESS_DUP_HANDLE 0x40
#define READ_CONTROL 0x20000
#define REG_BINARY 3
#define REG_DWORD 4
#define REG_DWORD_BIG_ENDIAN 5
#define REG_DWORD_LITTLE_ENDIAN 4
#define REG_EXPAND_SZ 2
#define REG_MULTI_SZ 7
#define REG_NONE 0
#define REG_QWORD 0xB
#define REG_QWORD_LITTLE_ENDIAN 0xB
#define REG_SZ 1
#define SL_ALLOW_RAW_MOUNT 1
#define SL_BYPASS_ACCESS_CHECK 1
#define SL_BYPASS_IO 0x40
#define SL_CASE_SENSITIVE 0x80
#define SL_ERROR_RETURNED 2
#define SL_EXCLUSIVE_LOCK 2
#define SL_FAIL_IMMEDIATELY 1
#define SL_FORCE_ACCESS_CHECK 1
#define SL_FORCE_ASYNCHRONOUS 1
#define SL_FORCE_DIRECT_WRITE 0x10
#define SL_FT_SEQUENTIAL_WRITE 8
#define SL_IGNORE_READONLY_ATTRIBUTE 0x40
#define SL_INDEX_SPECIFIED 4
#define SL_INFO_FORCE_ACCESS_CHECK 1
#define SL_INFO_IGNORE_READONLY_ATTRIBUTE 0x40
#define SL_INVOKE_ON_CANCEL 0x20
#define SL_INVOKE_ON_ERROR 0x80
#define SL_INVOKE_ON_SUCCESS 0x40
#define SL_KEY_SPECIFIED 1
#define SL_NO_CURSOR_UPDATE 0x10
#define SL_OPEN_PAGING_FILE 2
#define SL_OPEN_TARGET_DIRECTORY 4
#define SL_OVERRIDE_VERIFY_VOLUME 2
#define SL_PENDING_RETURNED 1
#define SL_PERSISTENT_MEMORY_FIXED_MAPPING 0x20
#define SL_QUERY_DIRECTORY_MASK 0x1B
#define SL_READ_ACCESS_GRANTED 1
#define SL_REALTIME_STREAM 0x20
#define SL_RESTART_SCAN 1
#define SL_RETURN_ON_DISK_ENTRIES_ONLY 8
#define SL_RETURN_SINGLE_ENTRY 2
#define SL_STOP_ON_SYMLINK 8
#define SL_WATCH_TREE 1
#define SL_WRITE_ACCESS_GRANTED 4
#define SL_WRITE_THROUGH 4
#define SPECIFIC_RIGHTS_ALL 0xFFFF
#define STANDARD_RIGHTS_ALL 0x1F0000
#define STANDARD_RIGHTS_EXECUTE 0x20000
#define STANDARD_RIGHTS_READ 0x20000
#define STANDARD_RIGHTS_REQUIRED 0xF0000
#define STANDARD_RIGHTS_WRITE 0x20000
#define STATUS_ACCESS_DENIED ((NTSTATUS)0xC0000022)
#define STATUS_ACCESS_VIOLATION ((NTSTATUS)0xC0000005)
#define STATUS_ADAPTER_HARDWARE_ERROR ((NTSTATUS)0xC00000C2)
#define STATUS_ADDRESS_ALREADY_EXISTS ((NTSTATUS)0xC000020A)
#define STATUS_ALERTED ((NTSTATUS)0x00000101)
#define STATUS_ALREADY_COMMITTED ((NTSTATUS)0xC0000021)
#define STATUS_ALREADY_INITIALIZED ((NTSTATUS)0xC0000510)
#define STATUS_ALREADY_REGISTERED ((NTSTATUS)0xC0000718)
#define STATUS_BAD_NETWORK_PATH ((NTSTATUS)0xC00000BE)
#define STATUS_BUFFER_OVERFLOW ((NTSTATUS)0x80000005)
#define STATUS_BUFFER_TOO_SMALL ((NTSTATUS)0xC0000023)
#define STATUS_CANCELLED ((NTSTATUS)0xC0000120)
#define STATUS_CONNECTION_RESET ((NTSTATUS)0xC000020D)
#define STATUS_DATATYPE_MISALIGNMENT ((NTSTATUS)0x80000002)
#define STATUS_DELETE_PENDING ((NTSTATUS)0xC0000056)
#define STATUS_DEVICE_DOES_NOT_EXIST ((NTSTATUS)0xC00000C0)
#define STATUS_DEVICE_NOT_READY ((NTSTATUS)0xC00000A3)
#define STATUS_DEVICE_REMOVED ((NTSTATUS)0xC00002B6)
#define STATUS_END_OF_FILE ((NTSTATUS)0xC0000011)
#define STATUS_FILE_FORCED_CLOSED ((NTSTATUS)0xC00000B6)
#define STATUS_HOST_UNREACHABLE ((NTSTATUS)0xC000023D)
#define STATUS_INFO_LENGTH_MISMATCH ((NTSTATUS)0xC0000004)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#define STATUS_INTEGER_OVERFLOW ((NTSTATUS)0xC0000095)
#define STATUS_INVALID_ADDRESS ((NTSTATUS)0xC0000141)
#define STATUS_INVALID_BUFFER_SIZE ((NTSTATUS)0xC0000206)
#define STATUS_INVALID_DEVICE_REQUEST ((NTSTATUS)0xC0000010)
#define STATUS_INVALID_DEVICE_STATE ((NTSTATUS)0xC0000184)
#define STATUS_INVALID_HANDLE ((NTSTATUS)0xC0000008)
#define STATUS_INVALID_NETWORK_RESPONSE ((NTSTATUS)0xC00000C3)
#define STATUS_INVALID_PARAMETER ((NTSTATUS)0xC000000D)
#define STATUS_INVALID_USER_BUFFER ((NTSTATUS)0xC00000E8)
#define STATUS_MORE_ENTRIES ((NTSTATUS)0x00000105)
#define STATUS_MORE_PROCESSING_REQUIRED ((NTSTATUS)0xC0000016)
#define STATUS_NDIS_INDICATION_REQUIRED ((NTSTATUS)0x40230001)
#define STATUS_NDIS_PAUSED ((NTSTATUS)0xC023002A)
#define STATUS_NETWORK_UNREACHABLE ((NTSTATUS)0xC000023C)
#define STATUS_NOT_FOUND ((NTSTATUS)0xC0000225)
#define STATUS_NOT_IMPLEMENTED ((NTSTATUS)0xC0000002)
#define STATUS_NOT_SUPPORTED ((NTSTATUS)0xC00000BB)
#define STATUS_NO_MORE_ENTRIES ((NTSTATUS)0x8000001A)
#define STATUS_NO_SUCH_DEVICE ((NTSTATUS)0xC000000E)
#define STATUS_OBJECT_NAME_COLLISION ((NTSTATUS)0xC0000035)
#define STATUS_OBJECT_NAME_NOT_FOUND ((NTSTATUS)0xC0000034)
#define STATUS_OBJECT_TYPE_MISMATCH ((NTSTATUS)0xC0000024)
#define STATUS_PENDING ((NTSTATUS)0x00000103)
#define STATUS_PORT_UNREACHABLE ((NTSTATUS)0xC000023F)
#define STATUS_RETRY ((NTSTATUS)0xC000022D)
#define STATUS_SHARING_VIOLATION ((NTSTATUS)0xC0000043)
#define STATUS_SUCCESS ((NTSTATUS)0x00000000)
#define STATUS_ABANDONED ((NTSTATUS)0x00000080)
#define STATUS_TIMEOUT ((NTSTATUS)0x00000102)
#define STATUS_TOO_LATE ((NTSTATUS)0xC0000189)
#define STATUS_UNKNOWN_REVISION ((NTSTATUS)0xC0000058)
#define STATUS_UNSUCCESSFUL ((NTSTATUS)0xC0000001)
#define STATUS_USER_APC ((NTSTATUS)0x000000C0)
#define SYNCHRONIZE 0x100000
#define THREAD_ALL_ACCESS 0x1FFFFF
#define THREAD_TERMINATE 1
#define THREAD_WAIT_OBJECTS 3
#define WRITE_DAC 0x40000
#define WRITE_OWNER 0x80000

/* --- values that the published lists leave out (from the documentation pages of what takes them) ------------------- */

#define STATUS_OBJECT_NAME_INVALID ((NTSTATUS)0xC0000033)
#define STATUS_REVISION_MISMATCH ((NTSTATUS)0xC0000059)
#define STATUS_INVALID_IMAGE_FORMAT ((NTSTATUS)0xC000007B)
#define STATUS_ENTRYPOINT_NOT_FOUND ((NTSTATUS)0xC0000139)
#define STATUS_INVALID_PARAMETER_2 ((NTSTATUS)0xC00000F0)
#define CM_PROB_FAILED_DRIVER_ENTRY 37
#define CM_PROB_DRIVER_FAILED_LOAD 39
#define ALL_PROCESSOR_GROUPS 0xFFFF
#define STATUS_NO_MEMORY ((NTSTATUS)0xC0000017)
#define STATUS_NOT_MAPPED_VIEW ((NTSTATUS)0xC0000019)
#define STATUS_WORKING_SET_QUOTA ((NTSTATUS)0xC00000A1)
#define STATUS_INVALID_SECURITY_DESCR ((NTSTATUS)0xC0000079)
#define STATUS_INVALID_PARAMETER_4 ((NTSTATUS)0xC00000F2)
#define MdlMappingNoWrite 0x80000000
#define MdlMappingNoExecute 0x40000000
#define SECTION_QUERY 0x0001
#define SECTION_MAP_WRITE 0x0002
#define SECTION_MAP_READ 0x0004
#define SECTION_MAP_EXECUTE 0x0008
#define SECTION_EXTEND_SIZE 0x0010
#define SECTION_ALL_ACCESS 0x000F001F
#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_GUARD 0x100
#define PAGE_NOCACHE 0x200
#define SEC_COMMIT 0x08000000
#define SEC_RESERVE 0x04000000
#define SEC_IMAGE 0x01000000
#define DEVPROP_TYPE_EMPTY 0x00000000
#define DEVPROP_TYPE_NULL 0x00000001
#define DEVPROP_TYPE_UINT32 0x00000007
#define DEVPROP_TYPE_GUID 0x0000000D
#define DEVPROP_TYPE_FILETIME 0x00000010
#define DEVPROP_TYPE_BOOLEAN 0x00000011
#define DEVPROP_TYPE_STRING 0x00000012
#define DEVPROP_TYPE_BINARY 0x00001003
#define DEVPROP_TYPE_STRING_LIST 0x00002012
#define DEVPROP_TYPE_NTSTATUS 0x00000018

/* --- what only the kernel itself looks into ----------------------------------------------------------------------- */

typedef struct _EPROCESS *PEPROCESS;
typedef struct _ETHREAD *PETHREAD;
typedef struct _KPROCESS *PKPROCESS, *PRKPROCESS;
typedef struct _KTHREAD *PKTHREAD, *PRKTHREAD;
typedef struct _OBJECT_TYPE *POBJECT_TYPE;
typedef struct _IO_WORKITEM *PIO_WORKITEM;
typedef struct _EX_RUNDOWN_REF_CACHE_AWARE *PEX_RUNDOWN_REF_CACHE_AWARE;
typedef PVOID PIO_TIMER, PNAMED_PIPE_CREATE_PARAMETERS, PMAILSLOT_CREATE_PARAMETERS, PFILE_GET_QUOTA_INFORMATION,
    PINTERFACE, PIO_RESOURCE_REQUIREMENTS_LIST, PPOWER_SEQUENCE, PDRIVER_CONTROL, PDRIVER_STARTIO, PIO_APC_ROUTINE;
typedef ULONG BUS_QUERY_ID_TYPE, DEVICE_TEXT_TYPE, DEVICE_USAGE_NOTIFICATION_TYPE, DIRECTORY_NOTIFY_INFORMATION_CLASS,
    FILE_INFORMATION_CLASS, FS_INFORMATION_CLASS, POWER_ACTION, POWER_STATE_TYPE;
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK, ERESOURCE_THREAD;
typedef volatile LONG EX_SPIN_LOCK, *PEX_SPIN_LOCK;
typedef ULONG_PTR EX_PUSH_LOCK, *PEX_PUSH_LOCK;
typedef ULONG64 POOL_FLAGS;
typedef ULONG DEVICE_TYPE, DEVPROP_STORE, PNP_DEVICE_STATE;
typedef struct _SYSTEM_POWER_STATE_CONTEXT {
    ULONG ContextAsUlong;
} SYSTEM_POWER_STATE_CONTEXT;

typedef struct _CM_RESOURCE_LIST CM_RESOURCE_LIST, *PCM_RESOURCE_LIST;
struct _DRIVER_OBJECT;
struct _DEVICE_OBJECT;
typedef NTSTATUS NTAPI DRIVER_ADD_DEVICE(struct _DRIVER_OBJECT *DriverObject,
                                         struct _DEVICE_OBJECT *PhysicalDeviceObject);
typedef DRIVER_ADD_DEVICE *PDRIVER_ADD_DEVICE;
typedef struct _KMUTANT KMUTEX, *PKMUTEX, *PRKMUTEX;
typedef struct _KEVENT *PRKEVENT;
typedef struct _KDPC *PRKDPC;
typedef struct _KAPC_STATE *PRKAPC_STATE;
typedef struct _MDL NDIS_BUFFER;
typedef GUID UUID;
typedef void NTAPI WORKER_THREAD_ROUTINE(PVOID Parameter);
typedef WORKER_THREAD_ROUTINE *PWORKER_THREAD_ROUTINE;
typedef PVOID PCREATE_PROCESS_NOTIFY_ROUTINE_EX;
typedef enum _SECTION_INHERIT { ViewShare = 1, ViewUnmap = 2 } SECTION_INHERIT;

/* Only these members matter to drivers; the byte fields have other names for other kinds of object. */
typedef struct _DISPATCHER_HEADER {
    __extension__ union {
        volatile LONG Lock;
        LONG LockNV;
        __extension__ struct {
            UCHAR Type;
            UCHAR Signalling;
            UCHAR Size;
            UCHAR Reserved1;
        };
    };
    LONG SignalState;
    LIST_ENTRY WaitListHead;
} DISPATCHER_HEADER, *PDISPATCHER_HEADER;

typedef struct DECLSPEC_ALIGN(16) _SLIST_ENTRY {
    struct _SLIST_ENTRY *Next;
} SLIST_ENTRY, *PSLIST_ENTRY;

typedef union DECLSPEC_ALIGN(16) _SLIST_HEADER {
    __extension__ struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
} SLIST_HEADER, *PSLIST_HEADER;

typedef struct _IO_STATUS_BLOCK {
    __extension__ union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

/* --- security ----------------------------------------------------------------------------------------------------- */

typedef struct _ACL {
    UCHAR AclRevision;
    UCHAR Sbz1;
    USHORT AclSize;
    USHORT AceCount;
    USHORT Sbz2;
} ACL, *PACL;

typedef struct _ACE_HEADER {
    UCHAR AceType;
    UCHAR AceFlags;
    USHORT AceSize;
} ACE_HEADER, *PACE_HEADER;

typedef struct _ACCESS_ALLOWED_ACE {
    ACE_HEADER Header;
    ACCESS_MASK Mask;
    ULONG SidStart;
} ACCESS_ALLOWED_ACE, *PACCESS_ALLOWED_ACE, ACCESS_DENIED_ACE, *PACCESS_DENIED_ACE;

typedef struct _SID_IDENTIFIER_AUTHORITY {
    UCHAR Value[6];
} SID_IDENTIFIER_AUTHORITY, *PSID_IDENTIFIER_AUTHORITY;

typedef struct _SID {
    UCHAR Revision;
    UCHAR SubAuthorityCount;
    SID_IDENTIFIER_AUTHORITY IdentifierAuthority;
    ULONG SubAuthority[1];
} SID, *PISID;

typedef struct _SECURITY_DESCRIPTOR {
    UCHAR Revision;
    UCHAR Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    PSID Owner;
    PSID Group;
    PACL Sacl;
    PACL Dacl;
} SECURITY_DESCRIPTOR, *PISECURITY_DESCRIPTOR;

typedef struct _SECURITY_DESCRIPTOR_RELATIVE {
    UCHAR Revision;
    UCHAR Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    ULONG Owner;
    ULONG Group;
    ULONG Sacl;
    ULONG Dacl;
} SECURITY_DESCRIPTOR_RELATIVE, *PISECURITY_DESCRIPTOR_RELATIVE;

typedef struct _LUID_AND_ATTRIBUTES {
    LUID Luid;
    ULONG Attributes;
} LUID_AND_ATTRIBUTES, *PLUID_AND_ATTRIBUTES;

typedef struct _PRIVILEGE_SET {
    ULONG PrivilegeCount;
    ULONG Control;
    LUID_AND_ATTRIBUTES Privilege[1];
} PRIVILEGE_SET, *PPRIVILEGE_SET;

typedef enum _SECURITY_IMPERSONATION_LEVEL {
    SecurityAnonymous,
    SecurityIdentification,
    SecurityImpersonation,
    SecurityDelegation,
} SECURITY_IMPERSONATION_LEVEL;

typedef struct _SECURITY_SUBJECT_CONTEXT {
    PACCESS_TOKEN ClientToken;
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
    PACCESS_TOKEN PrimaryToken;
    PVOID ProcessAuditId;
} SECURITY_SUBJECT_CONTEXT, *PSECURITY_SUBJECT_CONTEXT;

typedef PVOID PACCESS_STATE;

/* --- exceptions --------------------------------------------------------------------------------------------------- */

typedef struct DECLSPEC_ALIGN(16) _M128A {
    ULONGLONG Low;
    LONGLONG High;
} M128A, *PM128A;

typedef struct DECLSPEC_ALIGN(16) _XSAVE_FORMAT {
    USHORT ControlWord;
    USHORT StatusWord;
    UCHAR TagWord;
    UCHAR Reserved1;
    USHORT ErrorOpcode;
    ULONG ErrorOffset;
    USHORT ErrorSelector;
    USHORT Reserved2;
    ULONG DataOffset;
    USHORT DataSelector;
    USHORT Reserved3;
    ULONG MxCsr;
    ULONG MxCsr_Mask;
    M128A FloatRegisters[8];
    M128A XmmRegisters[16];
    UCHAR Reserved4[96];
} XSAVE_FORMAT, *PXSAVE_FORMAT, XMM_SAVE_AREA32;

#if defined(__x86_64__)
typedef struct DECLSPEC_ALIGN(16) _CONTEXT {
    ULONG64 P1Home, P2Home, P3Home, P4Home, P5Home, P6Home;
    ULONG ContextFlags;
    ULONG MxCsr;
    USHORT SegCs, SegDs, SegEs, SegFs, SegGs, SegSs;
    ULONG EFlags;
    ULONG64 Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
    ULONG64 Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15, Rip;
    __extension__ union {
        XMM_SAVE_AREA32 FltSave;
        __extension__ struct {
            M128A Header[2];
            M128A Legacy[8];
            M128A Xmm0, Xmm1, Xmm2, Xmm3, Xmm4, Xmm5, Xmm6, Xmm7, Xmm8, Xmm9, Xmm10, Xmm11, Xmm12, Xmm13, Xmm14, Xmm15;
        };
    };
    M128A VectorRegister[26];
    ULONG64 VectorControl;
    ULONG64 DebugControl;
    ULONG64 LastBranchToRip, LastBranchFromRip, LastExceptionToRip, LastExceptionFromRip;
} CONTEXT, *PCONTEXT;
#else
typedef struct DECLSPEC_ALIGN(16) _CONTEXT {
    ULONG ContextFlags;
    ULONG Cpsr;
    ULONG64 X[29];
    ULONG64 Fp, Lr, Sp, Pc;
    M128A V[32];
    ULONG Fpcr, Fpsr;
    ULONG Bcr[8];
    ULONG64 Bvr[8];
    ULONG Wcr[2];
    ULONG64 Wvr[2];
} CONTEXT, *PCONTEXT;
_Static_assert(sizeof(CONTEXT) == 0x390, "CONTEXT of ARM64");
#endif

#define EXCEPTION_MAXIMUM_PARAMETERS 15
#define EXCEPTION_NONCONTINUABLE 0x1
#define EXCEPTION_UNWINDING 0x2
#define EXCEPTION_EXIT_UNWIND 0x4
#define EXCEPTION_TARGET_UNWIND 0x20
#define EXCEPTION_COLLIDED_UNWIND 0x40
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

typedef struct _EXCEPTION_RECORD {
    NTSTATUS ExceptionCode;
    ULONG ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    ULONG NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind,
} EXCEPTION_DISPOSITION;

typedef struct _RUNTIME_FUNCTION {
    ULONG BeginAddress;
#if defined(__x86_64__)
    ULONG EndAddress;
#endif
    ULONG UnwindData;
} RUNTIME_FUNCTION, *PRUNTIME_FUNCTION;

typedef EXCEPTION_DISPOSITION NTAPI EXCEPTION_ROUTINE(PEXCEPTION_RECORD ExceptionRecord, PVOID EstablisherFrame,
                                                      PCONTEXT ContextRecord, PVOID DispatcherContext);
typedef EXCEPTION_ROUTINE *PEXCEPTION_ROUTINE;

typedef struct _DISPATCHER_CONTEXT {
    ULONG64 ControlPc;
    ULONG64 ImageBase;
    PRUNTIME_FUNCTION FunctionEntry;
    ULONG64 EstablisherFrame;
    ULONG64 TargetIp;
    PCONTEXT ContextRecord;
    PEXCEPTION_ROUTINE LanguageHandler;
    PVOID HandlerData;
    struct _UNWIND_HISTORY_TABLE *HistoryTable;
    ULONG ScopeIndex;
#if defined(__x86_64__)
    ULONG Fill0;
#else
    BOOLEAN ControlPcIsUnwound;
    PUCHAR NonVolatileRegisters; /* x19 to x29, d8 to d15 */
#endif
} DISPATCHER_CONTEXT, *PDISPATCHER_CONTEXT;

/* --- structures, enumerations, callbacks --- */

typedef struct BINARY_DATA BINARY_DATA, *PBINARY_DATA;
typedef struct _CLIENT_ID CLIENT_ID, *PCLIENT_ID;
typedef struct _DEVICE_CAPABILITIES DEVICE_CAPABILITIES, *PDEVICE_CAPABILITIES;
typedef struct _DEVICE_OBJECT DEVICE_OBJECT, *PDEVICE_OBJECT;
typedef struct _DEVOBJ_EXTENSION DEVOBJ_EXTENSION, *PDEVOBJ_EXTENSION;
typedef struct _DRIVER_EXTENSION DRIVER_EXTENSION, *PDRIVER_EXTENSION;
typedef struct _DRIVER_OBJECT DRIVER_OBJECT, *PDRIVER_OBJECT;
typedef struct _ERESOURCE ERESOURCE, *PERESOURCE;
typedef struct _EX_RUNDOWN_REF EX_RUNDOWN_REF, *PEX_RUNDOWN_REF;
typedef struct _FAST_IO_DISPATCH FAST_IO_DISPATCH, *PFAST_IO_DISPATCH;
typedef struct _FAST_MUTEX FAST_MUTEX, *PFAST_MUTEX;
typedef struct _FILE_OBJECT FILE_OBJECT, *PFILE_OBJECT;
typedef struct _IO_COMPLETION_CONTEXT IO_COMPLETION_CONTEXT, *PIO_COMPLETION_CONTEXT;
typedef struct _IO_REMOVE_LOCK IO_REMOVE_LOCK, *PIO_REMOVE_LOCK;
typedef struct _IO_REMOVE_LOCK_COMMON_BLOCK IO_REMOVE_LOCK_COMMON_BLOCK, *PIO_REMOVE_LOCK_COMMON_BLOCK;
typedef struct _IO_SECURITY_CONTEXT IO_SECURITY_CONTEXT, *PIO_SECURITY_CONTEXT;
typedef struct _IO_STACK_LOCATION IO_STACK_LOCATION, *PIO_STACK_LOCATION;
typedef struct _IRP IRP, *PIRP;
typedef struct _KAPC KAPC, *PKAPC;
typedef struct _KAPC_STATE KAPC_STATE, *PKAPC_STATE;
typedef struct _KDEVICE_QUEUE KDEVICE_QUEUE, *PKDEVICE_QUEUE;
typedef struct _KDEVICE_QUEUE_ENTRY KDEVICE_QUEUE_ENTRY, *PKDEVICE_QUEUE_ENTRY;
typedef struct _KDPC KDPC, *PKDPC;
typedef struct _KEVENT KEVENT, *PKEVENT;
typedef struct _KEY_VALUE_PARTIAL_INFORMATION KEY_VALUE_PARTIAL_INFORMATION, *PKEY_VALUE_PARTIAL_INFORMATION;
typedef struct _KLOCK_QUEUE_HANDLE KLOCK_QUEUE_HANDLE, *PKLOCK_QUEUE_HANDLE;
typedef struct _KMUTANT KMUTANT, *PKMUTANT;
typedef struct _KSEMAPHORE KSEMAPHORE, *PKSEMAPHORE;
typedef struct _KSPIN_LOCK_QUEUE KSPIN_LOCK_QUEUE, *PKSPIN_LOCK_QUEUE;
typedef struct _KTIMER KTIMER, *PKTIMER;
typedef struct _KWAIT_BLOCK KWAIT_BLOCK, *PKWAIT_BLOCK;
typedef struct _MDL MDL, *PMDL;
typedef struct _OBJECT_ATTRIBUTES OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef struct _OBJECT_HANDLE_INFORMATION OBJECT_HANDLE_INFORMATION, *POBJECT_HANDLE_INFORMATION;
typedef struct _OWNER_ENTRY OWNER_ENTRY, *POWNER_ENTRY;
typedef union _POWER_STATE POWER_STATE, *PPOWER_STATE;
typedef struct _PROCESSOR_NUMBER PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;
typedef struct _OSVERSIONINFOEXW RTL_OSVERSIONINFOEXW, *PRTL_OSVERSIONINFOEXW;
typedef struct _OSVERSIONINFOW RTL_OSVERSIONINFOW, *PRTL_OSVERSIONINFOW;
typedef struct _SCATTER_GATHER_LIST SCATTER_GATHER_LIST, *PSCATTER_GATHER_LIST;
typedef struct SCOPE_ID SCOPE_ID, *PSCOPE_ID;
typedef struct _SECTION_OBJECT_POINTERS SECTION_OBJECT_POINTERS, *PSECTION_OBJECT_POINTERS;
typedef struct _VPB VPB, *PVPB;
typedef struct _WAIT_CONTEXT_BLOCK WAIT_CONTEXT_BLOCK, *PWAIT_CONTEXT_BLOCK;
typedef struct _WORK_QUEUE_ITEM WORK_QUEUE_ITEM, *PWORK_QUEUE_ITEM;

struct _DRIVER_EXTENSION {
    DRIVER_OBJECT *DriverObject;
    PDRIVER_ADD_DEVICE AddDevice;
    ULONG Count;
    UNICODE_STRING ServiceKeyName;
};

struct _KMUTANT {
    DISPATCHER_HEADER Header;
    LIST_ENTRY MutantListEntry;
    void *OwnerThread;
    union {
        UCHAR MutantFlags;
        struct {
            UCHAR Abandoned : 1;
        };
        struct {
            UCHAR : 1;
            UCHAR Spare1 : 7;
        };
    };
    UCHAR ApcDisable;
};

struct _KSEMAPHORE {
    DISPATCHER_HEADER Header;
    LONG Limit;
};

struct _VPB {
    CSHORT Type;
    CSHORT Size;
    USHORT Flags;
    USHORT VolumeLabelLength;
    DEVICE_OBJECT *DeviceObject;
    DEVICE_OBJECT *RealDevice;
    ULONG SerialNumber;
    ULONG ReferenceCount;
    WCHAR VolumeLabel[32];
};

struct _KAPC_STATE {
    LIST_ENTRY ApcListHead[2];
    void *Process;
    union {
        UCHAR InProgressFlags;
        struct {
            BOOLEAN KernelApcInProgress : 1;
        };
        struct {
            BOOLEAN : 1;
            BOOLEAN SpecialApcInProgress : 1;
        };
    };
    BOOLEAN KernelApcPending;
    union {
        BOOLEAN UserApcPendingAll;
        struct {
            BOOLEAN SpecialUserApcPending : 1;
        };
        struct {
            BOOLEAN : 1;
            BOOLEAN UserApcPending : 1;
        };
    };
};

struct _KWAIT_BLOCK {
    LIST_ENTRY WaitListEntry;
    UCHAR WaitType;
    volatile UCHAR BlockState;
    USHORT WaitKey;
    LONG SpareLong;
    union {
        void *Thread;
        void *NotificationQueue;
        KDPC *Dpc;
    };
    PVOID Object;
    PVOID SparePtr;
};

struct _KSPIN_LOCK_QUEUE {
    KSPIN_LOCK_QUEUE *volatile Next;
    volatile PKSPIN_LOCK Lock;
};

struct _KLOCK_QUEUE_HANDLE {
    KSPIN_LOCK_QUEUE LockQueue;
    KIRQL OldIrql;
};

struct _KEVENT {
    DISPATCHER_HEADER Header;
};

struct _FAST_MUTEX {
    LONG Count;
    PVOID Owner;
    ULONG Contention;
    KEVENT Event;
    ULONG OldIrql;
};

struct _OWNER_ENTRY {
    ERESOURCE_THREAD OwnerThread;
    union {
        struct {
            ULONG IoPriorityBoosted : 1;
        };
        struct {
            ULONG : 1;
            ULONG OwnerReferenced : 1;
        };
        struct {
            ULONG : 2;
            ULONG IoQoSPriorityBoosted : 1;
        };
        struct {
            ULONG : 3;
            ULONG OwnerCount : 29;
        };
        ULONG TableSize;
    };
};

struct _ERESOURCE {
    LIST_ENTRY SystemResourcesList;
    POWNER_ENTRY OwnerTable;
    SHORT ActiveCount;
    union {
        USHORT Flag;
        struct {
            UCHAR ReservedLowFlags;
            UCHAR WaiterPriority;
        };
    };
    PVOID SharedWaiters;
    PVOID ExclusiveWaiters;
    OWNER_ENTRY OwnerEntry;
    ULONG ActiveEntries;
    ULONG ContentionCount;
    ULONG NumberOfSharedWaiters;
    ULONG NumberOfExclusiveWaiters;
    PVOID Reserved2;
    union {
        PVOID Address;
        ULONG_PTR CreatorBackTraceIndex;
    };
    KSPIN_LOCK SpinLock;
};

struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
};

struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
};

struct _OBJECT_HANDLE_INFORMATION {
    ULONG HandleAttributes;
    ACCESS_MASK GrantedAccess;
};

struct _OSVERSIONINFOW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
};

struct _OSVERSIONINFOEXW {
    ULONG dwOSVersionInfoSize;
    ULONG dwMajorVersion;
    ULONG dwMinorVersion;
    ULONG dwBuildNumber;
    ULONG dwPlatformId;
    WCHAR szCSDVersion[128];
    USHORT wServicePackMajor;
    USHORT wServicePackMinor;
    USHORT wSuiteMask;
    UCHAR wProductType;
    UCHAR wReserved;
};

struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
};

struct _IO_REMOVE_LOCK_COMMON_BLOCK {
    BOOLEAN Removed;
    BOOLEAN Reserved[3];
    LONG IoCount;
    KEVENT RemoveEvent;
};

struct _IO_REMOVE_LOCK {
    IO_REMOVE_LOCK_COMMON_BLOCK Common;
};

struct _EX_RUNDOWN_REF {
    union {
        ULONG_PTR Count;
        PVOID Ptr;
    };
};

struct _KEY_VALUE_PARTIAL_INFORMATION {
    ULONG TitleIndex;
    ULONG Type;
    ULONG DataLength;
    UCHAR Data[1];
};

typedef enum _DEVICE_REGISTRY_PROPERTY {
    DevicePropertyDeviceDescription = 0,
    DevicePropertyHardwareID = 1,
    DevicePropertyCompatibleIDs = 2,
    DevicePropertyBootConfiguration = 3,
    DevicePropertyBootConfigurationTranslated = 4,
    DevicePropertyClassName = 5,
    DevicePropertyClassGuid = 6,
    DevicePropertyDriverKeyName = 7,
    DevicePropertyManufacturer = 8,
    DevicePropertyFriendlyName = 9,
    DevicePropertyLocationInformation = 10,
    DevicePropertyPhysicalDeviceObjectName = 11,
    DevicePropertyBusTypeGuid = 12,
    DevicePropertyLegacyBusType = 13,
    DevicePropertyBusNumber = 14,
    DevicePropertyEnumeratorName = 15,
    DevicePropertyAddress = 16,
    DevicePropertyUINumber = 17,
    DevicePropertyInstallState = 18,
    DevicePropertyRemovalPolicy = 19,
    DevicePropertyResourceRequirements = 20,
    DevicePropertyAllocatedResources = 21,
    DevicePropertyContainerID = 22,
} DEVICE_REGISTRY_PROPERTY,
    *PDEVICE_REGISTRY_PROPERTY;

typedef NTSTATUS NTAPI DRIVER_INITIALIZE(struct _DRIVER_OBJECT *DriverObject, PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;

typedef void NTAPI DRIVER_UNLOAD(struct _DRIVER_OBJECT *DriverObject);
typedef DRIVER_UNLOAD *PDRIVER_UNLOAD;

typedef NTSTATUS NTAPI DRIVER_DISPATCH(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp);
typedef DRIVER_DISPATCH *PDRIVER_DISPATCH;

struct _DRIVER_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG Flags;
    PVOID DriverStart;
    ULONG DriverSize;
    PVOID DriverSection;
    PDRIVER_EXTENSION DriverExtension;
    UNICODE_STRING DriverName;
    PUNICODE_STRING HardwareDatabase;
    PFAST_IO_DISPATCH FastIoDispatch;
    PDRIVER_INITIALIZE DriverInit;
    PDRIVER_STARTIO DriverStartIo;
    PDRIVER_UNLOAD DriverUnload;
    PDRIVER_DISPATCH MajorFunction[28];
};

typedef enum _EVENT_TYPE {
    NotificationEvent = 0,
    SynchronizationEvent = 1,
} EVENT_TYPE,
    *PEVENT_TYPE;

typedef enum _EX_POOL_PRIORITY {
    LowPoolPriority = 0,
    LowPoolPrioritySpecialPoolOverrun = 8,
    LowPoolPrioritySpecialPoolUnderrun = 9,
    NormalPoolPriority = 16,
    NormalPoolPrioritySpecialPoolOverrun = 24,
    NormalPoolPrioritySpecialPoolUnderrun = 25,
    HighPoolPriority = 32,
    HighPoolPrioritySpecialPoolOverrun = 40,
    HighPoolPrioritySpecialPoolUnderrun = 41,
} EX_POOL_PRIORITY,
    *PEX_POOL_PRIORITY;

typedef enum _DEVICE_RELATION_TYPE {
    BusRelations = 0,
    EjectionRelations = 1,
    PowerRelations = 2,
    RemovalRelations = 3,
    TargetDeviceRelation = 4,
    SingleBusRelations = 5,
    TransportRelations = 6,
} DEVICE_RELATION_TYPE,
    *PDEVICE_RELATION_TYPE;

typedef enum _SYSTEM_POWER_STATE {
    PowerSystemUnspecified = 0,
    PowerSystemWorking = 1,
    PowerSystemSleeping1 = 2,
    PowerSystemSleeping2 = 3,
    PowerSystemSleeping3 = 4,
    PowerSystemHibernate = 5,
    PowerSystemShutdown = 6,
    PowerSystemMaximum = 7,
} SYSTEM_POWER_STATE,
    *PSYSTEM_POWER_STATE;

typedef enum _DEVICE_POWER_STATE {
    PowerDeviceUnspecified = 0,
    PowerDeviceD0 = 1,
    PowerDeviceD1 = 2,
    PowerDeviceD2 = 3,
    PowerDeviceD3 = 4,
    PowerDeviceMaximum = 5,
} DEVICE_POWER_STATE,
    *PDEVICE_POWER_STATE;

union _POWER_STATE {
    SYSTEM_POWER_STATE SystemState;
    DEVICE_POWER_STATE DeviceState;
};

typedef NTSTATUS NTAPI IO_COMPLETION_ROUTINE(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context);
typedef IO_COMPLETION_ROUTINE *PIO_COMPLETION_ROUTINE;

struct _IO_STACK_LOCATION {
    UCHAR MajorFunction;
    UCHAR MinorFunction;
    UCHAR Flags;
    UCHAR Control;
    union {
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG POINTER_ALIGNMENT Options;
            USHORT POINTER_ALIGNMENT FileAttributes;
            USHORT ShareAccess;
            ULONG POINTER_ALIGNMENT EaLength;
        } Create;
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG POINTER_ALIGNMENT Options;
            USHORT POINTER_ALIGNMENT Reserved;
            USHORT ShareAccess;
            PNAMED_PIPE_CREATE_PARAMETERS Parameters;
        } CreatePipe;
        struct {
            PIO_SECURITY_CONTEXT SecurityContext;
            ULONG POINTER_ALIGNMENT Options;
            USHORT POINTER_ALIGNMENT Reserved;
            USHORT ShareAccess;
            PMAILSLOT_CREATE_PARAMETERS Parameters;
        } CreateMailslot;
        struct {
            ULONG Length;
            ULONG POINTER_ALIGNMENT Key;
            ULONG Flags;
            LARGE_INTEGER ByteOffset;
        } Read;
        struct {
            ULONG Length;
            ULONG POINTER_ALIGNMENT Key;
            ULONG Flags;
            LARGE_INTEGER ByteOffset;
        } Write;
        struct {
            ULONG Length;
            PUNICODE_STRING FileName;
            FILE_INFORMATION_CLASS POINTER_ALIGNMENT FileInformationClass;
            ULONG POINTER_ALIGNMENT FileIndex;
        } QueryDirectory;
        struct {
            ULONG Length;
            ULONG POINTER_ALIGNMENT CompletionFilter;
        } NotifyDirectory;
        struct {
            ULONG Length;
            ULONG POINTER_ALIGNMENT CompletionFilter;
            DIRECTORY_NOTIFY_INFORMATION_CLASS POINTER_ALIGNMENT DirectoryNotifyInformationClass;
        } NotifyDirectoryEx;
        struct {
            ULONG Length;
            FILE_INFORMATION_CLASS POINTER_ALIGNMENT FileInformationClass;
        } QueryFile;
        struct {
            ULONG Length;
            FILE_INFORMATION_CLASS POINTER_ALIGNMENT FileInformationClass;
            PFILE_OBJECT FileObject;
            union {
                struct {
                    BOOLEAN ReplaceIfExists;
                    BOOLEAN AdvanceOnly;
                };
                ULONG ClusterCount;
                HANDLE DeleteHandle;
            };
        } SetFile;
        struct {
            ULONG Length;
            PVOID EaList;
            ULONG POINTER_ALIGNMENT EaListLength;
            ULONG POINTER_ALIGNMENT EaIndex;
        } QueryEa;
        struct {
            ULONG Length;
        } SetEa;
        struct {
            ULONG Length;
            FS_INFORMATION_CLASS POINTER_ALIGNMENT FsInformationClass;
        } QueryVolume;
        struct {
            ULONG Length;
            FS_INFORMATION_CLASS POINTER_ALIGNMENT FsInformationClass;
        } SetVolume;
        struct {
            ULONG OutputBufferLength;
            ULONG POINTER_ALIGNMENT InputBufferLength;
            ULONG POINTER_ALIGNMENT FsControlCode;
            PVOID Type3InputBuffer;
        } FileSystemControl;
        struct {
            PLARGE_INTEGER Length;
            ULONG POINTER_ALIGNMENT Key;
            LARGE_INTEGER ByteOffset;
        } LockControl;
        struct {
            ULONG OutputBufferLength;
            ULONG POINTER_ALIGNMENT InputBufferLength;
            ULONG POINTER_ALIGNMENT IoControlCode;
            PVOID Type3InputBuffer;
        } DeviceIoControl;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            ULONG POINTER_ALIGNMENT Length;
        } QuerySecurity;
        struct {
            SECURITY_INFORMATION SecurityInformation;
            PSECURITY_DESCRIPTOR SecurityDescriptor;
        } SetSecurity;
        struct {
            PVPB Vpb;
            PDEVICE_OBJECT DeviceObject;
        } MountVolume;
        struct {
            PVPB Vpb;
            PDEVICE_OBJECT DeviceObject;
        } VerifyVolume;
        struct {
            void *Srb;
        } Scsi;
        struct {
            ULONG Length;
            PSID StartSid;
            PFILE_GET_QUOTA_INFORMATION SidList;
            ULONG POINTER_ALIGNMENT SidListLength;
        } QueryQuota;
        struct {
            ULONG Length;
        } SetQuota;
        struct {
            DEVICE_RELATION_TYPE Type;
        } QueryDeviceRelations;
        struct {
            const GUID *InterfaceType;
            USHORT POINTER_ALIGNMENT Size;
            USHORT Version;
            PINTERFACE Interface;
            PVOID InterfaceSpecificData;
        } QueryInterface;
        struct {
            PDEVICE_CAPABILITIES Capabilities;
        } DeviceCapabilities;
        struct {
            PIO_RESOURCE_REQUIREMENTS_LIST IoResourceRequirementList;
        } FilterResourceRequirements;
        struct {
            ULONG WhichSpace;
            PVOID Buffer;
            ULONG POINTER_ALIGNMENT Offset;
            ULONG POINTER_ALIGNMENT Length;
        } ReadWriteConfig;
        struct {
            BOOLEAN Lock;
        } SetLock;
        struct {
            BUS_QUERY_ID_TYPE IdType;
        } QueryId;
        struct {
            DEVICE_TEXT_TYPE DeviceTextType;
            LCID POINTER_ALIGNMENT LocaleId;
        } QueryDeviceText;
        struct {
            BOOLEAN InPath;
            BOOLEAN Reserved[3];
            DEVICE_USAGE_NOTIFICATION_TYPE POINTER_ALIGNMENT Type;
        } UsageNotification;
        struct {
            SYSTEM_POWER_STATE PowerState;
        } WaitWake;
        struct {
            PPOWER_SEQUENCE PowerSequence;
        } PowerSequence;
        struct {
            union {
                ULONG SystemContext;
                SYSTEM_POWER_STATE_CONTEXT SystemPowerStateContext;
            };
            POWER_STATE_TYPE POINTER_ALIGNMENT Type;
            POWER_STATE POINTER_ALIGNMENT State;
            POWER_ACTION POINTER_ALIGNMENT ShutdownType;
        } Power;
        struct {
            PCM_RESOURCE_LIST AllocatedResources;
            PCM_RESOURCE_LIST AllocatedResourcesTranslated;
        } StartDevice;
        struct {
            ULONG_PTR ProviderId;
            PVOID DataPath;
            ULONG POINTER_ALIGNMENT BufferSize;
            PVOID Buffer;
        } WMI;
        struct {
            PVOID Argument1;
            PVOID Argument2;
            PVOID Argument3;
            PVOID Argument4;
        } Others;
    } Parameters;
    PDEVICE_OBJECT DeviceObject;
    PFILE_OBJECT FileObject;
    PIO_COMPLETION_ROUTINE CompletionRoutine;
    PVOID Context;
};

typedef void NTAPI DRIVER_CANCEL(struct _DEVICE_OBJECT *DeviceObject, struct _IRP *Irp);
typedef DRIVER_CANCEL *PDRIVER_CANCEL;

struct _KDEVICE_QUEUE_ENTRY {
    LIST_ENTRY DeviceListEntry;
    ULONG SortKey;
    BOOLEAN Inserted;
};

struct _KAPC {
    UCHAR Type;
    UCHAR AllFlags;
    UCHAR Size;
    UCHAR SpareByte1;
    ULONG SpareLong0;
    void *Thread;
    LIST_ENTRY ApcListEntry;
    PVOID Reserved[3];
    PVOID NormalContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
    CCHAR ApcStateIndex;
    KPROCESSOR_MODE ApcMode;
    BOOLEAN Inserted;
};

struct DECLSPEC_ALIGN(16) _IRP {
    CSHORT Type;
    USHORT Size;
    PMDL MdlAddress;
    ULONG Flags;
    union {
        IRP *MasterIrp;
        LONG IrpCount;
        PVOID SystemBuffer;
    } AssociatedIrp;
    LIST_ENTRY ThreadListEntry;
    IO_STATUS_BLOCK IoStatus;
    KPROCESSOR_MODE RequestorMode;
    BOOLEAN PendingReturned;
    CHAR StackCount;
    CHAR CurrentLocation;
    BOOLEAN Cancel;
    KIRQL CancelIrql;
    CCHAR ApcEnvironment;
    UCHAR AllocationFlags;
    union {
        PIO_STATUS_BLOCK UserIosb;
        PVOID IoRingContext;
    };
    PKEVENT UserEvent;
    union {
        struct {
            union {
                PIO_APC_ROUTINE UserApcRoutine;
                PVOID IssuingProcess;
            };
            union {
                PVOID UserApcContext;
                void *IoRing;
            };
        } AsynchronousParameters;
        LARGE_INTEGER AllocationSize;
    } Overlay;
    PDRIVER_CANCEL CancelRoutine;
    PVOID UserBuffer;
    union {
        struct {
            union {
                KDEVICE_QUEUE_ENTRY DeviceQueueEntry;
                PVOID DriverContext[4];
            };
            PETHREAD Thread;
            PCHAR AuxiliaryBuffer;
            LIST_ENTRY ListEntry;
            union {
                IO_STACK_LOCATION *CurrentStackLocation;
                ULONG PacketType;
            };
            PFILE_OBJECT OriginalFileObject;
        } Overlay;
        KAPC Apc;
        PVOID CompletionKey;
    } Tail;
};

typedef void NTAPI KDEFERRED_ROUTINE(struct _KDPC *Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                                     PVOID SystemArgument2);
typedef KDEFERRED_ROUTINE *PKDEFERRED_ROUTINE;

struct _KDPC {
    union {
        ULONG TargetInfoAsUlong;
        struct {
            UCHAR Type;
            UCHAR Importance;
            volatile USHORT Number;
        };
    };
    SINGLE_LIST_ENTRY DpcListEntry;
    KAFFINITY ProcessorHistory;
    PKDEFERRED_ROUTINE DeferredRoutine;
    PVOID DeferredContext;
    PVOID SystemArgument1;
    PVOID SystemArgument2;
    PVOID DpcData;
};

typedef void NTAPI KSTART_ROUTINE(PVOID StartContext);
typedef KSTART_ROUTINE *PKSTART_ROUTINE;

struct _KTIMER {
    DISPATCHER_HEADER Header;
    ULARGE_INTEGER DueTime;
    LIST_ENTRY TimerListEntry;
    KDPC *Dpc;
    USHORT Processor;
    USHORT TimerType;
    ULONG Period;
};

typedef enum _KWAIT_REASON {
    Executive = 0,
    FreePage = 1,
    PageIn = 2,
    PoolAllocation = 3,
    DelayExecution = 4,
    Suspended = 5,
    UserRequest = 6,
    WrExecutive = 7,
    WrFreePage = 8,
    WrPageIn = 9,
    WrPoolAllocation = 10,
    WrDelayExecution = 11,
    WrSuspended = 12,
    WrUserRequest = 13,
    WrSpare0 = 14,
    WrQueue = 15,
    WrLpcReceive = 16,
    WrLpcReply = 17,
    WrVirtualMemory = 18,
    WrPageOut = 19,
    WrRendezvous = 20,
    WrKeyedEvent = 21,
    WrTerminated = 22,
    WrProcessInSwap = 23,
    WrCpuRateControl = 24,
    WrCalloutStack = 25,
    WrKernel = 26,
    WrResource = 27,
    WrPushLock = 28,
    WrMutex = 29,
    WrQuantumEnd = 30,
    WrDispatchInt = 31,
    WrPreempted = 32,
    WrYieldExecution = 33,
    WrFastMutex = 34,
    WrGuardedMutex = 35,
    WrRundown = 36,
    WrAlertByThreadId = 37,
    WrDeferredPreempt = 38,
    WrPhysicalFault = 39,
    WrIoRing = 40,
    WrMdlCache = 41,
    MaximumWaitReason = 42,
} KWAIT_REASON,
    *PKWAIT_REASON;

typedef enum _LOCK_OPERATION {
    IoReadAccess = 0,
    IoWriteAccess = 1,
    IoModifyAccess = 2,
} LOCK_OPERATION,
    *PLOCK_OPERATION;

struct _MDL {
    NDIS_BUFFER *Next;
    CSHORT Size;
    CSHORT MdlFlags;
    void *Process;
    PVOID MappedSystemVa;
    PVOID StartVa;
    ULONG ByteCount;
    ULONG ByteOffset;
};

typedef enum _MEMORY_CACHING_TYPE {
    MmNonCached = 0,
    MmCached = 1,
    MmWriteCombined = 2,
    MmHardwareCoherentCached = 3,
    MmNonCachedUnordered = 4,
    MmUSWCCached = 5,
    MmMaximumCacheType = 6,
    MmNotMapped = -1,
} MEMORY_CACHING_TYPE,
    *PMEMORY_CACHING_TYPE;

struct BINARY_DATA {
    USHORT Length;
    PVOID Buffer;
};

struct _WAIT_CONTEXT_BLOCK {
    union {
        KDEVICE_QUEUE_ENTRY WaitQueueEntry;
        struct {
            LIST_ENTRY DmaWaitEntry;
            ULONG NumberOfChannels;
        };
        struct {
            UCHAR Pad33[20];
            ULONG SyncCallback : 1;
        };
        struct {
            UCHAR Pad34[20];
            ULONG : 1;
            ULONG DmaContext : 1;
        };
        struct {
            UCHAR Pad35[20];
            ULONG : 2;
            ULONG ZeroMapRegisters : 1;
        };
        struct {
            UCHAR Pad36[20];
            ULONG : 3;
            ULONG Reserved : 9;
        };
        struct {
            UCHAR Pad37[20];
            ULONG : 12;
            ULONG NumberOfRemapPages : 20;
        };
    };
    PDRIVER_CONTROL DeviceRoutine;
    PVOID DeviceContext;
    ULONG NumberOfMapRegisters;
    PVOID DeviceObject;
    PVOID CurrentIrp;
    PKDPC BufferChainingDpc;
};

struct _KDEVICE_QUEUE {
    CSHORT Type;
    CSHORT Size;
    LIST_ENTRY DeviceListHead;
    KSPIN_LOCK Lock;
    union {
        BOOLEAN Busy;
        struct {
            LONG64 Reserved : 8;
        };
        struct {
            LONG64 : 8;
            LONG64 Hint : 56;
        };
    };
};

struct DECLSPEC_ALIGN(16) _DEVICE_OBJECT {
    CSHORT Type;
    USHORT Size;
    LONG ReferenceCount;
    DRIVER_OBJECT *DriverObject;
    DEVICE_OBJECT *NextDevice;
    DEVICE_OBJECT *AttachedDevice;
    IRP *CurrentIrp;
    PIO_TIMER Timer;
    ULONG Flags;
    ULONG Characteristics;
    PVPB Vpb;
    PVOID DeviceExtension;
    ULONG DeviceType;
    CCHAR StackSize;
    union {
        LIST_ENTRY ListEntry;
        WAIT_CONTEXT_BLOCK Wcb;
    } Queue;
    ULONG AlignmentRequirement;
    KDEVICE_QUEUE DeviceQueue;
    KDPC Dpc;
    ULONG ActiveThreadCount;
    PSECURITY_DESCRIPTOR SecurityDescriptor;
    KEVENT DeviceLock;
    USHORT SectorSize;
    USHORT Spare1;
    DEVOBJ_EXTENSION *DeviceObjectExtension;
    PVOID Reserved;
};

struct _FILE_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    PVPB Vpb;
    PVOID FsContext;
    PVOID FsContext2;
    PSECTION_OBJECT_POINTERS SectionObjectPointer;
    PVOID PrivateCacheMap;
    NTSTATUS FinalStatus;
    FILE_OBJECT *RelatedFileObject;
    BOOLEAN LockOperation;
    BOOLEAN DeletePending;
    BOOLEAN ReadAccess;
    BOOLEAN WriteAccess;
    BOOLEAN DeleteAccess;
    BOOLEAN SharedRead;
    BOOLEAN SharedWrite;
    BOOLEAN SharedDelete;
    ULONG Flags;
    UNICODE_STRING FileName;
    LARGE_INTEGER CurrentByteOffset;
    ULONG Waiters;
    ULONG Busy;
    PVOID LastLock;
    KEVENT Lock;
    KEVENT Event;
    PIO_COMPLETION_CONTEXT CompletionContext;
    KSPIN_LOCK IrpListLock;
    LIST_ENTRY IrpList;
    PVOID FileObjectExtension;
};

typedef void NTAPI IO_WORKITEM_ROUTINE(PDEVICE_OBJECT DeviceObject, PVOID Context);
typedef IO_WORKITEM_ROUTINE *PIO_WORKITEM_ROUTINE;

typedef enum _POOL_TYPE {
    NonPagedPool = 0,
    NonPagedPoolExecute = 0,
    PagedPool = 1,
    NonPagedPoolMustSucceed = 2,
    DontUseThisType = 3,
    NonPagedPoolCacheAligned = 4,
    PagedPoolCacheAligned = 5,
    NonPagedPoolCacheAlignedMustS = 6,
    MaxPoolType = 7,
    NonPagedPoolBase = 0,
    NonPagedPoolBaseMustSucceed = 2,
    NonPagedPoolBaseCacheAligned = 4,
    NonPagedPoolBaseCacheAlignedMustS = 6,
    NonPagedPoolSession = 32,
    PagedPoolSession = 33,
    NonPagedPoolMustSucceedSession = 34,
    DontUseThisTypeSession = 35,
    NonPagedPoolCacheAlignedSession = 36,
    PagedPoolCacheAlignedSession = 37,
    NonPagedPoolCacheAlignedMustSSession = 38,
    NonPagedPoolNx = 512,
    NonPagedPoolNxCacheAligned = 516,
    NonPagedPoolSessionNx = 544,
} POOL_TYPE,
    *PPOOL_TYPE;

typedef enum _TIMER_TYPE {
    NotificationTimer = 0,
    SynchronizationTimer = 1,
} TIMER_TYPE,
    *PTIMER_TYPE;

typedef enum _WAIT_TYPE {
    WaitAll = 0,
    WaitAny = 1,
    WaitNotification = 2,
    WaitDequeue = 3,
    WaitDpc = 4,
} WAIT_TYPE,
    *PWAIT_TYPE;

typedef enum _WORK_QUEUE_TYPE {
    CriticalWorkQueue = 0,
    DelayedWorkQueue = 1,
    HyperCriticalWorkQueue = 2,
    NormalWorkQueue = 3,
    BackgroundWorkQueue = 4,
    RealTimeWorkQueue = 5,
    SuperCriticalWorkQueue = 6,
    MaximumWorkQueue = 7,
    CustomPriorityWorkQueue = 32,
} WORK_QUEUE_TYPE,
    *PWORK_QUEUE_TYPE;

struct SCOPE_ID {
    union {
        struct {
            ULONG Zone : 28;
        };
        struct {
            ULONG : 28;
            ULONG Level : 4;
        };
        ULONG Value;
    };
};

typedef enum _INTERFACE_TYPE {
    InterfaceTypeUndefined = -1,
    Internal = 0,
    Isa = 1,
    Eisa = 2,
    MicroChannel = 3,
    TurboChannel = 4,
    PCIBus = 5,
    VMEBus = 6,
    NuBus = 7,
    PCMCIABus = 8,
    CBus = 9,
    MPIBus = 10,
    MPSABus = 11,
    ProcessorInternal = 12,
    InternalPowerBus = 13,
    PNPISABus = 14,
    PNPBus = 15,
    Vmcs = 16,
    ACPIBus = 17,
    MaximumInterfaceType = 18,
} INTERFACE_TYPE,
    *PINTERFACE_TYPE;

typedef enum _MODE {
    KernelMode = 0,
    UserMode = 1,
    MaximumMode = 2,
} MODE,
    *PMODE;

typedef enum _MM_PAGE_PRIORITY {
    LowPagePriority = 0,
    NormalPagePriority = 16,
    HighPagePriority = 32,
} MM_PAGE_PRIORITY,
    *PMM_PAGE_PRIORITY;

struct _WORK_QUEUE_ITEM {
    LIST_ENTRY List;
    PWORKER_THREAD_ROUTINE WorkerRoutine;
    PVOID Parameter;
};

typedef void NTAPI IO_WORKITEM_ROUTINE_EX(PVOID IoObject, PVOID Context, PIO_WORKITEM IoWorkItem);
typedef IO_WORKITEM_ROUTINE_EX *PIO_WORKITEM_ROUTINE_EX;

typedef void(NTAPI *PCREATE_PROCESS_NOTIFY_ROUTINE)(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create);

typedef enum _KEY_VALUE_INFORMATION_CLASS {
    KeyValueBasicInformation = 0,
    KeyValueFullInformation = 1,
    KeyValuePartialInformation = 2,
    KeyValueFullInformationAlign64 = 3,
    KeyValuePartialInformationAlign64 = 4,
    KeyValueLayerInformation = 5,
    MaxKeyValueInfoClass = 6,
} KEY_VALUE_INFORMATION_CLASS,
    *PKEY_VALUE_INFORMATION_CLASS;

/* --- functions --- */

NTKERNELAPI ULONG NTAPI DbgPrint(PCSTR Format, ...);
NTKERNELAPI ULONG NTAPI DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
NTKERNELAPI void NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExAcquirePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI void NTAPI ExAcquirePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait);
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI void NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI void NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(POOL_TYPE PoolType, ULONG PoolTag);
NTKERNELAPI PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExFreePool(PVOID P);
NTKERNELAPI void NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag);
NTKERNELAPI void NTAPI ExInitializePushLock(PULONG_PTR PushLock);
NTKERNELAPI NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI USHORT NTAPI ExQueryDepthSList(PSLIST_HEADER SListHead);
NTKERNELAPI void NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType);
NTKERNELAPI void NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex);
NTKERNELAPI void NTAPI ExReleasePushLockExclusiveEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI void NTAPI ExReleasePushLockSharedEx(PULONG_PTR PushLock, ULONG Flags);
NTKERNELAPI void NTAPI ExReleaseResourceLite(PERESOURCE Resource);
NTKERNELAPI void NTAPI ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI void NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI void NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI void NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI void NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI NTSTATUS NTAPI ExUuidCreate(UUID *Uuid);
NTKERNELAPI void NTAPI ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead);
NTKERNELAPI PSLIST_ENTRY NTAPI ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry);
NTKERNELAPI void NTAPI IoAcquireCancelSpinLock(PKIRQL Irql);
NTKERNELAPI NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line,
                                                 ULONG RemlockSize);
NTKERNELAPI PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota);
NTKERNELAPI PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota,
                                     PIRP Irp);
NTKERNELAPI PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject);
NTKERNELAPI void NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length);
NTKERNELAPI BOOLEAN NTAPI IoCancelIrp(PIRP Irp);
NTKERNELAPI NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                                          PUNICODE_STRING DeviceName, ULONG DeviceType, ULONG DeviceCharacteristics,
                                          BOOLEAN Exclusive, PDEVICE_OBJECT *DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName);
NTKERNELAPI void NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName);
NTKERNELAPI void NTAPI IoFreeIrp(PIRP Irp);
NTKERNELAPI void NTAPI IoFreeMdl(PMDL Mdl);
NTKERNELAPI void NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem);
NTKERNELAPI PEPROCESS NTAPI IoGetCurrentProcess(VOID);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                                                    PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject);
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                               ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength);
NTKERNELAPI NTSTATUS NTAPI IoGetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID Lcid,
                                                   ULONG Flags, ULONG Size, PVOID Data, PULONG RequiredSize,
                                                   PDEVPROPTYPE Type);
NTKERNELAPI void NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes,
                                                ULONG HighWatermark, ULONG RemlockSize);
NTKERNELAPI void NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem);
NTKERNELAPI void NTAPI IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type);
NTKERNELAPI NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType,
                                                   ACCESS_MASK DesiredAccess, PHANDLE DeviceRegKey);
NTKERNELAPI void NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                                       WORK_QUEUE_TYPE QueueType, PVOID Context);
NTKERNELAPI void NTAPI IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                                         WORK_QUEUE_TYPE QueueType, PVOID Context);
NTKERNELAPI NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                                                     const GUID *InterfaceClassGuid, PUNICODE_STRING ReferenceString,
                                                     PUNICODE_STRING SymbolicLinkName);
NTKERNELAPI void NTAPI IoReleaseCancelSpinLock(KIRQL Irql);
NTKERNELAPI void NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize);
NTKERNELAPI void NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize);
NTKERNELAPI void NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Iostatus);
NTKERNELAPI NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable);
NTKERNELAPI NTSTATUS NTAPI IoSetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID Lcid,
                                                   ULONG Flags, DEVPROPTYPE Type, ULONG Size, PVOID Data);
NTKERNELAPI ULONG NTAPI IoSizeofWorkItem(VOID);
NTKERNELAPI void NTAPI IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem);
NTKERNELAPI NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTKERNELAPI void NTAPI IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost);
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
NTKERNELAPI void NTAPI KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1, ULONG_PTR BugCheckParameter2,
                                    ULONG_PTR BugCheckParameter3, ULONG_PTR BugCheckParameter4);
NTKERNELAPI BOOLEAN NTAPI KeCancelTimer(PKTIMER);
NTKERNELAPI void NTAPI KeClearEvent(PRKEVENT Event);
NTKERNELAPI NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval);
NTKERNELAPI void NTAPI KeEnterCriticalRegion(VOID);
NTKERNELAPI void NTAPI KeFlushQueuedDpcs(VOID);
NTKERNELAPI KIRQL NTAPI KeGetCurrentIrql(VOID);
NTKERNELAPI ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI NTSTATUS NTAPI KeGetProcessorNumberFromIndex(ULONG ProcIndex, PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI void NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext);
NTKERNELAPI void NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State);
NTKERNELAPI void NTAPI KeInitializeTimer(PKTIMER Timer);
NTKERNELAPI void NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type);
NTKERNELAPI BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2);
NTKERNELAPI void NTAPI KeLeaveCriticalRegion(VOID);
NTKERNELAPI void NTAPI KeLowerIrql(KIRQL NewIrql);
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber);
NTKERNELAPI ULONG64 NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);
NTKERNELAPI LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);
NTKERNELAPI void NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);
NTKERNELAPI ULONG NTAPI KeQueryTimeIncrement(VOID);
NTKERNELAPI ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(VOID);
NTKERNELAPI LONG NTAPI KeReadStateEvent(PRKEVENT Event);
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
NTKERNELAPI void NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc);
NTKERNELAPI void NTAPI KeRevertToUserAffinityThreadEx(KAFFINITY Affinity);
NTKERNELAPI LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);
NTKERNELAPI KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority);
NTKERNELAPI KAFFINITY NTAPI KeSetSystemAffinityThreadEx(KAFFINITY Affinity);
NTKERNELAPI NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc);
NTKERNELAPI BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc);
NTKERNELAPI void NTAPI KeStackAttachProcess(PRKPROCESS PROCESS, PRKAPC_STATE ApcState);
NTKERNELAPI void NTAPI KeUnstackDetachProcess(PRKAPC_STATE ApcState);
NTKERNELAPI NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                                    KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                                    BOOLEAN Alertable, PLARGE_INTEGER Timeout,
                                                    PKWAIT_BLOCK WaitBlockArray);
NTKERNELAPI NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
                                                 BOOLEAN Alertable, PLARGE_INTEGER Timeout);
NTKERNELAPI KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
NTKERNELAPI PMDL NTAPI MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                               PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                                               MEMORY_CACHING_TYPE CacheType, ULONG Flags);
NTKERNELAPI void NTAPI MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList);
NTKERNELAPI void NTAPI MmFreePagesFromMdl(PMDL MemoryDescriptorList);
NTKERNELAPI PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName);
NTKERNELAPI BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress);
NTKERNELAPI PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode);
NTKERNELAPI PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                                     MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                                     ULONG BugCheckOnFailure, ULONG Priority);
NTKERNELAPI NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize);
NTKERNELAPI void NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                           LOCK_OPERATION Operation);
NTKERNELAPI void NTAPI MmUnlockPages(PMDL MemoryDescriptorList);
NTKERNELAPI void NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList);
NTKERNELAPI NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase);
NTKERNELAPI void NTAPI ObDereferenceObjectDeferDelete(PVOID Object);
NTKERNELAPI NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState,
                                                 ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                                 KPROCESSOR_MODE AccessMode, PHANDLE Handle);
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                                     KPROCESSOR_MODE AccessMode, PVOID *Object,
                                                     POBJECT_HANDLE_INFORMATION HandleInformation);
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                                            POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                                            ULONG Tag, PVOID *Object,
                                                            POBJECT_HANDLE_INFORMATION HandleInformation);
NTKERNELAPI NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                                      KPROCESSOR_MODE AccessMode);
NTKERNELAPI LONG_PTR NTAPI ObfDereferenceObject(PVOID Object);
NTKERNELAPI LONG_PTR NTAPI ObfReferenceObject(PVOID Object);
NTKERNELAPI NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                                POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                                                PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine, PVOID StartContext);
NTKERNELAPI HANDLE NTAPI PsGetCurrentProcessId(VOID);
NTKERNELAPI HANDLE NTAPI PsGetProcessId(PEPROCESS Process);
NTKERNELAPI NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process);
NTKERNELAPI NTSTATUS NTAPI PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine,
                                                           BOOLEAN Remove);
NTKERNELAPI NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine,
                                                             BOOLEAN Remove);
NTKERNELAPI NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus);
NTKERNELAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source);
NTKERNELAPI SIZE_T NTAPI RtlCompareMemory(const void *Source1, const void *Source2, SIZE_T Length);
NTKERNELAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                               BOOLEAN CaseInSensitive);
NTKERNELAPI void NTAPI RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString);
NTKERNELAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision);
NTKERNELAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                                                BOOLEAN CaseInSensitive);
NTKERNELAPI void NTAPI RtlFreeUnicodeString(PUNICODE_STRING UnicodeString);
NTKERNELAPI NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation);
NTKERNELAPI void NTAPI RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString);
NTKERNELAPI ULONG NTAPI RtlRandomEx(PULONG Seed);
NTKERNELAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN DaclPresent,
                                                        PACL Dacl, BOOLEAN DaclDefaulted);
NTKERNELAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID *const Guid, PUNICODE_STRING GuidString);
NTKERNELAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value);
NTKERNELAPI BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                        PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext, BOOLEAN SubjectContextLocked,
                                        ACCESS_MASK DesiredAccess, ACCESS_MASK PreviouslyGrantedAccess,
                                        PPRIVILEGE_SET *Privileges, PGENERIC_MAPPING GenericMapping,
                                        KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus);
NTKERNELAPI void NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI void NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI BOOLEAN NTAPI SePrivilegeCheck(PPRIVILEGE_SET RequiredPrivileges,
                                           PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                                           KPROCESSOR_MODE AccessMode);
NTKERNELAPI void NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode);
NTKERNELAPI void NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI NTSTATUS NTAPI ZwClose(HANDLE Handle);
NTKERNELAPI NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex, PUNICODE_STRING Class,
                                       ULONG CreateOptions, PULONG Disposition);
NTKERNELAPI NTSTATUS NTAPI ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                                           POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                                           ULONG SectionPageProtection, ULONG AllocationAttributes, HANDLE FileHandle);
NTKERNELAPI NTSTATUS NTAPI ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                                              ULONG_PTR ZeroBits, SIZE_T CommitSize, PLARGE_INTEGER SectionOffset,
                                              PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
                                              ULONG AllocationType, ULONG Win32Protect);
NTKERNELAPI NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes);
NTKERNELAPI NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                                           KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                           PVOID KeyValueInformation, ULONG Length, PULONG ResultLength);
NTKERNELAPI NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type,
                                         PVOID Data, ULONG DataSize);
NTKERNELAPI NTSTATUS NTAPI ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress);
NTKERNELAPI EXCEPTION_DISPOSITION NTAPI __C_specific_handler(struct _EXCEPTION_RECORD *ExceptionRecord,
                                                             void *EstablisherFrame, struct _CONTEXT *ContextRecord,
                                                             struct _DISPATCHER_CONTEXT *DispatcherContext);

/* --- functions and data that the published lists leave out -------------------------------------------------------- */

NTKERNELAPI POBJECT_TYPE *ExEventObjectType;
NTKERNELAPI POBJECT_TYPE *PsThreadType;
NTKERNELAPI POBJECT_TYPE *PsProcessType;
NTKERNELAPI POBJECT_TYPE *IoFileObjectType;

NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count);
NTKERNELAPI void NTAPI ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count);
NTKERNELAPI void NTAPI ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI void NTAPI ExRundownCompleted(PEX_RUNDOWN_REF RunRef);
NTKERNELAPI void NTAPI ExFreeCacheAwareRundownProtection(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI BOOLEAN NTAPI ExAcquireRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
                                                                 ULONG Count);
NTKERNELAPI void NTAPI ExReleaseRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI void NTAPI ExReleaseRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRef, ULONG Count);
NTKERNELAPI void NTAPI ExWaitForRundownProtectionReleaseCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRef);
NTKERNELAPI void NTAPI ExRundownCompletedCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);
NTKERNELAPI void NTAPI ExReInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware);

#if defined(_WIN32) && !defined(NT_HOST)
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *, const void *, size_t);
#else
#include <string.h>
#endif

NTKERNELAPI PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice);
NTKERNELAPI void NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice);
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors);
NTKERNELAPI PKTHREAD NTAPI KeGetCurrentThread(void);
NTKERNELAPI PEPROCESS NTAPI PsGetCurrentProcess(void);
NTKERNELAPI void NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level);
NTKERNELAPI LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait);
NTKERNELAPI LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex);
NTKERNELAPI void NTAPI ExRaiseStatus(NTSTATUS Status);
NTKERNELAPI BOOLEAN NTAPI IoIs32bitProcess(PIRP Irp);

/* --- what the WDK has as macros and inline functions -------------------------------------------------------------- */

#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlZeroMemory(Destination, Length) memset((Destination), 0, (Length))
#define RtlFillMemory(Destination, Length, Fill) memset((Destination), (Fill), (Length))
#define RTL_CONSTANT_STRING(s) {sizeof(s) - sizeof((s)[0]), sizeof(s), (PWCH)(s)}
#define DECLARE_CONST_UNICODE_STRING(Name, Text) const UNICODE_STRING Name = RTL_CONSTANT_STRING(Text)

#ifndef PAGE_SIZE
#define PAGE_SIZE 0x1000
#define PAGE_SHIFT 12
#endif
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define BYTE_OFFSET(Va) ((ULONG)((ULONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)                                                                       \
    ((ULONG)((BYTE_OFFSET(Va) + (SIZE_T)(Size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))

#define InterlockedIncrement(p) __atomic_add_fetch((volatile LONG *)(p), 1, __ATOMIC_SEQ_CST)
#define InterlockedDecrement(p) __atomic_sub_fetch((volatile LONG *)(p), 1, __ATOMIC_SEQ_CST)
#define InterlockedExchange(p, v) __atomic_exchange_n((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedExchangeAdd(p, v) __atomic_fetch_add((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedAnd(p, v) __atomic_fetch_and((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedOr(p, v) __atomic_fetch_or((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchange(p, v, c) __sync_val_compare_and_swap((volatile LONG *)(p), (c), (v))
#define InterlockedExchangePointer(p, v) __atomic_exchange_n((PVOID volatile *)(p), (PVOID)(v), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchangePointer(p, v, c)                                                                     \
    __sync_val_compare_and_swap((PVOID volatile *)(p), (PVOID)(c), (PVOID)(v))
#define InterlockedIncrement64(p) __atomic_add_fetch((volatile LONG64 *)(p), 1, __ATOMIC_SEQ_CST)
#define InterlockedAdd(p, v) __atomic_add_fetch((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedXor(p, v) __atomic_fetch_xor((volatile LONG *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedAdd64(p, v) __atomic_add_fetch((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedExchangeAdd64(p, v) __atomic_fetch_add((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedOr64(p, v) __atomic_fetch_or((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedAnd64(p, v) __atomic_fetch_and((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedXor64(p, v) __atomic_fetch_xor((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedExchange64(p, v) __atomic_exchange_n((volatile LONG64 *)(p), (v), __ATOMIC_SEQ_CST)
#define InterlockedDecrement64(p) __atomic_sub_fetch((volatile LONG64 *)(p), 1, __ATOMIC_SEQ_CST)
#define InterlockedCompareExchange64(p, v, c) __sync_val_compare_and_swap((volatile LONG64 *)(p), (c), (v))
#define InterlockedBitTestAndSet(p, b)                                                                                 \
    ((BOOLEAN)((ULONG)__atomic_fetch_or((volatile LONG *)(p) + ((b) >> 5), (LONG)(1u << ((b) & 31)),                   \
                                        __ATOMIC_SEQ_CST) >>                                                           \
                   ((b) & 31) &                                                                                        \
               1))
#define InterlockedBitTestAndReset(p, b)                                                                               \
    ((BOOLEAN)((ULONG)__atomic_fetch_and((volatile LONG *)(p) + ((b) >> 5), (LONG) ~(1u << ((b) & 31)),                \
                                         __ATOMIC_SEQ_CST) >>                                                          \
                   ((b) & 31) &                                                                                        \
               1))
#define ReadAcquire(p) __atomic_load_n((LONG const volatile *)(p), __ATOMIC_ACQUIRE)
#define ReadNoFence(p) __atomic_load_n((LONG const volatile *)(p), __ATOMIC_RELAXED)
#define WriteRelease(p, v) __atomic_store_n((LONG volatile *)(p), (LONG)(v), __ATOMIC_RELEASE)
#define WriteNoFence(p, v) __atomic_store_n((LONG volatile *)(p), (LONG)(v), __ATOMIC_RELAXED)
#define Read64Acquire(p) __atomic_load_n((LONG64 const volatile *)(p), __ATOMIC_ACQUIRE)
#define Read64NoFence(p) __atomic_load_n((LONG64 const volatile *)(p), __ATOMIC_RELAXED)
#define Write64Release(p, v) __atomic_store_n((LONG64 volatile *)(p), (LONG64)(v), __ATOMIC_RELEASE)
#define Write64NoFence(p, v) __atomic_store_n((LONG64 volatile *)(p), (LONG64)(v), __ATOMIC_RELAXED)
#define ReadPointerAcquire(p) __atomic_load_n((PVOID const volatile *)(p), __ATOMIC_ACQUIRE)
#define ReadPointerNoFence(p) __atomic_load_n((PVOID const volatile *)(p), __ATOMIC_RELAXED)
#define WritePointerRelease(p, v) __atomic_store_n((PVOID volatile *)(p), (PVOID)(v), __ATOMIC_RELEASE)
#define WritePointerNoFence(p, v) __atomic_store_n((PVOID volatile *)(p), (PVOID)(v), __ATOMIC_RELAXED)
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#if defined(__x86_64__)
#define YieldProcessor() __builtin_ia32_pause()
#else
#define YieldProcessor() __asm__ volatile("yield" ::: "memory")
#endif
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

FORCEINLINE void InitializeListHead(PLIST_ENTRY Head) { Head->Flink = Head->Blink = Head; }
FORCEINLINE BOOLEAN IsListEmpty(const LIST_ENTRY *Head) { return Head->Flink == Head; }
FORCEINLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry) {
    PLIST_ENTRY Flink = Entry->Flink, Blink = Entry->Blink;
    Blink->Flink = Flink;
    Flink->Blink = Blink;
    return Flink == Blink;
}
FORCEINLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY Head) {
    PLIST_ENTRY Entry = Head->Flink;
    RemoveEntryList(Entry);
    return Entry;
}
FORCEINLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY Head) {
    PLIST_ENTRY Entry = Head->Blink;
    RemoveEntryList(Entry);
    return Entry;
}
FORCEINLINE void InsertHeadList(PLIST_ENTRY Head, PLIST_ENTRY Entry) {
    Entry->Flink = Head->Flink;
    Entry->Blink = Head;
    Head->Flink->Blink = Entry;
    Head->Flink = Entry;
}
FORCEINLINE void InsertTailList(PLIST_ENTRY Head, PLIST_ENTRY Entry) {
    Entry->Flink = Head;
    Entry->Blink = Head->Blink;
    Head->Blink->Flink = Entry;
    Head->Blink = Entry;
}

#define InitializeObjectAttributes(p, Name, Flags, Root, Security)                                                     \
    do {                                                                                                               \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES);                                                                       \
        (p)->RootDirectory = (Root);                                                                                   \
        (p)->Attributes = (Flags);                                                                                     \
        (p)->ObjectName = (Name);                                                                                      \
        (p)->SecurityDescriptor = (Security);                                                                          \
        (p)->SecurityQualityOfService = NULL;                                                                          \
    } while (0)

#define NtCurrentProcess() ((HANDLE)(LONG_PTR) - 1)
#define ZwCurrentProcess() NtCurrentProcess()
#define NtCurrentThread() ((HANDLE)(LONG_PTR) - 2)
#define ZwCurrentThread() NtCurrentThread()

#define ObDereferenceObject(Object) ObfDereferenceObject(Object)
#define ObReferenceObject(Object) ObfReferenceObject(Object)
#define IoCompleteRequest(Irp, Boost) IofCompleteRequest((Irp), (Boost))
#define IoCallDriver(Device, Irp) IofCallDriver((Device), (Irp))
#define ExFreePool(P) ExFreePoolWithTag((P), 0)
#define KeRaiseIrql(New, Old) ((void)(*(Old) = KfRaiseIrql(New)))
#define KeAcquireSpinLock(Lock, OldIrql) ((void)(*(OldIrql) = KeAcquireSpinLockRaiseToDpc(Lock)))
FORCEINLINE void KeInitializeSpinLock(PKSPIN_LOCK Lock) { *Lock = 0; }
#define EX_DEFAULT_PUSH_LOCK_FLAGS 0
#define ExAcquirePushLockExclusive(Lock) ExAcquirePushLockExclusiveEx((Lock), EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockExclusive(Lock) ExReleasePushLockExclusiveEx((Lock), EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExAcquirePushLockShared(Lock) ExAcquirePushLockSharedEx((Lock), EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockShared(Lock) ExReleasePushLockSharedEx((Lock), EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExInitializeFastMutex(FastMutex)                                                                               \
    ((FastMutex)->Count = 1, (FastMutex)->Owner = NULL, (FastMutex)->Contention = 0,                                   \
     KeInitializeEvent(&(FastMutex)->Event, SynchronizationEvent, FALSE))

FORCEINLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp) { return Irp->Tail.Overlay.CurrentStackLocation; }
FORCEINLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(PIRP Irp) {
    return Irp->Tail.Overlay.CurrentStackLocation - 1;
}
FORCEINLINE void IoSkipCurrentIrpStackLocation(PIRP Irp) {
    Irp->CurrentLocation++;
    Irp->Tail.Overlay.CurrentStackLocation++;
}
FORCEINLINE void IoSetNextIrpStackLocation(PIRP Irp) {
    Irp->CurrentLocation--;
    Irp->Tail.Overlay.CurrentStackLocation--;
}
FORCEINLINE void IoMarkIrpPending(PIRP Irp) { IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED; }
FORCEINLINE void IoCopyCurrentIrpStackLocationToNext(PIRP Irp) {
    PIO_STACK_LOCATION From = IoGetCurrentIrpStackLocation(Irp), To = IoGetNextIrpStackLocation(Irp);
    memcpy(To, From, offsetof(IO_STACK_LOCATION, CompletionRoutine));
    To->Control = 0;
}
FORCEINLINE void IoSetCompletionRoutine(PIRP Irp, PIO_COMPLETION_ROUTINE Routine, PVOID Context, BOOLEAN OnSuccess,
                                        BOOLEAN OnError, BOOLEAN OnCancel) {
    PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
    Next->CompletionRoutine = Routine;
    Next->Context = Context;
    Next->Control = (UCHAR)((OnSuccess ? SL_INVOKE_ON_SUCCESS : 0) | (OnError ? SL_INVOKE_ON_ERROR : 0) |
                            (OnCancel ? SL_INVOKE_ON_CANCEL : 0));
}
#define IoSetCancelRoutine(Irp, New)                                                                                   \
    ((PDRIVER_CANCEL)(ULONG_PTR)InterlockedExchangePointer(&(Irp)->CancelRoutine, (PVOID)(ULONG_PTR)(New)))

#define MmGetMdlByteCount(Mdl) ((Mdl)->ByteCount)
#define MmGetMdlByteOffset(Mdl) ((Mdl)->ByteOffset)
#define MmGetMdlVirtualAddress(Mdl) ((PVOID)((PCHAR)((Mdl)->StartVa) + (Mdl)->ByteOffset))
#define MmGetMdlPfnArray(Mdl) ((PULONG_PTR)((Mdl) + 1))
FORCEINLINE PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority) {
    if (Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) return Mdl->MappedSystemVa;
    return MmMapLockedPagesSpecifyCache(Mdl, 0 /* KernelMode */, MmCached, NULL, FALSE, Priority);
}
#define MmInitializeMdl(Mdl, Va, Bytes)                                                                                \
    ((Mdl)->Next = NULL,                                                                                               \
     (Mdl)->Size = (CSHORT)(sizeof(MDL) + sizeof(ULONG_PTR) * ADDRESS_AND_SIZE_TO_SPAN_PAGES((Va), (Bytes))),          \
     (Mdl)->MdlFlags = 0, (Mdl)->StartVa = PAGE_ALIGN(Va), (Mdl)->ByteOffset = BYTE_OFFSET(Va),                        \
     (Mdl)->ByteCount = (ULONG)(Bytes))

#define KernelMode 0
#define UserMode 1

#define STATUS_WAIT_0 ((NTSTATUS)0x00000000)
#ifndef LOCALE_NEUTRAL
#define LOCALE_NEUTRAL 0
#endif

/* --- the rest ------------------------------------------------------------------------------------------------------ */
#define BYTES_TO_PAGES(Size) (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#ifndef CTL_CODE
#define CTL_CODE(DeviceType, Function, Method, Access)                                                                 \
    ((ULONG)(DeviceType) << 16 | (Access) << 14 | (Function) << 2 | (Method))
#endif
#define METHOD_FROM_CTL_CODE(Code) ((ULONG)((Code) & 3))
#define DEVICE_TYPE_FROM_CTL_CODE(Code) ((ULONG)(Code) >> 16)
#define PAGED_CODE() ((void)0)
#define NT_ASSERT(Condition) ((void)0)
#define IoSizeOfIrp(StackSize) ((USHORT)(sizeof(IRP) + (StackSize) * sizeof(IO_STACK_LOCATION)))
#define RtlEqualMemory(A, B, Length) (__builtin_memcmp((A), (B), (Length)) == 0)
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(Name, Flags)                                                                    \
    {sizeof(OBJECT_ATTRIBUTES), NULL, (PUNICODE_STRING)(Name), (Flags), NULL, NULL}
#define DECLARE_UNICODE_STRING_SIZE(Name, Count)                                                                       \
    WCHAR Name##_buffer[Count];                                                                                        \
    UNICODE_STRING Name = {0, (Count) * sizeof(WCHAR), Name##_buffer}
FORCEINLINE void RtlInitEmptyUnicodeString(PUNICODE_STRING String, PWCHAR Buffer, USHORT Size) {
    *String = (UNICODE_STRING){0, Size, Buffer};
}
FORCEINLINE void PushEntryList(PSINGLE_LIST_ENTRY Head, PSINGLE_LIST_ENTRY Entry) {
    Entry->Next = Head->Next;
    Head->Next = Entry;
}
FORCEINLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY Head) {
    PSINGLE_LIST_ENTRY Entry = Head->Next;
    if (Entry != NULL) Head->Next = Entry->Next;
    return Entry;
}
FORCEINLINE void AppendTailList(PLIST_ENTRY Head, PLIST_ENTRY Append) {
    PLIST_ENTRY Last = Head->Blink;
    Head->Blink->Flink = Append;
    Head->Blink = Append->Blink;
    Append->Blink->Flink = Head;
    Append->Blink = Last;
}
#define MmPrepareMdlForReuse(Mdl)                                                                                      \
    do {                                                                                                               \
        if ((Mdl)->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) MmUnmapLockedPages((Mdl)->MappedSystemVa, (Mdl));           \
    } while (0)
NTKERNELAPI SIZE_T NTAPI ExSizeOfRundownProtectionCacheAware(VOID);
NTKERNELAPI VOID NTAPI ExInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
                                                               SIZE_T RunRefSize);

/* Opaque here: nothing of ours looks inside. */
typedef struct _XSTATE_SAVE XSTATE_SAVE, *PXSTATE_SAVE;
typedef struct _POOL_EXTENDED_PARAMETER POOL_EXTENDED_PARAMETER, *PPOOL_EXTENDED_PARAMETER;
typedef const POOL_EXTENDED_PARAMETER *PCPOOL_EXTENDED_PARAMETER;
typedef struct _LOOKASIDE_LIST_EX {
    DECLSPEC_ALIGN(16) UCHAR L[96];
} LOOKASIDE_LIST_EX, *PLOOKASIDE_LIST_EX;
typedef ULONG_PTR NTAPI KIPI_BROADCAST_WORKER(ULONG_PTR Argument);
typedef KIPI_BROADCAST_WORKER *PKIPI_BROADCAST_WORKER;
typedef PVOID NTAPI ALLOCATE_FUNCTION_EX(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                         PLOOKASIDE_LIST_EX Lookaside);
typedef ALLOCATE_FUNCTION_EX *PALLOCATE_FUNCTION_EX;
typedef VOID NTAPI FREE_FUNCTION_EX(PVOID Buffer, PLOOKASIDE_LIST_EX Lookaside);
typedef FREE_FUNCTION_EX *PFREE_FUNCTION_EX;
NTKERNELAPI NTSTATUS NTAPI KeSaveExtendedProcessorState(ULONG64 Mask, PXSTATE_SAVE XStateSave);
NTKERNELAPI void NTAPI KeRestoreExtendedProcessorState(PXSTATE_SAVE XStateSave);
NTKERNELAPI PVOID NTAPI ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag,
                                        PCPOOL_EXTENDED_PARAMETER ExtendedParameters, ULONG ExtendedParametersCount);
NTKERNELAPI void NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                                   ULONG ExtendedParametersCount);
NTKERNELAPI ULONG_PTR NTAPI KeIpiGenericCall(PKIPI_BROADCAST_WORKER BroadcastFunction, ULONG_PTR Context);
NTKERNELAPI NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate,
                                                       PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags,
                                                       SIZE_T Size, ULONG Tag, USHORT Depth);
NTKERNELAPI void NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);
NTKERNELAPI PVOID NTAPI ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside);
NTKERNELAPI void NTAPI ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry);
#define PsGetCurrentThread() ((PETHREAD)KeGetCurrentThread())

#include "nt/irp.h"
#include "nt/lock.h"
#include "nt/paging.h"
#include "nt/process.h"

#endif
