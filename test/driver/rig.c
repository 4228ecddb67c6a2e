/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/driver/rig.h"

#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gen/brand.h>

#include "host/image.h"
#include "host/sched.h"

static unsigned rigs_alive;

static const struct rig_driver *rig_used;
static char rig_used_path[4096];

/* The test drivers lie beside the tests: O/host/driver_test, O/win-x64/test/seh.sys. */
void rig_use(const struct rig_driver *driver) {
    ssize_t length = readlink("/proc/self/exe", rig_used_path, sizeof(rig_used_path) - 64);

    rig_used = driver;
    if (driver == NULL) return;
    ck_assert_int_gt(length, 0);
    rig_used_path[length] = 0;
    snprintf(strrchr(rig_used_path, '/'), 64, "/../" TEST_WIN "/test/%s.sys", driver->name);
}

void *rig_symbol(const char *name) {
    struct image_place places[16];
    unsigned count = image_list(places, 16);
    char file[64];

    snprintf(file, sizeof(file), "%s.sys", rig_used->name);
    for (unsigned at = 0; at < count && at < 16; at++)
        if (strcmp(places[at].name, file) == 0) {
            void *symbol = image_symbol(image_find(places[at].base), name);
            ck_assert_msg(symbol != NULL, "%s is not exported by %s", name, file);
            return symbol;
        }
    ck_abort_msg("%s is not loaded", file);
}

static const char *rig_driver(void) {
    if (rig_used != NULL) return rig_used_path;
    const char *path = getenv("WARREN_DRIVER");
    ck_assert_msg(path != NULL, "WARREN_DRIVER must name the driver image under test");
    return path;
}

static void rig_host_start(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = rig_driver(),
                                 .hardware_id = BRAND_HARDWARE_ID,
                                 .service = BRAND_SERVICE,
                                 .version = BRAND_PACKAGE_VERSION,
                                 .quiet = true};
    const char *why = NULL;
    if (rig_used != NULL) {
        config.service = rig_used->service != NULL ? rig_used->service : L"Test";
        config.ndis_version = rig_used->ndis_version;
    }
    NTSTATUS status = host_start(&config, &why);
    ck_assert_msg(NT_SUCCESS(status), "host_start: %08x %s", (unsigned)status, why ? why : "");
}

static void rig_created(struct devnode *node, NTSTATUS status, void *context) {
    (void)node;
    *(NTSTATUS *)context = status;
}

static struct rig rig_start_instance(unsigned number, const struct pnp_property *properties, unsigned count) {
    struct rig rig = {.instance = number};
    WCHAR instance[] = L"0";
    NTSTATUS status, created = STATUS_PENDING, problem_status = 0;

    if (rigs_alive++ == 0) rig_host_start();
    instance[0] = (WCHAR)(L'0' + number);
    struct pnp_software_device info = {.enumerator = BRAND_ENUMERATOR,
                                       .instance = instance,
                                       .hardware_ids = BRAND_HARDWARE_ID L"\0",
                                       .description = BRAND_NAME,
                                       .properties = properties,
                                       .property_count = count};
    status = pnp_create(ps_client_process, &info, rig_created, &created, &rig.node);
    ck_assert_msg(NT_SUCCESS(status), "pnp_create: %08x", (unsigned)status);
    pnp_wait_idle();
    ck_assert_msg(NT_SUCCESS(created), "device creation: %08x", (unsigned)created);
    if (pnp_is_started(rig.node)) {
        rig.adapter = ndis_adapter_find(pnp_net_cfg_instance_id(rig.node));
        ck_assert_ptr_nonnull(rig.adapter);
        rig.stack = fake_of(rig.adapter);
        ck_assert_ptr_nonnull(rig.stack);
    } else {
        ck_assert_uint_ne(pnp_problem(rig.node, &problem_status), 0);
    }
    return rig;
}

struct rig rig_start_with(const struct pnp_property *properties, unsigned count) {
    static unsigned number;
    return rig_start_instance(number++, properties, count);
}

static struct rig rig_check_started(struct rig rig) {
    ck_assert_msg(rig.adapter != NULL, "the adapter did not start");
    ck_assert_int_eq(ndis_adapter_state(rig.adapter), NDIS_RUNNING);
    return rig;
}

struct rig rig_start(void) { return rig_check_started(rig_start_with(NULL, 0)); }

