/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What SetupAPI's files share: the sets of devices and drivers that programs hold.
 */
#ifndef HOST_SETUP_H
#define HOST_SETUP_H

#include "host/pnp.h"

struct drvstore_driver;

/* Lock legend: i immutable; s the list's lock. The rest is the caller's business, who has to serialize. */
struct info_set {
    struct info_set *next; /* s */
    PEPROCESS owner;       /* i */
    struct info_element *elements;
    DWORD flags, flags_ex;
    struct drvstore_driver *drivers; /* from malloc */
    unsigned driver_count;
};

struct info_set *setup_set(HDEVINFO handle); /* of the calling process; NULL with the last error */

#endif
