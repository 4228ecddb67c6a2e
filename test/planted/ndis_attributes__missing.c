/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An adapter has no general attributes. */
#define AT_GENERAL return Status
#include "test/planted/miniport.h"
