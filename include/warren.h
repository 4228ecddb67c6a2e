/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Warren adds to the Wintun 0.14 programming interface (wintun.h, whose rules hold here, too): a list of adapters and
 * the removal of leftovers, an account of what went wrong, statistics, waiting for room, and packets by the batch.
 *
 * Every function is fetched by its name from the same DLL; a program that also runs with other implementations of
 * wintun.h takes NULL from GetProcAddress as "not there".
 *
 * Structures begin with Size, which the caller sets to sizeof the structure as it knows it. A later version may append
 * fields: it reads and writes only what the caller has room for, and what an older caller does not know behaves as 0.
 */
#ifndef WARREN_H
#define WARREN_H

#include "wintun.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- adapters --------------------------------------------------------------------------------------------------- */

/* The adapter stays until it is deleted (WarrenDeleteAdapter), also over restarts of the system; closing its handle does
 * nothing to it. Without the flag it ends with its handle or its process, whichever is first. */
#define WARREN_ADAPTER_PERSISTENT 0x1u

typedef struct _WARREN_ADAPTER_OPTIONS {
    DWORD Size;          /* sizeof(WARREN_ADAPTER_OPTIONS) */
    DWORD Flags;         /* WARREN_ADAPTER_... */
    LPCWSTR Name;        /* as WintunCreateAdapter */
    LPCWSTR TunnelType;  /* as WintunCreateAdapter */
    const GUID *Guid;    /* as WintunCreateAdapter; NULL: derived from type and name */
    LPCWSTR Sddl;        /* who may open it, a security descriptor string; NULL: SYSTEM and Administrators */
    LPCWSTR Description; /* what device lists show, up to 127 characters; NULL: TunnelType followed by " Tunnel" */
    DWORD Mtu;           /* bytes of an IP packet, 1280 to 65535, set on both IP interfaces; 0: the driver's, 65535 */
    DWORD TimeoutMs;     /* for all of it, milliseconds; 0: 60000 */
} WARREN_ADAPTER_OPTIONS;

/* WarrenCreateAdapter: WintunCreateAdapter with options. If a persistent adapter of the brand has the name already, and a
 * persistent one is asked for, it is opened instead; what the other options say is not applied to it.
 * NULL: the errors of WintunCreateAdapter; ERROR_INVALID_PARAMETER for Size, unknown flags, or a value out of range;
 * ERROR_INVALID_SECURITY_DESCR for an SDDL that the system does not take. WarrenGetLastError tells more. */
typedef WINTUN_ADAPTER_HANDLE(WINAPI WARREN_CREATE_ADAPTER_FUNC)(const WARREN_ADAPTER_OPTIONS *Options);

/* WarrenDeleteAdapter: removes a persistent adapter of this brand by its name; sessions that it has end with
 * ERROR_HANDLE_EOF. FALSE: ERROR_NOT_FOUND; ERROR_ACCESS_DENIED without the rights of an administrator;
 * ERROR_DEVICE_IN_USE for one that lives by another process's handle. */
typedef BOOL(WINAPI WARREN_DELETE_ADAPTER_FUNC)(LPCWSTR Name);

/* WarrenRenameAdapter: gives an adapter, open or not, another name: its own, by which WintunOpenAdapter finds it, and that
 * of its network connection. FALSE: ERROR_NOT_FOUND; ERROR_ALREADY_EXISTS, another adapter of the brand has it;
 * ERROR_ACCESS_DENIED. */
typedef BOOL(WINAPI WARREN_RENAME_ADAPTER_FUNC)(LPCWSTR Name, LPCWSTR NewName);

typedef struct _WARREN_ADAPTER_INFO {
    DWORD Size;  /* sizeof(WARREN_ADAPTER_INFO) */
    DWORD Flags; /* WARREN_ADAPTER_..., as created */
    WCHAR Name[128];
    WCHAR InstanceId[200];
    GUID InterfaceGuid; /* NetCfgInstanceId */
    NET_LUID Luid;
    DWORD Present; /* 1, or 0 for a leftover of a process that died */
    DWORD Started;
    DWORD Problem;       /* CM_PROB_..., 0: none */
    DWORD ProblemStatus; /* NTSTATUS that goes with it */
} WARREN_ADAPTER_INFO;

