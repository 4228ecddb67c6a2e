/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A thread gets a priority that there is not. */
#define AT_ENTRY KeSetPriorityThread(KeGetCurrentThread(), 77)
#include "test/planted/wdm.h"
