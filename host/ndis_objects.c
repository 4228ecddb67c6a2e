/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The table of NDIS's object headers. Sizes are those of the published NDIS_SIZEOF_... macros, as numbers: the macros
 * measure the structures of the one version that our headers are written for.
 */
#include "host/ndis_objects.h"

#include <stddef.h>

#include "host/host.h"

/* --- versions ---------------------------------------------------------------------------------------------------- */

static const uint8_t minors[] = {30, 40, 50, 51, 60, 70, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89};

bool ndis_version_known(uint16_t version) {
    for (size_t i = 0; i < sizeof minors; i++)
        if (version == NDIS_VERSION_OF(minors[i])) return true;
    return false;
}

unsigned ndis_info_slots(uint16_t version) {
    return version < NDIS_VERSION_OF(50) ? 24 : version < NDIS_VERSION_OF(80) ? 26 : 27;
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

/* Revisions up, from the oldest to the newest; `since` is the minor version that brought it. What is older than the
 * oldest version that the host speaks has 0. */
struct revision {
    uint8_t since, revision;
    uint16_t size;
};

#define REVISIONS 8
static const struct {
    const char *name;
    uint8_t type;
    struct revision revisions[REVISIONS];
} objects[NDIS_OBJECTS] = {
#define OBJECT(id, text, kind, ...) [NDIS_OF_##id] = {.name = text, .type = kind, .revisions = {__VA_ARGS__}}
    OBJECT(DRIVER_CHARACTERISTICS, "NDIS_MINIPORT_DRIVER_CHARACTERISTICS",
           NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS, {0, 1, 136}, {0, 2, 152}, {80, 3, 160}),
    OBJECT(PNP_CHARACTERISTICS, "NDIS_MINIPORT_PNP_CHARACTERISTICS", NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS,
           {0, 1, 44}),
    OBJECT(SS_CHARACTERISTICS, "NDIS_MINIPORT_SS_CHARACTERISTICS", NDIS_OBJECT_TYPE_MINIPORT_SS_CHARACTERISTICS,
           {30, 1, 24}),
    OBJECT(ADD_DEVICE_ATTRIBUTES, "NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES",
           NDIS_OBJECT_TYPE_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES, {0, 1, 20}),
    OBJECT(REGISTRATION_ATTRIBUTES, "NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES",
           NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, {0, 1, 28}, {30, 2, 28}),
    OBJECT(GENERAL_ATTRIBUTES, "NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES",
           NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, {0, 1, 216}, {0, 2, 224}),
    OBJECT(OFFLOAD_ATTRIBUTES, "NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES",
           NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES, {0, 1, 40}),
    OBJECT(HARDWARE_ASSIST_ATTRIBUTES, "NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES",
           NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES, {0, 1, 16}, {0, 2, 48}, {30, 3, 80},
           {50, 4, 96}),
    OBJECT(OFFLOAD, "NDIS_OFFLOAD", NDIS_OBJECT_TYPE_OFFLOAD, {0, 1, 112}, {0, 2, 144}, {30, 3, 156}, {50, 4, 177},
           {70, 5, 188}, {83, 6, 216}, {85, 7, 216}, {89, 8, 217}),
    OBJECT(TCP_CONNECTION_OFFLOAD, "NDIS_TCP_CONNECTION_OFFLOAD", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 20}, {0, 2, 20}),
    OBJECT(RECEIVE_SCALE_CAPABILITIES, "NDIS_RECEIVE_SCALE_CAPABILITIES", NDIS_OBJECT_TYPE_RSS_CAPABILITIES, {0, 1, 16},
           {30, 2, 18}, {60, 3, 18}),
    OBJECT(RECEIVE_FILTER_CAPABILITIES, "NDIS_RECEIVE_FILTER_CAPABILITIES", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 56},
           {30, 2, 84}),
    OBJECT(PM_CAPABILITIES, "NDIS_PM_CAPABILITIES", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 52}, {30, 2, 60}),
    OBJECT(LIST_POOL, "NET_BUFFER_LIST_POOL_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 16}, {87, 2, 20}),
    OBJECT(BUFFER_POOL, "NET_BUFFER_POOL_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 12}, {87, 2, 16}),
    OBJECT(TIMER_CHARACTERISTICS, "NDIS_TIMER_CHARACTERISTICS", NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS, {0, 1, 24}),
    OBJECT(CONFIGURATION_OBJECT, "NDIS_CONFIGURATION_OBJECT", NDIS_OBJECT_TYPE_CONFIGURATION_OBJECT, {0, 1, 20}),
    OBJECT(DEVICE_OBJECT_ATTRIBUTES, "NDIS_DEVICE_OBJECT_ATTRIBUTES", NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES,
           {0, 1, 56}),
    OBJECT(STATUS_INDICATION, "NDIS_STATUS_INDICATION", NDIS_OBJECT_TYPE_STATUS_INDICATION, {0, 1, 112}),
    OBJECT(LINK_STATE, "NDIS_LINK_STATE", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 40}),
    OBJECT(OPER_STATE, "NDIS_OPER_STATE", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 12}),
    OBJECT(INIT_PARAMETERS, "NDIS_MINIPORT_INIT_PARAMETERS", NDIS_OBJECT_TYPE_MINIPORT_INIT_PARAMETERS, {0, 1, 64}),
    OBJECT(PAUSE_PARAMETERS, "NDIS_MINIPORT_PAUSE_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 12}),
    OBJECT(RESTART_PARAMETERS, "NDIS_MINIPORT_RESTART_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 20}),
    OBJECT(RESTART_GENERAL_ATTRIBUTES, "NDIS_RESTART_GENERAL_ATTRIBUTES", NDIS_OBJECT_TYPE_RESTART_GENERAL_ATTRIBUTES,
           {0, 1, 84}, {0, 2, 88}),
    OBJECT(PNP_EVENT, "NET_DEVICE_PNP_EVENT", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 44}),
    OBJECT(OID_REQUEST, "NDIS_OID_REQUEST", NDIS_OBJECT_TYPE_OID_REQUEST, {0, 1, 236}, {50, 2, 248}),
    OBJECT(LINK_PARAMETERS, "NDIS_LINK_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 32}),
    OBJECT(STATISTICS_INFO, "NDIS_STATISTICS_INFO", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 152}),
    OBJECT(INTERRUPT_MODERATION, "NDIS_INTERRUPT_MODERATION_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 12}),
    OBJECT(PM_PARAMETERS, "NDIS_PM_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 16}, {30, 2, 20}),
    OBJECT(OFFLOAD_PARAMETERS, "NDIS_OFFLOAD_PARAMETERS", NDIS_OBJECT_TYPE_DEFAULT, {0, 1, 20}, {0, 2, 22}, {30, 3, 26},
           {50, 4, 32}, {83, 5, 34}, {89, 6, 35}),
    OBJECT(OFFLOAD_ENCAPSULATION, "NDIS_OFFLOAD_ENCAPSULATION", NDIS_OBJECT_TYPE_OFFLOAD_ENCAPSULATION, {0, 1, 28}),
#undef OBJECT
};

static const struct revision *find(enum ndis_object object, uint16_t version, uint8_t wanted) {
    const struct revision *found = NULL;
    for (unsigned i = 0; i < REVISIONS && objects[object].revisions[i].revision; i++) {
        const struct revision *r = &objects[object].revisions[i];
        if (r->since > (version & 0xff)) break;
        if (!wanted || r->revision == wanted) found = r;
    }
    return found;
}

NDIS_OBJECT_HEADER ndis_object_header(enum ndis_object object, uint16_t version) {
    const struct revision *r = find(object, version, 0);
    if (!r) return (NDIS_OBJECT_HEADER){0}; /* cannot be: each has a revision for the oldest version */
    return (NDIS_OBJECT_HEADER){objects[object].type, r->revision, r->size};
}

bool ndis_object_ok(enum ndis_object object, uint16_t version, const NDIS_OBJECT_HEADER *header, const char *call) {
    if (!header) {
        verify_violation("ndis-object-header", "%s: %s is NULL", call, objects[object].name);
        return false;
    }
    const struct revision *r = header->Revision ? find(object, version, header->Revision) : NULL;
    if (header->Type == objects[object].type && r && header->Size >= r->size) return true;
    verify_violation("ndis-object-header",
                     "%s: %s has type %#x revision %u size %u; for NDIS %u.%u its type is %#x, revision %u needs %u",
                     call, objects[object].name, header->Type, header->Revision, header->Size, version >> 8,
                     version & 0xff, objects[object].type, r ? r->revision : find(object, version, 0)->revision,
                     r ? r->size : find(object, version, 0)->size);
    return false;
}
