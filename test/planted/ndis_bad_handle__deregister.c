/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver is deregistered twice. */
#define AT_UNLOAD NdisMDeregisterMiniportDriver(DriverHandle)
#include "test/planted/miniport.h"
