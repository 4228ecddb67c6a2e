/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A buffer is probed for an alignment that is no power of two. */
#define AT_ENTRY ProbeForRead((PVOID)(ULONG_PTR)0x10000, 16, 3)
#include "test/planted/wdm.h"
