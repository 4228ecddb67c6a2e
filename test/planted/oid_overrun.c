/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A query writes behind its buffer. */
#define AT_OID                                                                                                         \
    ULONG Length = Request->DATA.QUERY_INFORMATION.InformationBufferLength;                                            \
    if (Length) ((UCHAR *)Request->DATA.QUERY_INFORMATION.InformationBuffer)[Length] = 0
#include "test/planted/miniport.h"
