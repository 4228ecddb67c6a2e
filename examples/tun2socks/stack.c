/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * lwIP with one interface that is every host, and listens at every port.
 *
 * An interface of lwIP has addresses, and a listener a port. Both are set, before each packet, to what the packet is
 * for; connections have copies of their own, so this does not disturb them.
 */
#define _CRT_RAND_S
#include "tun2socks.h"

static struct netif Interface;
static struct tcp_pcb *Listener;
static struct udp_pcb *Datagrams;
static struct Ends Current; /* of the packet that the stack looks at */

/* A port that no packet is for at the time. */
#define NOT(Port) ((uint16_t)((Port) ^ 1))

uint32_t StackRandom(void) {
    unsigned int Number;
    if (rand_s(&Number)) abort();
    return Number;
}

u32_t sys_now(void) { return (u32_t)GetTickCount64(); }

/* Whatever cannot be sent stays with TCP, which tries again. */
static err_t Output(struct pbuf *Packet) { return TunnelSend(Packet) ? ERR_OK : ERR_MEM; }
static err_t Output4(struct netif *Netif, struct pbuf *Packet, const ip4_addr_t *To) {
    (void)Netif, (void)To;
    return Output(Packet);
}
static err_t Output6(struct netif *Netif, struct pbuf *Packet, const ip6_addr_t *To) {
    (void)Netif, (void)To;
    return Output(Packet);
}

static err_t InterfaceStart(struct netif *Netif) {
    Netif->name[0] = 't';
    Netif->name[1] = 'n';
    Netif->mtu = 1500;
    Netif->output = Output4;
    Netif->output_ip6 = Output6;
    return ERR_OK;
}

static void DatagramCame(void *Argument, struct udp_pcb *Pcb, struct pbuf *Data, const ip_addr_t *From, u16_t Port) {
    (void)Argument, (void)Pcb;
    struct Ends Ends = {*From, *ip_current_dest_addr(), Port, Current.ServerPort};
    DatagramTake(&Ends, Data);
    pbuf_free(Data);
}

