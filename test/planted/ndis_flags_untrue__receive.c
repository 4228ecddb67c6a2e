/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An indication says that it is at DISPATCH_LEVEL when it is not. */
#define AT_INDICATE ReceiveFlags |= NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL
#include "test/planted/miniport.h"
