/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The packet is longer than its MDL. */
#define AT_PREPARE Buffer->DataLength = SIZE + 1
#include "test/planted/miniport.h"
