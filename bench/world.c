/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host with the shipped driver and library, adapters and sessions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "host/kernel.h"

#include <gen/brand.h>

struct api api;
static HMODULE library;

static const struct {
    const char *name;
    void *function;
} functions[] = {
    {"WintunCreateAdapter", &api.create_adapter},
    {"WintunCloseAdapter", &api.close_adapter},
    {"WintunStartSession", &api.start_session},
    {"WintunEndSession", &api.end_session},
    {"WintunGetReadWaitEvent", &api.read_event},
    {"WintunReceivePacket", &api.receive_one},
    {"WintunReleaseReceivePacket", &api.release_one},
    {"WintunAllocateSendPacket", &api.allocate_one},
    {"WintunSendPacket", &api.send_one},
    {"WarrenGetWriteWaitEvent", &api.write_event},
    {"WarrenReceivePackets", &api.receive},
    {"WarrenReleasePackets", &api.release},
    {"WarrenAllocatePackets", &api.allocate},
    {"WarrenSendPackets", &api.send},
    {"WarrenGetAdapterStatistics", &api.statistics},
};

/* NOLINTNEXTLINE(misc-no-recursion): exits */
static void fail(const char *what) {
    fprintf(stderr, "bench: %s (error %u)\n", what, GetLastError());
    exit(1);
}

void world_start(bool verify) {
    struct host_config config = {.stack = HOST_STACK_FAKE,
                                 .driver = options.driver,
                                 .library = options.library,
                                 .hardware_id = BRAND_HARDWARE_ID,
                                 .service = BRAND_SERVICE,
                                 .version = BRAND_PACKAGE_VERSION,
                                 .provider = BRAND_COMPANY,
                                 .quiet = true};
    const char *why = NULL;
    verify_enabled = verify;
    if (!NT_SUCCESS(host_start(&config, &why))) fail(why ? why : "the host does not start");
    wire_use();
    library = LoadLibraryW(L"wintun.dll");
    for (unsigned at = 0; at < sizeof functions / sizeof *functions; at++) {
        FARPROC found = library ? GetProcAddress(library, functions[at].name) : NULL;
        memcpy(functions[at].function, &found, sizeof found);
        if (!found) fail(functions[at].name);
    }
}

void world_stop(void) {
    FreeLibrary(library);
    host_stop();
}

struct tunnel tunnel_open(unsigned number, uint32_t capacity) {
    struct tunnel tunnel = {0};
    WCHAR name[] = L"Bench 00";
    name[6] = (WCHAR)('0' + number / 10);
    name[7] = (WCHAR)('0' + number % 10);
    tunnel.adapter = api.create_adapter(name, L"Bench", NULL);
    if (!tunnel.adapter) fail("no adapter");
    tunnel.wire = wire_last;
    tunnel_capacity(&tunnel, capacity);
    return tunnel;
}

void tunnel_capacity(struct tunnel *tunnel, uint32_t capacity) {
    if (tunnel->session) api.end_session(tunnel->session);
    tunnel->session = api.start_session(tunnel->adapter, capacity);
    if (!tunnel->session) fail("no session");
}

void tunnel_close(struct tunnel *tunnel) {
    api.end_session(tunnel->session);
    api.close_adapter(tunnel->adapter);
}

WARREN_STATISTICS tunnel_statistics(const struct tunnel *tunnel) {
    WARREN_STATISTICS statistics = {.Size = sizeof statistics};
    if (!api.statistics(tunnel->adapter, &statistics)) fail("no statistics");
    return statistics;
}
