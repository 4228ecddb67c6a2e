/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is deleted while owned. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    KeEnterCriticalRegion();                                                                                           \
    ExAcquireResourceExclusiveLite(&Resource, TRUE);                                                                   \
    ExDeleteResourceLite(&Resource)
#include "test/planted/wdm.h"
