/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A filter raises the exception that it filters, again and again. */
#define OUTSIDE                                                                                                        \
    static LONG Filter(void);                                                                                          \
    __attribute__((noinline)) static VOID Raise(void) {                                                                \
        __try {                                                                                                        \
            ExRaiseStatus(STATUS_UNSUCCESSFUL);                                                                        \
        } __except (Filter()) {                                                                                        \
        }                                                                                                              \
    }                                                                                                                  \
    static LONG Filter(void) {                                                                                         \
        Raise();                                                                                                       \
        return 1;                                                                                                      \
    }
#define AT_ENTRY Raise()
#include "test/planted/wdm.h"
