/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver is deregistered while it has an adapter. */
#define AT_RESTART NdisMDeregisterMiniportDriver(DriverHandle)
#include "test/planted/miniport.h"
