/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Rundown protection is released after it has run down. */
#define AT_ENTRY                                                                                                       \
    PEX_RUNDOWN_REF_CACHE_AWARE Rundown = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, TAG);                  \
    if (Rundown == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                         \
    ExWaitForRundownProtectionReleaseCacheAware(Rundown);                                                              \
    ExReleaseRundownProtectionCacheAware(Rundown)
#include "test/planted/wdm.h"
