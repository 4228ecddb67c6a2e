/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * All hosts of a network in one function. The adapter has 10.66.0.1/24 and fd66::1/64; every other address of the two
 * subnets answers ping and sends each UDP datagram back to where it came from.
 *
 * Wants memcpy and memcmp declared.
 */
#ifndef RESPONDER_H
#define RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static const uint8_t ResponderOwn4[4] = {10, 66, 0, 1};
static const uint8_t ResponderOwn6[16] = {0xfd, 0x66, [15] = 1};
#define RESPONDER_PREFIX4 24
#define RESPONDER_PREFIX6 64

struct responder {
    uint64_t Icmp4, Icmp6, Udp4, Udp6;
    uint64_t Ignored; /* for nobody here, or nothing that is answered */
};

static uint16_t Read16(const uint8_t *Bytes) { return (uint16_t)(Bytes[0] << 8 | Bytes[1]); }

static void Swap(uint8_t *Left, uint8_t *Right, size_t Size) {
    uint8_t Temp[16];

    memcpy(Temp, Left, Size);
    memcpy(Left, Right, Size);
    memcpy(Right, Temp, Size);
}

/* Turns an echo request into its reply. The checksum covers the type, so it changes by the difference. */
static bool AnswerEcho(uint8_t *Icmp, size_t Size, uint8_t Request, uint8_t Reply) {
    if (Size < 8 || Icmp[0] != Request || Icmp[1] != 0) return false;
    uint32_t Sum = (uint16_t)~Read16(Icmp + 2);
    Sum += (uint16_t)~(Request << 8);
    Sum += (uint32_t)Reply << 8;
    Sum = (Sum & 0xffff) + (Sum >> 16);
    Sum = (Sum & 0xffff) + (Sum >> 16);
    Sum = ~Sum & 0xffff;
    if (!Sum) /* the two zeros of such sums mean the same, but only this one is right for a packet of zeros */
        Sum = 0xffff;
    Icmp[0] = Reply;
    Icmp[2] = (uint8_t)(Sum >> 8);
    Icmp[3] = (uint8_t)Sum;
    return true;
}

/* Swapping addresses and ports leaves the checksum as it is: it is a sum, and the order does not matter. */
static bool AnswerUdp(uint8_t *Udp, size_t Size) {
    if (Size < 8 || Read16(Udp + 4) < 8 || Read16(Udp + 4) > Size) return false;
    Swap(Udp, Udp + 2, 2);
    return true;
}

static bool AnswerIpv4(struct responder *Responder, uint8_t *Packet, size_t Size) {
    if (Size < 20) return false;
    size_t Header = (size_t)(Packet[0] & 15) * 4, Total = Read16(Packet + 2);
    if (Header < 20 || Total < Header || Total > Size) return false;
    if (Read16(Packet + 6) & 0x3fff) /* a fragment */
        return false;
    const uint8_t *To = Packet + 16;
    if (memcmp(To, ResponderOwn4, RESPONDER_PREFIX4 / 8) || To[3] == ResponderOwn4[3] || To[3] == 0 || To[3] == 255)
        return false;
    switch (Packet[9]) {
    case 1:
        if (!AnswerEcho(Packet + Header, Total - Header, 8, 0)) return false;
        Responder->Icmp4++;
        break;
    case 17:
        if (!AnswerUdp(Packet + Header, Total - Header)) return false;
        Responder->Udp4++;
        break;
    default: return false;
    }
    Swap(Packet + 12, Packet + 16, 4);
    return true;
}

static bool AnswerIpv6(struct responder *Responder, uint8_t *Packet, size_t Size) {
    if (Size < 40) return false;
    size_t Payload = Read16(Packet + 4);
    if (Payload > Size - 40) return false;
    const uint8_t *To = Packet + 24;
    if (memcmp(To, ResponderOwn6, RESPONDER_PREFIX6 / 8) || !memcmp(To, ResponderOwn6, 16)) return false;
    /* The pseudo header's sum does not change when the addresses change places, nor does its payload length. */
    switch (Packet[6]) {
    case 58:
        if (!AnswerEcho(Packet + 40, Payload, 128, 129)) return false;
        Responder->Icmp6++;
        break;
    case 17:
        if (!AnswerUdp(Packet + 40, Payload)) return false;
        Responder->Udp6++;
        break;
    default: return false;
    }
    Swap(Packet + 8, Packet + 24, 16);
    return true;
}

/* Turns a packet into its answer, in place. False: there is none. */
static bool ResponderAnswer(struct responder *Responder, uint8_t *Packet, size_t Size) {
    bool Answered = false;

    if (Size && Packet[0] >> 4 == 4) Answered = AnswerIpv4(Responder, Packet, Size);
    if (Size && Packet[0] >> 4 == 6) Answered = AnswerIpv6(Responder, Packet, Size);
    Responder->Ignored += !Answered;
    return Answered;
}

#endif
