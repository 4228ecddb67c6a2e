/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A miniport that we might not have written (drivers/lodger.c), with real traffic: what Warren does differently, the host
 * must do right, too.
 */
#include "test/driver/drivers/lodger.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/kernel.h"
#include "host/pnp.h"
#include "host/sched.h"
#include "host/stack_fake.h"
#include "nt/win32.h"
#include "test/common/testing.h"
#include "test/driver/rig.h"

#define HARDWARE_ID L"Lodger\\Device"
#define LENGTH 400u
#define PACKETS 300u

static struct devnode *node;
static struct ndis_adapter *adapter;
static struct fake_stack *stack;

struct guest {
    HANDLE device;
    struct lodger_ring *to_client, *to_stack;
    HANDLE to_client_event, to_stack_event;
};

static void created(struct devnode *made, NTSTATUS status, void *context) {
    (void)made;
    *(NTSTATUS *)context = status;
}

static void device_start(void) {
    struct pnp_software_device info = {
        .enumerator = L"Lodger", .instance = L"0", .hardware_ids = HARDWARE_ID L"\0", .description = L"Lodger"};
    NTSTATUS enumerated = STATUS_PENDING;
    ck_assert(NT_SUCCESS(pnp_create(ps_client_process, &info, created, &enumerated, &node)));
    pnp_wait_idle();
    ck_assert(NT_SUCCESS(enumerated));
    ck_assert(pnp_is_started(node));
    adapter = ndis_adapter_find(pnp_net_cfg_instance_id(node));
    stack = fake_of(adapter);
}

static void world_start(void) {
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    const char *why = NULL;
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/lodger.sys");
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = path,
                                 .hardware_id = HARDWARE_ID,
                                 .service = L"Lodger",
                                 .version = L"1.0.0.0",
                                 .quiet = true};
    ck_assert_msg(NT_SUCCESS(host_start(&config, &why)), "%s", why);
    device_start();
}

static bool first_link(struct devnode *of, const WCHAR *link, void *context) {
    WCHAR *path = context;
    size_t length = 0;
    (void)of;
    while (link[length]) length++;
    memcpy(path, link, (length + 1) * sizeof(WCHAR));
    path[1] = L'?'; /* \\?\ is \??\ to the kernel */
    return false;
}

/* Opens the functional device by its interface, as programs do. */
static NTSTATUS interface_open(const WCHAR *behind, HANDLE *handle) {
    static const GUID net = {0xcac88484, 0x7515, 0x4c03, {0x82, 0xe6, 0x71, 0xa8, 0x7a, 0xba, 0xc3, 0x61}};
    WCHAR path[512] = {0};
    size_t length = 0;
    UNICODE_STRING name;
    pnp_for_each_interface(&net, true, first_link, path);
    while (path[length]) length++;
    ck_assert_uint_gt(length, 0);
    while (*behind) path[length++] = *behind++;
    path[length] = 0;
    RtlInitUnicodeString(&name, path);
    return io_open(ps_current_process(), &name, GENERIC_READ | GENERIC_WRITE, handle);
}

static struct lodger_ring *ring_allocate(void) {
    struct lodger_ring *ring = VirtualAlloc(NULL, LODGER_RING_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ck_assert_ptr_nonnull(ring);
    return ring;
}

static NTSTATUS guest_register(struct guest *guest) {
    struct lodger_register in = {.to_client = (uintptr_t)guest->to_client,
                                 .to_client_event = (uintptr_t)guest->to_client_event,
                                 .to_stack = (uintptr_t)guest->to_stack,
                                 .to_stack_event = (uintptr_t)guest->to_stack_event};
    return io_control(ps_current_process(), guest->device, LODGER_REGISTER, &in, sizeof in, NULL, 0, NULL);
}

static struct guest guest_arrive(void) {
    struct guest guest = {.to_client = ring_allocate(),
                          .to_stack = ring_allocate(),
                          .to_client_event = CreateEventW(NULL, FALSE, FALSE, NULL),
                          .to_stack_event = CreateEventW(NULL, FALSE, FALSE, NULL)};
    ck_assert(NT_SUCCESS(interface_open(L"", &guest.device)));
    ck_assert(NT_SUCCESS(guest_register(&guest)));
    ck_assert(ndis_adapter_connected(adapter));
    return guest;
}

static void guest_leave(struct guest *guest) {
    if (guest->device) ck_assert(CloseHandle(guest->device));
    ck_assert(CloseHandle(guest->to_client_event) && CloseHandle(guest->to_stack_event));
    ck_assert(VirtualFree(guest->to_client, 0, MEM_RELEASE) && VirtualFree(guest->to_stack, 0, MEM_RELEASE));
}

static void world_stop(void) {
    pnp_uninstall(node);
    pnp_wait_idle();
    host_stop();
}

/* --- packets ----------------------------------------------------------------------------------------------------- */

static void guest_send(struct guest *guest, unsigned seed) {
    struct lodger_ring *ring = guest->to_stack;
    unsigned tail = ring->tail, tries = 0, length = LENGTH;
    while ((__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - tail - 1) % LODGER_CAPACITY < LODGER_RECORD(LENGTH))
        sched_relax(tries++);
    memcpy(ring->records + tail, &length, 4);
    packet_make(ring->records + tail + 4, LENGTH, seed % 2 ? 4 : 6, seed);
    __atomic_store_n(&ring->tail, (tail + LODGER_RECORD(LENGTH)) % LODGER_CAPACITY, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&ring->alertable, __ATOMIC_SEQ_CST)) SetEvent(guest->to_stack_event);
}

