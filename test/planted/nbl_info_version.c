/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver for an older NDIS clears more slots than lists have there. */
#define AT_ENTRY                                                                                                       \
    Miniport.Header.Revision = NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2;                                        \
    Miniport.Header.Size = 152;                                                                                        \
    Miniport.MinorNdisVersion = 30
#include "test/planted/miniport.h"
