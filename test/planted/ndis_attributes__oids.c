/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An adapter has no list of its OIDs. */
#define AT_GENERAL General.SupportedOidList = NULL
#include "test/planted/miniport.h"
