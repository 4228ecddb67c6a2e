/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver's entry fails and leaves its device. */
#define AT_ENTRY return STATUS_UNSUCCESSFUL
#include "test/planted/wdm.h"
