/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An adapter, for the files that make one and take it away.
 */
#ifndef LIB_ADAPTER_H
#define LIB_ADAPTER_H

#include "lib/devnode.h"
#include "lib/library.h"

#include <swdevice.h>

/* All fields are set before the handle is shown, then only read. */
typedef struct _WINTUN_ADAPTER {
    OBJECT Object;
    HSWDEVICE Device; /* NULL for an adapter that somebody else created, and for a persistent one */
    HANDLE Mark;      /* with Device: that its owner lives */
    NET_LUID Luid;
    GUID Interface; /* NetCfgInstanceId */
    WCHAR InstanceId[DEVNODE_ID_ROOM];
    WCHAR DevicePath[96];
} ADAPTER;

/* With the creation lock. The adapter's fields are set on success; on failure nothing of it is left. Options are valid. */
DWORD AdapterCreate(ADAPTER *Adapter, const WARREN_ADAPTER_OPTIONS *Options, ULONGLONG Deadline);
/* With the creation lock: takes the device away that Adapter->Device is, and makes Windows forget it. */
void AdapterRemove(ADAPTER *Adapter);
/* With the creation lock: what AdapterRemove does, for a persistent adapter that no process has a handle to. */
DWORD AdapterDelete(LPCWSTR InstanceId, ULONGLONG Deadline);

/* Finds a running adapter of the brand by its name. ERROR_NOT_FOUND, or why the devices cannot be listed: not logged. */
DWORD AdapterFind(ADAPTER *Adapter, LPCWSTR Name);

/* configure.c: the network interface of a started adapter */

/* Waits until the IPv4 and IPv6 interfaces are there. One that is missing in the end is no error if the other is there. */
DWORD InterfaceWait(const NET_LUID *Luid, HANDLE Changed, ULONGLONG Deadline);
DWORD InterfaceSetMtu(const NET_LUID *Luid, DWORD Mtu);
/* Names the network connection; what hinders is logged as a warning. */
void InterfaceSetName(const GUID *Interface, LPCWSTR Name);

#endif
