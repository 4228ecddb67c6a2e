/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The size of the general attributes is too small. */
#define AT_GENERAL General.Header.Size = sizeof(NDIS_OBJECT_HEADER)
#include "test/planted/miniport.h"
