/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Packets from Linux to the miniport: a thread that reads them into lists made beforehand and sends these in bundles.
 * Nothing is allocated on the way, and a list is used again as soon as it has been completed.
 */
#include "host/stack_tun_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* --- lists ------------------------------------------------------------------------------------------------------- */

static void slot_free(struct tun_slot *slot) {
    if (slot->list) NdisFreeNetBufferList(slot->list);
    for (unsigned i = 0; i < 2; i++)
        if (slot->mdls[i]) IoFreeMdl(slot->mdls[i]);
    if (slot->rest) ExFreePoolWithTag(slot->rest, TUN_TAG);
    if (slot->head) ExFreePoolWithTag(slot->head, TUN_TAG);
}

static bool slot_fill(struct tun_stack *tun, struct tun_slot *slot) {
    ULONG head_size = TUN_HEADROOM + TUN_HEAD, rest_size = TUN_PACKET_MAX - TUN_HEAD;
    slot->head = ExAllocatePoolWithTag(NonPagedPoolNx, head_size, TUN_TAG);
    slot->rest = ExAllocatePoolWithTag(NonPagedPoolNx, rest_size, TUN_TAG);
    if (!slot->head || !slot->rest) return false;
    slot->mdls[0] = IoAllocateMdl(slot->head, head_size, FALSE, FALSE, NULL);
    slot->mdls[1] = IoAllocateMdl(slot->rest, rest_size, FALSE, FALSE, NULL);
    if (!slot->mdls[0] || !slot->mdls[1]) return false;
    MmBuildMdlForNonPagedPool(slot->mdls[0]);
    MmBuildMdlForNonPagedPool(slot->mdls[1]);
    slot->mdls[0]->Next = slot->mdls[1];
    slot->list = NdisAllocateNetBufferAndNetBufferList(tun->pool, 0, 0, slot->mdls[0], TUN_HEADROOM, 0);
    if (!slot->list) return false;
    slot->buffer = slot->list->FirstNetBuffer;
    slot->list->ProtocolReserved[0] = slot;
    return true;
}

static void slots_free(struct tun_stack *tun) {
    for (unsigned i = 0; tun->slots && i < TUN_LISTS; i++) slot_free(&tun->slots[i]);
    free(tun->slots);
    if (tun->pool) NdisFreeNetBufferListPool(tun->pool);
}

static bool slots_create(struct tun_stack *tun) {
    NET_BUFFER_LIST_POOL_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .ProtocolId = NDIS_PROTOCOL_ID_TCP_IP,
        .fAllocateNetBuffer = TRUE,
        .PoolTag = TUN_TAG,
    };
    tun->slots = calloc(TUN_LISTS, sizeof *tun->slots);
    tun->pool = NdisAllocateNetBufferListPool(NULL, &parameters);
    if (!tun->slots || !tun->pool) return false;
    for (unsigned i = 0; i < TUN_LISTS; i++) {
        if (!slot_fill(tun, &tun->slots[i])) return false;
        tun->slots[i].next = tun->free;
        tun->free = &tun->slots[i];
    }
    return true;
}

/* Only the reader takes from `done`, and always all of it, so a slot cannot come back while it looks. */
static struct tun_slot *slot_take(struct tun_stack *tun) {
    struct tun_slot *slot = tun->free;
    if (!slot) slot = __atomic_exchange_n(&tun->done.slots, NULL, __ATOMIC_ACQUIRE);
    if (slot) tun->free = slot->next;
    return slot;
}

