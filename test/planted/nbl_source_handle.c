/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is indicated without a source. */
#define AT_PREPARE List->SourceHandle = NULL
#include "test/planted/miniport.h"
