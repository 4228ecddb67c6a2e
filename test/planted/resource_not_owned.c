/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is released that is not owned. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    KeEnterCriticalRegion();                                                                                           \
    ExReleaseResourceLite(&Resource)
#include "test/planted/wdm.h"
