/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The data path between a stack and a miniport: sends, their completion, indications and their return. Who holds a list
 * is in its private state; each crossing of the border moves it, atomically, so that two calls cannot both give back
 * the same list.
 *
 *      stack --ndis_stack_send--> SENT --NdisMSendNetBufferListsComplete--> OWNED
 *   miniport --NdisMIndicateReceiveNetBufferLists--> INDICATED --ndis_stack_return--> OWNED
 *                                      or LENT (RESOURCES), OWNED again when the call returns
 *
 * With the verifier off all stay OWNED, and are only counted.
 */
#include <string.h>

#include "host/ndis_private.h"

/* Put into the out-of-band slots of returned lists: a miniport that indicates a list again without clearing them is
 * caught, as on Windows, where the stack may have left anything there. */
#define STALE_INFO ((PVOID)(uintptr_t)0xdead0b0bdead0b0bu)

static const uint8_t stale_slots[] = {TcpIpChecksumNetBufferListInfo, Ieee8021QNetBufferListInfo,
                                      NetBufferListHashValue, NetBufferListHashInfo};

/* --- common ------------------------------------------------------------------------------------------------------ */

static inline void check_flag(const char *call, ULONG flags, ULONG dispatch_flag) {
    if (__builtin_expect((flags & dispatch_flag) && ps_me()->irql != DISPATCH_LEVEL, 0))
        verify_violation("ndis-flags-untrue", "%s says DISPATCH_LEVEL, the IRQL is %u", call, ke_irql());
}

static const char *holder(uint32_t state) {
    switch (state) {
    case NBL_OWNED: return "owned by the one who allocated it";
    case NBL_SENT: return "sent to a miniport";
    case NBL_INDICATED: return "indicated to the stack";
    case NBL_LENT: return "lent to the stack by an indication that has not returned";
    default: return "free";
    }
}

/* OWNED -> to, or from -> OWNED. False after a violation. */
static bool list_move(NET_BUFFER_LIST *list, struct ndis_adapter *adapter, enum nbl_state from, enum nbl_state to,
                      const char *call, const char *twice) {
    struct nbl_private *own = nbl_check(list, call);
    if (!own) return false;
    uint32_t seen = from;
    if (__builtin_expect(
            !__atomic_compare_exchange_n(&own->state, &seen, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE), 0)) {
        bool again = seen == (uint32_t)to || (from == NBL_OWNED && (seen == NBL_INDICATED || seen == NBL_LENT));
        /* A list of the miniport's own pool was never sent to it. */
        if (from == NBL_SENT && own->owner) again = false;
        verify_violation(again ? twice : "nbl-not-held", "%s: list %p is %s", call, (void *)list, holder(seen));
        return false;
    }
    if (to != NBL_OWNED) {
        own->adapter = adapter;
    } else if (__builtin_expect(own->adapter != adapter, 0)) {
        verify_violation("nbl-wrong-adapter", "%s: list %p belongs to another adapter", call, (void *)list);
        return false;
    }
    return true;
}

static inline int64_t chain_length(const NET_BUFFER_LIST *list) {
    int64_t count = 0;
    for (; list; list = list->Next) count++;
    return count;
}

/* --- stack to miniport ------------------------------------------------------------------------------------------- */

/* A pause first waits for the calls made while Running, as NDIS does; then every list of those calls must be completed
 * before the pause is. A stack that sends in another state (only tests do) is told apart by `late`. */
