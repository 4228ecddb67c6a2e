/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The base types of Windows, in fixed widths, so that the same text serves PE builds and the host's ELF builds.
 */
#ifndef NT_TYPES_H
#define NT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* NT_HOST: the host, which has the functions itself, also where it is built for Windows. */
#if defined(_WIN32) && defined(NT_HOST)
#define NTAPI
#define DECLSPEC_IMPORT extern
#elif defined(_WIN32)
#define NTAPI
#define DECLSPEC_IMPORT __declspec(dllimport)
#elif defined(__x86_64__)
#define NTAPI __attribute__((ms_abi))
#define DECLSPEC_IMPORT extern
#else
#define NTAPI
#define DECLSPEC_IMPORT extern
#endif

#define NTKERNELAPI DECLSPEC_IMPORT
#define WINBASEAPI DECLSPEC_IMPORT
#define NTHALAPI DECLSPEC_IMPORT
#define NDISAPI NTAPI
#define WINAPI NTAPI
#define CALLBACK NTAPI
#define APIENTRY NTAPI
#define FASTCALL
#define DECLSPEC_ALIGN(x) __attribute__((aligned(x)))
/* Members of IO_STACK_LOCATION.Parameters: on 64-bit Windows each starts a pointer-sized slot of its own. */
#define POINTER_ALIGNMENT DECLSPEC_ALIGN(8)
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#define FORCEINLINE static inline __attribute__((always_inline))
#define CONST const

typedef void VOID, *PVOID, *LPVOID;
typedef const void *PCVOID, *LPCVOID;
typedef char CHAR, CCHAR, *PCHAR, *PSTR, *LPSTR;
typedef const char *PCSTR, *LPCSTR, *PCSZ;
typedef signed char SCHAR, INT8;
typedef unsigned char UCHAR, BYTE, BOOLEAN, UINT8, *PUCHAR, *PBYTE, *LPBYTE, *PBOOLEAN;
typedef short SHORT, CSHORT, INT16, *PSHORT;
typedef unsigned short USHORT, WORD, UINT16, *PUSHORT, *PWORD, *LPWORD;
typedef int LONG, INT, INT32, BOOL, *PLONG, *PINT, *PBOOL, *LPBOOL;
typedef unsigned int ULONG, UINT, UINT32, DWORD, *PULONG, *PUINT, *PUINT32, *PDWORD, *LPDWORD;
typedef long long LONGLONG, LONG64, INT64, LONG_PTR, INT_PTR, SSIZE_T, *PLONGLONG, *PLONG64, *PLONG_PTR;
typedef unsigned long long ULONGLONG, ULONG64, UINT64, DWORD64, DWORDLONG, ULONG_PTR, UINT_PTR, DWORD_PTR, SIZE_T,
    *PULONGLONG, *PULONG64, *PUINT64, *PDWORD64, *PULONG_PTR, *PSIZE_T;
typedef wchar_t WCHAR, *PWCHAR, *PWCH, *PWSTR, *LPWSTR, *PZZWSTR;
typedef const wchar_t *PCWCH, *LPCWCH, *PCWSTR, *LPCWSTR, *PCZZWSTR;
typedef void *HANDLE, **PHANDLE;

typedef LONG NTSTATUS, *PNTSTATUS, HRESULT;
typedef LONG KPRIORITY;
typedef UCHAR KIRQL, *PKIRQL;
typedef CCHAR KPROCESSOR_MODE;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;
typedef ULONG ACCESS_MASK, *PACCESS_MASK, SECURITY_INFORMATION, *PSECURITY_INFORMATION;
typedef ULONG LCID, LOGICAL;
typedef PVOID PSECURITY_DESCRIPTOR, PSID, PACCESS_TOKEN;
typedef USHORT SECURITY_DESCRIPTOR_CONTROL;

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif
#define NT_SUCCESS(Status) ((NTSTATUS)(Status) >= 0)
#define NT_INFORMATION(Status) ((ULONG)(Status) >> 30 == 1)
#define NT_WARNING(Status) ((ULONG)(Status) >> 30 == 2)
#define NT_ERROR(Status) ((ULONG)(Status) >> 30 == 3)

typedef union _LARGE_INTEGER {
    __extension__ struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER, PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *LPGUID, *PGUID, IID, CLSID;
#endif
typedef const GUID *LPCGUID;
#ifndef __cplusplus
#define REFGUID const GUID *
#endif

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _UNICODE_STRING {
    USHORT Length;        /* bytes */
    USHORT MaximumLength; /* bytes */
    PWCH Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, ANSI_STRING, *PANSI_STRING;

typedef struct _DEVPROPKEY {
    GUID fmtid;
    ULONG pid;
} DEVPROPKEY, *PDEVPROPKEY;
typedef ULONG DEVPROPTYPE, *PDEVPROPTYPE;

typedef struct _GENERIC_MAPPING {
    ACCESS_MASK GenericRead;
    ACCESS_MASK GenericWrite;
    ACCESS_MASK GenericExecute;
    ACCESS_MASK GenericAll;
} GENERIC_MAPPING, *PGENERIC_MAPPING;

#define CONTAINING_RECORD(Address, Type, Field) ((Type *)((PCHAR)(Address) - offsetof(Type, Field)))
#define FIELD_OFFSET(Type, Field) ((LONG)offsetof(Type, Field))
#define RTL_NUMBER_OF(Array) (sizeof(Array) / sizeof((Array)[0]))
#define ARRAYSIZE(Array) RTL_NUMBER_OF(Array)
#define C_ASSERT(e) _Static_assert(e, #e)

#define MAKELONG(Low, High) ((ULONG)(((USHORT)(Low)) | ((ULONG)((USHORT)(High))) << 16))
#define LOWORD(l) ((USHORT)((ULONG_PTR)(l) & 0xFFFF))
#define HIWORD(l) ((USHORT)(((ULONG_PTR)(l) >> 16) & 0xFFFF))

#endif
