/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A list is completed with what is no status of a send. */
#define AT_COMPLETE Lists->Status = NDIS_STATUS_LINK_STATE
#include "test/planted/miniport.h"
