/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the host's own calls cost, and what a driver costs that does nothing: of any figure of Warren's, that much is not
 * the driver's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/driver/null.h"
#include "host/kernel.h"
#include "host/ndis_control.h"
#include "host/pnp.h"

static const char *const names[NULL_COSTS] = {[NULL_CALL] = "call",
                                              [NULL_SPIN_LOCK] = "spin lock acquired and released",
                                              [NULL_SHARED_LOCK] = "shared spin lock acquired and released",
                                              [NULL_RUNDOWN] = "rundown protection acquired and released",
                                              [NULL_EVENT] = "event set with nobody waiting",
                                              [NULL_LIST] = "list taken from its pool and returned"};

static void created(struct devnode *node, NTSTATUS status, void *context) { (void)node, (void)status, (void)context; }

static struct devnode *null_start(void) {
    struct pnp_software_device device = {
        .enumerator = L"Bench", .instance = L"Null", .hardware_ids = L"BenchNull\0", .description = L"Null"};
    struct devnode *node = NULL;
    wire_last = NULL;
    if (NT_SUCCESS(pnp_package_add(L"BenchNull", L"BenchNull", options.null_driver, L"1.0.0.0", L"Bench")) &&
        NT_SUCCESS(pnp_create(ps_current_process(), &device, created, NULL, &node)))
        pnp_wait_idle();
    if (node && wire_last) return node;
    fprintf(stderr, "bench: the driver that does nothing does not start\n");
    exit(1);
}

static uint64_t ask(NDIS_OID oid, void *buffer, ULONG size) {
    ULONG used;
    uint64_t start = now();
    if (ndis_oid_request(wire_last->adapter, NdisRequestQueryInformation, oid, buffer, size, &used) !=
        NDIS_STATUS_SUCCESS) {
        fprintf(stderr, "bench: the driver that does nothing does not answer\n");
        exit(1);
    }
    return now() - start;
}

static void null_paths(uint64_t bundles) {
    struct volley *volley = volley_make(wire_last, 64, NULL_LISTS);
    ULONG64 count = bundles;
    uint64_t start = now();
    for (uint64_t at = 0; volley && at < bundles; at++) volley_send(volley, NULL_LISTS);
    printf("null,to-client,%" PRIu64 ",%" PRIu64 "\n", bundles * NULL_LISTS, now() - start);
    volley_free(volley);
    printf("null,to-stack,%" PRIu64 ",%" PRIu64 "\n", bundles * NULL_LISTS,
           ask(NULL_OID_RECEIVE, &count, sizeof count));
}

void costs(void) {
    struct devnode *node = null_start();
    struct null_costs costs;
    for (unsigned round = 0; round < options.rounds; round++) {
        ask(NULL_OID_COSTS, &costs, sizeof costs);
        for (unsigned at = 0; at < NULL_COSTS; at++) printf("cost,%s,%llu\n", names[at], costs.picoseconds[at]);
        null_paths(20000);
    }
    pnp_close(node);
    pnp_wait_idle();
    pnp_uninstall(node);
}
