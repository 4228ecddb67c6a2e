/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A resource is left at unload. */
#define OUTSIDE static ERESOURCE Resource;
#define AT_ENTRY ExInitializeResourceLite(&Resource)
#include "test/planted/wdm.h"
