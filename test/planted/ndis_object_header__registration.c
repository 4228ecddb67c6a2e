/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The registration attributes have revision 0. */
#define AT_REGISTRATION Registration.Header.Revision = 0
#include "test/planted/miniport.h"
