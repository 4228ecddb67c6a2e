/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The outer attachment is ended before the inner one. */
#define AT_ENTRY                                                                                                       \
    KAPC_STATE Outer, Inner;                                                                                           \
    KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &Outer);                                                   \
    KeStackAttachProcess((PRKPROCESS)PsGetCurrentProcess(), &Inner);                                                   \
    KeUnstackDetachProcess(&Outer)
#include "test/planted/wdm.h"
