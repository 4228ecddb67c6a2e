/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A processor is stalled for a millisecond. */
#define AT_ENTRY KeStallExecutionProcessor(1000)
#include "test/planted/wdm.h"
