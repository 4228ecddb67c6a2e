/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver cannot be unloaded. */
#define AT_ENTRY Miniport.UnloadHandler = NULL
#include "test/planted/miniport.h"
