/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver unloads and stays registered. */
#define DEREGISTER (void)0
#include "test/planted/miniport.h"
