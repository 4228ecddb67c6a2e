/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A sent buffer comes back shorter. */
#define AT_COMPLETE Lists->FirstNetBuffer->DataLength--
#include "test/planted/miniport.h"
