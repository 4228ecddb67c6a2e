/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A request is completed twice. */
#define AT_COMPLETED                                                                                                   \
    if (Calls == 1) IoCompleteRequest(Irp, IO_NO_INCREMENT)
#include "test/planted/wdm.h"
