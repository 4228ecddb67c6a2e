/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Need not be paused for low power. Breaks no rule. */
#define AT_REGISTRATION Registration.AttributeFlags |= NDIS_MINIPORT_ATTRIBUTES_NO_PAUSE_ON_SUSPEND
#include "test/planted/miniport.h"
