/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is acquired that was never initialized. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    RtlZeroMemory(&Resource, sizeof(Resource));                                                                        \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquireResourceExclusiveLite(&Resource, TRUE)
#include "test/planted/wdm.h"
