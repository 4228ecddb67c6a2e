/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * No frame type is set. */
#define AT_PREPARE List->NetBufferListInfo[NetBufferListFrameType] = NULL
#include "test/planted/miniport.h"
