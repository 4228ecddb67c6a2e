/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * IPv4 and IPv6 on an adapter, and its name: what the IP helper's files share, and how tests hinder it.
 */
#ifndef HOST_IP_INTERFACE_H
#define HOST_IP_INTERFACE_H

#include "host/netstack.h"
#include "nt/win32.h"

/* iphlpapi.c */
struct ndis_adapter *ip_adapter(const NET_LUID *luid, NET_IFINDEX index); /* NULL: there is none */
DWORD ip_error(int linux_error);

/* ip_interface.c */
#define IP_ALIAS_ROOM 257 /* IF_MAX_STRING_SIZE and the end */
void ip_alias(struct ndis_adapter *adapter, WCHAR *alias, size_t room);
void ip_interfaces_stop(void);

/* The family's interfaces do not appear on adapters, or are hidden again, until they may: as where the protocol is slow
 * or not bound. */
void ip_interface_allow(ADDRESS_FAMILY family, bool allow);

#endif
