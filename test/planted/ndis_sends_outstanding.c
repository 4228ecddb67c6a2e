/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was sent is never completed. */
#define AT_SEND return
#include "test/planted/miniport.h"
