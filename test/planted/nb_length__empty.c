/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The packet has no bytes. */
#define AT_PREPARE Buffer->DataLength = 0
#include "test/planted/miniport.h"
