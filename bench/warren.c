/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The two paths of the shipped driver and library, with a network stack that does nothing but make and take packets.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "host/kernel.h"
#include "host/netstack.h"
#include "host/win32.h"

#include "include/warren.h"

#include <gen/brand.h>

/* --- the stack ---------------------------------------------------------------------------------------------------- */

#define CHAINS 32u
#define BUNDLE_MAX 64u

struct chain {
    NET_BUFFER_LIST *lists[BUNDLE_MAX];
    uint32_t out; /* atomic: lists that the driver has */
};

static struct {
    struct ndis_adapter *adapter;
    uint64_t received; /* atomic: packets that were indicated */
    uint64_t refused;  /* atomic: lists that came back failed */
} stack;

static NTSTATUS stack_bind(struct ndis_adapter *adapter, void **context) {
    stack.adapter = adapter;
    *context = &stack;
    return STATUS_SUCCESS;
}

static void stack_nothing(void *context) { (void)context; }

static void stack_indicate(void *context, NET_BUFFER_LIST *chain, ULONG count, ULONG flags) {
    (void)context;
    __atomic_fetch_add(&stack.received, count, __ATOMIC_RELAXED);
    if (!(flags & NDIS_RECEIVE_FLAGS_RESOURCES))
        ndis_stack_return(stack.adapter, chain,
                          flags & NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL ? NDIS_RETURN_FLAGS_DISPATCH_LEVEL : 0);
}

static void stack_send_complete(void *context, NET_BUFFER_LIST *list, ULONG flags) {
    (void)context, (void)flags;
    while (list) {
        NET_BUFFER_LIST *next = list->Next;
        if (list->Status != NDIS_STATUS_SUCCESS) __atomic_fetch_add(&stack.refused, 1, __ATOMIC_RELAXED);
        __atomic_fetch_sub((uint32_t *)list->ProtocolReserved[0], 1, __ATOMIC_RELEASE);
        list = next;
    }
}

static void stack_status(void *context, const NDIS_STATUS_INDICATION *indication) { (void)context, (void)indication; }

static const struct net_stack stack_bench = {.name = "bench",
                                             .bind = stack_bind,
                                             .restarted = stack_nothing,
                                             .pausing = stack_nothing,
                                             .indicate = stack_indicate,
                                             .send_complete = stack_send_complete,
                                             .status = stack_status,
                                             .unbind = stack_nothing};

/* --- the world ---------------------------------------------------------------------------------------------------- */

static HMODULE library;
static WINTUN_ADAPTER_HANDLE adapter;
static WINTUN_SESSION_HANDLE session;
static WINTUN_CREATE_ADAPTER_FUNC *create_adapter;
static WINTUN_CLOSE_ADAPTER_FUNC *close_adapter;
static WINTUN_START_SESSION_FUNC *start_session;
static WINTUN_END_SESSION_FUNC *end_session;
static WINTUN_GET_READ_WAIT_EVENT_FUNC *read_event;
static WARREN_GET_WRITE_WAIT_EVENT_FUNC *write_event;
static WARREN_RECEIVE_PACKETS_FUNC *receive;
static WARREN_RELEASE_PACKETS_FUNC *release;
static WARREN_ALLOCATE_PACKETS_FUNC *allocate;
static WARREN_SEND_PACKETS_FUNC *send_packets;

static const struct {
    const char *name;
    void *function;
} functions[] = {{"WintunCreateAdapter", &create_adapter}, {"WintunCloseAdapter", &close_adapter},
                 {"WintunStartSession", &start_session},   {"WintunEndSession", &end_session},
                 {"WintunGetReadWaitEvent", &read_event},  {"WarrenGetWriteWaitEvent", &write_event},
                 {"WarrenReceivePackets", &receive},       {"WarrenReleasePackets", &release},
                 {"WarrenAllocatePackets", &allocate},     {"WarrenSendPackets", &send_packets}};

