/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A restart succeeds and is completed, too. */
#define AT_RESTART NdisMRestartComplete(Adapter->Miniport, Status)
#include "test/planted/miniport.h"
