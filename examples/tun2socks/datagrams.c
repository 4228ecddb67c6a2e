/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * UDP, as for DNS: a socket for each pair of ends, until it has not been used for a while. Not by way of a proxy.
 */
#include "tun2socks.h"

enum { FLOWS_MAX = 1024, IDLE = 60000 };

struct Flow {
    struct Flow *Next;
    struct Ends Ends;
    SOCKET Socket;
    u32_t Used;
};

static struct Flow *Flows;
static unsigned FlowCount;
static HANDLE FlowEvent;
static struct {
    uint64_t ToServer, ToClient, Lost;
} Count;

static void Remove(struct Flow **Link) {
    struct Flow *Flow = *Link;
    *Link = Flow->Next;
    closesocket(Flow->Socket);
    free(Flow);
    FlowCount--;
}

static void RemoveIdle(void *Argument) {
    struct Flow **Link = &Flows;
    while (*Link)
        if (sys_now() - (*Link)->Used > IDLE)
            Remove(Link);
        else
            Link = &(*Link)->Next;
    sys_timeout(IDLE / 4, RemoveIdle, Argument);
}

void DatagramStart(HANDLE Event) {
    FlowEvent = Event;
    sys_timeout(IDLE / 4, RemoveIdle, NULL);
}

static struct Flow *NewFlow(const struct Ends *Ends) {
    struct sockaddr_storage To;
    int Length = SocketAddress(&To, &Upstream.Address, Ends->ServerPort);
    struct Flow *Flow = FlowCount < FLOWS_MAX ? calloc(1, sizeof(*Flow)) : NULL;

    if (!Flow) return NULL;
    Flow->Ends = *Ends;
    Flow->Socket = socket(To.ss_family, SOCK_DGRAM, IPPROTO_UDP);
    if (Flow->Socket == INVALID_SOCKET) goto free_flow;
    if (connect(Flow->Socket, (struct sockaddr *)&To, Length) == SOCKET_ERROR) goto close_socket;
    if (WSAEventSelect(Flow->Socket, FlowEvent, FD_READ) == SOCKET_ERROR) goto close_socket;
    Flow->Next = Flows;
    Flows = Flow;
    FlowCount++;
    return Flow;
close_socket:
    closesocket(Flow->Socket);
free_flow:
    free(Flow);
    return NULL;
}

void DatagramTake(const struct Ends *Ends, const struct pbuf *Data) {
    static char Bytes[65536];
    struct Flow *Flow = Flows;

    while (Flow && !(Flow->Ends.ClientPort == Ends->ClientPort && Flow->Ends.ServerPort == Ends->ServerPort &&
                     ip_addr_cmp(&Flow->Ends.Client, &Ends->Client) && ip_addr_cmp(&Flow->Ends.Server, &Ends->Server)))
        Flow = Flow->Next;
    if (!Flow && !Upstream.Socks) Flow = NewFlow(Ends);
    u16_t Size = pbuf_copy_partial(Data, Bytes, Data->tot_len, 0);
    if (!Flow || send(Flow->Socket, Bytes, Size, 0) != Size) {
        Count.Lost++;
        return;
    }
    Flow->Used = sys_now();
    Count.ToServer++;
}

void DatagramPoll(void) {
    static char Bytes[65536];
    struct Flow **Link = &Flows;

    while (*Link) {
        struct Flow *Flow = *Link;
        int Size;
        while ((Size = recv(Flow->Socket, Bytes, sizeof(Bytes), 0)) >= 0) {
            Flow->Used = sys_now();
            ++*(StackSendDatagram(&Flow->Ends, Bytes, (size_t)Size) ? &Count.ToClient : &Count.Lost);
        }
        if (WSAGetLastError() == WSAEWOULDBLOCK)
            Link = &Flow->Next;
        else
            Remove(Link); /* nobody is there */
    }
}

void DatagramEnd(void) {
    while (Flows) Remove(&Flows);
}

void DatagramReport(void) {
    printf("done: datagrams to servers %llu, to clients %llu, lost %llu\n", (unsigned long long)Count.ToServer,
           (unsigned long long)Count.ToClient, (unsigned long long)Count.Lost);
}
