/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The reference to a token stays. */
#define AT_ENTRY PsReferencePrimaryToken(PsGetCurrentProcess())
#include "test/planted/wdm.h"