/* WarrenEnumerateAdapters: calls Callback for every adapter of this brand, present or left over, until it returns FALSE.
 * Info->Size is the library's. Needs no special rights. Returns FALSE only when the devices cannot be listed. */
typedef BOOL(CALLBACK *WARREN_ADAPTER_CALLBACK)(const WARREN_ADAPTER_INFO *Info, void *Context);
typedef BOOL(WINAPI WARREN_ENUMERATE_ADAPTERS_FUNC)(WARREN_ADAPTER_CALLBACK Callback, void *Context);

/* WarrenRepair: finds what processes of this brand have left over (absent devices, never present ones, never another
 * brand's) and makes Windows forget it. With DryRun it only looks. Callback as above, for each; may be NULL. Returns how
 * many; MAXDWORD on failure, also if some of them stay. */
typedef DWORD(WINAPI WARREN_REPAIR_FUNC)(BOOL DryRun, WARREN_ADAPTER_CALLBACK Callback, void *Context);

/* ---- the driver package ------------------------------------------------------------------------------------------ */

typedef struct _WARREN_VERSIONS {
    DWORD Size;        /* sizeof(WARREN_VERSIONS) */
    WORD Library[4];   /* of this DLL and of the driver package in it: major, minor, patch, build */
    WORD Installed[4]; /* the newest package of this brand in the driver store; 0: none */
    WORD Running[4];   /* the driver that is loaded; 0: none */
    DWORD Packages;    /* of this brand in the driver store */
    DWORD Carried;     /* 1: this DLL carries a driver package */
} WARREN_VERSIONS;

/* WarrenGetVersions: FALSE: ERROR_INVALID_PARAMETER (Size), or why the driver store cannot be read. Needs no rights. */
typedef BOOL(WINAPI WARREN_GET_VERSIONS_FUNC)(WARREN_VERSIONS *Versions);

/* WarrenInstallDriver: puts the driver package that this DLL carries into the driver store, unless the same or a newer one
 * of the brand is there. WintunCreateAdapter does it by itself. FALSE: ERROR_ACCESS_DENIED; ERROR_FILE_NOT_FOUND, the DLL
 * carries none; what Windows says of the package, such as ERROR_DRIVER_BLOCKED or that it is not signed. */
typedef BOOL(WINAPI WARREN_INSTALL_DRIVER_FUNC)(VOID);

/* ---- what went wrong -------------------------------------------------------------------------------------------- */

typedef enum _WARREN_STAGE {
    WARREN_STAGE_NONE,
    WARREN_STAGE_ARGUMENTS, /* the call itself */
    WARREN_STAGE_LOCK,      /* waiting for another process of the brand */
    WARREN_STAGE_DRIVER,    /* there is no driver for the device, or its package cannot be installed */
    WARREN_STAGE_CREATE,    /* the software device */
    WARREN_STAGE_START,     /* the device does not start: ProblemCode and Status say why */
    WARREN_STAGE_INTERFACE, /* its network interface, or the IPv4 and IPv6 interfaces on it */
    WARREN_STAGE_OPEN,      /* finding the adapter, opening its control device */
    WARREN_STAGE_ATTACH,    /* the session */
    WARREN_STAGE_CONFIGURE, /* name, MTU */
    WARREN_STAGE_REMOVE     /* taking an adapter or the driver away */
} WARREN_STAGE;

typedef struct _WARREN_ERROR {
    DWORD Size;  /* sizeof(WARREN_ERROR) */
    DWORD Win32; /* as GetLastError said */
    WARREN_STAGE Stage;
    DWORD ConfigRet;   /* CR_... of the configuration manager, 0: none */
    DWORD ProblemCode; /* CM_PROB_... of the device, 0: none */
    DWORD Status;      /* NTSTATUS or HRESULT below it, 0: none */
    WCHAR Text[256];   /* the line that the logger got */
} WARREN_ERROR;

/* WarrenGetLastError: the last failure of a function of this library in the calling thread, other than the packet
 * functions. FALSE with ERROR_INVALID_PARAMETER for a wrong Size; before any failure all fields are 0. */
typedef BOOL(WINAPI WARREN_GET_LAST_ERROR_FUNC)(WARREN_ERROR *Error);

