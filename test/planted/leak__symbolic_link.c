/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The symbolic link to the device stays. */
#define AT_ENTRY                                                                                                       \
    UNICODE_STRING Link;                                                                                               \
    RtlInitUnicodeString(&Link, L"\\DosDevices\\Planted");                                                             \
    IoCreateSymbolicLink(&Link, &Name)
#include "test/planted/wdm.h"
