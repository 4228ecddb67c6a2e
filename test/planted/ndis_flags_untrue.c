/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A completion says that it is at DISPATCH_LEVEL when it is not. */
#define AT_COMPLETE CompleteFlags |= NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL
#include "test/planted/miniport.h"
