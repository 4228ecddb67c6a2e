/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver that nobody knows, taken through all that Windows may do with it: loaded, started, sent to and received from,
 * paused, put to sleep, removed by surprise and in order, unloaded.
 */
#include "host/exercise.h"

#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"
#include "host/pnp.h"
#include "host/sched.h"
#include "host/stack_fake.h"

#define HARDWARE_ID L"Exercise\\Device"
#define ENUMERATOR L"Exercise"
#define ROUNDS 3 /* of pause and restart */

static bool failed;

static void step(const char *text) {
    printf("exercise: %s\n", text);
    fflush(stdout);
}

__attribute__((format(printf, 1, 2))) static void wrong(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("exercise: WRONG: ");
    vprintf(format, arguments);
    putchar('\n');
    fflush(stdout);
    va_end(arguments);
    failed = true;
}

/* --- traffic ----------------------------------------------------------------------------------------------------- */

static const uint32_t sizes[] = {20, 64, 1420, 65535}, pieces[] = {1, 7, 40, 1024};
#define SIZES (sizeof sizes / sizeof *sizes)

/* An IP packet of experimental protocol 253, with a payload that follows from its size. */
static void packet_make(uint8_t *packet, uint32_t size, bool v6) {
    for (uint32_t i = 0; i < size; i++) packet[i] = (uint8_t)(i * 31 + size);
    memset(packet, 0, v6 ? 40 : 20);
    packet[0] = v6 ? 0x60 : 0x45;
    packet[v6 ? 4 : 2] = (uint8_t)((v6 ? size - 40 : size) >> 8);
    packet[v6 ? 5 : 3] = (uint8_t)(v6 ? size - 40 : size);
    packet[v6 ? 6 : 9] = 253;
}

struct batch {
    struct fake_list *lists[2 * SIZES];
    unsigned count;
};

/* Every size in both families, as lists of one and of two buffers, in one piece and in many, with room in front. */
static struct batch batch_send(struct fake_stack *stack, KIRQL irql) {
    static uint8_t packets[2][SIZES][65535];
    struct batch batch = {0};
    for (unsigned v6 = 0; v6 < 2; v6++)
        for (unsigned i = 0; i < SIZES; i++) {
            uint32_t size = v6 && sizes[i] < 40 ? 40 : sizes[i];
            packet_make(packets[v6][i], size, v6);
            struct fake_packet packet[2] = {
                {.data = packets[v6][i], .size = size},
                {.data = packets[v6][i],
                 .size = size,
                 .headroom = 14,
                 .tailroom = 3,
                 .pieces = pieces,
                 .piece_count = 4},
            };
            struct fake_list *list = fake_list_create(stack, packet + i % 2, 1 + (i % 2 == 0));
            if (list) batch.lists[batch.count++] = list;
        }
    if (batch.count) fake_send(stack, batch.lists, batch.count, irql);
    return batch;
}

/* While paused: whatever was sent before must have come back. */
static void batch_end(struct batch *batch) {
    unsigned taken = 0, count = batch->count;
    while (batch->count) {
        struct fake_list *list = batch->lists[--batch->count];
        fake_list_wait(list);
        taken += fake_list_status(list) == NDIS_STATUS_SUCCESS;
        fake_list_free(list);
    }
    printf("exercise:   %u lists sent, %u of them taken\n", count, taken);
}

/* Received lists are kept for a while, as TCP/IP does, then given back in another order. */
static void receive_some(struct fake_stack *stack, KIRQL irql) {
    unsigned held = fake_held(stack);
    if (held) printf("exercise:   %u lists received and held; now returned\n", held);
    while (fake_held(stack)) fake_return(stack, 3, held, irql);
}

/* --- devices ----------------------------------------------------------------------------------------------------- */

static void device_poke(const UNICODE_STRING *name) {
    static const ULONG methods[] = {METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT, METHOD_NEITHER};
    static uint8_t in[256], out[256];
    HANDLE handle;
    NTSTATUS status = io_open(ps_current_process(), name, GENERIC_READ | GENERIC_WRITE, &handle);
    printf("exercise:   ");
    for (unsigned i = 0; i < name->Length / sizeof(WCHAR); i++) putchar(name->Buffer[i] < 128 ? name->Buffer[i] : '?');
    printf(": open %08x\n", (unsigned)status);
    if (!NT_SUCCESS(status)) return;
    memset(in, 0xff, sizeof in);
    for (unsigned function = 0; function < 4; function++)
        for (unsigned at = 0; at < 4; at++)
            for (unsigned size = 0; size <= sizeof in; size += 64) {
                ULONG code = CTL_CODE(FILE_DEVICE_NETWORK, 0x800 + function * 0x3ff, methods[at], FILE_ANY_ACCESS);
                ULONG_PTR information;
                io_control(ps_current_process(), handle, code, in, size, out, (ULONG)sizeof out - size, &information);
            }
    ob_close(ps_current_process(), handle);
}

