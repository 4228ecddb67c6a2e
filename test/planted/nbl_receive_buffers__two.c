/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is indicated with two buffers. */
#define AT_PREPARE Buffer->Next = Adapter->Free->FirstNetBuffer
#include "test/planted/miniport.h"
