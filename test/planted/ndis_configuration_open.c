/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A configuration is left open. */
#define AT_INITIALIZED                                                                                                 \
    NDIS_CONFIGURATION_OBJECT Object = {.Header = HEADER(CONFIGURATION_OBJECT, CONFIGURATION_OBJECT_REVISION_1),       \
                                        .NdisHandle = Miniport};                                                       \
    NDIS_HANDLE Configuration;                                                                                         \
    NdisOpenConfigurationEx(&Object, &Configuration)
#include "test/planted/miniport.h"
