/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The handle that names a request's source is changed. */
#define AT_OID Request->RequestHandle = Request
#include "test/planted/miniport.h"
