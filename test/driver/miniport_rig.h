/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A rig with the small miniport (drivers/miniport.c) in place of our driver.
 */
#ifndef TEST_DRIVER_MINIPORT_RIG_H
#define TEST_DRIVER_MINIPORT_RIG_H

#include "host/ndis_control.h"
#include "test/driver/drivers/miniport.h"
#include "test/driver/rig.h"

extern struct rig miniport_rig;
extern MINIPORT_BEHAVIOUR *miniport_be; /* what it does */
extern MINIPORT_SEEN *miniport_seen;    /* what was done to it */

/* A function that it exports. */
#define CALL(type, name, ...) ((type(NTAPI *)(__VA_ARGS__))(uintptr_t)rig_symbol(#name))

void miniport_start(uint16_t ndis_version); /* 0: the host's default */
/* With a service of this name; its adapter may fail to start (miniport_rig.adapter is NULL then). */
struct rig miniport_start_as(const WCHAR *service, uint16_t ndis_version);
void miniport_stop(void);
/* One more adapter, initialized with what miniport_be says by now. The first keeps the driver loaded. */
struct rig miniport_another(void);

/* A request for MINIPORT_OID. */
NDIS_STATUS miniport_oid(enum ndis_oid_path path, NDIS_REQUEST_TYPE type, ULONG *value, ULONG size);
/* Sends a packet spread over MDLs and checks that it comes back, unchanged; the miniport must be told to echo. */
void miniport_echo_one(KIRQL irql);
/* A list to be sent, which the miniport is told to hold; and the end of one that was sent. */
struct fake_list *miniport_held_send(void);
void miniport_end_send(struct fake_list *list, NDIS_STATUS status);

#endif
