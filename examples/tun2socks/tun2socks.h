/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the parts of tun2socks have in common.
 *
 *   tunnel (tun2socks.c) <-> IP, TCP and UDP (lwIP; stack.c) <-> sockets (relay.c, datagrams.c)
 *
 * All of it runs in one thread; only the tunnel's Quit does not.
 */
#ifndef TUN2SOCKS_H
#define TUN2SOCKS_H

#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/sys.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

/* Who speaks to whom, as the packets say. */
struct Ends {
    ip_addr_t Client, Server;
    uint16_t ClientPort, ServerPort;
};

bool Fail(const char *What);

/* ---- tunnel ----------------------------------------------------------------------------------------------------- */

/* Gives the packet to the tunnel; false when there is no room, or no tunnel any more. */
bool TunnelSend(struct pbuf *Packet);

/* ---- stack ------------------------------------------------------------------------------------------------------ */

bool StackStart(void);
/* A packet from the tunnel. */
void StackInput(const void *Packet, size_t Size);
/* Has the stack take the first packet of a connection. Accept: it answers, and the new connection has Relay for its
 * argument; otherwise it says that nobody listens. Returns the connection, if there is one. */
struct tcp_pcb *StackTakeSyn(const void *Packet, size_t Size, bool Accept, void *Relay);
/* A datagram to the client, as if the server had sent it. */
bool StackSendDatagram(const struct Ends *Ends, const void *Data, size_t Size);

/* Sends what TunnelSend had no room for. */
void StackRetry(void);

/* ---- connections ------------------------------------------------------------------------------------------------ */

/* Where connections go: to a proxy (Socks), which is told where they want to; or all to one host, at their own port. */
struct Upstream {
    bool Socks;
    ip_addr_t Address;
    uint16_t Port;
};
extern struct Upstream Upstream;

void RelayStart(HANDLE Event);
/* The first packet of a connection; true: it is kept, and the stack is not to see it yet. */
bool RelayTakeSyn(const struct Ends *Ends, const void *Packet, size_t Size);
/* Events of sockets. */
void RelayPoll(void);
/* Moves what can be moved; true when there is more to do at once. */
bool RelayServe(void);
void RelayEnd(void);
void RelayReport(void);

/* The stack's callbacks. */
err_t RelayAccepted(void *Argument, struct tcp_pcb *Pcb, err_t Error);

/* As Winsock wants it; the length. */
int SocketAddress(struct sockaddr_storage *Storage, const ip_addr_t *Address, uint16_t Port);

/* ---- datagrams -------------------------------------------------------------------------------------------------- */

void DatagramStart(HANDLE Event);
/* One from a client; it stays the caller's. */
void DatagramTake(const struct Ends *Ends, const struct pbuf *Data);
void DatagramPoll(void);
void DatagramEnd(void);
void DatagramReport(void);

#endif
