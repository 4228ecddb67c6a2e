/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The network behind an adapter on Windows: a peer, to which each packet goes as one datagram of UDP, and from which each
 * comes as one. WARREN_HOST_BRIDGE says who that is; what else arrives is refused, and counted.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <mstcpip.h>

#include "host/stack_tun_netlink.h"
#include "host/windows/bridge_udp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif
#define BUFFER_SIZE (4 << 20)
#define ADDRESSES 64
#define PARTS 64
#define WAKES 8

/* Lock legend: i immutable while open; r the reading thread only; a atomic. */
static struct {
    SOCKET socket;             /* i */
    WSAEVENT arrived;          /* i */
    struct sockaddr_in6 peer;  /* i */
    uint32_t open, carrier;    /* a */
    uint32_t mtu;              /* a */
    struct bridge_counters in; /* r */
    struct {
        uint64_t packets, too_large, no_room, failed;
    } out; /* a */
} bridge;

static HANDLE wakes[WAKES]; /* by whoever makes and ends adapters, which is one thread at a time */

/* The addresses that the program has set, which mean nothing here: the peer's network is the peer's. */
static CRITICAL_SECTION addresses_lock;
static struct address {
    bool six;
    uint8_t bytes[16], prefix;
} addresses[ADDRESSES]; /* addresses_lock, as their number */
static unsigned address_count;

/* --- opening ------------------------------------------------------------------------------------------------------ */

static SOCKET socket_open(const struct bridge_address *own, char *why, size_t why_size) {
    u_long on = 1;
    DWORD off = 0, returned;
    int size = BUFFER_SIZE;
    SOCKET made =
        WSASocketW(AF_INET6, SOCK_DGRAM, IPPROTO_UDP, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET) {
        snprintf(why, why_size, "WARREN_HOST_BRIDGE: no socket (Windows error %d)", WSAGetLastError());
        return made;
    }
    setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&off, sizeof off);
    setsockopt(made, SOL_SOCKET, SO_RCVBUF, (const char *)&size, sizeof size);
    setsockopt(made, SOL_SOCKET, SO_SNDBUF, (const char *)&size, sizeof size);
    /* A peer that does not listen yet is no error of the next datagram's. */
    WSAIoctl(made, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0, &returned, NULL, NULL);
    if (bind(made, (const struct sockaddr *)&own->at, sizeof own->at) == 0 &&
        ioctlsocket(made, (long)FIONBIO, &on) == 0)
        return made;
    int error = WSAGetLastError();
    snprintf(why, why_size, "WARREN_HOST_BRIDGE: cannot listen at %s: %s (Windows error %d)", own->text,
             error == WSAEADDRINUSE      ? "somebody does; a bridge is for one adapter"
             : error == WSAEADDRNOTAVAIL ? "this is no address of this machine"
                                         : "Windows refuses",
             error);
    closesocket(made);
    return INVALID_SOCKET;
}

int link_open(const char *name, char made[16], int *index, char *why, size_t why_size) {
    static bool started;
    struct bridge_settings settings;
    WSADATA data;
    (void)name;
    if (!bridge_settings(getenv("WARREN_HOST_BRIDGE"), &settings, why, why_size)) return -1;
    if (!started && WSAStartup(MAKEWORD(2, 2), &data)) {
        snprintf(why, why_size, "WARREN_HOST_BRIDGE: Windows's sockets do not start");
        return -1;
    }
    if (!started) InitializeCriticalSection(&addresses_lock);
    started = true;
    if (__atomic_exchange_n(&bridge.open, 1, __ATOMIC_ACQ_REL)) {
        snprintf(why, why_size, "WARREN_HOST_BRIDGE: another adapter has the bridge already");
        return -1;
    }
    WSAEVENT arrived = WSACreateEvent();
    SOCKET opened = arrived == WSA_INVALID_EVENT ? INVALID_SOCKET : socket_open(&settings.own, why, why_size);
    if (opened == INVALID_SOCKET || WSAEventSelect(opened, arrived, FD_READ)) {
        if (opened != INVALID_SOCKET) closesocket(opened);
        if (arrived != WSA_INVALID_EVENT) WSACloseEvent(arrived);
        __atomic_store_n(&bridge.open, 0, __ATOMIC_RELEASE);
        return -1;
    }
    memset(&bridge.in, 0, sizeof bridge.in);
    memset(&bridge.out, 0, sizeof bridge.out);
    bridge.socket = opened;
    bridge.arrived = arrived;
    bridge.peer = settings.peer.at;
    bridge.carrier = 0;
    bridge.mtu = settings.mtu;
    address_count = 0;
    snprintf(made, 16, "bridge");
    *index = 1;
    return 0;
}

