/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is returned and never completed. */
#define COMPLETE (void)Information
#include "test/planted/wdm.h"
