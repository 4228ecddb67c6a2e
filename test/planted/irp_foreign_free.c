/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request that came from above is freed. */
#define AT_CONTROL IoFreeIrp(Irp)
#include "test/planted/wdm.h"
