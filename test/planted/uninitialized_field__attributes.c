/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The registration attributes are memory as it came from the pool. */
#define AT_REGISTRATION                                                                                                \
    UCHAR *Fresh = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(Registration), TAG);                                   \
    RtlCopyMemory((UCHAR *)&Registration + sizeof(Registration.Header), Fresh,                                         \
                  sizeof(Registration) - sizeof(Registration.Header))
#include "test/planted/miniport.h"
