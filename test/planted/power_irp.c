/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A control request is passed on as if it were a power request. */
#define AT_CONTROL PoStartNextPowerIrp(Irp)
#include "test/planted/wdm.h"