bool StackStart(void) {
    lwip_init();
    if (!netif_add(&Interface, NULL, NULL, NULL, NULL, InterfaceStart, ip_input)) return Fail("netif_add");
    netif_set_default(&Interface);
    netif_set_up(&Interface);
    netif_set_link_up(&Interface);
    Interface.ip6_addr_state[0] = IP6_ADDR_PREFERRED;

    struct tcp_pcb *Pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    if (!Pcb || tcp_bind(Pcb, IP_ANY_TYPE, 1) != ERR_OK || !(Listener = tcp_listen(Pcb))) return Fail("tcp_listen");
    tcp_accept(Listener, RelayAccepted);
    Datagrams = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (!Datagrams || udp_bind(Datagrams, IP_ANY_TYPE, 1) != ERR_OK) return Fail("udp_bind");
    udp_recv(Datagrams, DatagramCame, NULL);
    return true;
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

static uint16_t Get16(const uint8_t *At) { return (uint16_t)(At[0] << 8 | At[1]); }

enum Kind { NOT_OURS, OTHER, FIRST };

/* Only to see for whom it is: what is wrong with it is the stack's to find. */
static enum Kind Look(const uint8_t *Packet, size_t Size, struct Ends *Ends) {
    size_t Header;
    uint8_t Protocol;

    memset(Ends, 0, sizeof(*Ends));
    if (Size >= 20 && Packet[0] >> 4 == 4) {
        IP_SET_TYPE_VAL(Ends->Client, IPADDR_TYPE_V4);
        IP_SET_TYPE_VAL(Ends->Server, IPADDR_TYPE_V4);
        memcpy(&ip_2_ip4(&Ends->Client)->addr, Packet + 12, 4);
        memcpy(&ip_2_ip4(&Ends->Server)->addr, Packet + 16, 4);
        if (ip4_addr_isbroadcast(ip_2_ip4(&Ends->Server), &Interface)) return NOT_OURS;
        Header = 4 * (size_t)(Packet[0] & 15);
        Protocol = Packet[9];
        if (Get16(Packet + 6) & 0x1fff) return OTHER; /* a later fragment has no ports */
    } else if (Size >= 40 && Packet[0] >> 4 == 6) {
        IP_SET_TYPE_VAL(Ends->Client, IPADDR_TYPE_V6);
        IP_SET_TYPE_VAL(Ends->Server, IPADDR_TYPE_V6);
        memcpy(ip_2_ip6(&Ends->Client)->addr, Packet + 8, 16);
        memcpy(ip_2_ip6(&Ends->Server)->addr, Packet + 24, 16);
        Header = 40;
        Protocol = Packet[6];
    } else {
        return NOT_OURS;
    }
    if (ip_addr_ismulticast(&Ends->Server) || ip_addr_isany(&Ends->Server)) return NOT_OURS;
    if ((Protocol != IP_PROTO_TCP && Protocol != IP_PROTO_UDP) || Size < Header + 4) return OTHER;
    Ends->ClientPort = Get16(Packet + Header);
    Ends->ServerPort = Get16(Packet + Header + 2);
    if (Protocol != IP_PROTO_TCP || Size < Header + 20) return OTHER;
    return (Packet[Header + 13] & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN ? FIRST : OTHER;
}

static void Feed(const void *Packet, size_t Size, const struct Ends *Ends) {
    struct pbuf *Copy = pbuf_alloc(PBUF_RAW, (u16_t)Size, PBUF_RAM);
    if (!Copy) return; /* lost, as on any wire */
    pbuf_take(Copy, Packet, (u16_t)Size);
    Current = *Ends;
    if (IP_IS_V4(&Ends->Server))
        ip4_addr_copy(*ip_2_ip4(&Interface.ip_addr), *ip_2_ip4(&Ends->Server));
    else
        ip6_addr_copy(*ip_2_ip6(&Interface.ip6_addr[0]), *ip_2_ip6(&Ends->Server));
    Datagrams->local_port = Ends->ServerPort;
    if (Interface.input(Copy, &Interface) != ERR_OK) pbuf_free(Copy);
}

void StackInput(const void *Packet, size_t Size) {
    struct Ends Ends;
    enum Kind Kind = Look(Packet, Size, &Ends);

    if (Kind == NOT_OURS || Size > 65535) return;
    if (Kind == FIRST && RelayTakeSyn(&Ends, Packet, Size)) return;
    Listener->local_port = NOT(Ends.ServerPort);
    Feed(Packet, Size, &Ends);
}

struct tcp_pcb *StackTakeSyn(const void *Packet, size_t Size, bool Accept, void *Relay) {
    struct Ends Ends;

    Look(Packet, Size, &Ends);
    Listener->local_port = Accept ? Ends.ServerPort : NOT(Ends.ServerPort);
    tcp_arg(Listener, Relay);
    /* Who begins anew has forgotten what there was between the two. */
    for (struct tcp_pcb *Old = tcp_tw_pcbs, *Next; Old; Old = Next) {
        Next = Old->next;
        if (Old->remote_port == Ends.ClientPort && Old->local_port == Ends.ServerPort &&
            ip_addr_cmp(&Old->remote_ip, &Ends.Client) && ip_addr_cmp(&Old->local_ip, &Ends.Server))
            tcp_abort(Old);
    }
    Feed(Packet, Size, &Ends);
    tcp_arg(Listener, NULL);
    for (struct tcp_pcb *Pcb = tcp_active_pcbs; Pcb && Accept; Pcb = Pcb->next)
        if (Pcb->callback_arg == Relay) return Pcb;
    return NULL;
}

bool StackSendDatagram(const struct Ends *Ends, const void *Data, size_t Size) {
    struct pbuf *Copy = pbuf_alloc(PBUF_TRANSPORT, (u16_t)Size, PBUF_RAM);
    if (!Copy) return false;
    pbuf_take(Copy, Data, (u16_t)Size);
    Datagrams->local_port = Ends->ServerPort;
    err_t Error = udp_sendto_if_src(Datagrams, Copy, &Ends->Client, Ends->ClientPort, &Interface, &Ends->Server);
    pbuf_free(Copy);
    return Error == ERR_OK;
}

void StackRetry(void) {
    for (struct tcp_pcb *Pcb = tcp_active_pcbs; Pcb; Pcb = Pcb->next) tcp_output(Pcb);
}
