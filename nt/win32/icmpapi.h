/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Stands in for the header of this name: see nt/win32.h.
 */
#include "nt/win32.h"
