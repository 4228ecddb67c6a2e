/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Driver packages of this brand: those in Windows' driver store, and the one that the library carries.
 */
#ifndef LIB_PACKAGE_H
#define LIB_PACKAGE_H

#include "lib/library.h"

#define PACKAGES_MAX 16 /* more of one brand are not looked at */

typedef struct _PACKAGE {
    WCHAR Inf[32];     /* "oem7.inf": its name in the store; "" for one that is not the store's */
    DWORDLONG Version; /* four 16-bit numbers, the major one first */
} PACKAGE;

/* The brand's packages in the store, the newest first. Count is how many there are. Logs. */
DWORD PackageList(LPCWSTR Function, PACKAGE Packages[PACKAGES_MAX], DWORD *Count);

bool PackageIsCarried(void);
DWORDLONG PackageCarriedVersion(void);
/* Puts the carried package into the store. Logs. */
DWORD PackageInstall(void);
/* Takes a package out of the store, unless a device uses it: ERROR_DEVICE_IN_USE. Does not log. */
DWORD PackageRemove(const PACKAGE *Package);

/* install.c: sees to it that the store has a package of the brand that is not older than the carried one. With the creation
 * lock. A library that carries none is content with what there is. Logs. */
DWORD DriverEnsure(void);

#endif
