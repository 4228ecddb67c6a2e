/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request comes back attached to a process. */
#define AT_COMPLETED                                                                                                   \
    static KAPC_STATE State;                                                                                           \
    KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &State)
#include "test/planted/wdm.h"
