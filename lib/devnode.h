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

#define DEVNODE_REMOVE_TIMEOUT 5000 /* ms for a device to go away whose handle was closed, or whose owner died */

/* Properties of the brand's devices: DEVPROP_TYPE_STRING, but for the flags (DEVPROP_TYPE_UINT32). */
extern const DEVPROPKEY DevnodeNameKey;  /* the adapter's name */
extern const DEVPROPKEY DevnodeSddlKey;  /* read by the driver */
extern const DEVPROPKEY DevnodeFlagsKey; /* WARREN_ADAPTER_... */
extern const DEVPROPKEY DevnodeDescriptionKey;

/* Instance ids of this brand's nodes, each terminated, the list by one more 0: to be freed with MemoryFree. Does not
 * log. */
DWORD DevnodeList(bool PresentOnly, WCHAR **List);
bool DevnodeIsPresent(LPCWSTR InstanceId);
bool DevnodeAnyPresent(void); /* also when it cannot be known */

/* A string property; false if the node has none, or it does not fit. */
bool DevnodeGetText(DEVINST Node, const DEVPROPKEY *Key, WCHAR *Text, size_t Room);
bool DevnodeHasName(LPCWSTR InstanceId, LPCWSTR Name); /* present or not */
DWORD DevnodeFlags(LPCWSTR InstanceId);                /* of the present node */
/* The interface that NDIS made for the node, false while there is none. */
bool DevnodeGetInterface(DEVINST Node, GUID *Guid, NET_LUID *Luid);

/* Waits until the node has started and its interface exists. Fails at once when it cannot come to that. */
DWORD DevnodeWaitStarted(LPCWSTR InstanceId, HANDLE Changed, ULONGLONG Deadline, GUID *Guid, NET_LUID *Luid);

NTSTATUS DevnodeProblemStatus(DEVINST Node); /* that goes with its problem code */
/* Makes Windows forget a node that is not present. False, with the last error: a warning has been logged. */
bool DevnodeUninstall(LPCWSTR InstanceId);
/* Waits until the node is no longer present, then makes Windows forget it. */
void DevnodeForget(LPCWSTR InstanceId, ULONGLONG Deadline);
/* With the creation lock: the same for all nodes of the brand that processes left over which died, even just now. */
void DevnodeCleanUp(ULONGLONG Deadline);

#endif
