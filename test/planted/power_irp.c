/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * PoStartNextPowerIrp is called for a request that is none of power. */
#define AT_CONTROL PoStartNextPowerIrp(Irp)
#include "test/planted/wdm.h"
