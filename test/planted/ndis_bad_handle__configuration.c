/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A configuration is closed twice. */
#define AT_INITIALIZE                                                                                                  \
    NDIS_CONFIGURATION_OBJECT Object = {.Header = HEADER(CONFIGURATION_OBJECT, CONFIGURATION_OBJECT_REVISION_1),       \
                                        .NdisHandle = Miniport};                                                       \
    NDIS_HANDLE Configuration = NULL;                                                                                  \
    NdisOpenConfigurationEx(&Object, &Configuration);                                                                  \
    NdisCloseConfiguration(Configuration);                                                                             \
    NdisCloseConfiguration(Configuration)
#include "test/planted/miniport.h"
