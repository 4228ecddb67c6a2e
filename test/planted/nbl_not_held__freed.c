/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list of the stack is freed instead of completed. */
#define AT_SEND NdisFreeNetBufferList(Lists)
#include "test/planted/miniport.h"
