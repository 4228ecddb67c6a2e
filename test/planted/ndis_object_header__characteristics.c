/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver's characteristics are of the wrong type. */
#define AT_ENTRY Miniport.Header.Type = NDIS_OBJECT_TYPE_DEFAULT
#include "test/planted/miniport.h"
