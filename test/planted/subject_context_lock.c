/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * An access check is told that a context is locked, which it is not. */
#define AT_ENTRY                                                                                                       \
    SECURITY_SUBJECT_CONTEXT Context;                                                                                  \
    SECURITY_DESCRIPTOR Descriptor;                                                                                    \
    ACCESS_MASK Granted;                                                                                               \
    NTSTATUS Access;                                                                                                   \
    RtlCreateSecurityDescriptor(&Descriptor, SECURITY_DESCRIPTOR_REVISION);                                            \
    SeCaptureSubjectContext(&Context);                                                                                 \
    SeAccessCheck(&Descriptor, &Context, TRUE, FILE_READ_DATA, 0, NULL, IoGetFileObjectGenericMapping(), UserMode,     \
                  &Granted, &Access);                                                                                  \
    SeReleaseSubjectContext(&Context)
#include "test/planted/wdm.h"
