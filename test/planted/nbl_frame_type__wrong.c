/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The frame type is in the processor's byte order. */
#define AT_PREPARE List->NetBufferListInfo[NetBufferListFrameType] = (PVOID)(ULONG_PTR)(Version == 4 ? 0x0800 : 0x86DD)
#include "test/planted/miniport.h"
