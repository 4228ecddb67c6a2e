/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the host as a guest of a Windows process does otherwise than in one of Wine's.
 */
#include "host/guest.h"
#include "host/stack_tun.h"
#include "host/windows/os_windows.h"

bool guest_system_start(const struct guest_services *services, char *why, unsigned size) {
    (void)services, (void)why, (void)size;
    return true;
}

char *guest_disk_path(const WCHAR *name) {
    char *path = os_narrow(name);
    for (char *at = path; at && *at; at++)
        if (*at == '\\') *at = '/'; /* which C takes as well */
    return path;
}

bool guest_is_host_code(uint64_t address) { return os_is_host_code(address); }

/* The network behind the adapter is the peer's; no part of it is here to send anything. */
enum tun_ping tun_ping(bool six, const void *address, const void *data, size_t size, unsigned timeout_ms) {
    (void)six, (void)address, (void)data, (void)size, (void)timeout_ms;
    return TUN_PING_IMPOSSIBLE;
}

/* Processes do not see each other's devices: each has its own bridge. */
void guest_nodes_tell(void) {}
void guest_nodes_look(void) {}
void guest_nodes_end(void) {}

bool guest_nodes_luid(const GUID *guid, NET_LUID *luid) {
    (void)guid;
    luid->Value = 0;
    return false;
}
