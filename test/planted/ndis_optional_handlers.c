/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Optional handlers are set too late. */
#define AT_REGISTERED                                                                                                  \
    NDIS_MINIPORT_PNP_CHARACTERISTICS Pnp = {                                                                          \
        .Header = HEADER(MINIPORT_PNP_CHARACTERISTICS, MINIPORT_PNP_CHARACTERISTICS_REVISION_1)};                      \
    NdisSetOptionalHandlers(DriverHandle, (PNDIS_DRIVER_OPTIONAL_HANDLERS) & Pnp)
#include "test/planted/miniport.h"
