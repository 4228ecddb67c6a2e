/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Connections: each is one of lwIP's, to the client, and one of Winsock's, to the server.
 *
 * A client's first packet is kept until the server (or the proxy, for it) has taken the connection; then the stack gets
 * it and answers. If the server refuses, the stack says so in its place. From then on data wait where they came from
 * as long as the other side does not take them: the stack's window stays small, or the socket is not read.
 *
 * The stack's callbacks only note what has happened: RelayServe does the rest, outside of the stack.
 */
#include "tun2socks.h"

enum { RELAYS_MAX = 4096, PIECE = 16384, ROUND = 16 };

enum State {
    CONNECTING,
    GREETING,   /* the proxy has been told what we can: nothing but no authentication */
    REQUESTING, /* and where to connect */
    ANSWERING,  /* the stack shakes the client's hand */
    OPEN
};

struct Relay {
    struct Relay *Next;
    struct Ends Ends;
    enum State State;
    SOCKET Socket;
    struct tcp_pcb *Pcb;
    void *Syn;
    size_t SynSize;
    struct pbuf *ToServer; /* the client's, not yet sent on */
    uint8_t Reply[262];    /* of the proxy */
    size_t Replied;
    bool Busy;                     /* something has happened to it */
    bool Readable, Writable;       /* the socket, as far as is known */
    bool ClientEnded, ServerEnded; /* no more data from there */
    bool ServerTold;               /* that there are no more */
    bool Dead, Broken;             /* to be freed; with a reset to those who are still there */
};

struct Upstream Upstream;

static struct Relay *Relays;
static unsigned RelayCount;
static HANDLE RelayEvent;
static struct {
    uint64_t Opened, Refused, Ended, Reset, ToServer, ToClient;
    unsigned Most;
} Count;

void RelayStart(HANDLE Event) { RelayEvent = Event; }

int SocketAddress(struct sockaddr_storage *Storage, const ip_addr_t *Address, uint16_t Port) {
    memset(Storage, 0, sizeof(*Storage));
    if (IP_IS_V4(Address)) {
        struct sockaddr_in *To = (struct sockaddr_in *)Storage;
        To->sin_family = AF_INET;
        To->sin_port = htons(Port);
        memcpy(&To->sin_addr, &ip_2_ip4(Address)->addr, 4);
        return sizeof(*To);
    }
    struct sockaddr_in6 *To = (struct sockaddr_in6 *)Storage;
    To->sin6_family = AF_INET6;
    To->sin6_port = htons(Port);
    memcpy(&To->sin6_addr, ip_2_ip6(Address)->addr, 16);
    return sizeof(*To);
}

/* ---- the client's side ------------------------------------------------------------------------------------------ */

static err_t ClientSent(void *Argument, struct tcp_pcb *Pcb, struct pbuf *Data, err_t Error) {
    struct Relay *Relay = Argument;
    (void)Pcb, (void)Error;
    Relay->Busy = true;
    if (!Data)
        Relay->ClientEnded = true;
    else if (Relay->ToServer)
        pbuf_cat(Relay->ToServer, Data);
    else
        Relay->ToServer = Data;
    return ERR_OK;
}

static err_t ClientTook(void *Argument, struct tcp_pcb *Pcb, u16_t Size) {
    struct Relay *Relay = Argument;
    (void)Pcb;
    Count.ToClient += Size;
    Relay->Busy = true;
    return ERR_OK;
}

/* The stack has freed its side: the client has reset the connection, or does not answer. */
static void ClientGone(void *Argument, err_t Error) {
    struct Relay *Relay = Argument;
    (void)Error;
    Relay->Pcb = NULL;
    Relay->Busy = Relay->Dead = Relay->Broken = true;
}

err_t RelayAccepted(void *Argument, struct tcp_pcb *Pcb, err_t Error) {
    struct Relay *Relay = Argument;
    (void)Pcb, (void)Error;
    Relay->State = OPEN;
    Relay->Busy = true;
    Count.Opened++;
    return ERR_OK;
}

