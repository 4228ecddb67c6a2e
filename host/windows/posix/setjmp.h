/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A jump is only that: frames of drivers in between are not known to Windows, which else would unwind them.
 */
#ifndef HOST_WINDOWS_SETJMP_H
#define HOST_WINDOWS_SETJMP_H

#include_next <setjmp.h>

#undef setjmp
#define setjmp(place) _setjmp((place), NULL)

#endif