struct rig rig_start_again(const struct rig *old) {
    return rig_check_started(rig_start_instance(old->instance, NULL, 0));
}

void rig_surprise_remove(struct rig *rig) {
    pnp_close(rig->node);
    pnp_wait_idle();
    rig->adapter = NULL;
    rig->stack = NULL;
}

void rig_stop(struct rig *rig) {
    if (pnp_is_present(rig->node)) rig_surprise_remove(rig);
    ck_assert(NT_SUCCESS(pnp_uninstall(rig->node)));
    pnp_wait_idle();
    rig->node = NULL;
    if (--rigs_alive == 0) host_stop();
}

void rig_forget(struct rig *rig) {
    rig->node = NULL;
    if (--rigs_alive == 0) host_stop();
}

/* --- client ------------------------------------------------------------------------------------------------------- */

NTSTATUS client_open(const struct rig *rig, struct client *client) {
    const GUID *guid = pnp_net_cfg_instance_id(rig->node);
    UNICODE_STRING text;
    WCHAR path[96] = L"\\??\\" BRAND_DEVICE_PREFIX L"-";
    size_t length = sizeof(L"\\??\\" BRAND_DEVICE_PREFIX L"-") / sizeof(WCHAR) - 1;
    UNICODE_STRING name;
    NTSTATUS status;

    memset(client, 0, sizeof(*client));
    ck_assert(NT_SUCCESS(RtlStringFromGUID((GUID *)guid, &text)));
    memcpy(path + length, text.Buffer, text.Length);
    path[length + text.Length / sizeof(WCHAR)] = 0;
    RtlFreeUnicodeString(&text);
    RtlInitUnicodeString(&name, path);
    status = io_open(ps_current_process(), &name, GENERIC_READ | GENERIC_WRITE, &client->device);
    if (!NT_SUCCESS(status)) return status;
    client->data = CreateEventW(NULL, FALSE, FALSE, NULL);
    client->kick = CreateEventW(NULL, FALSE, FALSE, NULL);
    client->room = CreateEventW(NULL, FALSE, FALSE, NULL);
    ck_assert(client->data && client->kick && client->room);
    return status;
}

struct abi_attach_in client_attach_input(const struct client *client, uint32_t to_client, uint32_t to_stack) {
    return (struct abi_attach_in){.version = ABI_VERSION,
                                  .size = sizeof(struct abi_attach_in),
                                  .to_client_capacity = to_client,
                                  .to_stack_capacity = to_stack,
                                  .data_event = (uint64_t)(ULONG_PTR)client->data,
                                  .kick_event = (uint64_t)(ULONG_PTR)client->kick,
                                  .room_event = (uint64_t)(ULONG_PTR)client->room};
}

NTSTATUS client_attach_raw(struct client *client, const void *in, uint32_t in_size, uint32_t out_size) {
    const struct abi_attach_in *input = in;
    ULONG_PTR information = 0;
    NTSTATUS status = io_control(ps_current_process(), client->device, ABI_CTL_ATTACH, in, in_size, &client->out,
                                 out_size, &information);
    uint8_t *view;

    if (!NT_SUCCESS(status)) return status;
    ck_assert_uint_eq(information, sizeof(client->out));
    ck_assert_uint_eq(client->out.size, sizeof(client->out));
    view = (uint8_t *)(ULONG_PTR)client->out.view;
    ring_consumer_init(&client->rx, (struct ring_shared *)view, view + client->out.to_client_offset,
                       input->to_client_capacity);
    ring_producer_init(&client->tx, (struct ring_shared *)view + 1, view + client->out.to_stack_offset,
                       input->to_stack_capacity);
    return status;
}

NTSTATUS client_attach(struct client *client, uint32_t to_client, uint32_t to_stack) {
    struct abi_attach_in in = client_attach_input(client, to_client, to_stack);
    return client_attach_raw(client, &in, sizeof(in), sizeof(client->out));
}

struct client client_attached(const struct rig *rig, uint32_t capacity) {
    struct client client;
    NTSTATUS status = client_open(rig, &client);

    ck_assert_msg(NT_SUCCESS(status), "open: %08x", (unsigned)status);
    status = client_attach(&client, capacity, capacity);
    ck_assert_msg(NT_SUCCESS(status), "attach: %08x", (unsigned)status);
    return client;
}

