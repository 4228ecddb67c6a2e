/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A subject context is unlocked that is not locked. */
#define AT_ENTRY                                                                                                       \
    SECURITY_SUBJECT_CONTEXT Context;                                                                                  \
    SeCaptureSubjectContext(&Context);                                                                                 \
    SeUnlockSubjectContext(&Context);                                                                                  \
    SeReleaseSubjectContext(&Context)
#include "test/planted/wdm.h"
