/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Compiled for every target and linked into nothing: that it compiles proves that our declarations have the layouts and
 * values that are published. Driver and host share these headers, so a mistake in them would show nowhere else.
 */
#include "nt/contract.h"
#include "nt/layout_asserts.h"
#include "nt/win32_asserts.h"
