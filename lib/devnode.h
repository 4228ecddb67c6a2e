/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The library's view of Plug and Play: this brand's device nodes, and none but these.
 */
#ifndef LIB_DEVNODE_H
#define LIB_DEVNODE_H

#include "lib/library.h"

#include <cfgmgr32.h>
#include <devpropdef.h>

#define DEVNODE_ID_ROOM (MAX_DEVICE_ID_LEN + 1)

extern const DEVPROPKEY DevnodeNameKey; /* the adapter's name, as created */

/* Instance ids of this brand's nodes, each terminated, the list by one more 0: to be freed with MemoryFree. Does not
 * log. */
DWORD DevnodeList(bool PresentOnly, WCHAR **List);
bool DevnodeIsPresent(LPCWSTR InstanceId);

/* A string property; false if the node has none, or it does not fit. */
bool DevnodeGetText(DEVINST Node, const DEVPROPKEY *Key, WCHAR *Text, size_t Room);
/* The interface that NDIS made for the node, false while there is none. */
bool DevnodeGetInterface(DEVINST Node, GUID *Guid, NET_LUID *Luid);

/* Waits until the node has started and its interface exists. Fails at once when it cannot come to that. */
DWORD DevnodeWaitStarted(LPCWSTR InstanceId, HANDLE Changed, GUID *Guid, NET_LUID *Luid);

NTSTATUS DevnodeProblemStatus(DEVINST Node); /* that goes with its problem code */
/* Makes Windows forget a node that is not present. False: it has been logged why not. */
bool DevnodeUninstall(LPCWSTR InstanceId);
/* Waits, bounded, until the node is no longer present, then makes Windows forget it. */
void DevnodeForget(LPCWSTR InstanceId);
/* The same for all nodes of the brand that are left over from processes that died. */
void DevnodeForgetAbsent(void);

#endif
