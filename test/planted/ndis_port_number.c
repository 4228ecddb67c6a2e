/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An indication comes from a port that does not exist. */
#define AT_INDICATE Port = 1
#include "test/planted/miniport.h"
