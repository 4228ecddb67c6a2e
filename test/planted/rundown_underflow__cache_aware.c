/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Cache-aware rundown protection is released more often than acquired. */
#define AT_ENTRY                                                                                                       \
    PEX_RUNDOWN_REF_CACHE_AWARE Rundown = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, TAG);                  \
    if (Rundown == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                         \
    ExReleaseRundownProtectionCacheAware(Rundown);                                                                     \
    ExWaitForRundownProtectionReleaseCacheAware(Rundown)
#include "test/planted/wdm.h"
