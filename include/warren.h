/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What Warren adds to the Wintun 0.14 programming interface (wintun.h, whose rules hold here, too): statistics, waiting
 * for room, and packets by the batch.
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

/* WarrenReceivePackets: up to Count packets at once, without waiting. Returns how many; 0 with the errors of
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

#ifdef __cplusplus
}
#endif

#endif
