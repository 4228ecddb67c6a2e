/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the stack left in a list is indicated with it. */
#define CLEAR_INFO (void)0
#include "test/planted/miniport.h"
