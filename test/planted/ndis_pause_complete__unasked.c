/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A pause is completed that NDIS did not ask for. */
#define AT_RESTART NdisMPauseComplete(Adapter->Miniport)
#include "test/planted/miniport.h"
