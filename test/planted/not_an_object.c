/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no object is dereferenced. */
#define AT_ENTRY                                                                                                       \
    static ULONG64 Variable[64];                                                                                       \
    ObDereferenceObject(&Variable[32])
#include "test/planted/wdm.h"
