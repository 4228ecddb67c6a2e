/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is initialized again while it is owned. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquireResourceExclusiveLite(&Resource, TRUE);                                                                   \
    ExReinitializeResourceLite(&Resource)
#include "test/planted/wdm.h"