/* ---- statistics ------------------------------------------------------------------------------------------------- */

/* Of an adapter since it was started, whatever sessions it had. Packets; bytes of IP packets. ToClient: read by the
 * program; ToStack: written by it. */
typedef struct _WARREN_STATISTICS {
    DWORD Size; /* sizeof(WARREN_STATISTICS) */
    DWORD SessionActive;
    DWORD64 ToClientPackets, ToClientBytes;
    DWORD64 ToClientDroppedFull;    /* the ring was full */
    DWORD64 ToClientDroppedRefused; /* no session, paused, or low power */
    DWORD64 ToClientDroppedInvalid; /* no IP packet, too long, or not to be mapped */
    DWORD64 ToStackPackets, ToStackBytes;
    DWORD64 ToStackDroppedInvalid; /* the program wrote something that is no IP packet */
    DWORD64 ToStackFromReserve;    /* not lost: the stack held all other buffers */
    DWORD64 ClientWakeUps, DriverSleeps;
} WARREN_STATISTICS;

/* WarrenGetAdapterStatistics: needs the right to open the adapter. FALSE: ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER
 * (Size), or why the device cannot be opened. */
typedef BOOL(WINAPI WARREN_GET_ADAPTER_STATISTICS_FUNC)(WINTUN_ADAPTER_HANDLE Adapter, WARREN_STATISTICS *Statistics);

/* Of a session, counted by the library without a system call. */
typedef struct _WARREN_SESSION_STATISTICS {
    DWORD Size;                      /* sizeof(WARREN_SESSION_STATISTICS) */
    DWORD Capacity;                  /* of either ring, bytes */
    DWORD ToClientUsed, ToStackUsed; /* bytes in the rings now, with headers */
    DWORD64 Received, ReceivedBytes; /* packets handed to the program */
    DWORD64 Sent, SentBytes;         /* packets published */
    DWORD64 ReceiveEmpty;            /* times the program found nothing */
    DWORD64 SendFull;                /* times it found no room */
    DWORD64 DriverKicks;             /* times the driver had to be woken */
} WARREN_SESSION_STATISTICS;

/* WarrenGetSessionStatistics: FALSE: ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER (Size). */
typedef BOOL(WINAPI WARREN_GET_SESSION_STATISTICS_FUNC)(WINTUN_SESSION_HANDLE Session,
                                                        WARREN_SESSION_STATISTICS *Statistics);

/* ---- waiting for room, and batches ------------------------------------------------------------------------------- */

/* WarrenGetWriteWaitEvent: an auto-reset event that the driver sets when a send that found no room (ERROR_BUFFER_OVERFLOW)
 * may find some again, and when the adapter goes away. It may be set for nothing: try again, then wait again. Sends made
 * before the first call of this function are not remembered, so it is called before them, once. The session owns it.
 * Packets that are allocated and not yet sent take room, too: a program that waits while it holds all of it waits for
 * itself. NULL: ERROR_INVALID_HANDLE. */
typedef HANDLE(WINAPI WARREN_GET_WRITE_WAIT_EVENT_FUNC)(WINTUN_SESSION_HANDLE Session);

typedef struct _WARREN_PACKET {
    BYTE *Data;
    DWORD Length; /* bytes */
} WARREN_PACKET;

/* WarrenReceivePackets: up to Count packets at once, without sleeping. Returns how many; 0 with the errors of
 * WintunReceivePacket, or ERROR_INVALID_PARAMETER for no Packets. Each must be released, in any order, by WintunReleaseReceivePacket or WarrenReleasePackets. */
typedef DWORD(WINAPI WARREN_RECEIVE_PACKETS_FUNC)(WINTUN_SESSION_HANDLE Session, WARREN_PACKET *Packets, DWORD Count);

/* WarrenReleasePackets: releases Count packets as Packets[].Data says; one step of the ring for all of them. Those that
 * are none are ignored, and said to the logger. */
typedef VOID(WINAPI WARREN_RELEASE_PACKETS_FUNC)(WINTUN_SESSION_HANDLE Session, const WARREN_PACKET *Packets,
                                                 DWORD Count);