bool warren_start(const char *driver, const char *library_path, bool verify) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = driver,
                                 .library = library_path,
                                 .hardware_id = BRAND_HARDWARE_ID,
                                 .service = BRAND_SERVICE,
                                 .version = BRAND_PACKAGE_VERSION,
                                 .provider = BRAND_COMPANY,
                                 .quiet = true};
    const char *why = NULL;
    verify_enabled = host_count_drivers = verify;
    if (!NT_SUCCESS(host_start(&config, &why))) return false;
    ndis_stack = &stack_bench;
    library = LoadLibraryW(L"wintun.dll");
    for (unsigned at = 0; at < sizeof functions / sizeof *functions; at++) {
        FARPROC found = library ? GetProcAddress(library, functions[at].name) : NULL;
        memcpy(functions[at].function, &found, sizeof found);
        if (!found) return false;
    }
    adapter = create_adapter(L"Bench", L"Bench", NULL);
    session = adapter ? start_session(adapter, 0x1000000) : NULL; /* 16 MiB */
    return session;
}

void warren_stop(void) {
    if (session) end_session(session);
    if (adapter) close_adapter(adapter);
    FreeLibrary(library);
    host_stop();
}

uint64_t warren_kernel_calls(void) { return __atomic_load_n(&host_driver_calls, __ATOMIC_RELAXED); }

/* --- to the client ------------------------------------------------------------------------------------------------ */

static uint32_t size, bundle;
static struct chain chains[CHAINS];
static NDIS_HANDLE pool;

static NET_BUFFER_LIST *list_make(struct chain *chain) {
    uint8_t *data = malloc(size);
    MDL *mdl = data ? IoAllocateMdl(data, size, FALSE, FALSE, NULL) : NULL;
    if (!mdl) return NULL;
    packet_make(data, size);
    MmBuildMdlForNonPagedPool(mdl);
    NET_BUFFER_LIST *list = NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdl, 0, size);
    if (!list) return NULL;
    list->SourceHandle = NULL;
    list->ProtocolReserved[0] = &chain->out;
    NdisSetNblFlag(list, NDIS_NBL_FLAGS_IS_IPV4);
    list->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(ULONG_PTR)0x0008; /* 0x0800 in network order */
    return list;
}

static void list_free(NET_BUFFER_LIST *list) {
    MDL *mdl = list->FirstNetBuffer->MdlChain;
    void *data = MmGetMdlVirtualAddress(mdl);
    NdisFreeNetBufferList(list);
    IoFreeMdl(mdl);
    free(data);
}

static bool to_client_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    NET_BUFFER_LIST_POOL_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1, sizeof parameters},
        .ProtocolId = NDIS_PROTOCOL_ID_DEFAULT,
        .fAllocateNetBuffer = TRUE,
        .PoolTag = 'hcnB'};
    size = wanted_size;
    bundle = wanted_bundle;
    pool = NdisAllocateNetBufferListPool(NULL, &parameters);
    *why = "no memory";
    if (!pool) return false;
    for (unsigned at = 0; at < CHAINS; at++)
        for (unsigned list = 0; list < bundle; list++)
            if (!(chains[at].lists[list] = list_make(&chains[at]))) return false;
    return true;
}

static void to_client_end(void) {
    for (unsigned at = 0; at < CHAINS; at++)
        for (unsigned list = 0; list < bundle; list++) list_free(chains[at].lists[list]);
    NdisFreeNetBufferListPool(pool);
}

struct sender {
    uint64_t packets; /* that are to arrive */
    uint64_t taken;   /* atomic: that the client has */
};