static void guest_receive(struct guest *guest, unsigned seed) {
    struct lodger_ring *ring = guest->to_client;
    unsigned length;
    while (__atomic_load_n(&ring->tail, __ATOMIC_SEQ_CST) == ring->head) {
        __atomic_store_n(&ring->alertable, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&ring->tail, __ATOMIC_SEQ_CST) == ring->head)
            ck_assert_uint_eq(WaitForSingleObject(guest->to_client_event, INFINITE), WAIT_OBJECT_0);
        __atomic_store_n(&ring->alertable, 0, __ATOMIC_SEQ_CST);
    }
    memcpy(&length, ring->records + ring->head, 4);
    ck_assert_uint_eq(length, LENGTH);
    packet_assert(ring->records + ring->head + 4, LENGTH, seed % 2 ? 4 : 6, seed);
    __atomic_store_n(&ring->head, (ring->head + LODGER_RECORD(LENGTH)) % LODGER_CAPACITY, __ATOMIC_RELEASE);
}

static void stack_sends(void *context) {
    static const uint32_t pieces[] = {20, 3, 100};
    uint8_t packet[LENGTH];
    unsigned *accepted = context;
    for (unsigned at = 0; at < PACKETS; at++) {
        struct fake_packet sent = {
            .data = packet, .size = LENGTH, .headroom = at % 5, .pieces = pieces, .piece_count = at % 4};
        packet_make(packet, LENGTH, at % 2 ? 4 : 6, at);
        while (fake_send_packets(stack, &sent, 1, at % 3 ? DISPATCH_LEVEL : PASSIVE_LEVEL) == 0) sched_relax(*accepted);
        ++*accepted;
    }
}

START_TEST(packets_pass_both_ways_without_a_copy_upwards) {
    unsigned accepted = 0;
    world_start();
    struct guest guest = guest_arrive();
    fake_set_returns(stack, FAKE_RETURN_HOLD);
    PETHREAD thread = rig_thread(stack_sends, &accepted);
    for (unsigned at = 0; at < PACKETS; at++) {
        guest_send(&guest, at);
        fake_wait_received(stack, at + 1);
        const struct fake_received *got = fake_received_at(stack, at);
        ck_assert_uint_eq(got->size, LENGTH);
        packet_assert(got->data, LENGTH, at % 2 ? 4 : 6, at);
        /* Held for a while, returned in another order. */
        if (at % 50 == 49) ck_assert_uint_eq(fake_return(stack, 50, at, at % 100 == 99 ? DISPATCH_LEVEL : 0), 50);
        guest_receive(&guest, at);
    }
    ps_thread_join(thread);
    ck_assert_uint_eq(accepted, PACKETS);
    guest_leave(&guest);
    world_stop();
}
END_TEST

static void pause_now(void *done) {
    ck_assert_int_eq(ndis_pause(adapter), NDIS_STATUS_SUCCESS);
    SetEvent(*(HANDLE *)done);
}

START_TEST(a_pause_pends_until_the_last_packet_is_back) {
    world_start();
    HANDLE done = CreateEventW(NULL, TRUE, FALSE, NULL);
    struct guest guest = guest_arrive();
    fake_set_returns(stack, FAKE_RETURN_HOLD);
    for (unsigned at = 0; at < 10; at++) guest_send(&guest, at);
    fake_wait_received(stack, 10);
    PETHREAD thread = rig_thread(pause_now, &done);
    ck_assert_uint_eq(fake_return(stack, 9, 3, DISPATCH_LEVEL), 9);
    ck_assert_uint_eq(WaitForSingleObject(done, 0), WAIT_TIMEOUT);
    ck_assert_uint_eq(fake_return(stack, 1, 0, DISPATCH_LEVEL), 1);
    ps_thread_join(thread);
    guest_send(&guest, 10);
    ck_assert_int_eq(ndis_restart(adapter), NDIS_STATUS_SUCCESS);
    fake_wait_received(stack, 11);
    fake_return(stack, 1, 0, PASSIVE_LEVEL);
    guest_leave(&guest);
    CloseHandle(done);
    world_stop();
}
END_TEST