void ndis_stack_send(struct ndis_adapter *adapter, NET_BUFFER_LIST *chain, ULONG flags) {
    int64_t count = 0;
    uint8_t epoch = (uint8_t)(__atomic_load_n(&ndis_epoch, __ATOMIC_RELAXED) % NDIS_EPOCHS);
    check_flag("host: send", flags, NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    ndis_enter(&adapter->sends);
    enum ndis_state state = __atomic_load_n(&adapter->state, __ATOMIC_SEQ_CST);
    bool late = state != NDIS_RUNNING, quick = !verify_enabled && !late;
    if (quick) epoch = 0;
    if (late) ndis_leave(adapter, &adapter->sends);
    if (state < NDIS_PAUSED) {
        verify_violation("host-send-unbound", "the stack sends on an adapter that is not initialized");
        return;
    }
    for (NET_BUFFER_LIST *list = chain; list; list = list->Next, count++) {
        list->SourceHandle = adapter;
        if (quick) continue;
        if (!list_move(list, adapter, NBL_OWNED, NBL_SENT, "host: send", "nbl-sent-twice")) goto out;
        nbl_private(list)->late = late;
        nbl_private(list)->epoch = epoch;
        if (verify_enabled) {
            nbl_poison(list, adapter->driver->slots);
            list->Status = NDIS_STATUS_PENDING; /* that the miniport sets it can be seen */
            nbl_seal(list);
        }
    }
    __atomic_fetch_add(late ? &adapter->late : &adapter->sent[epoch], count, __ATOMIC_RELAXED);
    struct ndis_call call = ndis_call_begin("MiniportSendNetBufferLists", adapter->driver->c.SendNetBufferListsHandler);
    adapter->driver->c.SendNetBufferListsHandler(adapter->context, chain, 0, flags);
    ndis_call_end(call);
out:
    if (!late) ndis_leave(adapter, &adapter->sends);
}

/* Successes, failures, and the one of another kind that miniports use; no warnings and status indications. */
static void check_completed(NET_BUFFER_LIST *list, const char *call) {
    if (list->Status != NDIS_STATUS_SUCCESS && list->Status != NDIS_STATUS_NOT_ACCEPTED &&
        (uint32_t)list->Status >> 30 != 3)
        verify_violation("send-status", "%s: list %p has status %#x%s", call, (const void *)list,
                         (unsigned)list->Status,
                         list->Status == NDIS_STATUS_PENDING ? ", which it had when it was sent" : "");
    if (!nbl_seal_ok(list))
        verify_violation("send-modified",
                         "%s: the buffers of list %p, their MDLs, offsets, lengths or data are not what was sent", call,
                         (const void *)list);
}

VOID NTAPI NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportAdapterHandle, PNET_BUFFER_LIST NetBufferList,
                                           ULONG SendCompleteFlags) {
    NT_ENTER(NdisMSendNetBufferListsComplete);
    const char *call = "NdisMSendNetBufferListsComplete";
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, call);
    if (!adapter) return;
    check_flag(call, SendCompleteFlags, NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    ndis_check_no_locks(call);
    if (!NetBufferList) verify_violation("ndis-parameter", "%s: there is no list", call);
    ndis_enter(&adapter->calls);
    int64_t count = 0;
    int64_t *counter = NULL; /* of the lists since the last change of counter: most chains have but one */
    if (!verify_enabled && !__atomic_load_n(&adapter->late, __ATOMIC_RELAXED)) {
        counter = &adapter->sent[0];
        count = chain_length(NetBufferList);
    }
    for (NET_BUFFER_LIST *list = counter ? NULL : NetBufferList; list; list = list->Next) {
        if (!list_move(list, adapter, NBL_SENT, NBL_OWNED, call, "nbl-double-completion")) goto out;
        if (verify_enabled) {
            check_completed(list, call);
            nbl_poison_check(list, adapter->driver->slots, call);
            nbl_poison_clear(list, adapter->driver->slots);
        }
        struct nbl_private *own = nbl_private(list);
        int64_t *mine = own->late ? &adapter->late : &adapter->sent[own->epoch];
        if (mine != counter && counter) {
            __atomic_fetch_sub(counter, count, __ATOMIC_ACQ_REL);
            count = 0;
        }
        counter = mine;
        count++;
    }
    if (counter) __atomic_fetch_sub(counter, count, __ATOMIC_ACQ_REL);
    if (counter) adapter->stack->send_complete(adapter->stack_context, NetBufferList, SendCompleteFlags);
out:
    ndis_leave(adapter, &adapter->calls);
}

/* --- miniport to stack ------------------------------------------------------------------------------------------- */

/* First byte of the data, or -1 when there is none to look at cheaply. */
static int first_byte(const NET_BUFFER *buffer) {
    const MDL *mdl = buffer->CurrentMdl;
    ULONG offset = buffer->CurrentMdlOffset;
    while (mdl && offset >= mdl->ByteCount) {
        offset -= mdl->ByteCount;
        mdl = mdl->Next;
    }
    if (!mdl || !(mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))) return -1;
    return ((const uint8_t *)mdl->MappedSystemVa)[offset];
}

