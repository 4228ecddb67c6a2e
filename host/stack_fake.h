/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A network stack that does what a test tells it to. One per adapter; find it with fake_of(adapter).
 *
 * Lists that it sends are built from a description and are remembered until completed, with their status; it is a
 * violation ("nbl-...") when one is completed twice, changed in a way a miniport may not, or never completed.
 * Indicated lists are copied into `received` at once and then held or returned as `returns` says.
 */
#ifndef HOST_STACK_FAKE_H
#define HOST_STACK_FAKE_H

#include "host/netstack.h"

struct fake_stack;

struct fake_stack *fake_of(struct ndis_adapter *adapter);

/* --- sending ----------------------------------------------------------------------------------------------------- */

/* One NET_BUFFER: `data` (an IP packet) laid out over several MDLs. */
struct fake_packet {
    const void *data;
    uint32_t size;
    uint32_t headroom; /* bytes in front of the data in the first MDL chain (CurrentMdlOffset != 0); may span MDLs */
    uint32_t tailroom; /* bytes behind it in the last MDL */
    const uint32_t *pieces; /* sizes of the MDLs that cover headroom+size+tailroom; NULL: one MDL. The last repeats. */
    unsigned piece_count;
};

struct fake_list;
/* A NET_BUFFER_LIST with `count` NET_BUFFERs; not sent yet. */
struct fake_list *fake_list_create(struct fake_stack *stack, const struct fake_packet *packets, unsigned count);
/* Sends the lists as one chain, at the given IRQL with a truthful NDIS_SEND_FLAGS_DISPATCH_LEVEL. */
void fake_send(struct fake_stack *stack, struct fake_list **lists, unsigned count, KIRQL irql);
bool fake_list_completed(struct fake_list *list);
void fake_list_wait(struct fake_list *list);            /* until completed; no time limit: a test has its own */
NDIS_STATUS fake_list_status(struct fake_list *list);   /* after completion */
NET_BUFFER_LIST *fake_list_nbl(struct fake_list *list); /* to tamper with before the send */
void fake_list_free(struct fake_list *list);            /* completed or never sent */
/* Calls made by the miniport so far (a chain completed in one call counts one). */
uint64_t fake_completion_calls(struct fake_stack *stack);
/* Convenience: sends `count` lists of one packet each in one chain, waits for all, frees, returns how many were
 * completed with NDIS_STATUS_SUCCESS. */
unsigned fake_send_packets(struct fake_stack *stack, const struct fake_packet *packets, unsigned count, KIRQL irql);

/* --- receiving --------------------------------------------------------------------------------------------------- */

enum fake_returns {
    FAKE_RETURN_AT_ONCE,  /* inside the indication */
    FAKE_RETURN_HOLD,     /* kept until fake_return */
    FAKE_RETURN_REVERSED, /* each chain inside the indication, in several calls, last list first */
};
void fake_set_returns(struct fake_stack *stack, enum fake_returns returns);
/* Each received list is cloned at once, as TCP/IP does, and the clone freed just before the list is returned: violation
 * "nbl-changed" if its data is not what it was by then. */
void fake_set_clones(struct fake_stack *stack, bool clones);
unsigned fake_held(struct fake_stack *stack); /* lists held now */
/* Returns up to `count` held lists (oldest first, or in an order made from a nonzero seed), in one chain per call at
 * `irql`. Returns how many. */
unsigned fake_return(struct fake_stack *stack, unsigned count, unsigned seed, KIRQL irql);

struct fake_received {
    void *data;
    uint32_t size;
    uint16_t frame_type; /* NetBufferListFrameType as found, network order */
    ULONG nbl_flags;
    ULONG indicate_flags;
};
/* Blocks until `count` packets in all have been indicated since the start (or since fake_forget). */
void fake_wait_received(struct fake_stack *stack, uint64_t count);
uint64_t fake_received_count(struct fake_stack *stack);
uint64_t fake_indicate_calls(struct fake_stack *stack);
const struct fake_received *fake_received_at(struct fake_stack *stack, uint64_t index);
void fake_keep_received(struct fake_stack *stack, bool keep); /* false: only count (for large loads); default true */
void fake_forget(struct fake_stack *stack);
/* Called inside each indication, before anything else; for tests that re-enter. NULL removes it. */
void fake_on_indicate(struct fake_stack *stack,
                      void (*hook)(struct fake_stack *, NET_BUFFER_LIST *chain, ULONG flags, void *), void *context);

/* --- status ------------------------------------------------------------------------------------------------------ */

unsigned fake_status_count(struct fake_stack *stack, NDIS_STATUS status); /* indications of this code so far */
void fake_wait_status(struct fake_stack *stack, NDIS_STATUS status, unsigned count);

#endif
