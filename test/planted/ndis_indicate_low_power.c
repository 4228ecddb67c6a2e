/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Lists that come back in low power are indicated anew. */
#include "nt/ndis.h"

static BOOLEAN Asleep;

#define AT_REGISTRATION Registration.AttributeFlags |= NDIS_MINIPORT_ATTRIBUTES_NO_PAUSE_ON_SUSPEND
#define AT_OID                                                                                                         \
    if (Request->DATA.Oid == OID_PNP_SET_POWER)                                                                        \
    Asleep = *(ULONG *)Request->DATA.SET_INFORMATION.InformationBuffer > NdisDeviceStateD0
#define AT_RETURN                                                                                                      \
    if (Asleep) NdisMIndicateReceiveNetBufferLists(Adapter->Miniport, Lists, 0, 1, 0)
#include "test/planted/miniport.h"