/* In a process of its own, which ends with whatever the driver made of its requests. */
static void devices_poke(PDRIVER_OBJECT driver) {
    UNICODE_STRING names[16];
    unsigned count = 0;
    PEPROCESS process = ps_process_create("exercise"), before;
    if (!process) { /* forbidden by the driver */
        wrong("no process may be made");
        return;
    }
    before = ps_act_as(process);
    for (PDEVICE_OBJECT device = driver->DeviceObject; device && count < 16; device = device->NextDevice)
        count += ob_name_of(device, &names[count]);
    while (count--) {
        device_poke(&names[count]);
        free(names[count].Buffer);
    }
    ps_act_as(before);
    ps_process_kill(process);
    ob_dereference(process);
}

/* --- the life of an adapter -------------------------------------------------------------------------------------- */

static void created(struct devnode *node, NTSTATUS status, void *context) {
    (void)node;
    *(NTSTATUS *)context = status;
}

static struct devnode *device_create(void) {
    static const WCHAR *const instances[] = {L"0", L"1"};
    static unsigned made;
    struct pnp_software_device info = {.enumerator = ENUMERATOR,
                                       .instance = instances[made++ % 2],
                                       .hardware_ids = HARDWARE_ID L"\0",
                                       .description = L"Exercise"};
    struct devnode *node = NULL;
    NTSTATUS enumerated = STATUS_PENDING, status = pnp_create(ps_client_process, &info, created, &enumerated, &node);
    pnp_wait_idle();
    if (!NT_SUCCESS(status) || !NT_SUCCESS(enumerated)) {
        wrong("no device: %08x, %08x", (unsigned)status, (unsigned)enumerated);
        return NULL;
    }
    return node;
}

/* Gives back what the stack holds a while after a pause has begun. */
static VOID NTAPI return_late(PVOID context) {
    struct ndis_adapter *adapter = context;
    LARGE_INTEGER while_ = {.QuadPart = -20 * 10000};
    for (unsigned tries = 0; ndis_adapter_state(adapter) == NDIS_RUNNING; tries++) sched_relax(tries);
    KeDelayExecutionThread(KernelMode, FALSE, &while_);
    receive_some(fake_of(adapter), PASSIVE_LEVEL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* A pause has to wait for what the stack holds. */
static void pause_with_lists_out(struct ndis_adapter *adapter) {
    struct fake_stack *stack = fake_of(adapter);
    PVOID thread;
    HANDLE handle;

    step("pause while the stack holds packets");
    fake_set_returns(stack, FAKE_RETURN_HOLD);
    struct batch batch = batch_send(stack, PASSIVE_LEVEL);
    if (!NT_SUCCESS(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, return_late, adapter)) ||
        !NT_SUCCESS(ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &thread, NULL)))
        abort();
    ZwClose(handle);
    if (ndis_pause(adapter) != NDIS_STATUS_SUCCESS) wrong("the pause failed");
    KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(thread);
    batch_end(&batch);
    if (ndis_restart(adapter) != NDIS_STATUS_SUCCESS) wrong("the restart failed");
}

/* Low power need not wait for what the stack holds, and that may come back meanwhile, unless NDIS pauses first. */
static struct batch sleep_and_wake(struct ndis_adapter *adapter) {
    static const ULONG needed =
        NDIS_MINIPORT_ATTRIBUTES_NO_HALT_ON_SUSPEND | NDIS_MINIPORT_ATTRIBUTES_NO_PAUSE_ON_SUSPEND;
    bool hold = (adapter->registration.AttributeFlags & needed) == needed;
    struct fake_stack *stack = fake_of(adapter);

    step("low power and back, with packets");
    fake_set_returns(stack, hold ? FAKE_RETURN_HOLD : FAKE_RETURN_AT_ONCE);
    struct batch batch = batch_send(stack, PASSIVE_LEVEL);
    if (ndis_set_power(adapter, NdisDeviceStateD3) != NDIS_STATUS_SUCCESS) wrong("low power failed");
    if (hold) receive_some(stack, DISPATCH_LEVEL);
    if (ndis_set_power(adapter, NdisDeviceStateD0) != NDIS_STATUS_SUCCESS) wrong("full power failed");
    stack = fake_of(adapter); /* another one, if NDIS halted the adapter meanwhile */
    fake_keep_received(stack, false);
    fake_set_returns(stack, FAKE_RETURN_AT_ONCE);
    return batch;
}

