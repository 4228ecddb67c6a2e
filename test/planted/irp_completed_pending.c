/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed with STATUS_PENDING. */
#define AT_CONTROL Status = STATUS_PENDING
#include "test/planted/wdm.h"