bool RelayTakeSyn(const struct Ends *Ends, const void *Packet, size_t Size) {
    for (struct Relay *Relay = Relays; Relay; Relay = Relay->Next)
        if (Relay->Ends.ClientPort == Ends->ClientPort && Relay->Ends.ServerPort == Ends->ServerPort &&
            ip_addr_cmp(&Relay->Ends.Client, &Ends->Client) && ip_addr_cmp(&Relay->Ends.Server, &Ends->Server))
            return Relay->State < ANSWERING; /* sent again: we wait for the server, or the stack has the first one */
    struct Relay *Relay = RelayCount < RELAYS_MAX ? calloc(1, sizeof(*Relay)) : NULL;
    if (!Relay) {
        Count.Refused++;
        return false; /* the stack knows nobody who listens */
    }
    Relay->Ends = *Ends;
    Relay->Syn = malloc(Size);
    struct sockaddr_storage To;
    int Length = SocketAddress(&To, &Upstream.Address, Upstream.Socks ? Upstream.Port : Ends->ServerPort);
    Relay->Socket = socket(To.ss_family, SOCK_STREAM, IPPROTO_TCP);
    if (!Relay->Syn || Relay->Socket == INVALID_SOCKET) goto refuse;
    memcpy(Relay->Syn, Packet, Size);
    Relay->SynSize = Size;
    BOOL Yes = TRUE;
    setsockopt(Relay->Socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&Yes, sizeof(Yes));
    if (WSAEventSelect(Relay->Socket, RelayEvent, FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE) == SOCKET_ERROR)
        goto refuse;
    if (connect(Relay->Socket, (struct sockaddr *)&To, Length) == SOCKET_ERROR && WSAGetLastError() != WSAEWOULDBLOCK)
        goto refuse;
    Relay->Next = Relays;
    Relays = Relay;
    if (++RelayCount > Count.Most) Count.Most = RelayCount;
    return true;
refuse:
    Count.Refused++;
    if (Relay->Socket != INVALID_SOCKET) closesocket(Relay->Socket);
    free(Relay->Syn);
    free(Relay);
    return false;
}

static void Answer(struct Relay *Relay) {
    Relay->State = ANSWERING;
    Relay->Pcb = StackTakeSyn(Relay->Syn, Relay->SynSize, true, Relay);
    if (!Relay->Pcb) {
        Relay->Dead = Relay->Broken = true;
        return;
    }
    tcp_recv(Relay->Pcb, ClientSent);
    tcp_sent(Relay->Pcb, ClientTook);
    tcp_err(Relay->Pcb, ClientGone);
    tcp_nagle_disable(Relay->Pcb);
    ip_set_option(Relay->Pcb, SOF_KEEPALIVE);
}

static void Refuse(struct Relay *Relay) {
    Count.Refused++;
    StackTakeSyn(Relay->Syn, Relay->SynSize, false, NULL);
    Relay->Dead = Relay->Broken = true;
}

/* ---- the server's side ------------------------------------------------------------------------------------------ */

/* A connection just made takes these few bytes at once. */
static bool Say(struct Relay *Relay, const uint8_t *Bytes, int Size) {
    Relay->Replied = 0;
    return send(Relay->Socket, (const char *)Bytes, Size, 0) == Size;
}

static bool Request(struct Relay *Relay) {
    uint8_t Bytes[22] = {5, 1, 0};
    const struct Ends *Ends = &Relay->Ends;
    int Size = IP_IS_V4(&Ends->Server) ? 4 : 16;

    Bytes[3] = Size == 4 ? 1 : 4;
    if (Size == 4)
        memcpy(Bytes + 4, &ip_2_ip4(&Ends->Server)->addr, 4);
    else
        memcpy(Bytes + 4, ip_2_ip6(&Ends->Server)->addr, 16);
    Bytes[4 + Size] = (uint8_t)(Ends->ServerPort >> 8);
    Bytes[5 + Size] = (uint8_t)Ends->ServerPort;
    Relay->State = REQUESTING;
    return Say(Relay, Bytes, 6 + Size);
}

/* How long the proxy's reply is, as far as can be said from what is there; 0: it makes no sense. */
static size_t ReplySize(const struct Relay *Relay) {
    if (Relay->State == GREETING) return 2;
    if (Relay->Replied < 5) return 5;
    switch (Relay->Reply[3]) {
    case 1: return 10;
    case 3: return 7 + (size_t)Relay->Reply[4];
    case 4: return 22;
    default: return 0;
    }
}

