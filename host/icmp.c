/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Windows' ping: requests of the network stack behind the adapters, which is Linux's. The fake one has no hosts to ping,
 * and the machine's own network is none of it.
 */
#include <string.h>

#include "host/netstack.h"
#include "host/stack_tun.h"
#include "host/win32_private.h"

#define HANDLE_V4 ((HANDLE)(uintptr_t)0x1c4c)
#define HANDLE_V6 ((HANDLE)(uintptr_t)0x1c6c)

HANDLE NTAPI IcmpCreateFile(void) {
    NT_ENTER(IcmpCreateFile);
    return HANDLE_V4;
}

HANDLE NTAPI Icmp6CreateFile(void) {
    NT_ENTER(Icmp6CreateFile);
    return HANDLE_V6;
}

BOOL NTAPI IcmpCloseHandle(HANDLE IcmpHandle) {
    NT_ENTER(IcmpCloseHandle);
    if (IcmpHandle == HANDLE_V4 || IcmpHandle == HANDLE_V6) return TRUE;
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
}

static DWORD ping(bool six, const void *address, const void *data, USHORT size, DWORD timeout) {
    if (ndis_stack != &stack_tun) return IP_GENERAL_FAILURE;
    switch (tun_ping(six, address, data, size, timeout)) {
    case TUN_PING_ANSWERED: return IP_SUCCESS;
    case TUN_PING_LATE: return IP_REQ_TIMED_OUT;
    default: return IP_GENERAL_FAILURE;
    }
}

DWORD NTAPI IcmpSendEcho(HANDLE IcmpHandle, ULONG DestinationAddress, PVOID RequestData, USHORT RequestSize,
                         PIP_OPTION_INFORMATION RequestOptions, PVOID ReplyBuffer, DWORD ReplySize, DWORD Timeout) {
    NT_ENTER(IcmpSendEcho);
    (void)RequestOptions;
    ICMP_ECHO_REPLY *reply = ReplyBuffer;
    DWORD error = IcmpHandle != HANDLE_V4                        ? ERROR_INVALID_HANDLE
                  : ReplySize < sizeof *reply + RequestSize + 8u ? ERROR_INSUFFICIENT_BUFFER
                                                                 : 0;
    if (!error) error = ping(false, &DestinationAddress, RequestData, RequestSize, Timeout);
    SetLastError(error);
    if (error) return 0;
    *reply = (ICMP_ECHO_REPLY){.Address = DestinationAddress, .DataSize = RequestSize, .Data = reply + 1};
    memcpy(reply + 1, RequestData, RequestSize);
    return 1;
}

DWORD NTAPI Icmp6SendEcho2(HANDLE IcmpHandle, HANDLE Event, PVOID ApcRoutine, PVOID ApcContext,
                           SOCKADDR_IN6 *SourceAddress, SOCKADDR_IN6 *DestinationAddress, PVOID RequestData,
                           USHORT RequestSize, PIP_OPTION_INFORMATION RequestOptions, PVOID ReplyBuffer,
                           DWORD ReplySize, DWORD Timeout) {
    NT_ENTER(Icmp6SendEcho2);
    (void)ApcContext, (void)SourceAddress, (void)RequestOptions;
    ICMPV6_ECHO_REPLY *reply = ReplyBuffer;
    DWORD error = IcmpHandle != HANDLE_V6                        ? ERROR_INVALID_HANDLE
                  : Event || ApcRoutine                          ? ERROR_NOT_SUPPORTED
                  : ReplySize < sizeof *reply + RequestSize + 8u ? ERROR_INSUFFICIENT_BUFFER
                                                                 : 0;
    if (!error) error = ping(true, &DestinationAddress->sin6_addr, RequestData, RequestSize, Timeout);
    SetLastError(error);
    if (error) return 0;
    *reply = (ICMPV6_ECHO_REPLY){0};
    memcpy(reply->Address.sin6_addr, &DestinationAddress->sin6_addr, sizeof reply->Address.sin6_addr);
    return 1;
}
