/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Attributes are set outside MiniportInitializeEx. */
#define AT_RESTART                                                                                                     \
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES Late = {                                                             \
        .Header =                                                                                                      \
            HEADER(MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_2),     \
        .MiniportAdapterContext = Adapter};                                                                            \
    NdisMSetMiniportAttributes(Adapter->Miniport, (PNDIS_MINIPORT_ADAPTER_ATTRIBUTES) & Late)
#include "test/planted/miniport.h"
