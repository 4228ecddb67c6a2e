/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A device is dereferenced as if it were a token. */
#define AT_ENTRY PsDereferencePrimaryToken((PACCESS_TOKEN)Device)
#include "test/planted/wdm.h"
