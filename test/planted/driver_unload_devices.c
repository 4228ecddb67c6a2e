/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The device is not deleted at unload. */
#define DELETE_DEVICE
#include "test/planted/wdm.h"
