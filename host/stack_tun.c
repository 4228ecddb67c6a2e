/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The Linux network stack behind an adapter: its TUN device, its state, and packets from the miniport to Linux. The
 * other direction is stack_tun_reader.c. On Windows the device is a bridge of datagrams instead.
 */
#include "host/stack_tun_private.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "host/os.h"
#include "host/pnp.h"

#define MDLS_MAX 64

static pthread_mutex_t reports_lock = PTHREAD_MUTEX_INITIALIZER;
static struct report {
    struct report *next;
    struct tun_report report;
} *reports; /* reports_lock; newest first */

/* --- the name ---------------------------------------------------------------------------------------------------- */

struct name_search {
    const GUID *guid;
    char *name;
};

static bool name_visit(struct devnode *node, void *context) {
    /* DEVPKEY_Device_FriendlyName */
    static const DEVPROPKEY friendly_name = {
        {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 14};
    struct name_search *search = context;
    if (memcmp(pnp_net_cfg_instance_id(node), search->guid, sizeof(GUID))) return true;
    WCHAR text[128];
    ULONG type, size = sizeof text - sizeof *text;
    if (!NT_SUCCESS(pnp_property_get(node, &friendly_name, &type, text, &size))) return false;
    text[size / sizeof *text] = 0;
    unsigned length = 0;
    for (const WCHAR *at = text; *at && length < 15; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        if (plain)
            search->name[length++] = (char)*at;
        else if (length && search->name[length - 1] != '-')
            search->name[length++] = '-';
    }
    while (length && search->name[length - 1] == '-') length--;
    search->name[length] = 0;
    return false;
}

static void carrier_set(struct tun_stack *tun, bool on) {
    int error = link_set_carrier(tun->fd, on);
    /* Linux sends nothing before it has noticed. */
    if (!error && on) error = link_wait_running(tun->index, 1000);
    if (error) host_log("%s: cannot set the carrier %s: %s", tun->name, on ? "on" : "off", strerror(error));
}

/* --- binding ----------------------------------------------------------------------------------------------------- */

static NTSTATUS tun_bind(struct ndis_adapter *adapter, void **context) {
    char why[256], wanted[16] = "";
    struct tun_stack *tun = os_aligned_alloc(64, sizeof *tun);
    if (!tun) return STATUS_INSUFFICIENT_RESOURCES;
    tun->adapter = adapter;
    pnp_for_each(name_visit, &(struct name_search){.guid = ndis_adapter_guid(adapter), .name = wanted});
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    tun->fd = link_open(wanted, tun->name, &tun->index, why, sizeof why);
    if (tun->fd < 0) {
        host_log("%s", why);
        goto undo_memory;
    }
    carrier_set(tun, false);
    int error = link_configure(tun->index, ndis_adapter_mtu(adapter), TUN_QUEUE_LENGTH);
    if (error) {
        host_log("cannot bring %s up with an MTU of %u: %s", tun->name, ndis_adapter_mtu(adapter), strerror(error));
        goto undo_device;
    }
    status = tun_reader_create(tun);
    if (!NT_SUCCESS(status)) goto undo_device;
    if (ndis_adapter_connected(adapter)) carrier_set(tun, true);
    *context = tun;
    return STATUS_SUCCESS;
undo_device:
    link_close(tun->fd);
undo_memory:
    os_aligned_free(tun);
    return status;
}

static void report_add(struct tun_stack *tun) {
    struct report *entry = calloc(1, sizeof *entry);
    if (!entry) return;
    memcpy(entry->report.name, tun->name, sizeof entry->report.name);
    tun_counters(tun, &entry->report.counters);
    NDIS_STATISTICS_INFO info;
    ULONG written = 0;
    memset(&info, 0, sizeof info);
    if (ndis_query(tun->adapter, OID_GEN_STATISTICS, &info, sizeof info, &written) == NDIS_STATUS_SUCCESS) {
        entry->report.has_driver = true;
        entry->report.driver_in = info.ifHCInUcastPkts + info.ifHCInMulticastPkts + info.ifHCInBroadcastPkts;
        entry->report.driver_out = info.ifHCOutUcastPkts + info.ifHCOutMulticastPkts + info.ifHCOutBroadcastPkts;
        entry->report.driver_in_lost = info.ifInDiscards + info.ifInErrors;
        entry->report.driver_out_lost = info.ifOutDiscards + info.ifOutErrors;
    }
    pthread_mutex_lock(&reports_lock);
    entry->next = reports;
    reports = entry;
    pthread_mutex_unlock(&reports_lock);
}

static void tun_unbind(void *context) {
    struct tun_stack *tun = context;
    report_add(tun);
    tun_reader_destroy(tun);
    link_close(tun->fd);
    os_aligned_free(tun);
}

static void tun_status(void *context, const NDIS_STATUS_INDICATION *indication) {
    struct tun_stack *tun = context;
    if (indication->StatusCode != NDIS_STATUS_LINK_STATE || !indication->StatusBuffer ||
        indication->StatusBufferSize < NDIS_SIZEOF_LINK_STATE_REVISION_1)
        return;
    const NDIS_LINK_STATE *state = indication->StatusBuffer;
    carrier_set(tun, state->MediaConnectState == MediaConnectStateConnected);
}

/* --- to Linux ---------------------------------------------------------------------------------------------------- */

/* Describes the buffer's data; returns the number of parts, 0 when there are too many or a mapping fails. */
static int parts_of(NET_BUFFER *buffer, struct iovec parts[MDLS_MAX]) {
    ULONG left = buffer->DataLength, offset = buffer->CurrentMdlOffset;
    int count = 0;
    for (MDL *mdl = buffer->CurrentMdl; left; mdl = mdl->Next) {
        if (!mdl || count == MDLS_MAX) return 0;
        ULONG size = MmGetMdlByteCount(mdl) - offset;
        if (size > left) size = left;
        char *data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
        if (!data) return 0;
        if (size) parts[count++] = (struct iovec){.iov_base = data + offset, .iov_len = size};
        left -= size;
        offset = 0;
    }
    return count;
}

static void write_one(struct tun_stack *tun, NET_BUFFER *buffer, struct tun_counters *sum) {
    struct iovec parts[MDLS_MAX];
    int count = parts_of(buffer, parts);
    ssize_t written = -1;
    errno = EINVAL;
    if (count) written = link_write(tun->fd, parts, count);
    if (written >= 0) {
        sum->to_linux++;
        sum->to_linux_bytes += (uint64_t)written;
    } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
        sum->to_linux_dropped++;
    } else {
        sum->to_linux_refused++;
    }
}