static void check_buffer(NET_BUFFER_LIST *list) {
    const NET_BUFFER *buffer = list->FirstNetBuffer;
    const char *call = "NdisMIndicateReceiveNetBufferLists";
    if (!buffer) {
        verify_violation("nbl-receive-buffers", "%s: list %p has no NET_BUFFER", call, (void *)list);
        return;
    }
    if (buffer->Next)
        verify_violation("nbl-receive-buffers", "%s: list %p has more than one NET_BUFFER", call, (void *)list);
    MDL *mdl;
    ULONG offset;
    if (!nbl_locate(buffer->MdlChain, buffer->DataOffset, &mdl, &offset))
        verify_violation("nb-offset", "%s: DataOffset %u lies behind the MDL chain", call, buffer->DataOffset);
    bool at_end = buffer->CurrentMdl && buffer->CurrentMdlOffset == buffer->CurrentMdl->ByteCount &&
                  buffer->CurrentMdl->Next == mdl && offset == 0;
    if ((buffer->CurrentMdl != mdl || buffer->CurrentMdlOffset != offset) && !at_end)
        verify_violation("nb-current-mdl", "%s: CurrentMdl and CurrentMdlOffset %u are not where DataOffset %u is",
                         call, buffer->CurrentMdlOffset, buffer->DataOffset);
    uint64_t room = 0;
    for (const MDL *m = mdl; m; m = m->Next) room += m->ByteCount;
    if (!buffer->DataLength || buffer->DataLength + (uint64_t)offset > room)
        verify_violation("nb-length", "%s: DataLength %u, the MDL chain has %llu behind the offset", call,
                         buffer->DataLength, (unsigned long long)(room - offset));
}

static void check_list(struct ndis_adapter *adapter, NET_BUFFER_LIST *list) {
    const char *call = "NdisMIndicateReceiveNetBufferLists";
    if (nbl_private(list)->owner != adapter->driver)
        verify_violation("nbl-not-held", "%s: list %p is not of a pool of this driver", call, (void *)list);
    if (list->SourceHandle != (NDIS_HANDLE)adapter)
        verify_violation("nbl-source-handle", "%s: SourceHandle %p is not the adapter's handle", call,
                         list->SourceHandle);
    if (list->Status != NDIS_STATUS_SUCCESS)
        verify_violation("nbl-status", "%s: Status is %#x", call, (unsigned)list->Status);
    for (size_t i = 0; i < sizeof stale_slots; i++) {
        if (list->NetBufferListInfo[stale_slots[i]] == STALE_INFO)
            verify_violation("nbl-stale-info",
                             "%s: NetBufferListInfo[%u] was not cleared before the list was used again", call,
                             stale_slots[i]);
    }
    nbl_poison_check(list, adapter->driver->slots, call);
    check_buffer(list);
    if (!adapter->ip_medium || !list->FirstNetBuffer) return;
    int version = first_byte(list->FirstNetBuffer);
    if (version < 0) return;
    ULONG flags = list->NblFlags & (NDIS_NBL_FLAGS_IS_IPV4 | NDIS_NBL_FLAGS_IS_IPV6);
    uintptr_t type = (uintptr_t)list->NetBufferListInfo[NetBufferListFrameType];
    bool four = version >> 4 == 4, six = version >> 4 == 6;
    if ((four && flags != NDIS_NBL_FLAGS_IS_IPV4) || (six && flags != NDIS_NBL_FLAGS_IS_IPV6) || (!four && !six))
        verify_violation("nbl-flags", "%s: NblFlags %#x, the packet starts with %#02x", call, list->NblFlags, version);
    /* Network order: the bytes 08 00 or 86 dd in memory. */
    if (type != (four ? 0x0008u : 0xdd86u))
        verify_violation("nbl-frame-type", "%s: frame type %#lx for IP version %d", call, (unsigned long)type,
                         version >> 4);
}

/* The stack has had the list since nbl_seal: whatever differs, the miniport wrote. */
static void check_seal(struct ndis_adapter *adapter, NET_BUFFER_LIST *list) {
    if (nbl_seal_ok(list)) return;
    verify_about(adapter->driver->c.ReturnNetBufferListsHandler);
    verify_violation(
        "nbl-modified",
        "the buffers of list %p, their MDLs, offsets, lengths or data have changed while the stack held it",
        (void *)list);
}

/* False when there is nobody to indicate to. After a violation that a test expects, the lists go their way. */
static bool check_state(struct ndis_adapter *adapter, const char *call) {
    enum ndis_state state = ndis_state_of(adapter);
    /* A miniport may indicate from the moment NDIS calls MiniportRestart until its pause is complete. */
    if (__builtin_expect(state < NDIS_RESTARTING, 0))
        verify_violation("ndis-indicate-while-paused", "%s: the adapter is %s", call,
                         state == NDIS_PAUSED         ? "paused"
                         : state == NDIS_INITIALIZING ? "initializing"
                                                      : "halted");
    else if (__builtin_expect(__atomic_load_n(&adapter->low_power, __ATOMIC_ACQUIRE), 0))
        verify_violation("ndis-indicate-low-power", "%s: the adapter is in a low-power state", call);
    return __atomic_load_n(&adapter->bound, __ATOMIC_SEQ_CST);
}