START_TEST(bad_registrations_are_refused_and_leave_nothing) {
    world_start();
    struct guest guest = guest_arrive(), bad = guest;
    ck_assert_int_eq(guest_register(&guest), STATUS_ALREADY_INITIALIZED);
    ck_assert(CloseHandle(guest.device));
    ck_assert(!ndis_adapter_connected(adapter));
    ck_assert(NT_SUCCESS(interface_open(L"", &bad.device)));
    /* Not mapped, the kernel's, read-only, no handle. */
    bad.to_client = (struct lodger_ring *)(uintptr_t)0x10000;
    ck_assert_int_eq(guest_register(&bad), STATUS_ACCESS_VIOLATION);
    bad.to_client = ExAllocatePoolWithTag(NonPagedPoolNx, LODGER_RING_SIZE, 'tseT');
    ck_assert_int_eq(guest_register(&bad), STATUS_ACCESS_VIOLATION);
    ExFreePoolWithTag(bad.to_client, 'tseT');
    bad.to_client = guest.to_client;
    bad.to_stack = VirtualAlloc(NULL, LODGER_RING_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    ck_assert_ptr_nonnull(bad.to_stack);
    ck_assert_int_eq(guest_register(&bad), STATUS_ACCESS_VIOLATION);
    ck_assert(VirtualFree(bad.to_stack, 0, MEM_RELEASE));
    bad.to_stack = guest.to_stack;
    bad.to_stack_event = (HANDLE)(uintptr_t)0x7770;
    ck_assert_int_eq(guest_register(&bad), STATUS_INVALID_HANDLE);
    bad.to_stack_event = guest.to_stack_event;
    ck_assert(NT_SUCCESS(guest_register(&bad)));
    guest_leave(&bad);
    world_stop();
}
END_TEST

START_TEST(ndis_gets_what_is_not_for_the_driver) {
    HANDLE handle;
    world_start();
    /* A name below the device is NDIS's. */
    if (NT_SUCCESS(interface_open(L"\\below", &handle))) {
        ck_assert_int_ne(io_control(ps_client_process, handle, LODGER_REGISTER, NULL, 0, NULL, 0, NULL),
                         STATUS_SUCCESS);
        ck_assert(CloseHandle(handle));
    }
    /* An ordinary user is turned away by the driver's own check. */
    se_set_process_token(ps_client_process, SE_TOKEN_USER);
    ck_assert_int_eq(interface_open(L"", &handle), STATUS_ACCESS_DENIED);
    se_set_process_token(ps_client_process, SE_TOKEN_ADMINISTRATOR);
    struct guest guest = guest_arrive();
    guest_leave(&guest);
    world_stop();
}
END_TEST

START_TEST(a_process_that_dies_is_unregistered) {
    world_start();
    PEPROCESS mortal = ps_process_create("mortal"), before = ps_act_as(mortal);
    struct guest guest = guest_arrive();
    for (unsigned at = 0; at < 5; at++) guest_send(&guest, at);
    fake_wait_received(stack, 5);
    ps_act_as(before);
    ps_process_kill(mortal);
    ob_dereference(mortal);
    ck_assert(!ndis_adapter_connected(adapter));
    world_stop();
}
END_TEST

START_TEST(a_removal_closes_the_handles_of_programs) {
    for (unsigned round = 0; round < 3; round++) {
        world_start();
        struct guest guest = guest_arrive();
        for (unsigned at = 0; at < 5; at++) guest_send(&guest, at);
        fake_wait_received(stack, 5);
        pnp_close(node);
        pnp_wait_idle();
        /* The driver closed it for us. */
        ck_assert(!CloseHandle(guest.device));
        guest.device = NULL;
        guest_leave(&guest);
        world_stop();
    }
}
END_TEST

TEST_CASES(lodger, packets_pass_both_ways_without_a_copy_upwards, a_pause_pends_until_the_last_packet_is_back,
           bad_registrations_are_refused_and_leave_nothing, ndis_gets_what_is_not_for_the_driver,
           a_process_that_dies_is_unregistered, a_removal_closes_the_handles_of_programs)
