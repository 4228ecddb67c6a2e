/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The length of a request is changed. */
#define AT_OID Request->DATA.QUERY_INFORMATION.InformationBufferLength++
#include "test/planted/miniport.h"
