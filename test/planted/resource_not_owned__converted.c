/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is made shared by one who does not own it. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    KeEnterCriticalRegion();                                                                                           \
    ExConvertExclusiveToSharedLite(&Resource)
#include "test/planted/wdm.h"
