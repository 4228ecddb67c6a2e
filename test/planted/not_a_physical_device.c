/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * PnP is told of a device that it does not know. */
#define AT_ENTRY IoInvalidateDeviceState(Device)
#include "test/planted/wdm.h"
