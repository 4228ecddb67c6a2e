/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A lock is left when the adapter halts. */
#define AT_INITIALIZED NdisAllocateRWLock(Miniport)
#include "test/planted/miniport.h"
