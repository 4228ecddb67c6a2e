/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A query says that it wrote more than there is room for. */
#define AT_OID                                                                                                         \
    if (Request->RequestType == NdisRequestQueryInformation)                                                           \
    Request->DATA.QUERY_INFORMATION.BytesWritten = Request->DATA.QUERY_INFORMATION.InformationBufferLength + 1
#include "test/planted/miniport.h"
