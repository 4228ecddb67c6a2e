/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The two paths step by step, for a tool that counts instructions (instructions.sh): each bundle is through before the next
 * begins, so that the same instructions are executed each time.
 */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "host/kernel.h"

#define BUNDLES 1000u
#define SIZE 1420u

static void to_client(struct tunnel *tunnel, uint32_t bundle) {
    WARREN_PACKET batch[BUNDLE_MAX];
    struct volley *volley = volley_make(tunnel->wire, SIZE, bundle);
    for (uint32_t at = 0; volley && at < BUNDLES; at++) {
        uint32_t left = volley_send(volley, bundle);
        while (left) {
            DWORD count = api.receive(tunnel->session, batch, left);
            api.release(tunnel->session, batch, count);
            left -= count;
        }
    }
    volley_free(volley);
}

static KEVENT through;

static void heard(struct wire *wire, uint32_t count) {
    (void)wire, (void)count;
    KeSetEvent(&through, IO_NO_INCREMENT, FALSE);
}

static void to_stack(struct tunnel *tunnel, uint32_t bundle) {
    WARREN_PACKET batch[BUNDLE_MAX];
    static uint8_t model[SIZE];
    packet_make(model, SIZE);
    KeInitializeEvent(&through, SynchronizationEvent, FALSE);
    tunnel->wire->heard = heard;
    for (uint32_t at = 0; at < BUNDLES; at++) {
        for (uint32_t packet = 0; packet < bundle; packet++) batch[packet].Length = SIZE;
        api.allocate(tunnel->session, batch, bundle);
        for (uint32_t packet = 0; packet < bundle; packet++) memcpy(batch[packet].Data, model, SIZE);
        api.send(tunnel->session, batch, bundle);
        KeWaitForSingleObject(&through, Executive, KernelMode, FALSE, NULL);
    }
}

void instructions(void) {
    struct tunnel tunnel = tunnel_open(0, CAPACITY);
    if (!strcmp(options.mover, mover_to_client.name))
        to_client(&tunnel, options.bundle);
    else
        to_stack(&tunnel, options.bundle);
    printf("instructions,%s,%u,%u\n", options.mover, options.bundle, BUNDLES * options.bundle);
    tunnel_close(&tunnel);
}
