/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Rundown protection is used again without having been completed. */
#define AT_ENTRY                                                                                                       \
    PEX_RUNDOWN_REF_CACHE_AWARE Rundown = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, TAG);                  \
    if (Rundown == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                         \
    ExWaitForRundownProtectionReleaseCacheAware(Rundown);                                                              \
    ExReInitializeRundownProtectionCacheAware(Rundown)
#include "test/planted/wdm.h"
