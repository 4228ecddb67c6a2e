/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A function is called by a null pointer. */
#define AT_ENTRY                                                                                                       \
    static VOID (*volatile Function)(void);                                                                            \
    Function()
#include "test/planted/wdm.h"
