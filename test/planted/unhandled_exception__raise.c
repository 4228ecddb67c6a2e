/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An exception is raised that nobody handles. */
#define AT_ENTRY ExRaiseStatus(STATUS_UNSUCCESSFUL)
#include "test/planted/wdm.h"
