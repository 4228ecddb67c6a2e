/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Privileges are freed that were never given. */
#define AT_ENTRY                                                                                                       \
    static ULONG64 Variable[8];                                                                                        \
    SeFreePrivileges((PPRIVILEGE_SET)Variable)
#include "test/planted/wdm.h"
