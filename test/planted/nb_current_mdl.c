/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The two offsets of a buffer do not agree. */
#define AT_PREPARE Buffer->CurrentMdlOffset = 1
#include "test/planted/miniport.h"
