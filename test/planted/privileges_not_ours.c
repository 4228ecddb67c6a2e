/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Privileges are freed that were never given. */
#define AT_ENTRY                                                                                                       \
    static PRIVILEGE_SET Privileges;                                                                                   \
    SeFreePrivileges(&Privileges)
#include "test/planted/wdm.h"
