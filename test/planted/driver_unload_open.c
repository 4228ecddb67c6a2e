/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver keeps a file of its own device when it is unloaded. */
#define AT_CONTROL                                                                                                     \
    UNICODE_STRING Path;                                                                                               \
    RtlInitUnicodeString(&Path, L"\\Device\\Planted");                                                                 \
    PFILE_OBJECT File;                                                                                                 \
    PDEVICE_OBJECT Top;                                                                                                \
    Status = IoGetDeviceObjectPointer(&Path, FILE_READ_DATA, &File, &Top)
#include "test/planted/wdm.h"
