/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Breaks no rule. */
#include "test/planted/miniport.h"
