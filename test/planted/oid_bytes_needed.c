/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A query has too little room and does not learn how much it needs. */
#define AT_OID Request->DATA.QUERY_INFORMATION.BytesNeeded = 0
#include "test/planted/miniport.h"