NTSTATUS client_detach(struct client *client) {
    return io_control(ps_current_process(), client->device, ABI_CTL_DETACH, NULL, 0, NULL, 0, NULL);
}

void client_close(struct client *client) {
    if (client->device != NULL) ck_assert(CloseHandle(client->device));
    if (client->out.view != 0)
        ck_assert(NT_SUCCESS(mm_unmap_user_view(ps_current_process(), (void *)(ULONG_PTR)client->out.view)));
    ck_assert(CloseHandle(client->data) && CloseHandle(client->kick) && CloseHandle(client->room));
    memset(client, 0, sizeof(*client));
}

struct abi_counters client_counters(const struct client *client) {
    struct abi_counters counters;
    ULONG_PTR information = 0;
    NTSTATUS status = io_control(ps_current_process(), client->device, ABI_CTL_COUNTERS, NULL, 0, &counters,
                                 sizeof(counters), &information);

    ck_assert_msg(NT_SUCCESS(status), "counters: %08x", (unsigned)status);
    ck_assert_uint_eq(information, sizeof(counters));
    return counters;
}

bool client_try_receive(struct client *client, void *packet, uint32_t size, uint32_t *length) {
    struct ring_record header, *record;
    enum ring_result result = ring_take(&client->rx, &header, &record);

    if (result == RING_EMPTY) return false;
    ck_assert_int_eq(result, RING_OK);
    ck_assert_uint_le(header.length, size);
    memcpy(packet, ring_record_data(record), header.length);
    *length = header.length;
    sched_point();
    ring_free(&client->rx);
    return true;
}

uint32_t client_receive(struct client *client, void *packet, uint32_t size) {
    uint32_t length;

    while (!client_try_receive(client, packet, size, &length)) {
        bool armed = ring_arm_wake(&client->rx);
        sched_point();
        if (armed) ck_assert_uint_eq(WaitForSingleObject(client->data, INFINITE), WAIT_OBJECT_0);
    }
    return length;
}

void client_send_many(struct client *client, const void *packet, uint32_t length, unsigned count) {
    struct ring_record *record;

    while (count-- != 0) {
        enum ring_result result;

        while ((result = ring_reserve(&client->tx, length, &record)) == RING_FULL) {
            if (ring_publish(&client->tx)) SetEvent(client->kick);
            sched_point();
            if (ring_arm_room(&client->tx, length) == RING_FULL)
                ck_assert_uint_eq(WaitForSingleObject(client->room, INFINITE), WAIT_OBJECT_0);
        }
        ck_assert_int_eq(result, RING_OK);
        *record = (struct ring_record){.length = length};
        memcpy(ring_record_data(record), packet, length);
    }
    if (ring_publish(&client->tx)) SetEvent(client->kick);
}

void client_send(struct client *client, const void *packet, uint32_t length) {
    client_send_many(client, packet, length, 1);
}

uint32_t client_state(const struct client *client, unsigned ring) {
    return atomic_load_acquire(&((struct ring_shared *)(ULONG_PTR)client->out.view)[ring].state);
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

void packet_make(uint8_t *packet, uint32_t length, unsigned family, uint32_t seed) {
    uint32_t header = family == 4 ? 20 : 40;

    ck_assert_uint_ge(length, header);
    memset(packet, 0, header);
    if (family == 4) {
        packet[0] = 0x45;
        packet[2] = (uint8_t)(length >> 8);
        packet[3] = (uint8_t)length;
    } else {
        packet[0] = 0x60;
        packet[4] = (uint8_t)((length - 40) >> 8);
        packet[5] = (uint8_t)(length - 40);
    }
    for (uint32_t at = header; at < length; at++) {
        seed = seed * 1664525u + 1013904223u;
        packet[at] = (uint8_t)(seed >> 24);
    }
}

void packet_assert(const uint8_t *packet, uint32_t length, unsigned family, uint32_t seed) {
    uint8_t *expected = malloc(length);

    packet_make(expected, length, family, seed);
    ck_assert_mem_eq(packet, expected, length);
    free(expected);
}

PETHREAD rig_thread(void (*function)(void *), void *context) {
    PETHREAD thread = ps_thread_create(ps_client_process, function, context, "test");
    ck_assert_ptr_nonnull(thread);
    return thread;
}
