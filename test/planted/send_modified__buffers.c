/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A sent list comes back without its buffers. */
#define AT_COMPLETE Lists->FirstNetBuffer = NULL
#include "test/planted/miniport.h"
