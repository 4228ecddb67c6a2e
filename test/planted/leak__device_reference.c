/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The reference to the topmost device stays. */
#define AT_ENTRY IoGetAttachedDeviceReference(Device)
#include "test/planted/wdm.h"
