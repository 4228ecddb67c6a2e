/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The pool is freed before its lists. */
#define AT_HALT NdisFreeNetBufferListPool(Adapter->Pool)
#include "test/planted/miniport.h"
