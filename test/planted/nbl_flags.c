/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The flags do not say which IP it is. */
#define AT_PREPARE List->NblFlags = 0
#include "test/planted/miniport.h"
