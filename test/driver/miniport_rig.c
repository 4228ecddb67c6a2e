/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 */
#include "test/driver/miniport_rig.h"

struct rig miniport_rig;
MINIPORT_BEHAVIOUR *miniport_be;
MINIPORT_SEEN *miniport_seen;

struct rig miniport_start_as(const WCHAR *service, uint16_t ndis_version) {
    static struct rig_driver driver;
    driver = (struct rig_driver){"miniport", service, ndis_version};
    rig_use(&driver);
    miniport_rig = rig_start_with(NULL, 0);
    if (miniport_rig.adapter == NULL) return miniport_rig;
    miniport_be = rig_symbol("Behaviour");
    miniport_seen = rig_symbol("Seen");
    return miniport_rig;
}

void miniport_start(uint16_t ndis_version) { ck_assert_ptr_nonnull(miniport_start_as(NULL, ndis_version).adapter); }

void miniport_stop(void) {
    rig_stop(&miniport_rig);
    rig_use(NULL);
}

struct rig miniport_another(void) {
    struct rig second = rig_start_with(NULL, 0);
    ck_assert_ptr_nonnull(second.adapter);
    return second;
}

NDIS_STATUS miniport_oid(enum ndis_oid_path path, NDIS_REQUEST_TYPE type, ULONG *value, ULONG size) {
    struct ndis_oid request = {.path = path, .type = type, .oid = MINIPORT_OID, .buffer = value, .size = size};
    return ndis_oid_run(miniport_rig.adapter, &request);
}

void miniport_echo_one(KIRQL irql) {
    uint8_t packet[600];
    packet_make(packet, sizeof packet, 4, 1);
    uint32_t pieces[] = {70, 41, 300};
    struct fake_packet description = {
        .data = packet, .size = sizeof packet, .headroom = 50, .tailroom = 9, .pieces = pieces, .piece_count = 3};
    struct fake_list *list = fake_list_create(miniport_rig.stack, &description, 1);
    uint64_t before = fake_received_count(miniport_rig.stack);
    fake_send(miniport_rig.stack, &list, 1, irql);
    ck_assert_uint_eq(fake_received_count(miniport_rig.stack), before + 1);
    const struct fake_received *received = fake_received_at(miniport_rig.stack, before);
    ck_assert_uint_eq(received->size, sizeof packet);
    ck_assert_mem_eq(received->data, packet, sizeof packet);
    fake_list_wait(list);
    ck_assert_int_eq(fake_list_status(list), NDIS_STATUS_SUCCESS);
    fake_list_free(list);
}

struct fake_list *miniport_held_send(void) {
    static uint8_t packet[100];
    packet_make(packet, sizeof packet, 6, 3);
    struct fake_list *list =
        fake_list_create(miniport_rig.stack, &(struct fake_packet){.data = packet, .size = 100}, 1);
    miniport_be->HoldSends = 1;
    return list;
}

void miniport_end_send(struct fake_list *list, NDIS_STATUS status) {
    fake_list_wait(list);
    ck_assert_int_eq(fake_list_status(list), status);
    fake_list_free(list);
}
