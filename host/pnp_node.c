/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Looking at device nodes.
 */
#include <stdlib.h>
#include <string.h>

#include "host/pnp_private.h"

struct devnode *pnp_find(const WCHAR *instance_path, bool phantom_too) {
    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = pnp_nodes;
    while (node && !wide_same(node->path, instance_path)) node = node->next;
    if (node && !node->present && !phantom_too) node = NULL;
    if (node) pnp_reference(node);
    ndis_mutex_unlock(&pnp_lock);
    return node;
}

ULONG pnp_node_id(struct devnode *node) { return node->id; }

struct devnode *pnp_node_by_id(ULONG id) {
    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = pnp_nodes;
    while (node && node->id != id) node = node->next;
    if (node) pnp_reference(node);
    ndis_mutex_unlock(&pnp_lock);
    return node;
}

const WCHAR *pnp_instance_path(struct devnode *node) { return node->path; }

bool pnp_is_present(struct devnode *node) {
    ndis_mutex_lock(&pnp_lock);
    bool present = node->present;
    ndis_mutex_unlock(&pnp_lock);
    return present;
}

bool pnp_is_started(struct devnode *node) {
    ndis_mutex_lock(&pnp_lock);
    bool started = node->started;
    ndis_mutex_unlock(&pnp_lock);
    return started;
}

ULONG pnp_problem(struct devnode *node, NTSTATUS *problem_status) {
    ndis_mutex_lock(&pnp_lock);
    ULONG problem = node->problem;
    if (problem_status) *problem_status = node->problem_status;
    ndis_mutex_unlock(&pnp_lock);
    return problem;
}

const char *pnp_software_key(struct devnode *node) { return node->software_key; }

const GUID *pnp_net_cfg_instance_id(struct devnode *node) { return &node->net_cfg; }

PDEVICE_OBJECT pnp_physical_device(struct devnode *node) { return node->pdo; }

void pnp_for_each(bool (*visit)(struct devnode *node, void *context), void *context) {
    /* A snapshot: visit may call back into PnP. */
    ndis_mutex_lock(&pnp_lock);
    size_t count = 0;
    for (struct devnode *node = pnp_nodes; node; node = node->next) count++;
    struct devnode **all = calloc(count + 1, sizeof *all);
    for (struct devnode *node = pnp_nodes; node && all; node = node->next) {
        pnp_reference(node);
        all[--count] = node; /* oldest first */
    }
    ndis_mutex_unlock(&pnp_lock);
    bool more = true;
    for (size_t i = 0; all && all[i]; i++) {
        if (more) more = visit(all[i], context);
        pnp_release(all[i]);
    }
    free(all);
}

bool pnp_for_driver(const struct package *package) {
    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = pnp_nodes;
    while (node && node->driver != package) node = node->next;
    ndis_mutex_unlock(&pnp_lock);
    return node;
}

void pnp_neighbour_gone(struct devnode *node) {
    node_forget(node);
    ndis_mutex_lock(&pnp_lock);
    struct devnode **link = &pnp_nodes;
    while (*link && *link != node) link = &(*link)->next;
    bool listed = *link;
    if (listed) *link = node->next;
    node->listed = node->present = node->started = false;
    ndis_mutex_unlock(&pnp_lock);
    if (listed) pnp_release(node);
}
