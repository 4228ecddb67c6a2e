/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A sent packet is written to. */
#define AT_COMPLETE *(UCHAR *)MmGetSystemAddressForMdlSafe(Lists->FirstNetBuffer->CurrentMdl, NormalPagePriority) ^= 1
#include "test/planted/miniport.h"
