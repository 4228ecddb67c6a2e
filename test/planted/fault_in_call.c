/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An event is set that a null pointer names. */
#define AT_ENTRY                                                                                                       \
    static PRKEVENT volatile Event;                                                                                    \
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE)
#include "test/planted/wdm.h"
