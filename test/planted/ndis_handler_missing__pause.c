/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver cannot pause. */
#define AT_ENTRY Miniport.PauseHandler = NULL
#include "test/planted/miniport.h"
