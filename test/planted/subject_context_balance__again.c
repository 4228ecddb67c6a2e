/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A subject context is captured twice. */
#define AT_ENTRY                                                                                                       \
    SECURITY_SUBJECT_CONTEXT Context;                                                                                  \
    SeCaptureSubjectContext(&Context);                                                                                 \
    SeCaptureSubjectContext(&Context)
#include "test/planted/wdm.h"
