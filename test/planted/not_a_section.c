/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no section is mapped. */
#define AT_ENTRY                                                                                                       \
    PVOID Base = NULL;                                                                                                 \
    SIZE_T Size = 0;                                                                                                   \
    MmMapViewInSystemSpace(KeGetCurrentThread(), &Base, &Size)
#include "test/planted/wdm.h"
