/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A sharer of a resource waits to be its only owner. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquireResourceSharedLite(&Resource, TRUE);                                                                      \
    ExAcquireResourceExclusiveLite(&Resource, TRUE)
#include "test/planted/wdm.h"
