/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host as a guest in a Windows process of Wine's: program, client library and Win32 are Wine's there, the NT kernel,
 * NDIS, plug and play and the driver are ours. What the rest of the host does otherwise then is here.
 */
#ifndef HOST_GUEST_H
#define HOST_GUEST_H

#include "host/wine/bridge.h"
#include "host/win32.h"
#include "nt/ndis.h"

/* Set once, before anything else runs. Everywhere else (on plain Linux) NULL. */
extern const struct guest_services *guest;

/* A thread that Wine knows, for it may call into Wine. Returns 0, or an errno. */
int guest_thread_create(void *(*main)(void *), void *context);
void guest_set_error(DWORD error);
struct guest_stack {
    uint64_t low, high;
};
struct guest_stack guest_stack(void); /* the calling thread's, on which Windows code runs */

/* guest_wine.c, and for the build as a Windows DLL host/windows/guest_windows.c: what it needs of the system; false with
 * a line in `why`. */
bool guest_system_start(const struct guest_services *services, char *why, unsigned size);
char *guest_disk_path(const WCHAR *name); /* from malloc; NULL: there is no such drive */
bool guest_is_host_code(uint64_t address);

/* Handles of the client process that come from the host; all others are Wine's. */
#define GUEST_HANDLE 0x40000000u
static inline bool guest_handle_is_ours(HANDLE handle) { return ((ULONG_PTR)handle & ~0x3fffffffull) == GUEST_HANDLE; }
/* A driver asks for what a handle of Wine's names: only events can be had, by proxy. */
NTSTATUS guest_object(HANDLE handle, struct ob_type *type, void **object);
/* Of proxies, by ke_wait.c: set where the program waits for it; that again without the program; whether it was set
 * there and nobody has waited; last reference. */
void guest_event_set(PRKEVENT event);
void guest_event_clear(PRKEVENT event);
bool guest_event_take(PRKEVENT event);
void guest_event_delete(void *object);

/* guest_nodes.c: devices of other processes. What runs here is told to them; what runs there becomes nodes here. */
void guest_nodes_tell(void);
void guest_nodes_look(void);
void guest_nodes_end(void);
bool guest_nodes_luid(const GUID *guid, NET_LUID *luid); /* of such a device's interface */

#endif
