/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An access check is told that the subject context is locked, which it is not. */
#define AT_ENTRY                                                                                                       \
    static GENERIC_MAPPING Mapping = {1, 2, 4, 7};                                                                     \
    SECURITY_SUBJECT_CONTEXT Context;                                                                                  \
    ACCESS_MASK Granted;                                                                                               \
    SeCaptureSubjectContext(&Context);                                                                                 \
    SeAccessCheck(NULL, &Context, TRUE, 1, 0, NULL, &Mapping, UserMode, &Granted, &Status);                            \
    SeReleaseSubjectContext(&Context)
#include "test/planted/wdm.h"
