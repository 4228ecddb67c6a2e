/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The reference to a process stays. */
#define AT_ENTRY                                                                                                       \
    PEPROCESS Process;                                                                                                 \
    Status = PsLookupProcessByProcessId(PsGetCurrentProcessId(), &Process)
#include "test/planted/wdm.h"
