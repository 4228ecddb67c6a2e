/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * lwIP as this program wants it: one thread, one interface, memory from malloc, windows as large as may be.
 */
#ifndef TUN2SOCKS_LWIPOPTS_H
#define TUN2SOCKS_LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_STATS 0

#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8
#define MEMP_NUM_TCP_SEG 65535

#define LWIP_SINGLE_NETIF 1
#define LWIP_HAVE_LOOPIF 0
#define LWIP_NETIF_LOOPBACK 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0

#define LWIP_IPV4 1
#define LWIP_IPV6 1
/* The other end of a tunnel is no neighbour: nothing to solicit, to advertise or to configure. */
#define LWIP_IPV6_MLD 0
#define LWIP_IPV6_AUTOCONFIG 0
#define LWIP_IPV6_SCOPES 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
/* Pointers of 64 bits do not fit into the header that is there. */
#define IPV6_FRAG_COPYHEADER 1
#define LWIP_ND6_TCP_REACHABILITY_HINTS 0

#define LWIP_RAW 0
#define LWIP_UDP 1
#define LWIP_TCP 1
#define TCP_MSS 1440
/* What a client sends on waits in one chain of buffers, which counts in 16 bits. */
#define TCP_WND (44 * TCP_MSS)
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 0
#define TCP_SND_BUF (128 * 1024)
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS)
#define TCP_SNDLOWAT (TCP_SND_BUF / 4)
#define TCP_OVERSIZE TCP_MSS
/* Sequence numbers that nobody guesses. */
#define LWIP_HOOK_TCP_ISN(Local, LocalPort, Remote, RemotePort) StackRandom()

#endif