void tun_send_complete(void *context, NET_BUFFER_LIST *chain, ULONG flags) {
    struct tun_stack *tun = context;
    struct tun_slot *first = NULL, *last = NULL;
    uint64_t completed = 0, failed = 0, resources = 0;
    (void)flags;
    for (NET_BUFFER_LIST *list = chain; list; list = list->Next) {
        struct tun_slot *slot = list->ProtocolReserved[0];
        if (list->Status == NDIS_STATUS_SUCCESS) {
            completed++;
        } else {
            failed++;
            resources += list->Status == NDIS_STATUS_RESOURCES;
        }
        slot->next = first;
        first = slot;
        if (!last) last = slot;
    }
    if (!first) return;
    __atomic_fetch_add(&tun->done.completed, completed, __ATOMIC_RELAXED);
    if (failed) {
        __atomic_fetch_add(&tun->done.failed, failed, __ATOMIC_RELAXED);
        __atomic_fetch_add(&tun->done.failed_resources, resources, __ATOMIC_RELAXED);
    }
    struct tun_slot *head = __atomic_load_n(&tun->done.slots, __ATOMIC_RELAXED);
    do last->next = head;
    while (!__atomic_compare_exchange_n(&tun->done.slots, &head, first, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    /* Sequentially consistent, as its partner in wait_for_slot: either we see the wish or it sees the slots. */
    if (__atomic_load_n(&tun->done.wanted, __ATOMIC_SEQ_CST)) link_wake(tun->wake);
}

/* --- the thread -------------------------------------------------------------------------------------------------- */

static void wake_wait(struct tun_stack *tun, bool device_too) { link_wait(tun->wake, device_too ? tun->fd : -1); }

static void wait_for_slot(struct tun_stack *tun) {
    __atomic_store_n(&tun->out.waits, tun->out.waits + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&tun->done.wanted, 1, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&tun->done.slots, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&tun->mode, __ATOMIC_SEQ_CST) == TUN_RUN)
        wake_wait(tun, false);
    __atomic_store_n(&tun->done.wanted, 0, __ATOMIC_SEQ_CST);
}

/* True if there was a packet. */
static bool slot_read(struct tun_stack *tun, struct tun_slot *slot) {
    struct iovec parts[2] = {{slot->head + TUN_HEADROOM, TUN_HEAD}, {slot->rest, TUN_PACKET_MAX - TUN_HEAD}};
    ssize_t size = link_read(tun->fd, parts, 2);
    if (size <= 0) {
        if (size < 0 && errno != EAGAIN && !tun->broken) {
            host_log("%s: cannot read packets from Linux any more: %s", tun->name, strerror(errno));
            tun->broken = true;
            tun_gone(tun);
        }
        return false;
    }
    bool six = slot->head[TUN_HEADROOM] >> 4 == 6;
    NET_BUFFER_LIST *list = slot->list;
    list->Next = NULL;
    list->Status = NDIS_STATUS_PENDING;
    list->NblFlags = six ? NDIS_NBL_FLAGS_IS_IPV6 : NDIS_NBL_FLAGS_IS_IPV4;
    list->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(uintptr_t)(six ? 0xdd86 : 0x0008); /* network order */
    slot->buffer->CurrentMdl = slot->mdls[0];
    slot->buffer->CurrentMdlOffset = slot->buffer->DataOffset = TUN_HEADROOM;
    slot->buffer->DataLength = (ULONG)size;
    __atomic_store_n(&tun->out.bytes, tun->out.bytes + (uint64_t)size, __ATOMIC_RELAXED);
    return true;
}

/* Reads and sends one bundle. False when Linux had nothing, or there was no list to read into. */
static bool bundle_send(struct tun_stack *tun) {
    NET_BUFFER_LIST *chain = NULL, **end = &chain;
    unsigned count = 0;
    while (count < TUN_BUNDLE) {
        struct tun_slot *slot = slot_take(tun);
        if (!slot) {
            if (!count) {
                wait_for_slot(tun);
                return true;
            }
            break;
        }
        if (!slot_read(tun, slot)) {
            slot->next = tun->free;
            tun->free = slot;
            break;
        }
        *end = slot->list;
        end = &slot->list->Next;
        count++;
    }
    if (!count) return false;
    __atomic_store_n(&tun->out.packets, tun->out.packets + count, __ATOMIC_RELAXED);
    __atomic_store_n(&tun->out.bundles, tun->out.bundles + 1, __ATOMIC_RELAXED);
    ndis_stack_send(tun->adapter, chain, 0);
    return true;
}

static void reader_main(void *context) {
    struct tun_stack *tun = context;
    for (;;) {
        switch (__atomic_load_n(&tun->mode, __ATOMIC_SEQ_CST)) {
        case TUN_END: return;
        case TUN_RUN:
            if (!bundle_send(tun)) wake_wait(tun, !tun->broken);
            break;
        default:
            KeSetEvent(&tun->parked, IO_NO_INCREMENT, FALSE);
            wake_wait(tun, false);
            break;
        }
    }
}

static void mode_set(struct tun_stack *tun, enum tun_mode mode) {
    __atomic_store_n(&tun->mode, mode, __ATOMIC_SEQ_CST);
    link_wake(tun->wake);
}

void tun_restarted(void *context) { mode_set(context, TUN_RUN); }

void tun_pausing(void *context) {
    struct tun_stack *tun = context;
    /* Cleared here and not when it starts to run: a reader that is late to notice the start would set it once more. */
    KeClearEvent(&tun->parked);
    mode_set(tun, TUN_PARK);
    KeWaitForSingleObject(&tun->parked, Executive, KernelMode, FALSE, NULL);
}

NTSTATUS tun_reader_create(struct tun_stack *tun) {
    KeInitializeEvent(&tun->parked, NotificationEvent, FALSE);
    tun->wake = link_wake_open();
    if (tun->wake < 0) return STATUS_INSUFFICIENT_RESOURCES;
    if (!slots_create(tun)) goto undo_slots;
    tun->reader = ps_thread_create(NULL, reader_main, tun, "tun-reader");
    if (tun->reader) return STATUS_SUCCESS;
undo_slots:
    slots_free(tun);
    link_wake_close(tun->wake);
    return STATUS_INSUFFICIENT_RESOURCES;
}

void tun_reader_destroy(struct tun_stack *tun) {
    mode_set(tun, TUN_END);
    ps_thread_join(tun->reader);
    slots_free(tun);
    link_wake_close(tun->wake);
}
