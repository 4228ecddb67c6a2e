/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver as it is: it breaks no rule. */
#include "test/planted/wdm.h"
