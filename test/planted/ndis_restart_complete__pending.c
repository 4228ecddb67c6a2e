/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A restart is completed as pending. */
#define AT_RESTART NdisMRestartComplete(Adapter->Miniport, NDIS_STATUS_PENDING)
#include "test/planted/miniport.h"
