/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A subject context is released that was not captured. */
#define AT_ENTRY                                                                                                       \
    SECURITY_SUBJECT_CONTEXT Context;                                                                                  \
    RtlZeroMemory(&Context, sizeof(Context));                                                                          \
    SeReleaseSubjectContext(&Context)
#include "test/planted/wdm.h"