/* WarrenAllocatePackets: room for up to Count packets of Packets[].Length bytes each, in order; sets Packets[].Data.
 * Returns how many fitted: less than Count is no error; 0 with the errors of WintunAllocateSendPacket. A length that is
 * none, wherever it stands, is ERROR_INVALID_PARAMETER, and nothing is allocated. */
typedef DWORD(WINAPI WARREN_ALLOCATE_PACKETS_FUNC)(WINTUN_SESSION_HANDLE Session, WARREN_PACKET *Packets, DWORD Count);

/* WarrenSendPackets: publishes packets that were allocated, once, and wakes the driver at most once. As with
 * WintunSendPacket, they leave in the order of their allocation. */
typedef VOID(WINAPI WARREN_SEND_PACKETS_FUNC)(WINTUN_SESSION_HANDLE Session, const WARREN_PACKET *Packets, DWORD Count);

/* ---- capture ------------------------------------------------------------------------------------------------------ */

/* Packets as they pass the library, for another process that looks on. The session neither waits for it nor slows down but
 * for the copy: what the capturing process is too slow for is dropped from the capture, and counted. A capture needs the
 * rights of an administrator, and a session of a process that has them. One thread at a time may use a handle. */
typedef struct _WARREN_CAPTURE *WARREN_CAPTURE_HANDLE;

/* WarrenStartCapture: looks on at the session that the adapter of this name has, from now on. Of each packet the first
 * SnapLength bytes are taken; 0, or more than 65519: 65519. NULL: ERROR_NOT_FOUND, no such adapter is running;
 * ERROR_NOT_READY, it has no session, or none that may be captured; ERROR_SHARING_VIOLATION, somebody captures it already;
 * ERROR_ACCESS_DENIED; ERROR_REVISION_MISMATCH, the session's library is of another version;
 * ERROR_INVALID_DATA, what it shares is damaged. */
typedef WARREN_CAPTURE_HANDLE(WINAPI WARREN_START_CAPTURE_FUNC)(LPCWSTR AdapterName, DWORD SnapLength);

/* To the program (what the system sends), and to the system's stack (what the program sends). */
#define WARREN_CAPTURED_TO_CLIENT 0u
#define WARREN_CAPTURED_TO_STACK 1u

typedef struct _WARREN_CAPTURED {
    DWORD64 Timestamp; /* 100 ns since 1601-01-01, UTC; one for each call of the session's program */
    DWORD Direction;   /* WARREN_CAPTURED_TO_... */
    DWORD Length;      /* of the packet, bytes */
    DWORD Captured;    /* of these, how many are at Data */
    const BYTE *Data;  /* good until the next call with the handle */
} WARREN_CAPTURED;

/* WarrenReadCapture: up to Count packets, in order of time as far as both directions are known; waits up to TimeoutMs
 * (INFINITE: as long as it takes) for the first. Returns how many; 0: ERROR_TIMEOUT; ERROR_HANDLE_EOF, the session has
 * ended; ERROR_INVALID_DATA, its memory is damaged; ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER. */
typedef DWORD(WINAPI WARREN_READ_CAPTURE_FUNC)(WARREN_CAPTURE_HANDLE Capture, WARREN_CAPTURED *Packets, DWORD Count,
                                               DWORD TimeoutMs);

/* Of the session, over all captures of it. */
typedef struct _WARREN_CAPTURE_STATISTICS {
    DWORD Size; /* sizeof(WARREN_CAPTURE_STATISTICS) */
    DWORD Reserved;
    DWORD64 ToClientSeen, ToClientDropped; /* packets while somebody captured; of these, dropped from the capture */
    DWORD64 ToStackSeen, ToStackDropped;
} WARREN_CAPTURE_STATISTICS;

/* WarrenGetCaptureStatistics: FALSE: ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER (Size). */
typedef BOOL(WINAPI WARREN_GET_CAPTURE_STATISTICS_FUNC)(WARREN_CAPTURE_HANDLE Capture,
                                                        WARREN_CAPTURE_STATISTICS *Statistics);

/* WarrenEndCapture: NULL is ignored. */
typedef VOID(WINAPI WARREN_END_CAPTURE_FUNC)(WARREN_CAPTURE_HANDLE Capture);

#ifdef __cplusplus
}
#endif

#endif
