/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver registers twice. */
#define AT_REGISTERED NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &Miniport, &DriverHandle)
#include "test/planted/miniport.h"