/* Not one byte more than the reply is read: the server's follow it. */
static void Negotiate(struct Relay *Relay) {
    while (Relay->Readable && !Relay->Dead && Relay->State < ANSWERING) {
        size_t Size = ReplySize(Relay);
        int Got =
            !Size ? 0 : recv(Relay->Socket, (char *)Relay->Reply + Relay->Replied, (int)(Size - Relay->Replied), 0);
        if (Got == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK) {
            Relay->Readable = false;
            return;
        }
        if (Got <= 0) return Refuse(Relay);
        Relay->Replied += (size_t)Got;
        if (Relay->Replied < ReplySize(Relay)) continue;
        if (Relay->Reply[0] != 5 || Relay->Reply[1]) return Refuse(Relay);
        if (Relay->State == REQUESTING) return Answer(Relay);
        if (!Request(Relay)) return Refuse(Relay);
    }
}

static void Connected(struct Relay *Relay, int Error) {
    static const uint8_t Greeting[] = {5, 1, 0};

    if (Error) return Refuse(Relay);
    Relay->Writable = true;
    if (!Upstream.Socks) return Answer(Relay);
    Relay->State = GREETING;
    if (!Say(Relay, Greeting, sizeof(Greeting))) Refuse(Relay);
}

static void Poll(struct Relay *Relay) {
    WSANETWORKEVENTS Events;

    if (WSAEnumNetworkEvents(Relay->Socket, NULL, &Events) == SOCKET_ERROR || !Events.lNetworkEvents) return;
    Relay->Busy = true;
    if (Events.lNetworkEvents & FD_CONNECT && Relay->State == CONNECTING)
        Connected(Relay, Events.iErrorCode[FD_CONNECT_BIT]);
    if (Events.lNetworkEvents & FD_WRITE) Relay->Writable = true;
    if (Events.lNetworkEvents & (FD_READ | FD_CLOSE)) Relay->Readable = true;
    if (!(Events.lNetworkEvents & FD_CLOSE) || !Events.iErrorCode[FD_CLOSE_BIT]) return;
    if (Relay->State < ANSWERING && !Relay->Dead) Refuse(Relay);
    Relay->Dead = Relay->Broken = true;
}