void link_close(int fd) {
    (void)fd;
    closesocket(bridge.socket);
    WSACloseEvent(bridge.arrived);
    const struct bridge_counters *in = &bridge.in;
    if (in->all || bridge.out.packets)
        fprintf(stderr,
                "host: bridge: %" PRIu64 " packets to the peer, %" PRIu64 " from it; refused: %" PRIu64
                " from elsewhere, %" PRIu64 " that are no packets, %" PRIu64 " larger than the MTU, %" PRIu64
                " while nobody listened; not sent: %" PRIu64 " too large, %" PRIu64 " without room, %" PRIu64
                " for other reasons\n",
                bridge.out.packets, in->packets, in->strangers, in->garbage, in->too_large, in->unheard,
                bridge.out.too_large, bridge.out.no_room, bridge.out.failed);
    fflush(stderr);
    __atomic_store_n(&bridge.open, 0, __ATOMIC_RELEASE);
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static int buffers_of(const struct iovec *parts, int count, WSABUF buffers[PARTS]) {
    for (int i = 0; i < count && i < PARTS; i++)
        buffers[i] = (WSABUF){.len = (ULONG)parts[i].iov_len, .buf = parts[i].iov_base};
    return count < PARTS ? count : PARTS;
}

static bool is_peer(const struct sockaddr_in6 *from) {
    return from->sin6_family == AF_INET6 && from->sin6_port == bridge.peer.sin6_port &&
           !memcmp(&from->sin6_addr, &bridge.peer.sin6_addr, sizeof from->sin6_addr) &&
           (!bridge.peer.sin6_scope_id || from->sin6_scope_id == bridge.peer.sin6_scope_id);
}

/* Whether the datagram becomes a packet; counts it either way. */
static bool accepts(const struct sockaddr_in6 *from, const uint8_t *head, size_t size, bool cut) {
    uint64_t *counter = &bridge.in.packets;
    if (!is_peer(from))
        counter = &bridge.in.strangers;
    else if (cut || size > __atomic_load_n(&bridge.mtu, __ATOMIC_RELAXED))
        counter = &bridge.in.too_large;
    else if (!bridge_is_packet(head, size))
        counter = &bridge.in.garbage;
    else if (!__atomic_load_n(&bridge.carrier, __ATOMIC_RELAXED))
        counter = &bridge.in.unheard;
    bridge.in.all++;
    ++*counter;
    return counter == &bridge.in.packets;
}

ssize_t link_read(int fd, const struct iovec *parts, int count) {
    WSABUF buffers[PARTS];
    (void)fd;
    count = buffers_of(parts, count, buffers);
    for (;;) {
        struct sockaddr_in6 from = {0};
        int from_size = sizeof from;
        DWORD size = 0, flags = 0;
        int error = WSARecvFrom(bridge.socket, buffers, (DWORD)count, &size, &flags, (struct sockaddr *)&from,
                                &from_size, NULL, NULL)
                        ? WSAGetLastError()
                        : 0;
        if (error == WSAEWOULDBLOCK) {
            errno = EAGAIN;
            return -1;
        }
        if (error == WSAECONNRESET || error == WSAENETRESET) continue;
        if (error && error != WSAEMSGSIZE) {
            errno = EIO;
            return -1;
        }
        if (accepts(&from, parts[0].iov_base, size, error == WSAEMSGSIZE)) return (ssize_t)size;
    }
}

ssize_t link_write(int fd, const struct iovec *parts, int count) {
    WSABUF buffers[PARTS];
    size_t size = 0;
    DWORD sent = 0;
    (void)fd;
    if (!__atomic_load_n(&bridge.carrier, __ATOMIC_RELAXED)) {
        errno = EIO;
        return -1;
    }
    for (int i = 0; i < count; i++) size += parts[i].iov_len;
    count = buffers_of(parts, count, buffers);
    int error = size > __atomic_load_n(&bridge.mtu, __ATOMIC_RELAXED) ? WSAEMSGSIZE
                : WSASendTo(bridge.socket, buffers, (DWORD)count, &sent, 0, (const struct sockaddr *)&bridge.peer,
                            sizeof bridge.peer, NULL, NULL)
                    ? WSAGetLastError()
                    : 0;
    uint64_t *counter = !error                                           ? &bridge.out.packets
                        : error == WSAEMSGSIZE                           ? &bridge.out.too_large
                        : error == WSAEWOULDBLOCK || error == WSAENOBUFS ? &bridge.out.no_room
                                                                         : &bridge.out.failed;
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
    if (!error) return (ssize_t)sent;
    errno = counter == &bridge.out.no_room ? EAGAIN : counter == &bridge.out.too_large ? EINVAL : EIO;
    return -1;
}

/* --- waking ------------------------------------------------------------------------------------------------------- */

int link_wake_open(void) {
    for (int at = 0; at < WAKES; at++) {
        if (wakes[at]) continue;
        wakes[at] = CreateEventW(NULL, FALSE, FALSE, NULL);
        return wakes[at] ? at : -1;
    }
    return -1;
}

void link_wake_close(int wake) {
    CloseHandle(wakes[wake]);
    wakes[wake] = NULL;
}

void link_wake(int wake) { SetEvent(wakes[wake]); }

void link_wait(int wake, int fd) {
    HANDLE either[2] = {wakes[wake], bridge.arrived};
    WSANETWORKEVENTS events;
    if (WaitForMultipleObjects(fd < 0 ? 1 : 2, either, FALSE, INFINITE) != WAIT_OBJECT_0 + 1) return;
    WSAEnumNetworkEvents(bridge.socket, bridge.arrived, &events);
}

/* --- the link ----------------------------------------------------------------------------------------------------- */

int link_set_carrier(int fd, bool on) {
    (void)fd;
    __atomic_store_n(&bridge.carrier, on, __ATOMIC_RELAXED);
    return 0;
}

int link_wait_running(int index, int milliseconds) {
    (void)index, (void)milliseconds;
    return 0;
}

int link_configure(int index, uint32_t mtu, uint32_t queue_length) {
    (void)queue_length;
    return mtu < bridge.mtu ? link_set_mtu(index, mtu) : 0;
}

int link_set_mtu(int index, uint32_t mtu) {
    (void)index;
    __atomic_store_n(&bridge.mtu, mtu, __ATOMIC_RELAXED);
    return 0;
}

int link_get(int index, uint32_t *mtu, struct link_counters *counters) {
    (void)index;
    if (mtu) *mtu = __atomic_load_n(&bridge.mtu, __ATOMIC_RELAXED);
    if (!counters) return 0;
    memset(counters, 0, sizeof *counters);
    counters->rx_packets = __atomic_load_n(&bridge.out.packets, __ATOMIC_RELAXED);
    counters->tx_packets = __atomic_load_n(&bridge.in.packets, __ATOMIC_RELAXED);
    return 0;
}

static unsigned address_find_locked(const struct address *wanted) {
    unsigned at = 0;
    while (at < address_count && memcmp(&addresses[at], wanted, sizeof *wanted) != 0) at++;
    return at;
}

static int address_change(bool add, bool six, const void *address, uint8_t prefix_length) {
    struct address wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.six = six;
    wanted.prefix = prefix_length;
    memcpy(wanted.bytes, address, six ? 16 : 4);
    EnterCriticalSection(&addresses_lock);
    unsigned at = address_find_locked(&wanted);
    int error = 0;
    if (add && at < address_count)
        error = EEXIST;
    else if (add && at == ADDRESSES)
        error = ENOMEM;
    else if (add)
        addresses[address_count++] = wanted;
    else if (at == address_count)
        error = EADDRNOTAVAIL;
    else
        addresses[at] = addresses[--address_count];
    LeaveCriticalSection(&addresses_lock);
    return error;
}

int address_add(int index, bool six, const void *address, uint8_t prefix_length) {
    (void)index;
    return address_change(true, six, address, prefix_length);
}

int address_delete(int index, bool six, const void *address, uint8_t prefix_length) {
    (void)index;
    return address_change(false, six, address, prefix_length);
}
