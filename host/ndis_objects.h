/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The versions of NDIS 6, and for each structure with an object header that crosses the border to a miniport: its type,
 * and the revisions and sizes that each version knows.
 */
#ifndef HOST_NDIS_OBJECTS_H
#define HOST_NDIS_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "nt/ndis.h"

/* major << 8 | minor, minor as it is spoken: 6.30 is NDIS_VERSION_OF(30). */
#define NDIS_VERSION_OF(minor) ((uint16_t)(0x0600 | (minor)))
#define NDIS_VERSION_OLDEST NDIS_VERSION_OF(30)
#define NDIS_VERSION_NEWEST NDIS_VERSION_OF(89)
#define NDIS_VERSION_DEFAULT NDIS_VERSION_OF(82) /* Windows 10 1809 */

bool ndis_version_known(uint16_t version); /* exists, and is one that the host speaks */
/* NetBufferListInfo slots of a version. */
unsigned ndis_info_slots(uint16_t version);

enum ndis_object {
    /* from miniports */
    NDIS_OF_DRIVER_CHARACTERISTICS,
    NDIS_OF_PNP_CHARACTERISTICS,
    NDIS_OF_SS_CHARACTERISTICS,
    NDIS_OF_ADD_DEVICE_ATTRIBUTES,
    NDIS_OF_REGISTRATION_ATTRIBUTES,
    NDIS_OF_GENERAL_ATTRIBUTES,
    NDIS_OF_OFFLOAD_ATTRIBUTES,
    NDIS_OF_HARDWARE_ASSIST_ATTRIBUTES,
    NDIS_OF_OFFLOAD,
    NDIS_OF_TCP_CONNECTION_OFFLOAD,
    NDIS_OF_RECEIVE_SCALE_CAPABILITIES,
    NDIS_OF_RECEIVE_FILTER_CAPABILITIES,
    NDIS_OF_PM_CAPABILITIES,
    NDIS_OF_LIST_POOL,
    NDIS_OF_BUFFER_POOL,
    NDIS_OF_TIMER_CHARACTERISTICS,
    NDIS_OF_CONFIGURATION_OBJECT,
    NDIS_OF_DEVICE_OBJECT_ATTRIBUTES,
    NDIS_OF_STATUS_INDICATION,
    NDIS_OF_LINK_STATE,
    NDIS_OF_OPER_STATE,
    /* to miniports */
    NDIS_OF_INIT_PARAMETERS,
    NDIS_OF_PAUSE_PARAMETERS,
    NDIS_OF_RESTART_PARAMETERS,
    NDIS_OF_RESTART_GENERAL_ATTRIBUTES,
    NDIS_OF_PNP_EVENT,
    NDIS_OF_OID_REQUEST,
    NDIS_OF_LINK_PARAMETERS,
    NDIS_OF_STATISTICS_INFO,
    NDIS_OF_INTERRUPT_MODERATION,
    NDIS_OF_PM_PARAMETERS,
    NDIS_OF_OFFLOAD_PARAMETERS,
    NDIS_OF_OFFLOAD_ENCAPSULATION,
    NDIS_OBJECTS
};

/* The header of the newest revision that `version` has. */
NDIS_OBJECT_HEADER ndis_object_header(enum ndis_object object, uint16_t version);
/* Whether a header of a miniport for `version` may stand in front of such an object: the right type, a revision that the
 * version has, and at least that revision's size. If not, violation "ndis-object-header". */
bool ndis_object_ok(enum ndis_object object, uint16_t version, const NDIS_OBJECT_HEADER *header, const char *call);

#endif
