/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An object is dereferenced too often. */
#define AT_ENTRY                                                                                                       \
    ObDereferenceObject(Device);                                                                                       \
    ObDereferenceObject(Device);                                                                                       \
    ObDereferenceObject(Device)
#include "test/planted/wdm.h"
