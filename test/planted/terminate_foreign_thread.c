/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread of a program is terminated as if it were the driver's. */
#define AT_CONTROL PsTerminateSystemThread(STATUS_SUCCESS)
#include "test/planted/wdm.h"
