/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is indicated without a buffer. */
#define AT_PREPARE List->FirstNetBuffer = NULL
#include "test/planted/miniport.h"
