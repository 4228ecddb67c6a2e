/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread is attached to what is no process. */
#define AT_ENTRY                                                                                                       \
    KAPC_STATE State;                                                                                                  \
    KeStackAttachProcess((PRKPROCESS)KeGetCurrentThread(), &State);                                                    \
    KeUnstackDetachProcess(&State)
#include "test/planted/wdm.h"