VOID NTAPI NdisMIndicateReceiveNetBufferLists(NDIS_HANDLE MiniportAdapterHandle, PNET_BUFFER_LIST NetBufferList,
                                              NDIS_PORT_NUMBER PortNumber, ULONG NumberOfNetBufferLists,
                                              ULONG ReceiveFlags) {
    NT_ENTER(NdisMIndicateReceiveNetBufferLists);
    const char *call = "NdisMIndicateReceiveNetBufferLists";
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, call);
    if (!adapter) return;
    check_flag(call, ReceiveFlags, NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL);
    ndis_check_no_locks(call);
    if (!NetBufferList) verify_violation("ndis-parameter", "%s: there is no list", call);
    if (PortNumber) verify_violation("ndis-port-number", "%s: port %u does not exist", call, PortNumber);
    ndis_enter(&adapter->calls);
    bool lend = ReceiveFlags & NDIS_RECEIVE_FLAGS_RESOURCES;
    if (!check_state(adapter, call)) goto out;
    ULONG count = 0;
    for (NET_BUFFER_LIST *list = NetBufferList; list; list = list->Next, count++) {
        if (!verify_enabled) continue;
        if (!list_move(list, adapter, NBL_OWNED, lend ? NBL_LENT : NBL_INDICATED, call, "nbl-indicated-twice"))
            goto out;
        check_list(adapter, list);
        nbl_seal(list);
    }
    if (count != NumberOfNetBufferLists)
        verify_violation("nbl-count", "%s: %u lists, NumberOfNetBufferLists is %u", call, count,
                         NumberOfNetBufferLists);
    if (!lend) __atomic_fetch_add(&adapter->indicated, count, __ATOMIC_ACQ_REL);
    adapter->stack->indicate(adapter->stack_context, NetBufferList, count, ReceiveFlags);
    if (lend && verify_enabled) {
        for (NET_BUFFER_LIST *list = NetBufferList; list; list = list->Next) {
            check_seal(adapter, list);
            list_move(list, adapter, NBL_LENT, NBL_OWNED, "host: end of a lending indication", "host-returned-lent");
        }
    }
out:
    ndis_leave(adapter, &adapter->calls);
}

void ndis_stack_return(struct ndis_adapter *adapter, NET_BUFFER_LIST *chain, ULONG flags) {
    int64_t count = 0;
    check_flag("host: return", flags, NDIS_RETURN_FLAGS_DISPATCH_LEVEL);
    for (NET_BUFFER_LIST *list = chain; list; list = list->Next, count++) {
        if (!verify_enabled) continue;
        if (!list_move(list, adapter, NBL_INDICATED, NBL_OWNED, "host: return", "host-returned-twice")) return;
        check_seal(adapter, list);
        for (size_t i = 0; i < sizeof stale_slots; i++) list->NetBufferListInfo[stale_slots[i]] = STALE_INFO;
    }
    if (!count) return;
    __atomic_fetch_sub(&adapter->indicated, count, __ATOMIC_ACQ_REL);
    struct ndis_call call =
        ndis_call_begin("MiniportReturnNetBufferLists", adapter->driver->c.ReturnNetBufferListsHandler);
    adapter->driver->c.ReturnNetBufferListsHandler(adapter->context, chain, flags);
    ndis_call_end(call);
}

/* --- clones and out-of-band data --------------------------------------------------------------------------------- */

/* Only slots that both know: a sent list is its stack's, whose NDIS may be newer than the miniport's. */
static void copy_info(NET_BUFFER_LIST *to, const NET_BUFFER_LIST *from) {
    unsigned to_slots = nbl_private(to)->slots, from_slots = nbl_private((NET_BUFFER_LIST *)from)->slots;
    memcpy(to->NetBufferListInfo, from->NetBufferListInfo,
           (to_slots < from_slots ? to_slots : from_slots) * sizeof *to->NetBufferListInfo);
}

VOID NTAPI NdisCopySendNetBufferListInfo(NET_BUFFER_LIST *DestNetBufferList, const NET_BUFFER_LIST *SrcNetBufferList) {
    NT_ENTER(NdisCopySendNetBufferListInfo);
    copy_info(DestNetBufferList, SrcNetBufferList);
}

VOID NTAPI NdisCopyReceiveNetBufferListInfo(NET_BUFFER_LIST *DestNetBufferList,
                                            const NET_BUFFER_LIST *SrcNetBufferList) {
    NT_ENTER(NdisCopyReceiveNetBufferListInfo);
    copy_info(DestNetBufferList, SrcNetBufferList);
    ULONG kept = NDIS_NBL_FLAGS_IS_IPV4 | NDIS_NBL_FLAGS_IS_IPV6;
    DestNetBufferList->NblFlags = (DestNetBufferList->NblFlags & ~kept) | (SrcNetBufferList->NblFlags & kept);
}