/* The stack's thread. What finds no room is sent again, when the client has taken something. */
static void send_main(void *context) {
    struct sender *sender = context;
    uint64_t refused = stack.refused, sent = 0;
    KIRQL irql;
    for (unsigned at = 0; sent < sender->packets; at = (at + 1) % CHAINS) {
        struct chain *chain = &chains[at];
        unsigned count = (unsigned)(sender->packets - sent < bundle ? sender->packets - sent : bundle);
        while (__atomic_load_n(&chain->out, __ATOMIC_ACQUIRE)) {
        }
        for (unsigned list = 0; list < count; list++) {
            chain->lists[list]->Next = list + 1 < count ? chain->lists[list + 1] : NULL;
            chain->lists[list]->Status = NDIS_STATUS_SUCCESS;
        }
        __atomic_store_n(&chain->out, count, __ATOMIC_RELAXED);
        uint64_t taken = __atomic_load_n(&sender->taken, __ATOMIC_RELAXED);
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        ndis_stack_send(stack.adapter, chain->lists[0], NDIS_SEND_FLAGS_DISPATCH_LEVEL);
        KeLowerIrql(irql);
        uint64_t now_refused = __atomic_load_n(&stack.refused, __ATOMIC_RELAXED);
        sent += count - (now_refused - refused);
        if (now_refused != refused)
            while (__atomic_load_n(&sender->taken, __ATOMIC_RELAXED) == taken) SwitchToThread();
        refused = now_refused;
    }
}

static struct result to_client_run(uint64_t packets) {
    struct sender sender = {.packets = packets};
    struct result result = {0};
    WARREN_PACKET batch[BUNDLE_MAX];
    uint64_t refused = stack.refused, start = now(), start_cpu = cpu(), taken = 0;
    PETHREAD thread = ps_thread_create(NULL, send_main, &sender, "sender");
    while (taken < packets) {
        DWORD count = receive(session, batch, bundle);
        if (!count) {
            WaitForSingleObject(read_event(session), INFINITE);
            continue;
        }
        release(session, batch, count);
        taken += count;
        __atomic_store_n(&sender.taken, taken, __ATOMIC_RELAXED);
    }
    result.nanoseconds = now() - start;
    ps_thread_join(thread);
    result.cpu = cpu() - start_cpu;
    result.packets = taken;
    result.lost = stack.refused - refused;
    return result;
}

const struct mover mover_to_client = {"to-client", to_client_begin, to_client_run, to_client_end};

/* --- to the stack ------------------------------------------------------------------------------------------------- */

static uint8_t model[65536];

static bool to_stack_begin(uint32_t wanted_size, uint32_t wanted_bundle, const char **why) {
    (void)why;
    size = wanted_size;
    bundle = wanted_bundle;
    packet_make(model, size);
    return true;
}

static struct result to_stack_run(uint64_t packets) {
    struct result result = {0};
    WARREN_PACKET batch[BUNDLE_MAX];
    HANDLE room = write_event(session);
    uint64_t before = __atomic_load_n(&stack.received, __ATOMIC_RELAXED);
    uint64_t start = now(), start_cpu = cpu(), sent = 0;
    while (sent < packets) {
        DWORD wanted = (DWORD)(packets - sent < bundle ? packets - sent : bundle);
        for (DWORD at = 0; at < wanted; at++) batch[at].Length = size;
        DWORD given = allocate(session, batch, wanted);
        if (!given) {
            result.lost++;
            WaitForSingleObject(room, INFINITE);
            continue;
        }
        /* The program's own writing of the packet belongs to it; of the whole packet, as programs do. */
        for (DWORD at = 0; at < given; at++) memcpy(batch[at].Data, model, size);
        send_packets(session, batch, given);
        sent += given;
    }
    while (__atomic_load_n(&stack.received, __ATOMIC_RELAXED) - before < packets) SwitchToThread();
    result.nanoseconds = now() - start;
    result.cpu = cpu() - start_cpu;
    result.packets = packets;
    return result;
}

static void to_stack_end(void) {}

const struct mover mover_to_stack = {"to-stack", to_stack_begin, to_stack_run, to_stack_end};
