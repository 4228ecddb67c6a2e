/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is acquired with normal kernel APCs enabled. */
#define AT_ENTRY                                                                                                       \
    ERESOURCE Resource;                                                                                                \
    ExInitializeResourceLite(&Resource);                                                                               \
    ExAcquireResourceExclusiveLite(&Resource, TRUE)
#include "test/planted/wdm.h"
