/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * DriverEntry fails and the driver stays registered. */
#define AT_REGISTERED Status = STATUS_UNSUCCESSFUL
#include "test/planted/miniport.h"
