/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed at a stack location that is another driver's. */
#define AT_CONTROL IoSkipCurrentIrpStackLocation(Irp)
#include "test/planted/wdm.h"
