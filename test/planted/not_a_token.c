/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What is no token is given back as one. */
#define AT_ENTRY PsDereferencePrimaryToken((PACCESS_TOKEN)Device)
#include "test/planted/wdm.h"
