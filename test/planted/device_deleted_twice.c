/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The device is deleted twice. */
#define AT_UNLOAD                                                                                                      \
    ObReferenceObject(Device);                                                                                         \
    IoDeleteDevice(Device)
#include "test/planted/wdm.h"
