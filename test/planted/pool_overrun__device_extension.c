/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Something is written behind a device extension. */
#define AT_CONTROL ((volatile UCHAR *)Device->DeviceExtension)[64] = 1
#include "test/planted/wdm.h"
