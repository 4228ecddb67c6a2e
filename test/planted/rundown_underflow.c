/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Rundown protection is released that was not acquired. */
#define AT_ENTRY                                                                                                       \
    EX_RUNDOWN_REF Rundown;                                                                                            \
    ExInitializeRundownProtection(&Rundown);                                                                           \
    ExReleaseRundownProtection(&Rundown)
#include "test/planted/wdm.h"
