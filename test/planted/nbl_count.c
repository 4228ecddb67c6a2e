/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An indication says that there is one list more. */
#define AT_INDICATE Count++
#include "test/planted/miniport.h"