/* What others on the machine do to a running adapter. */
static void others(struct ndis_adapter *adapter, struct fake_stack *stack) {
    static NDIS_STATUS (*const changes[])(struct ndis_adapter *) = {ndis_filter_attach, ndis_protocol_bind,
                                                                    ndis_filter_detach, ndis_protocol_unbind};
    ULONG profile = NdisPowerProfileBattery;
    step("filters and protocols that come and go, with packets");
    for (unsigned i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct batch batch = batch_send(stack, PASSIVE_LEVEL);
        if (changes[i](adapter) != NDIS_STATUS_SUCCESS) wrong("the restart failed");
        batch_end(&batch);
    }
    step("notices, a cancelled send, a check for hang");
    ndis_notify(adapter, NdisDevicePnPEventPowerProfileChanged, &profile, sizeof profile);
    ndis_cancel_send(adapter, &profile);
    if (ndis_check_for_hang(adapter, 3600)) wrong("the miniport wanted a reset");
}

static void live(struct ndis_adapter *adapter, PDRIVER_OBJECT driver) {
    struct fake_stack *stack = fake_of(adapter);
    struct batch batch;

    fake_keep_received(stack, false);
    fake_set_returns(stack, FAKE_RETURN_HOLD);
    step("its devices");
    devices_poke(driver);
    for (unsigned round = 0; round < ROUNDS; round++) {
        KIRQL irql = round % 2 ? DISPATCH_LEVEL : PASSIVE_LEVEL;
        step(round % 2 ? "packets, at DISPATCH_LEVEL" : "packets, at PASSIVE_LEVEL");
        batch = batch_send(stack, irql);
        receive_some(stack, irql);
        step("pause");
        /* What the stack gets while it pauses it gives back at once: the pause waits for it. */
        fake_set_returns(stack, FAKE_RETURN_REVERSED);
        receive_some(stack, irql);
        if (ndis_pause(adapter) != NDIS_STATUS_SUCCESS) wrong("the pause failed");
        batch_end(&batch);
        fake_set_returns(stack, FAKE_RETURN_HOLD);
        step("restart");
        if (ndis_restart(adapter) != NDIS_STATUS_SUCCESS) wrong("the restart failed");
    }
    pause_with_lists_out(adapter);
    fake_set_returns(stack, FAKE_RETURN_AT_ONCE);
    receive_some(stack, PASSIVE_LEVEL);
    fake_set_clones(stack, true);
    others(adapter, stack);
    fake_set_clones(stack, false);
    struct batch before = sleep_and_wake(adapter);
    stack = fake_of(adapter);
    batch = batch_send(stack, PASSIVE_LEVEL);
    if (ndis_pause(adapter) != NDIS_STATUS_SUCCESS) wrong("the pause failed");
    batch_end(&before);
    batch_end(&batch);
    if (ndis_restart(adapter) != NDIS_STATUS_SUCCESS) wrong("the restart failed");
}

static void adapter_life(bool surprise) {
    struct devnode *node = device_create();
    NTSTATUS status = STATUS_SUCCESS;
    if (!node) return;
    if (pnp_is_started(node)) {
        /* What belongs to one adapter must not get to another. */
        struct devnode *neighbour = surprise ? NULL : device_create();
        live(ndis_adapter_find(pnp_net_cfg_instance_id(node)), pnp_package_driver(HARDWARE_ID));
        step(surprise ? "surprise removal" : "removal");
        if (surprise) pnp_close(node);
        if (neighbour) pnp_uninstall(neighbour);
    } else {
        ULONG problem = pnp_problem(node, &status);
        wrong("the device does not start: problem %u, %08x", (unsigned)problem, (unsigned)status);
    }
    pnp_uninstall(node);
    pnp_wait_idle();
}

/* A driver without AddDevice is loaded by looking for the driver of a device, too, which then fails. */
static void plain_driver(struct devnode *node, PDRIVER_OBJECT driver) {
    step("its devices");
    devices_poke(driver);
    pnp_uninstall(node);
    pnp_wait_idle();
}

bool exercise_run(const char *path, uint16_t ndis_version) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = path,
                                 .hardware_id = HARDWARE_ID,
                                 .service = L"Exercise",
                                 .version = L"1.0.0.0",
                                 .ndis_version = ndis_version};
    const char *why = NULL;
    NTSTATUS status = host_start(&config, &why);
    if (!NT_SUCCESS(status)) {
        wrong("the host does not start: %s", why);
        return false;
    }
    step("load and start");
    struct devnode *node = device_create();
    PDRIVER_OBJECT driver = pnp_package_driver(HARDWARE_ID);
    if (!driver || !node) {
        if (node) pnp_problem(node, &status);
        wrong("the driver does not load: %08x", (unsigned)status);
    } else if (!ndis_driver_of(driver)) {
        plain_driver(node, driver);
    } else {
        pnp_uninstall(node);
        pnp_wait_idle();
        step("start");
        adapter_life(true);
        step("start again");
        adapter_life(false);
    }
    step("unload");
    host_stop();
    if (!failed) step("all went well");
    return !failed;
}
