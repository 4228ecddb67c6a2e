/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Rundown protection is re-initialized that has not run down. */
#define AT_ENTRY                                                                                                       \
    EX_RUNDOWN_REF Rundown;                                                                                            \
    ExInitializeRundownProtection(&Rundown);                                                                           \
    ExAcquireRundownProtection(&Rundown);                                                                              \
    ExReInitializeRundownProtection(&Rundown)
#include "test/planted/wdm.h"
