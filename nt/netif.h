/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What kernel and user mode share of network interfaces.
 */
#ifndef NT_NETIF_H
#define NT_NETIF_H

#include "nt/types.h"

typedef union _NET_LUID_LH {
    ULONG64 Value;
    struct {
        ULONG64 Reserved : 24;
        ULONG64 NetLuidIndex : 24;
        ULONG64 IfType : 16;
    } Info;
} NET_LUID_LH, NET_LUID, IF_LUID, *PNET_LUID;

#endif
