/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * The driver's two objects and what its files ask of each other.
 *
 *   entry.c     load, unload, the list of adapters
 *   adapter.c   one adapter's life: initialize, restart, pause, halt, power, removal; the link state
 *   oid.c       queries and sets
 *   control.c   the control device: open, close, requests
 *   session.c   attach and detach: the rings' memory, the client's events, the thread
 *   toclient.c  packets from the stack to the client
 *   tostack.c   packets from the client to the stack, and the buffers that carry them
 *   gate.h      who may pass while NDIS pauses us
 *   stats.h     counters
 *
 * Locks, in the order in which they nest; the spin locks are never held across a call into NDIS:
 *   C  ADAPTER.SessionFree   an event used as a lock: attach and detach
 *   G  DriverLock            spin lock: the list of adapters
 *   S  ADAPTER.ToClientLock  spin lock: gate B and the ToClient ring
 * Other letters: a atomic, t the ToStack thread's, n NDIS serializes its callers, - set once, before anybody else can
 * see it.
 */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include "nt/contract.h"
#include "nt/ndis.h"

#include "core/abi.h"
#include "core/packet.h"
#include "core/spin.h"

#include <gen/brand.h>

#include "driver/gate.h"

#define LINK_SPEED 100000000000ULL /* bit/s, reported: there is no wire */
#define LINK_MTU RING_PACKET_MAX   /* bytes */

#define HEADER(Type, Revision) {NDIS_OBJECT_TYPE_##Type, NDIS_##Revision, NDIS_SIZEOF_##Revision}

typedef enum _SESSION_EVENT { EventData, EventKick, EventRoom, EventCount } SESSION_EVENT;

typedef struct _SESSION {
    PVOID Section; /* -  its pages live as long as the longest of: this, our mapping, the client's view */
    PMDL Mdl;      /* -  locks the pages */
    UCHAR *Memory; /* -  the MDL's own mapping */
    struct ring_producer ToClient; /* S */
    BOOLEAN ToClientFailed;        /* S  the client's head was impossible: nothing is written any more */
    struct ring_consumer ToStack;  /* t */
    PKEVENT Events[EventCount];    /* -  the client's, referenced */
    KEVENT Stop;                   /* ends the thread, */
    uint32_t Stopping;             /* a  and says so to the thread while it is busy */
    PETHREAD Thread;               /* - */
} SESSION;

/* Receive buffers of one size. Anybody pushes Returned; the ToStack thread alone takes. */
typedef struct _BUFFER_CLASS {
    UCHAR *Memory;                                /* -  all buffers, in one piece */
    NET_BUFFER_LIST *Free;                        /* t */
    NET_BUFFER_LIST *Warm;                        /* t  those that came back last: still in the cache */
    NET_BUFFER_LIST *Reserve;                     /* t  lent with NDIS_RECEIVE_FLAGS_RESOURCES only */
    DECLSPEC_ALIGN(64) NET_BUFFER_LIST *Returned; /* a  pushed by compare-exchange, taken whole */
} BUFFER_CLASS;

enum { BufferSmall, BufferLarge, BufferClasses };

typedef struct _ADAPTER {
    LIST_ENTRY Link;              /* G */
    LONG References;              /* G  NDIS's (until halt), one per open file */
    PDEVICE_OBJECT ControlDevice; /* G  NULL once nobody may open it */
    NDIS_HANDLE ControlHandle;    /* n */
    NDIS_HANDLE Miniport;         /* -  valid until halt returns */
    NDIS_HANDLE ListPool;         /* - */
    GATE Gate;
    BUFFER_CLASS Buffers[BufferClasses];
    ULONG PacketFilter, Lookahead, Power; /* n */

    KEVENT SessionFree; /* the lock C: set while nobody holds it */
    PFILE_OBJECT Owner; /* C  the attached handle's; NULL: nobody is attached */
    BOOLEAN Gone;       /* C  nobody attaches any more */
    SESSION *Session;   /* C  and its own thread, which lives inside of it */

    DECLSPEC_ALIGN(64) KSPIN_LOCK ToClientLock;
    SESSION *Open; /* S  gate B: NULL closes it. Read elsewhere to see whether anybody is attached */

    struct abi_counters Counters; /* to_client_* and wakes: S, to_client_refused: a; the others: t */
} ADAPTER;

/* --- entry.c ------------------------------------------------------------------------------------------------------ */

