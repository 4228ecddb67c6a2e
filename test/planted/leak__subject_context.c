/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A captured subject context is never released. */
#define OUTSIDE static SECURITY_SUBJECT_CONTEXT Context;
#define AT_ENTRY SeCaptureSubjectContext(&Context)
#include "test/planted/wdm.h"
