/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request that came from above is reused. */
#define AT_CONTROL IoReuseIrp(Irp, STATUS_SUCCESS)
#include "test/planted/wdm.h"
