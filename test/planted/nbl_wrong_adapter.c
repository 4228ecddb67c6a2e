/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What was sent to one adapter is completed by another. */
struct _ADAPTER;
static struct _ADAPTER *Newest;

#define AT_INITIALIZED Newest = Adapter
#define AT_COMPLETE Adapter = Newest
#include "test/planted/miniport.h"
