/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A revision of a newer NDIS than the driver is for. */
#define AT_ENTRY Miniport.MinorNdisVersion = 60
#include "test/planted/miniport.h"