void RelayPoll(void) {
    for (struct Relay *Relay = Relays; Relay; Relay = Relay->Next)
        if (!Relay->Dead) Poll(Relay);
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

/* A read that failed for another reason than that there is nothing: the connection is broken. */
static bool TryLater(struct Relay *Relay, bool *Possible) {
    *Possible = false;
    if (WSAGetLastError() != WSAEWOULDBLOCK) Relay->Dead = Relay->Broken = true;
    return false;
}

static void ToServer(struct Relay *Relay) {
    while (Relay->ToServer && Relay->Writable) {
        if (!Relay->ToServer->len) { /* what is left of a packet that was sent twice */
            struct pbuf *Empty = Relay->ToServer;
            Relay->ToServer = Empty->next;
            Empty->next = NULL;
            pbuf_free(Empty);
            continue;
        }
        int Sent = send(Relay->Socket, Relay->ToServer->payload, Relay->ToServer->len, 0);
        if (Sent == SOCKET_ERROR) {
            TryLater(Relay, &Relay->Writable);
            return;
        }
        Count.ToServer += (uint64_t)Sent;
        Relay->ToServer = pbuf_free_header(Relay->ToServer, (u16_t)Sent);
        tcp_recved(Relay->Pcb, (u16_t)Sent);
    }
    if (Relay->ClientEnded && !Relay->ToServer && !Relay->ServerTold) {
        Relay->ServerTold = true;
        shutdown(Relay->Socket, SD_SEND);
    }
}

/* How much the stack is sure to take: it makes two entries of its queue, at most, of each segment. */
static int Room(const struct tcp_pcb *Pcb) {
    int Entries = TCP_SND_QUEUELEN - tcp_sndqueuelen(Pcb), Bytes = (int)tcp_sndbuf(Pcb);
    int Fit = (Entries / 2 - 1) * (int)tcp_mss(Pcb);

    if (Bytes > Fit) Bytes = Fit;
    return Bytes < PIECE ? Bytes : PIECE;
}

/* At what looks like a proper end. Wine 8 makes one of a reset that came after data; then there is no peer any more,
 * as there is none when both sides have ended. */
static bool Reset(const struct Relay *Relay) {
    struct sockaddr_storage Peer;
    int Length = sizeof(Peer);
    return !Relay->ServerTold && getpeername(Relay->Socket, (struct sockaddr *)&Peer, &Length) == SOCKET_ERROR;
}

/* One piece; true: there may be another. */
static bool ToClient(struct Relay *Relay) {
    static char Piece[PIECE];
    int Size = Room(Relay->Pcb);

    if (!Relay->Readable || Relay->ServerEnded || Size <= 0) return false;
    int Got = recv(Relay->Socket, Piece, Size, 0);
    if (Got == SOCKET_ERROR) return TryLater(Relay, &Relay->Readable);
    if (!Got) {
        if (Reset(Relay)) return TryLater(Relay, &Relay->Readable);
        Relay->ServerEnded = true;
        tcp_shutdown(Relay->Pcb, 0, 1);
        return false;
    }
    if (tcp_write(Relay->Pcb, Piece, (u16_t)Got, TCP_WRITE_FLAG_COPY) == ERR_OK) return true;
    Relay->Dead = Relay->Broken = true; /* no memory */
    return false;
}

static void Free(struct Relay *Relay) {
    if (Relay->Pcb) {
        tcp_arg(Relay->Pcb, NULL);
        tcp_recv(Relay->Pcb, NULL);
        tcp_sent(Relay->Pcb, NULL);
        tcp_err(Relay->Pcb, NULL);
        if (Relay->Broken)
            tcp_abort(Relay->Pcb);
        else
            tcp_close(Relay->Pcb); /* what is queued is still sent */
    }
    if (Relay->Broken) {
        struct linger Reset = {1, 0};
        setsockopt(Relay->Socket, SOL_SOCKET, SO_LINGER, (const char *)&Reset, sizeof(Reset));
    }
    if (Relay->State >= ANSWERING) ++*(Relay->Broken ? &Count.Reset : &Count.Ended);
    closesocket(Relay->Socket);
    if (Relay->ToServer) pbuf_free(Relay->ToServer);
    free(Relay->Syn);
    free(Relay);
    RelayCount--;
}

/* True: more to do at once. */
static bool Serve(struct Relay *Relay) {
    bool More = true;

    Relay->Busy = false;
    if (Relay->State < ANSWERING && Relay->State > CONNECTING && !Relay->Dead) Negotiate(Relay);
    if (Relay->State != OPEN || Relay->Dead) return false;
    ToServer(Relay);
    for (unsigned Pieces = 0; More && Pieces < ROUND && !Relay->Dead; ++Pieces) More = ToClient(Relay);
    if (Relay->Dead) return false;
    tcp_output(Relay->Pcb);
    if (!Relay->Dead && Relay->ServerTold && Relay->ServerEnded) Relay->Dead = true;
    Relay->Busy |= More;
    return More;
}

bool RelayServe(void) {
    bool More = false;
    struct Relay **Link = &Relays;

    while (*Link) {
        struct Relay *Relay = *Link;
        if (Relay->Busy && Serve(Relay)) More = true;
        if (Relay->Dead) {
            *Link = Relay->Next;
            Free(Relay);
        } else {
            Link = &Relay->Next;
        }
    }
    return More;
}

void RelayEnd(void) {
    for (struct Relay *Relay = Relays; Relay; Relay = Relay->Next) Relay->Dead = Relay->Broken = true;
    RelayServe();
}

void RelayReport(void) {
    printf("done: connections: opened %llu, refused %llu, ended %llu, reset %llu, at once %u\n"
           "done: bytes to servers %llu, to clients %llu\n",
           (unsigned long long)Count.Opened, (unsigned long long)Count.Refused, (unsigned long long)Count.Ended,
           (unsigned long long)Count.Reset, Count.Most, (unsigned long long)Count.ToServer,
           (unsigned long long)Count.ToClient);
}
