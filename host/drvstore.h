/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver store: packages by their INF files, named oemN.inf as they come.
 */
#ifndef HOST_DRVSTORE_H
#define HOST_DRVSTORE_H

#include "host/pnp.h"

/* What SetupAPI tells of a driver. */
struct drvstore_driver {
    WCHAR inf[16]; /* "oem0.inf"; "" for one that the host's command line has put there */
    WCHAR description[256], provider[256], section[256], hardware_id[256];
    uint64_t version; /* four 16-bit numbers, the major one first */
    FILETIME date;
};

/* Adds the package of an INF file (a Linux path), as SetupCopyOEMInf does: `oem` becomes its name in the store, the old
 * one if the very package is there already. A Windows error code. */
DWORD drvstore_add(const char *inf_path, WCHAR oem[16]);
/* Removes oemN.inf. ERROR_INF_IN_USE_BY_DEVICES while a device, present or not, was installed from it; unless forced. */
DWORD drvstore_remove(const WCHAR *oem, bool force);
/* The index-th driver; false behind the last. */
bool drvstore_get(unsigned index, struct drvstore_driver *driver);

/* For tests: what checking a package's signature comes to, 0 for good (ERROR_NO_CATALOG_FOR_OEM_INF, ...). Until another is
 * set. */
void drvstore_signature(DWORD error);
void drvstore_stop(void);

#endif
