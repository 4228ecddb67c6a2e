/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed and returned, too. */
#define AT_OID NdisMOidRequestComplete(Adapter->Miniport, Request, Status)
#include "test/planted/miniport.h"
