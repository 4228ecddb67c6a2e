/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A handle is closed that is none. */
#define AT_ENTRY ZwClose((HANDLE)(ULONG_PTR)0x1234)
#include "test/planted/wdm.h"
