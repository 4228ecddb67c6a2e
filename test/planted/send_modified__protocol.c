/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the stack keeps in a list is overwritten. */
#define AT_COMPLETE Lists->ProtocolReserved[3] = Adapter
#include "test/planted/miniport.h"
