/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS gets the miniport's own context instead of its handle. */
#define AT_COMPLETE Adapter = (ADAPTER *)((UCHAR *)Adapter + sizeof(NDIS_HANDLE))
#include "test/planted/miniport.h"
