/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What tests and the host's commands ask of NDIS, beyond a stack's needs (netstack.h): requests of every kind, filters
 * and protocols that come and go, resets, notices, and the limits on what may stay pending.
 */
#ifndef HOST_NDIS_CONTROL_H
#define HOST_NDIS_CONTROL_H

#include "host/netstack.h"

/* --- OID requests ------------------------------------------------------------------------------------------------ */

enum ndis_oid_path {
    NDIS_OID_REGULAR,     /* MiniportOidRequest, one at a time, at PASSIVE_LEVEL */
    NDIS_OID_DIRECT,      /* MiniportDirectOidRequest, many at a time, up to DISPATCH_LEVEL */
    NDIS_OID_SYNCHRONOUS, /* MiniportSynchronousOidRequest (6.80), the same, and never pending */
};

struct ndis_oid {
    enum ndis_oid_path path;
    NDIS_REQUEST_TYPE type; /* NdisRequestQueryInformation, SetInformation, QueryStatistics, Method */
    NDIS_OID oid;
    void *buffer;
    ULONG size;     /* of the buffer; for a method of its input */
    ULONG out_size; /* method: of the output, in the same buffer */
    ULONG method;   /* MethodId */
    void *id;       /* to cancel it by */
    /* results */
    NDIS_STATUS status;
    ULONG used;   /* BytesWritten, or BytesRead of a set */
    ULONG needed; /* BytesNeeded */
};

/* Synchronous. The status is also in oid->status. NDIS_STATUS_NOT_SUPPORTED if the miniport has no such handler. */
NDIS_STATUS ndis_oid_run(struct ndis_adapter *adapter, struct ndis_oid *oid);
/* The usual ones in short; *bytes: used on success, else needed. A method's output has the input's size. */
NDIS_STATUS ndis_oid_request(struct ndis_adapter *adapter, NDIS_REQUEST_TYPE type, NDIS_OID oid, void *buffer,
                             ULONG size, ULONG *bytes);
/* In two steps. begin calls the miniport (after the regular requests before it) and comes back though it pends; end
 * waits, fills in the results of `oid` (the same) and frees. NULL: no memory, or the adapter is halted. */
struct ndis_request *ndis_oid_begin(struct ndis_adapter *adapter, struct ndis_oid *oid);
bool ndis_oid_pending(struct ndis_request *request);
NDIS_STATUS ndis_oid_end(struct ndis_request *request, struct ndis_oid *oid);
/* Cancels every request of this id: those waiting for their turn end with NDIS_STATUS_REQUEST_ABORTED, for others the
 * miniport's cancel handler is called, once. Returns how many requests are meant. Up to DISPATCH_LEVEL. */
unsigned ndis_oid_cancel(struct ndis_adapter *adapter, void *id);

/* --- limits ------------------------------------------------------------------------------------------------------ */

/* Host time that a request or a list may stay with the miniport, as Driver Verifier has it. Looked at every half second,
 * except under the seeded scheduler, and by ndis_watchdog. Violations "oid-timeout" and "send-timeout", once each. Set anew when the host starts. */
extern _Atomic unsigned ndis_oid_limit_ms;  /* 12,000 */
extern _Atomic unsigned ndis_send_limit_ms; /* 30,000 */
void ndis_watchdog(void);                   /* now; with a limit of 0 whatever is pending is late */

/* --- bindings ---------------------------------------------------------------------------------------------------- */

/* Each pauses the adapter with the reason that NDIS gives and restarts it. The status is that of the restart: when it
 * fails, the adapter stays paused. NDIS_STATUS_INVALID_STATE unless it is running. */
NDIS_STATUS ndis_filter_attach(struct ndis_adapter *adapter);
NDIS_STATUS ndis_filter_detach(struct ndis_adapter *adapter);
NDIS_STATUS ndis_protocol_bind(struct ndis_adapter *adapter); /* one more beside the stack */
NDIS_STATUS ndis_protocol_unbind(struct ndis_adapter *adapter);

/* --- reset, notices, the end ------------------------------------------------------------------------------------- */

/* As if `seconds` had passed: calls MiniportCheckForHangEx if it is registered and its time has come
 * (CheckForHangTimeInSeconds, or 2), and resets the adapter if it says so, or has had a request at two such times. True
 * if it was reset. */
bool ndis_check_for_hang(struct ndis_adapter *adapter, unsigned seconds);
NDIS_STATUS ndis_reset(struct ndis_adapter *adapter); /* NDIS_STATUS_NOT_SUPPORTED without MiniportResetEx */
void ndis_notify(struct ndis_adapter *adapter, NDIS_DEVICE_PNP_EVENT event, void *buffer, ULONG size);
void ndis_cancel_send(struct ndis_adapter *adapter,
                      void *id);                     /* MiniportCancelSend; lists carry NetBufferListCancelId */
void ndis_shutdown_all(NDIS_SHUTDOWN_ACTION action); /* the system goes down: MiniportShutdownEx of each */

#endif
