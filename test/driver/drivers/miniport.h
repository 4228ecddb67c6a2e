/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the tests tell the small miniport (miniport.c), and what it tells them: two variables that it exports. Its
 * exported functions are about the adapter that was initialized last.
 */
#ifndef TEST_DRIVER_DRIVERS_MINIPORT_H
#define TEST_DRIVER_DRIVERS_MINIPORT_H

#include "nt/ndis.h"

#define MINIPORT_OID 0xff4d0001u /* a ULONG to query and set; a method gives it back and its complement */
#define MINIPORT_METHOD 7

/* All zero: it behaves well, and answers at once. */
typedef struct _MINIPORT_BEHAVIOUR {
    /* when it initializes */
    ULONG InfoSlot;                    /* nonzero: each list is made with this slot written */
    UCHAR OffloadRevision, NativeWifi; /* nonzero: those attributes are set, the first of OffloadSize bytes */
    USHORT OffloadSize;
    /* requests for MINIPORT_OID */
    ULONG PendOids;
    ULONG OidWritten; /* nonzero: what is reported as written */
    ULONG OidOverrun; /* bytes written behind the buffer */
    ULONG OidBehind;  /* writes behind the NDIS_OID_REQUEST of versions before 6.50 */
    /* sends */
    ULONG HoldSends;
    ULONG Echo; /* an indicated clone each, with NDIS_CLONE_FLAGS_USE_ORIGINAL_MDLS if 2 */
    /* states */
    NDIS_STATUS RestartStatus;
    ULONG PendRestart, PendPause, PendReset;
    ULONG Mtu;  /* nonzero: put into the restart's attributes */
    ULONG Hung; /* MiniportCheckForHangEx says so */
    ULONG KeepOverReset, AddressingReset;
} MINIPORT_BEHAVIOUR;

typedef struct _MINIPORT_SEEN {
    NDIS_STATUS Registered; /* what NdisMRegisterMiniportDriver said */
    UINT Version;           /* what NdisGetVersion said */
    NDIS_STATUS OffloadStatus, NativeWifiStatus;
    NDIS_OBJECT_HEADER OidHeader;
    ULONG Oids, DirectOids, SynchronousOids, OidCancels, DirectOidCancels;
    KIRQL DirectIrql;
    ULONG Pauses, PauseReason, Restarts, RestartMtu, Resets, HangChecks, FilterSets;
    ULONG PnpEvents[8];
    ULONG Order[8], Orders; /* of MINIPORT_DID_... since the last halt */
    ULONG HaltAction, Shutdowns;
    KIRQL ShutdownIrql;
    ULONG CancelledSends;
} MINIPORT_SEEN;

enum { MINIPORT_DID_SURPRISE = 1, MINIPORT_DID_PAUSE, MINIPORT_DID_HALT };

#endif
