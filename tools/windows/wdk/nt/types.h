/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * In place of nt/types.h when Microsoft's own kit is there (Build-WithWdk.ps1).
 */
#pragma once
#include <ntifs.h>

#include <ndis.h>