static void count_add(uint64_t *counter, uint64_t by) {
    if (by) __atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

static void tun_indicate(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags) {
    struct tun_stack *tun = context;
    struct tun_counters sum = {0};
    (void)count;
    for (NET_BUFFER_LIST *list = chain; list; list = list->Next)
        for (NET_BUFFER *buffer = list->FirstNetBuffer; buffer; buffer = buffer->Next) write_one(tun, buffer, &sum);
    count_add(&tun->in.indications, 1);
    count_add(&tun->in.packets, sum.to_linux);
    count_add(&tun->in.bytes, sum.to_linux_bytes);
    count_add(&tun->in.dropped, sum.to_linux_dropped);
    count_add(&tun->in.refused, sum.to_linux_refused);
    if (!(flags & NDIS_RECEIVE_FLAGS_RESOURCES))
        ndis_stack_return(tun->adapter, chain,
                          flags & NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL ? NDIS_RETURN_FLAGS_DISPATCH_LEVEL : 0);
}

/* --- for the rest of the host ------------------------------------------------------------------------------------ */

bool tun_probe(char *why, size_t why_size) {
    char name[16];
    int index, fd = link_open(NULL, name, &index, why, why_size);
    if (fd < 0) return false;
    link_close(fd);
    return true;
}

static bool gone_visit(struct devnode *node, void *context) {
    struct tun_stack *tun = context;
    if (memcmp(pnp_net_cfg_instance_id(node), ndis_adapter_guid(tun->adapter), sizeof(GUID))) return true;
    pnp_gone(pnp_physical_device(node));
    return false;
}

/* Somebody has deleted the device: as if a network card had been pulled out. */
void tun_gone(struct tun_stack *tun) { pnp_for_each(gone_visit, tun); }

struct tun_stack *tun_of(struct ndis_adapter *adapter) {
    return ndis_stack == &stack_tun ? ndis_adapter_stack_context(adapter) : NULL;
}

void tun_counters(struct tun_stack *tun, struct tun_counters *to) {
#define READ(field) __atomic_load_n(&tun->field, __ATOMIC_RELAXED)
    memset(to, 0, sizeof *to);
    to->from_linux = READ(out.packets);
    to->from_linux_bytes = READ(out.bytes);
    to->bundles = READ(out.bundles);
    to->waits_for_lists = READ(out.waits);
    to->sends_completed = READ(done.completed);
    to->sends_failed = READ(done.failed);
    to->sends_failed_resources = READ(done.failed_resources);
    to->to_linux = READ(in.packets);
    to->to_linux_bytes = READ(in.bytes);
    to->indications = READ(in.indications);
    to->to_linux_dropped = READ(in.dropped);
    to->to_linux_refused = READ(in.refused);
#undef READ
    link_get(tun->index, NULL, &to->linux_link);
}

const char *tun_name(struct tun_stack *tun) { return tun->name; }

int tun_address_add(struct tun_stack *tun, bool six, const void *address, uint8_t prefix_length) {
    return address_add(tun->index, six, address, prefix_length);
}

int tun_address_delete(struct tun_stack *tun, bool six, const void *address, uint8_t prefix_length) {
    return address_delete(tun->index, six, address, prefix_length);
}

int tun_mtu_get(struct tun_stack *tun, uint32_t *mtu) { return link_get(tun->index, mtu, NULL); }

int tun_mtu_set(struct tun_stack *tun, uint32_t mtu) { return link_set_mtu(tun->index, mtu); }

void tun_for_each_report(void (*visit)(const struct tun_report *report, void *context), void *context) {
    pthread_mutex_lock(&reports_lock);
    for (struct report *entry = reports; entry; entry = entry->next) visit(&entry->report, context);
    pthread_mutex_unlock(&reports_lock);
}

const struct net_stack stack_tun = {
    .name = "tun",
    .bind = tun_bind,
    .restarted = tun_restarted,
    .pausing = tun_pausing,
    .indicate = tun_indicate,
    .send_complete = tun_send_complete,
    .status = tun_status,
    .unbind = tun_unbind,
};
