/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is detached to which none is attached. */
#define AT_ENTRY IoDetachDevice(Device)
#include "test/planted/wdm.h"
