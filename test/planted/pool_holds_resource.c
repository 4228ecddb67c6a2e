/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A block is freed with a live resource inside. */
#define AT_ENTRY                                                                                                       \
    PERESOURCE Resource = Allocate(sizeof(*Resource));                                                                 \
    if (Resource == NULL) return STATUS_INSUFFICIENT_RESOURCES;                                                        \
    ExInitializeResourceLite(Resource);                                                                                \
    ExFreePoolWithTag(Resource, TAG)
#include "test/planted/wdm.h"
