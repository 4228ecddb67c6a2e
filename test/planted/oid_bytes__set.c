/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A set says that it read more than there is. */
#define AT_OID                                                                                                         \
    if (Request->RequestType == NdisRequestSetInformation)                                                             \
    Request->DATA.SET_INFORMATION.BytesRead = Request->DATA.SET_INFORMATION.InformationBufferLength + 1
#include "test/planted/miniport.h"
