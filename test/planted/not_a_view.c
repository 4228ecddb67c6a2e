/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no view is unmapped. */
#define AT_ENTRY MmUnmapViewInSystemSpace((PVOID)(ULONG_PTR)0xffff800012340000)
#include "test/planted/wdm.h"
