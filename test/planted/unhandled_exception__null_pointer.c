/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A null pointer is written, and nobody handles the exception. */
#define AT_ENTRY *(volatile ULONG *)NULL = 1
#include "test/planted/wdm.h"
