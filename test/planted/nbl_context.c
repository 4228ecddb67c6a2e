/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * More context is freed than was allocated. */
#define AT_INITIALIZE NdisFreeNetBufferListContext(Adapter->Free, 16)
#include "test/planted/miniport.h"
