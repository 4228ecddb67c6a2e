/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed with one status and returned with another. */
#define AT_COMPLETED Status = STATUS_UNSUCCESSFUL
#include "test/planted/wdm.h"
