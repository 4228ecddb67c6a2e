/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The packet starts behind its MDL. */
#define AT_PREPARE Buffer->DataOffset = SIZE + 1
#include "test/planted/miniport.h"