extern NDIS_HANDLE DriverHandle;
/* A zeroed adapter in the list, with one reference; NULL without memory. */
_IRQL_requires_max_(DISPATCH_LEVEL) ADAPTER *AdapterCreate(VOID);
/* Finds the adapter of a control device and references it; NULL when it is gone. */
_IRQL_requires_max_(DISPATCH_LEVEL) ADAPTER *AdapterReference(PDEVICE_OBJECT Device);
_IRQL_requires_max_(DISPATCH_LEVEL) VOID AdapterDereference(ADAPTER *Adapter);
/* From now on AdapterReference finds it by this device, or, with NULL, not at all. */
_IRQL_requires_max_(DISPATCH_LEVEL) VOID AdapterSetDevice(ADAPTER *Adapter, PDEVICE_OBJECT Device);

/* --- adapter.c ---------------------------------------------------------------------------------------------------- */

MINIPORT_INITIALIZE AdapterInitialize;
MINIPORT_HALT AdapterHalt;
MINIPORT_RESTART AdapterRestart;
MINIPORT_PAUSE AdapterPause;
MINIPORT_SHUTDOWN AdapterShutdown;
MINIPORT_DEVICE_PNP_EVENT_NOTIFY AdapterPnpEvent;
/* Tells NDIS the link state. Under C: the last word is the last state, and halt, which takes C, waits for it. */
_IRQL_requires_(PASSIVE_LEVEL) VOID AdapterIndicateLink(ADAPTER *Adapter, BOOLEAN Up);

/* --- oid.c -------------------------------------------------------------------------------------------------------- */

MINIPORT_OID_REQUEST OidRequest;
MINIPORT_CANCEL_OID_REQUEST OidCancel;
extern const NDIS_OID OidSupported[];
extern const ULONG OidSupportedSize; /* bytes */
#define OID_PACKET_FILTERS                                                                                             \
    (NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST |                         \
     NDIS_PACKET_TYPE_BROADCAST)
#define OID_STATISTICS                                                                                                 \
    (NDIS_STATISTICS_FLAGS_VALID_DIRECTED_FRAMES_RCV | NDIS_STATISTICS_FLAGS_VALID_DIRECTED_BYTES_RCV |                \
     NDIS_STATISTICS_FLAGS_VALID_BYTES_RCV | NDIS_STATISTICS_FLAGS_VALID_RCV_DISCARDS |                                \
     NDIS_STATISTICS_FLAGS_VALID_RCV_ERROR | NDIS_STATISTICS_FLAGS_VALID_DIRECTED_FRAMES_XMIT |                        \
     NDIS_STATISTICS_FLAGS_VALID_DIRECTED_BYTES_XMIT | NDIS_STATISTICS_FLAGS_VALID_BYTES_XMIT |                        \
     NDIS_STATISTICS_FLAGS_VALID_XMIT_ERROR | NDIS_STATISTICS_FLAGS_VALID_XMIT_DISCARDS)

/* --- control.c ---------------------------------------------------------------------------------------------------- */

_IRQL_requires_(PASSIVE_LEVEL) NDIS_STATUS ControlRegister(ADAPTER *Adapter);
_IRQL_requires_(PASSIVE_LEVEL) VOID ControlDeregister(ADAPTER *Adapter);

/* --- session.c ---------------------------------------------------------------------------------------------------- */

/* In the client's process, with abi_attach_valid input. Statuses: those of ABI_CTL_ATTACH, and the kernel's own. */
_IRQL_requires_(PASSIVE_LEVEL) NTSTATUS
    SessionAttach(ADAPTER *Adapter, PFILE_OBJECT File, const struct abi_attach_in *In, struct abi_attach_out *Out);
/* Ends the session of `File`, in any process; with NULL whosesoever it is, and for good: the adapter goes.
 * `Closing`: this file will never attach again. STATUS_INVALID_DEVICE_STATE: it was not attached. */
_IRQL_requires_(PASSIVE_LEVEL) NTSTATUS SessionDetach(ADAPTER *Adapter, PFILE_OBJECT File, BOOLEAN Closing);
/* Says in both rings why they are dead, unless they are already, and wakes whoever waits for them. */
_IRQL_requires_max_(DISPATCH_LEVEL) VOID SessionPublish(SESSION *Session, enum ring_state State);

/* --- toclient.c --------------------------------------------------------------------------------------------------- */

MINIPORT_SEND_NET_BUFFER_LISTS ToClientSend;
MINIPORT_CANCEL_SEND ToClientCancel;

/* --- tostack.c ---------------------------------------------------------------------------------------------------- */

_IRQL_requires_(PASSIVE_LEVEL) NDIS_STATUS ToStackAllocate(ADAPTER *Adapter); /* ToStackFree in any case */
_IRQL_requires_(PASSIVE_LEVEL) VOID ToStackFree(ADAPTER *Adapter);            /* paused: every list is home */
MINIPORT_RETURN_NET_BUFFER_LISTS ToStackReturn;
KSTART_ROUTINE ToStackThread; /* context: ADAPTER with its Session set */

#endif
